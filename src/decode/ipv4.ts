/**
 * IPv4 header (RFC 791 section 3.1), also as an IP-in-IP outer header (RFC 2003).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|      Fragment Offset    |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                       Source Address                          |
 * |                    Destination Address                        |
 * |                    Options                    |    Padding    |
 */
import { uint16, uint32 } from './bytes.js';
import { onesComplementSum } from './checksum.js';
import { ABSENT, type FrameView, LimitBy, MAX_IP_HEADERS, Problem } from './frame-view.js';
import { layerOfIpProtocol } from './ip-protocol.js';
import { LayerKind } from './layer-kind.js';

export const MIN_LENGTH = 20;

/** In octets. */
export function headerLength(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & 0x0f) << 2;
}

export function typeOfService(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

/** Header and data, in octets; 0 in a datagram that the network card has yet to cut into segments. */
export function totalLength(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

export function identification(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 4);
}

export function dontFragment(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 6]! & 0x40) !== 0;
}

/** Bit 0 of the flags: reserved, must be zero (RFC 791 section 3.1). */
export function reservedFlag(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 6]! & 0x80) !== 0;
}

export function moreFragments(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 6]! & 0x20) !== 0;
}

/** In octets; the field itself counts in units of eight. */
export function fragmentOffset(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at + 6) & 0x1fff) << 3;
}

export function timeToLive(bytes: Uint8Array, at: number): number {
  return bytes[at + 8]!;
}

export function protocol(bytes: Uint8Array, at: number): number {
  return bytes[at + 9]!;
}

export function source(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 12);
}

export function destination(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 16);
}

export function headerChecksumIsRight(bytes: Uint8Array, at: number): boolean {
  return onesComplementSum(bytes, at, at + headerLength(bytes, at)) === 0xffff;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  const room = limit - at;
  if (room < MIN_LENGTH) return view.tooShort(LayerKind.Ipv4, at, MIN_LENGTH, limit);
  const first = bytes[at]!;
  if (first >>> 4 !== 4) return view.fault(Problem.WrongVersion, LayerKind.Ipv4, at, 4, first >>> 4);
  const header = (first & 0x0f) << 2;
  if (header < MIN_LENGTH) return view.fault(Problem.BadHeaderLength, LayerKind.Ipv4, at, MIN_LENGTH, header);
  if (header > room) return view.tooShort(LayerKind.Ipv4, at, header, limit);
  if (view.allIpHeaders++ === MAX_IP_HEADERS) return view.fault(Problem.Unsupported, LayerKind.Ipv4, at, 0, room);
  const total = uint16(bytes, at + 2);
  const isBounded = total >= header && total <= room;
  view.add(LayerKind.Ipv4, at, isBounded ? at + total : limit);
  if (!view.quoting) {
    if (view.ipHeaders++ !== 0 && view.outer < 0) view.outer = view.inner;
    view.inner = at;
  } else if (view.quotedIp === ABSENT) view.quotedIp = at;
  if (isBounded) view.narrow(at + total, LimitBy.TotalLength);
  else if (total < header) {
    // Total length 0: the card segments it (TSO), and the datagram is as long as the frame, as Wireshark takes it too.
    if (total !== 0) return view.fault(Problem.LengthBelowHeader, LayerKind.Ipv4, at, header, total);
  } else if (total > room && view.limitBy !== LimitBy.Captured && !view.quoting && !view.insideFragment) {
    view.fault(Problem.BadLength, LayerKind.Ipv4, at, total, room);
  }
  const fragmentation = uint16(bytes, at + 6);
  if ((fragmentation & 0x3fff) !== 0) {
    if ((fragmentation & 0x1fff) !== 0) {
      if (!view.quoting) view.fragment = true;
      return LayerKind.None;
    }
    view.insideFragment = true;
  }
  view.nextAt = at + header;
  return layerOfIpProtocol(bytes[at + 9]!);
}
