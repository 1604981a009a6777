/** PPP over Ethernet (RFC 2516 section 4). */
import { uint16 } from './bytes.js';
import { type FrameView, LimitBy, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 6;
const VERSION_AND_TYPE = 0x11;
const SESSION_DATA = 0;

/** 0 in a session; the discovery stage has others. */
export function code(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

export function sessionIdentifier(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** Octets behind this header. */
export function payloadLength(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 4);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Pppoe, at, LENGTH, limit);
  if (bytes[at] !== VERSION_AND_TYPE) return view.fault(Problem.WrongVersion, LayerKind.Pppoe, at, 1, bytes[at]! >>> 4);
  const end = at + LENGTH + payloadLength(bytes, at);
  view.add(LayerKind.Pppoe, at, Math.min(limit, end));
  if (end <= limit) view.narrow(end, LimitBy.HeaderLength);
  view.nextAt = at + LENGTH;
  return code(bytes, at) === SESSION_DATA ? LayerKind.Ppp : LayerKind.None;
}
