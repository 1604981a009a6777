/**
 * One reused buffer between a source of octets and a record reader: it recognises the format, carries the octets of a
 * record that is not whole yet over to the next read, and counts what was used.
 */

import type { CaptureSummary, FrameVisitor } from './capture.js';
import { type CaptureSink, describeEnding, type SourceFault } from './capture-sink.js';
import { openRecords, recognisableLength } from './open-capture.js';
import type { RecordReader } from './record-reader.js';

const defaultChunkSize = 512 * 1024;

export class CaptureWindow implements CaptureSink {
  /** Octets taken from the source so far. */
  taken = 0;
  readonly #file: string;
  readonly #visit: FrameVisitor;
  readonly #chunkSize: number;
  #bytes: Uint8Array;
  #view: DataView;
  #filled = 0;
  /** Octets that were used up, from the source's start. */
  #used = 0;
  #reader: RecordReader | null = null;

  constructor(file: string, visit: FrameVisitor, chunkSize = defaultChunkSize) {
    this.#file = file;
    this.#visit = visit;
    this.#chunkSize = Math.max(1, chunkSize);
    this.#bytes = new Uint8Array(Math.max(chunkSize, recognisableLength));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** A length cannot be believed: nothing after it is looked at, only counted. */
  get stopped(): boolean {
    return this.#reader !== null && this.#reader.damage !== null;
  }

  /** The buffer to fill next, at `offset`, with at most `room` octets; then call `took`. */
  get buffer(): Uint8Array {
    return this.#bytes;
  }

  get offset(): number {
    return this.stopped ? 0 : this.#filled;
  }

  get room(): number {
    return Math.min(this.#chunkSize, this.#bytes.length - this.offset);
  }

  /** `count` octets were put at `offset`. Visits the frames that are whole now. */
  took(count: number): void {
    this.taken += count;
    if (this.stopped) return;
    this.#filled += count;
    const reader = this.#reader ?? this.#open(false);
    if (reader === null) return;
    this.#consume(reader.walk(this.#bytes, this.#view, 0, this.#filled));
    if (reader.need > this.#bytes.length) this.#grow(reader.need);
  }

  /**
   * `count` octets stand at buffer[at], and the octets before them are free: what is left of the last ones goes there, so that
   * the records are walked where they lie. `view` lies over the same buffer.
   */
  tookAt(buffer: Uint8Array, view: DataView, at: number, count: number): void {
    const reader = this.#reader;
    if (reader === null || this.stopped || this.#filled > at) {
      this.push(buffer.subarray(at, at + count));
      return;
    }
    this.taken += count;
    const start = at - this.#filled;
    const end = at + count;
    buffer.set(this.#bytes.subarray(0, this.#filled), start);
    const used = reader.walk(buffer, view, start, end);
    this.#used += used - start;
    this.#filled = end - used;
    if (this.#filled > this.#bytes.length) this.#replace(this.#filled);
    this.#bytes.set(buffer.subarray(used, end));
  }

  /** Octets in a buffer of another's making. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.stopped) {
        this.taken += chunk.length - at;
        return;
      }
      const count = Math.min(this.room, chunk.length - at);
      this.#bytes.set(chunk.subarray(at, at + count), this.#filled);
      at += count;
      this.took(count);
    }
  }

  /** The source has `total` octets in all; those not taken yet are only counted. */
  skipTo(total: number): void {
    if (total > this.taken) this.taken = total;
  }

  finish(compression: CaptureSummary['compression'], fault: SourceFault | null): CaptureSummary {
    const reader = this.#reader ?? this.#open(true)!;
    const used = this.#used - reader.passed;
    const left = this.taken - used;
    return {
      file: this.#file,
      format: reader.format,
      compression,
      frames: reader.frames,
      interfaces: reader.interfaces,
      notes: reader.notes,
      ...describeEnding(used, left, reader.damage, fault, () => reader.whatWasCut(left)),
    };
  }

  #open(atEnd: boolean): RecordReader | null {
    const opened = openRecords(this.#file, this.#bytes, this.#filled, atEnd, this.#visit);
    if (opened === null) return null;
    this.#reader = opened.reader;
    this.#consume(opened.headerLength);
    return opened.reader;
  }

  /** Moves what is left to the buffer's start. */
  #consume(count: number): void {
    if (count === 0) return;
    this.#bytes.copyWithin(0, count, this.#filled);
    this.#filled -= count;
    this.#used += count;
  }

  /** Doubles at most up to what is needed, and only as octets arrive: a length alone takes no memory. */
  #grow(need: number): void {
    if (this.#filled < this.#bytes.length) return;
    const before = this.#bytes;
    this.#replace(Math.min(need, before.length * 2));
    this.#bytes.set(before.subarray(0, this.#filled));
  }

  #replace(length: number): void {
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
