/** ICMP (RFC 792), the next-hop MTU of "fragmentation needed" (RFC 1191) and the length of a quote (RFC 4884). */
import { uint16 } from './bytes.js';
import { onesComplementSum } from './checksum.js';
import { type FrameView, LimitBy } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 8;

export function type(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

export function code(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

/** Of an echo message. */
export function identifier(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 4);
}

/** Sequence number of an echo message. */
export function sequence(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 6);
}

/** Of type 3 code 4; 0 from a router older than RFC 1191. */
export function nextHopMtu(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 6);
}

/** Whether messages of this type carry an identifier and a sequence number: echo, timestamp, information, address mask. */
export function isNumbered(messageType: number): boolean {
  return messageType === 0 || messageType === 8 || (messageType >= 13 && messageType <= 18);
}

/** Whether messages of this type quote the datagram they are about. */
export function isError(messageType: number): boolean {
  return messageType === 3 || messageType === 4 || messageType === 5 || messageType === 11 || messageType === 12;
}

/** Whether the checksum over the whole message, [at, limit), is right; only meaningful when all of it was captured. */
export function checksumIsRight(bytes: Uint8Array, at: number, limit: number): boolean {
  return onesComplementSum(bytes, at, limit) === 0xffff;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Icmpv4, at, LENGTH, limit);
  view.add(LayerKind.Icmpv4, at, limit);
  if (!view.quoting) view.icmp = at;
  const messageType = bytes[at]!;
  if (!isError(messageType)) return LayerKind.None;
  if (!view.quoting) {
    view.quoting = true;
    view.quotedFrom = view.count;
  }
  view.nextAt = at + LENGTH;
  // Without extensions the length is 0 and the quote is the rest; redirect and source quench have no such field.
  if (messageType === 3 || messageType === 11 || messageType === 12) {
    const quoteEnd = at + LENGTH + (bytes[at + 5]! << 2);
    if (quoteEnd > view.nextAt && quoteEnd < limit) view.narrow(quoteEnd, LimitBy.HeaderLength);
  }
  return LayerKind.Ipv4;
}
