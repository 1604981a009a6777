/** PPP (RFC 1661), with or without HDLC-like framing (RFC 1662 section 3.1). */
import { uint16 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const ALL_STATIONS_UNNUMBERED = 0xff03;

/** Octets before the protocol field. */
function framing(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) === ALL_STATIONS_UNNUMBERED ? 2 : 0;
}

/** The protocol field, compressed or not: protocol numbers have an odd last octet and an even first one. */
export function protocol(bytes: Uint8Array, at: number): number {
  const field = at + framing(bytes, at);
  return (bytes[field]! & 1) !== 0 ? bytes[field]! : uint16(bytes, field);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < 2) return view.tooShort(LayerKind.Ppp, at, 2, limit);
  const before = framing(bytes, at);
  const isCompressed = before < limit - at && (bytes[at + before]! & 1) !== 0;
  const length = before + (isCompressed ? 1 : 2);
  if (limit - at < length) return view.tooShort(LayerKind.Ppp, at, length, limit);
  view.add(LayerKind.Ppp, at, limit);
  view.nextAt = at + length;
  switch (protocol(bytes, at)) {
    case 0x0021:
      return LayerKind.Ipv4;
    case 0x0057:
      return LayerKind.Ipv6;
    default:
      return LayerKind.None;
  }
}
