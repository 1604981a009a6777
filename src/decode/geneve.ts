/** Geneve (RFC 8926 section 3.4). */
import { uint16, uint24 } from './bytes.js';
import { layerOfEtherType } from './ether-type.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const MIN_LENGTH = 8;
export const PORT = 6081;

/** Options included, in octets. */
export function headerLength(bytes: Uint8Array, at: number): number {
  return MIN_LENGTH + ((bytes[at]! & 0x3f) << 2);
}

/** An EtherType. */
export function protocol(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** Virtual network identifier. */
export function vni(bytes: Uint8Array, at: number): number {
  return uint24(bytes, at + 4);
}

/** The port says that this is Geneve; another version than 0 is something else that happens to use the port. */
export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < MIN_LENGTH) return view.tooShort(LayerKind.Geneve, at, MIN_LENGTH, limit);
  if (bytes[at]! >>> 6 !== 0) return LayerKind.None;
  const header = headerLength(bytes, at);
  if (limit - at < header) return view.tooShort(LayerKind.Geneve, at, header, limit);
  view.add(LayerKind.Geneve, at, limit);
  view.nextAt = at + header;
  return layerOfEtherType(protocol(bytes, at));
}
