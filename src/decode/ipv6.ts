/** IPv6 header and its extension headers (RFC 8200), followed only to name what travels inside, for example IPv4 (RFC 2473). */
import { uint16 } from './bytes.js';
import { type FrameView, LimitBy, MAX_IP_HEADERS, Problem } from './frame-view.js';
import { layerOfIpProtocol } from './ip-protocol.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 40;
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;

/** Octets behind the fixed header, extension headers included; 0 in a jumbogram. */
export function payloadLength(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 4);
}

export function nextHeader(bytes: Uint8Array, at: number): number {
  return bytes[at + 6]!;
}

export function hopLimit(bytes: Uint8Array, at: number): number {
  return bytes[at + 7]!;
}

export function trafficClass(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) >>> 4) & 0xff;
}

/** Index in `bytes` of the 16 octets of the source address. */
export function source(at: number): number {
  return at + 8;
}

/** Index in `bytes` of the 16 octets of the destination address. */
export function destination(at: number): number {
  return at + 24;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  const room = limit - at;
  if (room < LENGTH) return view.tooShort(LayerKind.Ipv6, at, LENGTH, limit);
  const version = bytes[at]! >>> 4;
  if (version !== 6) return view.fault(Problem.WrongVersion, LayerKind.Ipv6, at, 6, version);
  if (view.allIpHeaders++ === MAX_IP_HEADERS) return view.fault(Problem.Unsupported, LayerKind.Ipv6, at, 0, room);
  const payload = payloadLength(bytes, at);
  const total = LENGTH + payload;
  const isBounded = payload !== 0 && total <= room;
  view.add(LayerKind.Ipv6, at, isBounded ? at + total : limit);
  if (!view.quoting && view.ipHeaders++ !== 0 && view.outer < 0) view.outer = view.inner;
  if (isBounded) view.narrow(at + total, LimitBy.TotalLength);
  else if (total > room && view.limitBy !== LimitBy.Captured && !view.quoting && !view.insideFragment) {
    view.fault(Problem.BadLength, LayerKind.Ipv6, at, total, room);
  }
  return followExtensions(view, bytes, at, view.nextLimit);
}

function followExtensions(view: FrameView, bytes: Uint8Array, ip: number, limit: number): number {
  let next = nextHeader(bytes, ip);
  let at = ip + LENGTH;
  while (next === HOP_BY_HOP || next === ROUTING || next === FRAGMENT || next === DESTINATION_OPTIONS) {
    if (limit - at < 8) return view.tooShort(LayerKind.Ipv6, ip, at - ip + 8, limit);
    const length = next === FRAGMENT ? 8 : (bytes[at + 1]! + 1) << 3;
    if (limit - at < length) return view.tooShort(LayerKind.Ipv6, ip, at - ip + length, limit);
    if (next === FRAGMENT) {
      const fragmentation = uint16(bytes, at + 2);
      if (fragmentation >>> 3 !== 0) return LayerKind.None;
      if ((fragmentation & 1) !== 0) view.insideFragment = true;
    }
    next = bytes[at]!;
    at += length;
  }
  view.nextAt = at;
  return layerOfIpProtocol(next);
}
