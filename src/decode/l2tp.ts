/** L2TP version 2 (RFC 2661 section 3.1): PPP over UDP. Control messages and version 3 are only known by their absence here. */
import { uint16 } from './bytes.js';
import { type FrameView, LimitBy } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const MIN_LENGTH = 6;
export const PORT = 1701;
const VERSION = 2;
const CONTROL = 0x8000;
const HAS_LENGTH = 0x4000;
const HAS_SEQUENCE = 0x0800;
const HAS_OFFSET = 0x0200;

export function isControl(bytes: Uint8Array, at: number): boolean {
  return (uint16(bytes, at) & CONTROL) !== 0;
}

export function tunnelIdentifier(bytes: Uint8Array, at: number): number {
  return uint16(bytes, identifiers(bytes, at));
}

export function sessionIdentifier(bytes: Uint8Array, at: number): number {
  return uint16(bytes, identifiers(bytes, at) + 2);
}

function identifiers(bytes: Uint8Array, at: number): number {
  return at + ((uint16(bytes, at) & HAS_LENGTH) !== 0 ? 4 : 2);
}

/** The port says that this is L2TP; another version has another header, or is something else that happens to use the port. */
export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < MIN_LENGTH) return view.tooShort(LayerKind.L2tp, at, MIN_LENGTH, limit);
  const flags = uint16(bytes, at);
  if ((flags & 0x0f) !== VERSION) return LayerKind.None;
  let header = identifiers(bytes, at) + 4 - at;
  if ((flags & HAS_SEQUENCE) !== 0) header += 4;
  const offsetField = header;
  if ((flags & HAS_OFFSET) !== 0) header += 2;
  if (limit - at < header) return view.tooShort(LayerKind.L2tp, at, header, limit);
  if ((flags & HAS_OFFSET) !== 0) {
    header += uint16(bytes, at + offsetField);
    if (limit - at < header) return view.tooShort(LayerKind.L2tp, at, header, limit);
  }
  view.add(LayerKind.L2tp, at, limit);
  view.detach();
  const end = (flags & HAS_LENGTH) === 0 ? limit : at + uint16(bytes, at + 2);
  if (end >= at + header && end < limit) view.narrow(end, LimitBy.HeaderLength);
  view.nextAt = at + header;
  // A message of no data is an acknowledgment.
  const isEmpty = (flags & HAS_LENGTH) !== 0 && end === view.nextAt;
  return (flags & CONTROL) !== 0 || isEmpty ? LayerKind.None : LayerKind.Ppp;
}
