/**
 * Classic captures from a pipe, through the `pcap-parser` package. The package knows the microsecond magic of version 2.4
 * only, ends silently on a cut record, waits for a whole record however absurd its length, and joins its buffer anew at
 * each chunk. So this guard hands it a header it knows and scales the fractions itself, counts octets to find a cut tail,
 * refuses a length at the `packetHeader` event before anything is waited for, and joins the chunks of a long record once.
 * Formats whose record headers the package cannot read (modified, versions before 2.4) go to `pcap-reader.ts` instead, as
 * do pcapng and whatever comes out of a decompressor, where 20 to 50 times the package's speed counts.
 */

import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { captureLimit } from '../path/link-types.js';
import type { CaptureSummary, FrameCursor, FrameVisitor } from './capture.js';
import type { CaptureSink, SourceFault } from './capture-sink.js';
import { describeEnding } from './capture-sink.js';
import * as notes from './frame-notes.js';
import { globalHeaderLength, interfaceOf, type PcapHeader, readPcapHeader, recordHeaderLength } from './pcap-header.js';
import { describeCut, emptyFrame, oddities, unbelievableLength } from './pcap-reader.js';

const nanosecondsPerSecond = 1_000_000_000;

/** What `pcap-parser` tells of a record. */
interface ParsedHeader {
  readonly timestampSeconds: number;
  readonly timestampMicroseconds: number;
  readonly capturedLength: number;
  readonly originalLength: number;
}

/** The package asks of its input that it can be paused, resumed and listened to. */
class ParserInput extends EventEmitter {
  pause(): this {
    return this;
  }
  resume(): this {
    return this;
  }
}

interface PcapParserPackage {
  parse(input: ParserInput): EventEmitter;
}

/** Whether `pcap-parser` can read the records behind this header. */
export function fitsPcapParser(header: PcapHeader): boolean {
  return header.recordHeaderLength === recordHeaderLength && header.lengthOrder === 'captured-first';
}

export class PcapStream implements CaptureSink {
  taken = 0;
  readonly #file: string;
  readonly #header: PcapHeader;
  readonly #visit: FrameVisitor;
  readonly #frame: FrameCursor;
  readonly #input = new ParserInput();
  readonly #notes = new Set<string>();
  readonly #limit: number;
  readonly #plainLength: number;
  #frames = 0;
  #damage: string | null = null;
  /** Octets of whole records, with the global header. */
  #used = globalHeaderLength;
  /** Octets that the package was given. */
  #given = 0;
  /** Octets of the record that the package is in the middle of, as far as it told. */
  #need = recordHeaderLength;
  /** Octets of a record that is not whole yet, until all of them are here. */
  #held: Uint8Array = new Uint8Array(0);
  #heldLength = 0;

  /** `start` opens the capture and holds its whole global header. */
  constructor(file: string, start: Uint8Array, visit: FrameVisitor) {
    const header = readPcapHeader(new DataView(start.buffer, start.byteOffset, start.byteLength), 0)!;
    this.#file = file;
    this.#header = header;
    this.#visit = visit;
    this.#frame = emptyFrame(header.linkType);
    this.#limit = captureLimit(header.linkType);
    this.#plainLength = header.snapLength === 0 ? this.#limit : Math.min(header.snapLength, this.#limit);
    if (header.snapLength === 0) this.#notes.add(notes.snapLengthZero);
    const parser = loadPackage().parse(this.#input);
    parser.on('packetHeader', (record: ParsedHeader) => this.#recordHeader(record));
    parser.on('packet', (packet: { header: ParsedHeader; data: Uint8Array }) =>
      this.#record(packet.header, packet.data),
    );
    parser.on('error', (error: Error) => {
      this.#damage ??= error.message;
    });
    this.taken = globalHeaderLength;
    this.#give(knownHeader(header));
    this.push(start.subarray(globalHeaderLength));
  }

  push(chunk: Uint8Array): void {
    this.taken += chunk.length;
    if (this.#damage !== null || chunk.length === 0) return;
    const wanted = this.#used + this.#need - this.#given;
    if (this.#heldLength === 0 && chunk.length >= wanted) {
      this.#give(chunk);
      return;
    }
    this.#hold(chunk, wanted);
    if (this.#heldLength < wanted) return;
    // The package keeps what it is given, so the buffer is not used again.
    const octets = this.#held.subarray(0, this.#heldLength);
    this.#held = new Uint8Array(0);
    this.#heldLength = 0;
    this.#give(octets);
  }

  /** Grows as octets arrive: a length alone takes no memory. */
  #hold(chunk: Uint8Array, wanted: number): void {
    const length = this.#heldLength + chunk.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, Math.min(wanted, this.#held.length * 2)));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(chunk, this.#heldLength);
    this.#heldLength = length;
  }

  finish(compression: CaptureSummary['compression'], fault: SourceFault | null): CaptureSummary {
    const left = this.taken - this.#used;
    const cut = () => describeCut(this.#frames + 1, left, recordHeaderLength, this.#need);
    return {
      file: this.#file,
      format: 'pcap',
      compression,
      frames: this.#frames,
      interfaces: [interfaceOf(this.#header)],
      notes: [...this.#notes],
      ...describeEnding(this.#used, left, this.#damage, fault, cut),
    };
  }

  #give(octets: Uint8Array): void {
    this.#given += octets.length;
    this.#input.emit('data', Buffer.from(octets.buffer, octets.byteOffset, octets.length));
  }

  #recordHeader(record: ParsedHeader): void {
    if (this.#damage !== null) return;
    if (record.capturedLength > this.#limit) {
      this.#damage = unbelievableLength(this.#frames + 1, record.capturedLength, this.#limit);
    } else {
      this.#need = recordHeaderLength + record.capturedLength;
    }
  }

  #record(record: ParsedHeader, data: Uint8Array): void {
    if (this.#damage !== null) return;
    this.#used += this.#need;
    this.#need = recordHeaderLength;
    this.#frames++;
    let seconds = record.timestampSeconds;
    let nanoseconds = record.timestampMicroseconds * this.#header.nanosecondsPerTick;
    const found = oddities(seconds, nanoseconds, data.length, record.originalLength, this.#plainLength);
    for (const note of found) this.#notes.add(note);
    const carry = Math.floor(nanoseconds / nanosecondsPerSecond);
    seconds += carry;
    nanoseconds -= carry * nanosecondsPerSecond;
    const frame = this.#frame;
    frame.bytes = data;
    frame.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    frame.start = 0;
    frame.end = data.length;
    frame.wireLength = record.originalLength;
    frame.frameNumber = this.#frames;
    frame.seconds = seconds;
    frame.nanoseconds = nanoseconds;
    this.#visit(frame);
  }
}

/** A header of the one kind that the package reads, in the file's byte order. */
function knownHeader(header: PcapHeader): Uint8Array {
  const octets = new Uint8Array(globalHeaderLength);
  const view = new DataView(octets.buffer);
  view.setUint32(0, 0xa1b2c3d4, header.littleEndian);
  view.setUint16(4, 2, header.littleEndian);
  view.setUint16(6, 4, header.littleEndian);
  view.setUint32(16, header.snapLength, header.littleEndian);
  view.setUint32(20, header.linkType, header.littleEndian);
  return octets;
}

function loadPackage(): PcapParserPackage {
  const require = createRequire(import.meta.url);
  return require('pcap-parser') as PcapParserPackage;
}
