/**
 * Octets of TCP connections: for each direction of a connection and each capture point, which sequence numbers passed. Segments
 * are joined and cut anew on the way (GSO, GRO, retransmission), so octets are what can be followed.
 */
import { hashSeed } from './sightings.js';
import { widened } from './widened.js';

/** Directions of connections of one file; what goes beyond is counted in `dropped`. */
const MAX_STREAMS = 1 << 17;
/** Ranges that are missing between those that passed; a stream with more of them is `ragged`, and nothing is concluded from it. */
const MAX_HOLES = 64;
/** Resent segments that are remembered of one stream, and of all streams of a file. */
const MAX_RESENT = 32;
const MAX_ALL_RESENT = 1 << 16;
/** Segments that stand for a connection of which no handshake was seen. */
const SAMPLES = 16;
/** Longer segments may be joined or cut on the way. */
const SAMPLE_OCTETS = 512;

export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;
/** Of the IPv4 header's flags and fragment offset. */
const DONT_FRAGMENT = 0x4000;

/** One segment that carried octets which had passed here before. Offsets as in RawStream. */
interface ResentSegment {
  readonly from: number;
  readonly to: number;
  /** Of its IP datagram. */
  readonly totalLength: number;
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** One direction of a TCP connection at one point. Offsets count octets from `base`, and do not wrap. */
export interface RawStream {
  readonly point: number;
  readonly source: number;
  readonly destination: number;
  /** Source port in the upper half, destination port in the lower. */
  readonly ports: number;
  readonly firstFrame: number;
  /** Sequence number of the octet with offset 0: the first one after the SYN, or the first one seen. */
  base: number;
  /** Passed: all octets from `low` to `next`, less `holes` (from, to, from, to, …). */
  low: number;
  next: number;
  readonly holes: number[];
  ragged: boolean;
  /** Octets that passed, repeats counted, and how many of them had passed before. */
  octets: number;
  resentOctets: number;
  readonly resent: ResentSegment[];
  /** All flags that any segment had. */
  flags: number;
  /** Longest IP datagram that carried octets, and whether it had DF. */
  largest: number;
  largestHasDf: boolean;
  largestFrame: number;
  /** First frame whose octets travelled in no tunnel; 0: none did. */
  bareFrame: number;
  /** Highest acknowledgment number that this direction sent; -1: none. */
  acknowledged: number;
  /** Sequence number of a SYN; -1: none was seen. */
  initial: number;
}

interface Counted extends RawStream {
  /** Hashes of the segments that stand for it, ascending; null once a handshake was seen. */
  samples: number[] | null;
}

/** Where and when a segment was captured. */
export interface SegmentFrame {
  readonly frameNumber: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

export class Streams {
  readonly all: RawStream[] = [];
  /** Segments of connections beyond those that are kept. */
  dropped = 0;
  #slots = new Int32Array(256).fill(-1);
  #keys = new Uint32Array(4 * 256);
  #resent = 0;
  #lastKey = -1;

  /** The stream's number; -1: it was not seen here. */
  find(point: number, source: number, destination: number, ports: number): number {
    return this.#slots[this.#slot(point, source, destination, ports)]!;
  }

  /**
   * May the segment be asked for as one that stands for its connection? The same segments are chosen at every point, wherever
   * its capture begins: those with the lowest hashes.
   */
  isSample(point: number, view: DataView, inner: number, at: number): boolean {
    const number = this.#lookUp(point, view, inner, at);
    const samples = number === -1 ? [] : (this.all[number] as Counted).samples;
    if (samples === null || payloadLength(view, inner, at) > SAMPLE_OCTETS) return false;
    return samples.length < SAMPLES || sampleHash(view, inner, at) <= samples[SAMPLES - 1]!;
  }

  /** Takes a segment whose header was captured whole. `isBare`: it travels in no tunnel. */
  add(frame: SegmentFrame, view: DataView, inner: number, at: number, point: number, isBare: boolean): void {
    let number = this.#lookUp(point, view, inner, at);
    if (number === -1) number = this.#open(frame, view, inner, at, point);
    if (number === -1) {
      this.dropped++;
      return;
    }
    const stream = this.all[number] as Counted;
    const flags = view.getUint8(at + 13);
    const length = payloadLength(view, inner, at);
    stream.flags |= flags;
    if (flags & ACK) {
      const acknowledged = view.getUint32(at + 8);
      if (stream.acknowledged === -1 || ((acknowledged - stream.acknowledged) | 0) > 0)
        stream.acknowledged = acknowledged;
    }
    const sequence = view.getUint32(at + 4);
    if (flags & SYN) this.#start(stream, sequence);
    else if (stream.samples !== null && length <= SAMPLE_OCTETS) addSample(stream.samples, sampleHash(view, inner, at));
    if (length === 0) return;
    if (isBare && stream.bareFrame === 0) stream.bareFrame = frame.frameNumber;
    const totalLength = view.getUint16(inner + 2);
    if (totalLength > stream.largest) {
      stream.largest = totalLength;
      stream.largestHasDf = (view.getUint16(inner + 6) & DONT_FRAGMENT) !== 0;
      stream.largestFrame = frame.frameNumber;
    }
    // Sequence numbers wrap: the nearest place to the end of what passed is meant (RFC 9293 section 3.4).
    const from = stream.next + ((sequence + (flags & SYN ? 1 : 0) - stream.base - stream.next) | 0);
    this.#pass(stream, from, from + length, totalLength, frame);
  }

  #start(stream: Counted, sequence: number): void {
    stream.samples = null;
    if (stream.initial !== -1) return;
    stream.initial = sequence;
    if (stream.octets === 0) stream.base = (sequence + 1) >>> 0;
  }

  #pass(stream: RawStream, from: number, to: number, totalLength: number, at: SegmentFrame): void {
    const isFirst = stream.octets === 0;
    stream.octets += to - from;
    if (isFirst && stream.initial === -1) {
      stream.low = from;
      stream.next = to;
      return;
    }
    if (from >= stream.next) {
      if (from > stream.next) this.#hole(stream, stream.next, from);
      stream.next = to;
      return;
    }
    if (to <= stream.low) {
      if (to < stream.low) this.#hole(stream, to, stream.low);
      stream.low = from;
      return;
    }
    // Octets between the ends: new where they fill a hole, else seen before.
    let again = Math.min(to, stream.next) - Math.max(from, stream.low);
    again -= this.#fill(stream.holes, from, to);
    stream.low = Math.min(stream.low, from);
    stream.next = Math.max(stream.next, to);
    if (again <= 0) return;
    stream.resentOctets += again;
    if (stream.resent.length < MAX_RESENT && this.#resent < MAX_ALL_RESENT) {
      this.#resent++;
      const { frameNumber: frame, seconds, nanoseconds } = at;
      stream.resent.push({ from, to, totalLength, frame, seconds, nanoseconds });
    }
  }

  #hole(stream: RawStream, from: number, to: number): void {
    if (stream.holes.length >= 2 * MAX_HOLES) stream.ragged = true;
    else stream.holes.push(from, to);
  }

  /** Takes from the holes what passed now; returns how many octets that were. */
  #fill(holes: number[], from: number, to: number): number {
    let filled = 0;
    for (let i = 0; i < holes.length; i += 2) {
      const start = holes[i]!;
      const end = holes[i + 1]!;
      const a = Math.max(start, from);
      const b = Math.min(end, to);
      if (a >= b) continue;
      filled += b - a;
      const left = [...(start < a ? [start, a] : []), ...(b < end ? [b, end] : [])];
      holes.splice(i, 2, ...left);
      i += left.length - 2;
    }
    return filled;
  }

  #open(frame: SegmentFrame, view: DataView, inner: number, at: number, point: number): number {
    if (this.all.length >= MAX_STREAMS) return -1;
    const source = view.getUint32(inner + 12);
    const destination = view.getUint32(inner + 16);
    const ports = view.getUint32(at);
    const stream: Counted = {
      point,
      source,
      destination,
      ports,
      firstFrame: frame.frameNumber,
      base: view.getUint32(at + 4),
      low: 0,
      next: 0,
      holes: [],
      ragged: false,
      octets: 0,
      resentOctets: 0,
      resent: [],
      flags: 0,
      largest: 0,
      largestHasDf: false,
      largestFrame: 0,
      bareFrame: 0,
      acknowledged: -1,
      initial: -1,
      samples: [],
    };
    const number = this.all.push(stream) - 1;
    if (4 * this.all.length > this.#keys.length) this.#keys = widened(this.#keys, this.#keys.length * 2);
    this.#keys.set([point, source, destination, ports], 4 * number);
    this.#slots[this.#slot(point, source, destination, ports)] = number;
    if (this.all.length * 2 > this.#slots.length) this.#rehash();
    this.#lastKey = number;
    return number;
  }

  #lookUp(point: number, view: DataView, inner: number, at: number): number {
    const source = view.getUint32(inner + 12);
    const destination = view.getUint32(inner + 16);
    const ports = view.getUint32(at);
    // Segment after segment is of one connection.
    const last = this.#lastKey;
    if (last !== -1 && this.#is(last, point, source, destination, ports)) return last;
    const number = this.find(point, source, destination, ports);
    if (number !== -1) this.#lastKey = number;
    return number;
  }

  #is(number: number, point: number, source: number, destination: number, ports: number): boolean {
    const keys = this.#keys;
    const i = 4 * number;
    return keys[i] === point && keys[i + 1] === source && keys[i + 2] === destination && keys[i + 3] === ports;
  }

  /** Its own slot, or the free one that it would take. */
  #slot(point: number, source: number, destination: number, ports: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(point ^ hashSeed, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ source, 0x85ebca6b) + hashSeed;
    hash = Math.imul(hash ^ (hash >>> 13) ^ destination, 0xc2b2ae35) + hashSeed;
    hash = Math.imul(hash ^ (hash >>> 16) ^ ports, 0x27d4eb2f);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const number = this.#slots[slot]!;
      if (number === -1 || this.#is(number, point, source, destination, ports)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const keys = this.#keys;
    for (let n = 0; n < this.all.length; n++) {
      const i = 4 * n;
      this.#slots[this.#slot(keys[i]!, keys[i + 1]!, keys[i + 2]!, keys[i + 3]!)] = n;
    }
  }
}

/** Octets of the segment, whether captured or not. */
function payloadLength(view: DataView, inner: number, at: number): number {
  const header = (view.getUint8(at + 12) >>> 4) << 2;
  return Math.max(0, view.getUint16(inner + 2) - ((view.getUint8(inner) & 0x0f) << 2) - header);
}

/** The same at every point and in every run: what is chosen shows in the report. */
export function sampleHash(view: DataView, inner: number, at: number): number {
  let hash = Math.imul(view.getUint32(at + 4) ^ 0x5bd1e995, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ view.getUint32(at + 8), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ ((payloadLength(view, inner, at) << 8) | view.getUint8(at + 13)), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function addSample(samples: number[], hash: number): void {
  if (samples.length >= SAMPLES && hash >= samples[SAMPLES - 1]!) return;
  if (samples.includes(hash)) return;
  let at = samples.length;
  while (at > 0 && samples[at - 1]! > hash) at--;
  samples.splice(at, 0, hash);
  samples.length = Math.min(samples.length, SAMPLES);
}
