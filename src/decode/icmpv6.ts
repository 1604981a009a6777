/** ICMPv6 (RFC 4443), named, and its errors followed into what they quote. */
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 4;
const QUOTE_AT = 8;

export function type(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

export function code(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

/** Destination unreachable, packet too big, time exceeded and parameter problem quote the datagram they are about. */
function isError(messageType: number): boolean {
  return messageType >= 1 && messageType <= 4;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Icmpv6, at, LENGTH, limit);
  view.add(LayerKind.Icmpv6, at, limit);
  if (!isError(bytes[at]!)) return LayerKind.None;
  if (limit - at < QUOTE_AT) return view.tooShort(LayerKind.Icmpv6, at, QUOTE_AT, limit);
  if (!view.quoting) {
    view.quoting = true;
    view.quotedFrom = view.count;
  }
  view.nextAt = at + QUOTE_AT;
  return LayerKind.Ipv6;
}
