/** Address resolution for IPv4 over Ethernet (RFC 826). */
import { uint16, uint32 } from './bytes.js';
import { type FrameView, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

/** Of a packet for 6-octet hardware and 4-octet protocol addresses. */
const LENGTH = 28;
const FIXED_LENGTH = 8;
const HARDWARE_ETHERNET = 1;
const HARDWARE_IEEE802 = 6;
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

export function senderAddress(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 14);
}

export function targetAddress(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 24);
}

/** Octets of a hardware address. */
export function hardwareLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 4]!;
}

/** Octets of a protocol address. */
export function protocolLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 5]!;
}

/** With both pairs of addresses. */
function packetLength(bytes: Uint8Array, at: number): number {
  return FIXED_LENGTH + 2 * (hardwareLength(bytes, at) + protocolLength(bytes, at));
}

/** IEEE 802 networks have numbers of their own beside Ethernet's, and the same addresses. */
export function hasMacs(bytes: Uint8Array, at: number): boolean {
  const type = hardwareType(bytes, at);
  return (type === HARDWARE_ETHERNET || type === HARDWARE_IEEE802) && hardwareLength(bytes, at) === 6;
}

export function hasIpv4Addresses(bytes: Uint8Array, at: number): boolean {
  return protocolType(bytes, at) === PROTOCOL_IPV4 && protocolLength(bytes, at) === 4;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < FIXED_LENGTH) return view.tooShort(LayerKind.Arp, at, FIXED_LENGTH, limit);
  view.add(LayerKind.Arp, at, limit);
  if (hardwareType(bytes, at) === HARDWARE_ETHERNET && protocolType(bytes, at) === PROTOCOL_IPV4) {
    const lengths = hardwareLength(bytes, at) + protocolLength(bytes, at);
    if (hardwareLength(bytes, at) !== 6 || protocolLength(bytes, at) !== 4) {
      return view.fault(Problem.BadHeaderLength, LayerKind.Arp, at, 10, lengths);
    }
    if (limit - at >= LENGTH && !view.quoting) view.arp = at;
  }
  const length = packetLength(bytes, at);
  return limit - at < length ? view.tooShort(LayerKind.Arp, at, length, limit) : LayerKind.None;
}
