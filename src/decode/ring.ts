/** Ring networks, whose frames carry LLC: token ring (IEEE 802.5) and FDDI (ANSI X3.139). */
import { type FrameView, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const TOKEN_RING_LENGTH = 14;
/** Of the source address: routing information follows it. */
const ROUTED = 0x80;
const FDDI_LENGTH = 13;

/** Index in `bytes` of the 6 octets of a token ring's destination address; the source's follow. */
export function destination(at: number): number {
  return at + 2;
}

export function decodeTokenRing(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < TOKEN_RING_LENGTH) return view.tooShort(LayerKind.TokenRing, at, TOKEN_RING_LENGTH, limit);
  let header = TOKEN_RING_LENGTH;
  if ((bytes[at + 8]! & ROUTED) !== 0) {
    if (limit - at < header + 2) return view.tooShort(LayerKind.TokenRing, at, header + 2, limit);
    const routing = bytes[at + header]! & 0x1f;
    if (routing < 2) return view.fault(Problem.BadHeaderLength, LayerKind.TokenRing, at, 2, routing);
    header += routing;
    if (limit - at < header) return view.tooShort(LayerKind.TokenRing, at, header, limit);
  }
  view.add(LayerKind.TokenRing, at, limit);
  view.nextAt = at + header;
  return bytes[at + 1]! >>> 6 === 1 ? LayerKind.Llc : LayerKind.None;
}

export function frameControl(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

export function decodeFddi(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < FDDI_LENGTH) return view.tooShort(LayerKind.Fddi, at, FDDI_LENGTH, limit);
  view.add(LayerKind.Fddi, at, limit);
  view.nextAt = at + FDDI_LENGTH;
  return frameControl(bytes, at) >>> 4 === 5 ? LayerKind.Llc : LayerKind.None;
}
