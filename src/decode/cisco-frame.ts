/** Cisco's frames around Ethernet frames, which look like Ethernet themselves: ISL and FabricPath. */
import { uint16 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const ISL_LENGTH = 26;
/** Of the destination's fifth octet: what is carried; Ethernet is 0. */
const ISL_TYPE = 0xf0;
const FABRIC_PATH_LENGTH = 16;

/** By the first five octets of its destination. */
export function isIsl(bytes: Uint8Array, at: number): boolean {
  return (
    (bytes[at] === 0x01 || bytes[at] === 0x0c) &&
    bytes[at + 1] === 0 &&
    bytes[at + 2] === 0x0c &&
    bytes[at + 3] === 0 &&
    bytes[at + 4] === 0
  );
}

export function islVlan(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 20) >>> 1;
}

export function decodeIsl(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < ISL_LENGTH) return view.tooShort(LayerKind.Isl, at, ISL_LENGTH, limit);
  view.add(LayerKind.Isl, at, limit);
  view.detach();
  view.nextAt = at + ISL_LENGTH;
  return (bytes[at + 5]! & ISL_TYPE) === 0 ? LayerKind.Ethernet : LayerKind.None;
}

/** The forwarding tag. */
export function fabricPathTag(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 14) >>> 6;
}

export function decodeFabricPath(view: FrameView, _bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < FABRIC_PATH_LENGTH) return view.tooShort(LayerKind.FabricPath, at, FABRIC_PATH_LENGTH, limit);
  view.add(LayerKind.FabricPath, at, limit);
  view.detach();
  view.nextAt = at + FABRIC_PATH_LENGTH;
  return LayerKind.Ethernet;
}
