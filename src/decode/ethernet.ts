/** Ethernet II and IEEE 802.3 frames (RFC 894, IEEE 802.3 section 3). */
import { uint16, uint32 } from './bytes.js';
import { EtherType, FIRST_ETHER_TYPE, layerOfEtherType } from './ether-type.js';
import { type FrameView, LimitBy } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

export const LENGTH = 14;

/** EtherType, or below 0x600 the length of an 802.3 frame's data. */
export function etherType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 12);
}

/** A MAC address as two numbers: its first 16 bits and its last 32. */
export function destinationHigh(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at);
}

export function destinationLow(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 2);
}

export function sourceHigh(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 6);
}

export function sourceLow(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 8);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Ethernet, at, LENGTH, limit);
  const type = uint16(bytes, at + 12);
  view.add(LayerKind.Ethernet, at, limit);
  if (view.ethernet < 0 && !view.quoting) view.ethernet = at;
  view.nextAt = at + LENGTH;
  return type === EtherType.Ipv4 ? LayerKind.Ipv4 : followType(view, type, at + LENGTH, limit);
}

/** The layer after a type-or-length field whose data begins at `data`; also for the field of a VLAN tag. */
export function followType(view: FrameView, type: number, data: number, limit: number): number {
  if (type >= FIRST_ETHER_TYPE) return layerOfEtherType(type);
  if (type <= 1500 && data + type <= limit) view.narrow(data + type, LimitBy.HeaderLength);
  return LayerKind.None;
}
