/**
 * Walks the records of a classic capture file in a window of octets (draft-ietf-opsawg-pcap; libpcap sf-pcap.c):
 *
 *     seconds (4)  fraction (4)  captured length (4)  original length (4)  [modified: 8 more]  octets
 */

import { captureLimit } from '../path/link-types.js';
import type { CaptureInterface, FrameCursor, FrameVisitor } from './capture.js';
import * as notes from './frame-notes.js';
import { interfaceOf, type PcapHeader } from './pcap-header.js';
import type { RecordReader } from './record-reader.js';

const nanosecondsPerSecond = 1_000_000_000;

export class PcapReader implements RecordReader {
  readonly format = 'pcap';
  readonly interfaces: readonly CaptureInterface[];
  frames = 0;
  need: number;
  readonly passed = 0;
  damage: string | null = null;
  readonly #notes = new Set<string>();
  readonly #header: PcapHeader;
  readonly #visit: FrameVisitor;
  readonly #frame: FrameCursor;

  /** Starts at the first record: the global header is read already. */
  constructor(header: PcapHeader, visit: FrameVisitor) {
    this.#header = header;
    this.#visit = visit;
    this.interfaces = [interfaceOf(header)];
    this.need = header.recordHeaderLength;
    this.#frame = emptyFrame(header.linkType);
    if (header.snapLength === 0) this.#notes.add(notes.snapLengthZero);
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  walk(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const { littleEndian, nanosecondsPerTick, recordHeaderLength, lengthOrder, snapLength, linkType } = this.#header;
    const usualOrder = lengthOrder === 'captured-first';
    const limit = captureLimit(linkType);
    // Everything up to here is taken for granted without a note.
    const plainLength = snapLength === 0 ? limit : Math.min(snapLength, limit);
    const visit = this.#visit;
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.view = view;
    let frames = this.frames;
    let at = start;
    this.need = recordHeaderLength;
    while (end - at >= recordHeaderLength) {
      let captured = view.getUint32(at + 8, littleEndian);
      let original = view.getUint32(at + 12, littleEndian);
      if (!usualOrder && (lengthOrder === 'original-first' || captured > original)) {
        const first = captured;
        captured = original;
        original = first;
      }
      if (captured > limit) {
        this.damage = unbelievableLength(frames + 1, captured, limit);
        break;
      }
      const from = at + recordHeaderLength;
      const to = from + captured;
      if (to > end) {
        this.need = to - at;
        break;
      }
      let seconds = view.getUint32(at, littleEndian);
      let nanoseconds = view.getUint32(at + 4, littleEndian) * nanosecondsPerTick;
      if (
        nanoseconds >= nanosecondsPerSecond ||
        seconds > 0x7fffffff ||
        original < captured ||
        captured > plainLength
      ) {
        this.#noteOddities(seconds, nanoseconds, captured, original, plainLength);
        const carry = Math.floor(nanoseconds / nanosecondsPerSecond);
        seconds += carry;
        nanoseconds -= carry * nanosecondsPerSecond;
      }
      frames++;
      frame.start = from;
      frame.end = to;
      frame.wireLength = original;
      frame.frameNumber = frames;
      frame.seconds = seconds;
      frame.nanoseconds = nanoseconds;
      visit(frame);
      at = to;
    }
    this.frames = frames;
    return at;
  }

  whatWasCut(left: number): string {
    return describeCut(this.frames + 1, left, this.#header.recordHeaderLength, this.need);
  }

  #noteOddities(seconds: number, nanoseconds: number, captured: number, original: number, plainLength: number): void {
    for (const note of oddities(seconds, nanoseconds, captured, original, plainLength)) this.#notes.add(note);
  }
}

export function emptyFrame(linkType: number): FrameCursor {
  const bytes = new Uint8Array(0);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    start: 0,
    end: 0,
    wireLength: 0,
    frameNumber: 0,
    seconds: 0,
    nanoseconds: 0,
    linkType,
    interfaceIndex: 0,
    interfaceName: null,
    comments: null,
  };
}

/** The notes that one record of a classic file deserves. Both classic readers ask here. */
export function oddities(
  seconds: number,
  nanoseconds: number,
  captured: number,
  original: number,
  plainLength: number,
): readonly string[] {
  const found: string[] = [];
  if (nanoseconds >= nanosecondsPerSecond) found.push(notes.fractionBeyondSecond);
  if (seconds > 0x7fffffff) found.push(notes.secondsBeyond2038);
  if (original < captured) found.push(notes.originalBelowCaptured);
  if (captured > plainLength) found.push(notes.beyondSnapLength);
  return found;
}

export function unbelievableLength(frameNumber: number, captured: number, limit: number): string {
  return `frame ${frameNumber} claims a captured length of ${captured} octets, above the limit of ${limit}`;
}

/** `left` octets remain of a record of `need` octets, or of a header when not even that is whole. */
export function describeCut(frameNumber: number, left: number, headerLength: number, need: number): string {
  return left < headerLength
    ? `the file ends inside the record header of frame ${frameNumber}: ${left} of ${headerLength} octets are there`
    : `the file ends inside frame ${frameNumber}: ${left - headerLength} of ${need - headerLength} captured octets are there`;
}
