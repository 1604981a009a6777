/** MPLS label stack entries (RFC 3032); what follows the last one is told by its first four bits, as RFC 4928 explains. */
import { uint24 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 4;
/** MPLS in UDP (RFC 7510). */
export const PORT = 6635;

export function label(bytes: Uint8Array, at: number): number {
  return uint24(bytes, at) >>> 4;
}

export function isBottomOfStack(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 2]! & 1) !== 0;
}

export function timeToLive(bytes: Uint8Array, at: number): number {
  return bytes[at + 3]!;
}

/** Ethernet over MPLS is not guessed: nothing in the frame tells it for certain. */
export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Mpls, at, LENGTH, limit);
  view.add(LayerKind.Mpls, at, limit);
  view.nextAt = at + LENGTH;
  if (!isBottomOfStack(bytes, at)) return LayerKind.Mpls;
  if (limit - at === LENGTH) return view.tooShort(LayerKind.Mpls, at, LENGTH + 1, limit);
  const nibble = bytes[at + LENGTH]! >>> 4;
  if (nibble === 4) return LayerKind.Ipv4;
  return nibble === 6 ? LayerKind.Ipv6 : LayerKind.None;
}
