/** GRE (RFC 2784, keys and sequence numbers RFC 2890, routing RFC 1701) and its PPTP variant (RFC 2637 section 4.1). */
import { uint16, uint32 } from './bytes.js';
import { layerOfEtherType } from './ether-type.js';
import { type FrameView, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const MIN_LENGTH = 4;
/** GRE in UDP (RFC 8086). */
export const PORT = 4754;
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const PPTP_VERSION = 1;
const PPP = 0x880b;

export function flags(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) & 0xfff8;
}

export function version(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]! & 0x07;
}

/** An EtherType. */
export function protocol(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** Octets that the flags announce. */
export function headerLength(bytes: Uint8Array, at: number): number {
  const bits = uint16(bytes, at);
  let length = MIN_LENGTH;
  if ((bits & (CHECKSUM | ROUTING)) !== 0) length += 4;
  if ((bits & KEY) !== 0) length += 4;
  if ((bits & SEQUENCE) !== 0) length += 4;
  if (version(bytes, at) === PPTP_VERSION && (bits & ACKNOWLEDGMENT) !== 0) length += 4;
  return length;
}

/** null: the header has none. */
export function key(bytes: Uint8Array, at: number): number | null {
  const bits = uint16(bytes, at);
  if ((bits & KEY) === 0) return null;
  return uint32(bytes, at + ((bits & (CHECKSUM | ROUTING)) !== 0 ? 8 : 4));
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < MIN_LENGTH) return view.tooShort(LayerKind.Gre, at, MIN_LENGTH, limit);
  const found = version(bytes, at);
  if (found > PPTP_VERSION) return view.fault(Problem.WrongVersion, LayerKind.Gre, at, 0, found);
  const header = headerLength(bytes, at);
  if (limit - at < header) return view.tooShort(LayerKind.Gre, at, header, limit);
  view.add(LayerKind.Gre, at, limit);
  // Source routes of RFC 1701: gone since RFC 2784.
  if ((uint16(bytes, at) & ROUTING) !== 0) return view.fault(Problem.Unsupported, LayerKind.Gre, at, 0, limit - at);
  view.nextAt = at + header;
  const type = protocol(bytes, at);
  if (found === PPTP_VERSION) return type === PPP ? LayerKind.Ppp : LayerKind.None;
  return layerOfEtherType(type);
}
