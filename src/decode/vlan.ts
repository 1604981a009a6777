/** VLAN tags: IEEE 802.1Q and 802.1ad, single and stacked. */
import { uint16 } from './bytes.js';
import { followType } from './ethernet.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

// A layer begins behind the EtherType that announces it: 16 bits of tag control, then the next EtherType.
const LENGTH = 4;

export function identifier(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) & 0xfff;
}

/** Priority code point, 0 to 7. */
export function priority(bytes: Uint8Array, at: number): number {
  return bytes[at]! >>> 5;
}

export function dropEligible(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & 0x10) !== 0;
}

export function etherType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Vlan, at, LENGTH, limit);
  view.add(LayerKind.Vlan, at, limit);
  view.nextAt = at + LENGTH;
  return followType(view, uint16(bytes, at + 2), at + LENGTH, limit);
}
