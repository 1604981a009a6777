/** The service instance tag of provider backbone bridges (IEEE 802.1Q clause 9.7, once 802.1ah); a customer's frame follows. */
import { uint24 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 4;

/** I-SID. */
export function serviceIdentifier(bytes: Uint8Array, at: number): number {
  return uint24(bytes, at + 1);
}

export function decode(view: FrameView, _bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Pbb, at, LENGTH, limit);
  view.add(LayerKind.Pbb, at, limit);
  view.nextAt = at + LENGTH;
  return LayerKind.Ethernet;
}
