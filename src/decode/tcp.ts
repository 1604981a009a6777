/** TCP segment header (RFC 9293 section 3.1). */
import { uint16, uint32 } from './bytes.js';
import { type FrameView, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

export const MIN_LENGTH = 20;
/** An ICMP error need not quote more: the ports and the sequence number (RFC 792). */
const QUOTED_LENGTH = 8;
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;

export function sourcePort(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at);
}

export function destinationPort(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

export function sequenceNumber(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4);
}

export function acknowledgmentNumber(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 8);
}

/** In octets. */
export function headerLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 12]! >>> 4) << 2;
}

/** CWR, ECE, URG, ACK, PSH, RST, SYN, FIN from bit 7 to bit 0. */
export function flags(bytes: Uint8Array, at: number): number {
  return bytes[at + 13]!;
}

export function window(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 14);
}

/** The option of RFC 9293 section 3.7.1, as far as the header was captured before `limit`; -1: none. */
export function maximumSegmentSize(bytes: Uint8Array, at: number, limit: number): number {
  const end = Math.min(limit, at + headerLength(bytes, at));
  let i = at + MIN_LENGTH;
  while (i < end) {
    const kind = bytes[i]!;
    if (kind === END_OF_OPTIONS) return -1;
    if (kind === NO_OPERATION) {
      i++;
      continue;
    }
    if (i + 1 >= end) return -1;
    const length = bytes[i + 1]!;
    if (length < 2 || i + length > end) return -1;
    if (kind === MAXIMUM_SEGMENT_SIZE) return length === 4 ? uint16(bytes, i + 2) : -1;
    i += length;
  }
  return -1;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  const room = limit - at;
  if (room < MIN_LENGTH) {
    if (view.quoting && room >= QUOTED_LENGTH) view.add(LayerKind.Tcp, at, limit);
    return view.tooShort(LayerKind.Tcp, at, MIN_LENGTH, limit);
  }
  view.add(LayerKind.Tcp, at, limit);
  if (!view.quoting) view.tcp = at;
  const header = headerLength(bytes, at);
  if (header < MIN_LENGTH) return view.fault(Problem.BadHeaderLength, LayerKind.Tcp, at, MIN_LENGTH, header);
  if (header > room) return view.tooShort(LayerKind.Tcp, at, header, limit);
  return LayerKind.None;
}
