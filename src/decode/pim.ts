/** PIM version 2 (RFC 7761 section 4.9), named; a Register carries the multicast datagram that it is about. */
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 4;
const REGISTER = 0x21;
const REGISTER_LENGTH = 8;

export function version(bytes: Uint8Array, at: number): number {
  return bytes[at]! >>> 4;
}

export function type(bytes: Uint8Array, at: number): number {
  return bytes[at]! & 0x0f;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Pim, at, LENGTH, limit);
  view.add(LayerKind.Pim, at, limit);
  if (bytes[at] !== REGISTER) return LayerKind.None;
  if (limit - at <= REGISTER_LENGTH) return view.tooShort(LayerKind.Pim, at, REGISTER_LENGTH + 1, limit);
  view.detach();
  view.nextAt = at + REGISTER_LENGTH;
  // A null register has zeros where the datagram would be.
  const nibble = bytes[view.nextAt]! >>> 4;
  if (nibble === 4) return LayerKind.Ipv4;
  return nibble === 6 ? LayerKind.Ipv6 : LayerKind.None;
}
