/** Address resolution for IPv4 over Ethernet (RFC 826). */
import { uint16, uint32 } from './bytes.js';
import { type FrameView, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

/** Of a packet for 6-octet hardware and 4-octet protocol addresses. */
export const LENGTH = 28;
const FIXED_LENGTH = 8;
const HARDWARE_ETHERNET = 1;
const PROTOCOL_IPV4 = 0x0800;

export function hardwareType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at);
}

export function protocolType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** 1 request, 2 reply. */
export function operation(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 6);
}

/** Index in `bytes` of the sender's MAC address. */
export function senderMac(at: number): number {
  return at + 8;
}

export function senderAddress(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 14);
}

/** Index in `bytes` of the target's MAC address. */
export function targetMac(at: number): number {
  return at + 18;
}

export function targetAddress(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 24);
}

export function isForIpv4OverEthernet(bytes: Uint8Array, at: number): boolean {
  return hardwareType(bytes, at) === HARDWARE_ETHERNET && protocolType(bytes, at) === PROTOCOL_IPV4;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < FIXED_LENGTH) return view.tooShort(LayerKind.Arp, at, FIXED_LENGTH, limit);
  if (isForIpv4OverEthernet(bytes, at)) {
    if (bytes[at + 4] !== 6 || bytes[at + 5] !== 4) {
      return view.fault(Problem.BadHeaderLength, LayerKind.Arp, at, 10, bytes[at + 4]! + bytes[at + 5]!);
    }
    if (limit - at < LENGTH) return view.tooShort(LayerKind.Arp, at, LENGTH, limit);
    if (!view.quoting) view.arp = at;
  }
  view.add(LayerKind.Arp, at, limit);
  return LayerKind.None;
}
