/** Linux cooked capture, version 2 (LINKTYPE_LINUX_SLL2, https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html). */
import { uint16, uint32 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';
import { followCooked } from './linux-sll.js';

const LENGTH = 20;

export function protocol(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at);
}

/** The kernel's index of the device; a namespace's devices have one each. */
export function interfaceIndex(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4);
}

/** ARPHRD_ value of the device. */
export function arphrdType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 8);
}

/** 0 to us, 1 broadcast, 2 multicast, 3 to someone else, 4 sent by us. */
export function packetType(bytes: Uint8Array, at: number): number {
  return bytes[at + 10]!;
}

/** As the header claims; the field for the address holds 8 octets. */
export function addressLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 11]!;
}

/** Index in `bytes` of the sender's link-layer address. */
export function address(at: number): number {
  return at + 12;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.LinuxSll2, at, LENGTH, limit);
  view.add(LayerKind.LinuxSll2, at, limit);
  view.nextAt = at + LENGTH;
  return followCooked(arphrdType(bytes, at), protocol(bytes, at));
}
