/**
 * What the frames of one ping have in common at one point, octet for octet: a flood's frames differ in identifications,
 * checksums, sequence numbers and payload only. A frame that fits the template is of its kind without being decoded.
 */
import type { FrameCursor } from '../../capture/capture.js';
import { Flag } from '../sightings.js';

/** Octets of an ICMP echo header (RFC 792). */
export const ECHO_HEADER = 8;

/** A digest and a checksum over the same octets, in one pass. */
export class PayloadSum {
  digest = 0;
  /** Sum of 16-bit words, the first octet low, not folded; exact below 2^53. */
  sum = 0;

  /** As digest() in digest.ts has it. */
  over(view: DataView, from: number, to: number): void {
    let hash = 0x811c9dc5;
    let sum = 0;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const word = view.getInt32(at, true);
      hash = Math.imul(hash ^ word, 0x01000193);
      hash ^= hash >>> 15;
      sum += (word & 0xffff) + (word >>> 16);
    }
    for (let shift = 0; at < to; at++, shift ^= 8) {
      const octet = view.getUint8(at);
      hash = Math.imul(hash ^ octet, 0x01000193);
      sum += octet << shift;
    }
    this.digest = hash >>> 0;
    this.sum = sum;
  }
}

type Framed = Pick<FrameCursor, 'start' | 'end' | 'wireLength' | 'linkType' | 'interfaceIndex'>;

export class EchoTemplate {
  readonly kind: number;
  readonly point: number;
  readonly isEncapsulated: boolean;
  readonly isTagged: boolean;
  readonly #interfaceIndex: number;
  readonly #linkType: number;
  readonly #capturedLength: number;
  readonly #wireLength: number;
  /** Captured octets of ICMP data. */
  readonly #payload: number;
  readonly #flags: number;
  /** Words at multiples of four octets, the last one moved back to end with the header. */
  readonly #masks: Int32Array;
  readonly #words: Int32Array;
  readonly #lastWord: number;
  /** Offsets from the frame's start; -1: there is no outer header. */
  readonly #outer: number;
  readonly #inner: number;
  readonly #icmp: number;
  /** Sums of the headers' 16-bit words but identification and checksum. */
  readonly #outerSum: number;
  readonly #innerSum: number;
  readonly #echoSum: number;

  /** Made of a frame that was decoded without a fault: `outer`, `inner`, `icmp` are where its headers stand in `view`. */
  constructor(
    frame: Framed,
    view: DataView,
    headers: { readonly outer: number; readonly inner: number; readonly icmp: number },
    known: {
      readonly kind: number;
      readonly point: number;
      readonly flags: number;
      readonly payloadCaptured: number;
      readonly isTagged: boolean;
    },
  ) {
    const { start } = frame;
    this.kind = known.kind;
    this.point = known.point;
    this.isTagged = known.isTagged;
    this.#flags = known.flags;
    this.#payload = known.payloadCaptured;
    this.#interfaceIndex = frame.interfaceIndex;
    this.#linkType = frame.linkType;
    this.#capturedLength = frame.end - start;
    this.#wireLength = frame.wireLength;
    this.isEncapsulated = headers.outer >= 0;
    this.#outer = headers.outer < 0 ? -1 : headers.outer - start;
    this.#inner = headers.inner - start;
    this.#icmp = headers.icmp - start;
    const length = this.#icmp + ECHO_HEADER;
    this.#lastWord = length - 4;
    const counts = new Uint8Array(length).fill(0xff);
    const own = (at: number, octets: number): void => {
      counts.fill(0, at, at + octets);
    };
    for (const header of [this.#outer, this.#inner]) {
      if (header < 0) continue;
      own(header + 4, 2);
      own(header + 10, 2);
    }
    own(this.#icmp + 2, 6);
    const size = Math.ceil(length / 4);
    this.#masks = new Int32Array(size);
    this.#words = new Int32Array(size);
    const mask = new DataView(counts.buffer);
    for (let i = 0; i < size; i++) {
      const at = Math.min(4 * i, this.#lastWord);
      this.#masks[i] = mask.getInt32(at);
      this.#words[i] = view.getInt32(start + at) & this.#masks[i]!;
    }
    this.#outerSum = this.#outer < 0 ? 0 : fixedSum(view, start + this.#outer);
    this.#innerSum = fixedSum(view, start + this.#inner);
    this.#echoSum = view.getUint16(start + this.#icmp);
  }

  /** Is the frame of this kind, with the same checksums right? Leaves the payload's digest in `payload`. */
  fits(frame: Framed, view: DataView, payload: PayloadSum): boolean {
    const { start } = frame;
    if (
      frame.end - start !== this.#capturedLength ||
      frame.wireLength !== this.#wireLength ||
      frame.interfaceIndex !== this.#interfaceIndex ||
      frame.linkType !== this.#linkType
    ) {
      return false;
    }
    const masks = this.#masks;
    const words = this.#words;
    const last = words.length - 1;
    for (let i = 0; i < last; i++) if ((view.getInt32(start + 4 * i) & masks[i]!) !== words[i]) return false;
    if ((view.getInt32(start + this.#lastWord) & masks[last]!) !== words[last]) return false;
    const flags = this.#flags;
    const inner = start + this.#inner;
    const innerSum = this.#innerSum + view.getUint16(inner + 4) + view.getUint16(inner + 10);
    if (isWhole(innerSum) !== ((flags & Flag.InnerChecksumRight) !== 0)) return false;
    if (this.#outer >= 0) {
      const outer = start + this.#outer;
      const outerSum = this.#outerSum + view.getUint16(outer + 4) + view.getUint16(outer + 10);
      if (isWhole(outerSum) !== ((flags & Flag.OuterChecksumRight) !== 0)) return false;
    }
    const icmp = start + this.#icmp;
    payload.over(view, icmp + ECHO_HEADER, icmp + ECHO_HEADER + this.#payload);
    if ((flags & (Flag.MessageChecksumRight | Flag.MessageChecksumWrong)) === 0) return true;
    const sum =
      this.#echoSum +
      view.getUint16(icmp + 2) +
      view.getUint16(icmp + 4) +
      view.getUint16(icmp + 6) +
      swapped(fold(payload.sum));
    return isWhole(sum) === ((flags & Flag.MessageChecksumRight) !== 0);
  }

  identification(frame: { readonly start: number }, view: DataView): number {
    return view.getUint16(frame.start + this.#inner + 4);
  }

  outerIdentification(frame: { readonly start: number }, view: DataView): number {
    return this.#outer < 0 ? 0 : view.getUint16(frame.start + this.#outer + 4);
  }

  /** ICMP identifier and sequence number, in 32 bits. */
  number(frame: { readonly start: number }, view: DataView): number {
    return view.getUint32(frame.start + this.#icmp + 4);
  }
}

/** Of an IPv4 header's 16-bit words all but identification and checksum. */
function fixedSum(view: DataView, at: number): number {
  const length = (view.getUint8(at) & 15) * 4;
  let sum = 0;
  for (let i = 0; i < length; i += 2) if (i !== 4 && i !== 10) sum += view.getUint16(at + i);
  return sum;
}

/** RFC 1071: ones' complement addition. */
function fold(sum: number): number {
  let folded = sum % 0xffff;
  if (folded === 0 && sum !== 0) folded = 0xffff;
  return folded;
}

function isWhole(sum: number): boolean {
  return fold(sum) === 0xffff;
}

function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}
