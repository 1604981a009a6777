/** Linux cooked capture (LINKTYPE_LINUX_SLL, https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html). */
import { uint16 } from './bytes.js';
import { FIRST_ETHER_TYPE, layerOfEtherType } from './ether-type.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 16;
const ARPHRD_NETLINK = 824;

/** 0 to us, 1 broadcast, 2 multicast, 3 to someone else, 4 sent by us. */
export function packetType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at);
}

/** ARPHRD_ value of the device. */
export function arphrdType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** As the header claims; the field for the address holds 8 octets. */
export function addressLength(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 4);
}

/** Index in `bytes` of the sender's link-layer address. */
export function address(at: number): number {
  return at + 6;
}

export function protocol(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 14);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.LinuxSll, at, LENGTH, limit);
  view.add(LayerKind.LinuxSll, at, limit);
  view.nextAt = at + LENGTH;
  return followCooked(arphrdType(bytes, at), protocol(bytes, at));
}

/** What follows a cooked header: the meaning of its protocol depends on the device's type. */
export function followCooked(arphrd: number, type: number): number {
  if (arphrd === ARPHRD_NETLINK) return LayerKind.None;
  return type >= FIRST_ETHER_TYPE ? layerOfEtherType(type) : LayerKind.None;
}
