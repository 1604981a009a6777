/**
 * Walks the blocks of a pcapng file in a window of octets (draft-ietf-opsawg-pcapng; Wireshark wiretap/pcapng.c):
 * sections of either byte order, interfaces, enhanced, simple and obsolete packet blocks. Others are skipped.
 *
 *     block type (4)  total length (4)  body, padded to 4  total length again (4)
 */

import { captureLimit } from '../path/link-types.js';
import type { CaptureInterface, FrameCursor, FrameVisitor } from './capture.js';
import * as notes from './frame-notes.js';
import { emptyFrame, oddities, unbelievableLength } from './pcap-reader.js';
import { forEachOption, readText } from './pcapng-options.js';
import type { RecordReader } from './record-reader.js';
import { TimestampClock, ticksPerSecondOf } from './timestamp-clock.js';

export const sectionHeaderType = 0x0a0d0d0a;
export const byteOrderMagic = 0x1a2b3c4d;

const interfaceDescription = 1;
const obsoletePacket = 2;
const simplePacket = 3;
const enhancedPacket = 6;

/** Options of a packet block (draft-ietf-opsawg-pcapng section 4.3). */
const packetFlags = 2;
const packetDropCount = 4;
const packetIdentifier = 5;
const packetQueue = 6;
const packetVerdict = 7;

const nameResolution = 4;
const interfaceStatistics = 5;
const systemdJournal = 9;
const decryptionSecrets = 10;
const sysdigEvent = 0x204;
const sysdigEventV2 = 0x216;
const sysdigEventV2Large = 0x221;
const customCopied = 0x0bad;
const customNotCopied = 0x4000_0bad;
/** The shortest that a block of these types can be (Wireshark wiretap/pcapng.c), in octets. */
const leastLengths: ReadonlyMap<number, number> = new Map([
  [nameResolution, 16],
  [interfaceStatistics, 24],
  [systemdJournal, 35],
  [decryptionSecrets, 20],
  [sysdigEvent, 36],
  [sysdigEventV2, 40],
  [sysdigEventV2Large, 40],
  [customCopied, 16],
  [customNotCopied, 16],
]);

const blockHeaderLength = 8;
const minimumBlockLength = 12;
const minimumSectionHeaderLength = 28;
/** Blocks that must be held whole are believed up to here (libpcap sf-pcapng.c, INITIAL_MAX_BLOCKSIZE). */
const blockLimit = 16 * 1024 * 1024;
/** Blocks that are stepped over are believed up to here (Wireshark: 128 MiB of packet and 131104 octets around it). */
const skippedBlockLimit = 134_348_832;
/** Blocks longer than this are stepped over without being held. */
const heldBlockLength = 64 * 1024;

/** No machine has more; a file that goes on declaring them is after our memory. */
export const interfaceLimit = 65_536;
/** All names, descriptions and filters of a file together, in octets, each distinct text counted once. */
export const interfaceTextLimit = 4 * 1024 * 1024;
/** Octets kept of an interface's name: it stands in every sentence about its frames, and Linux allows 15. */
export const nameLength = 256;
/** Comments kept of one frame, and characters kept of each. */
const commentsPerFrame = 16;
const commentLength = 4096;

interface SectionInterface {
  readonly index: number;
  readonly name: string | null;
  readonly linkType: number;
  readonly snapLength: number;
  readonly limit: number;
  /** Captured lengths up to here deserve no note. */
  readonly plainLength: number;
  readonly clock: TimestampClock;
}

export class PcapngReader implements RecordReader {
  readonly format = 'pcapng';
  readonly interfaces: CaptureInterface[] = [];
  frames = 0;
  need = blockHeaderLength;
  passed = 0;
  damage: string | null = null;
  readonly #notes = new Set<string>();
  readonly #visit: FrameVisitor;
  readonly #frame: FrameCursor = emptyFrame(0);
  readonly #texts = new Map<string, string>();
  #textOctets = 0;
  #littleEndian = true;
  /** Length of the block that is being stepped over, of which `passed` octets are; 0 when none is. */
  #skipping = 0;
  #skippedType = 0;
  #section: SectionInterface[] = [];

  constructor(visit: FrameVisitor) {
    this.#visit = visit;
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: asked for each block of a capture: calls and results of its parts cost more than they tell
  walk(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.view = view;
    let littleEndian = this.#littleEndian;
    let at = start;
    this.need = blockHeaderLength;
    if (this.#skipping > 0) at = this.#skip(view, at, end);
    while (end - at >= blockHeaderLength && this.#skipping === 0) {
      const type = view.getUint32(at, littleEndian);
      if (type === sectionHeaderType) {
        if (end - at < minimumBlockLength) {
          this.need = minimumBlockLength;
          break;
        }
        if (!this.#takeByteOrder(view, at)) break;
        littleEndian = this.#littleEndian;
      }
      const claimed = view.getUint32(at + 4, littleEndian);
      const limit = isSkipped(type) ? skippedBlockLimit : blockLimit;
      const least = leastLengths.get(type) ?? minimumBlockLength;
      if (claimed > limit || padded(claimed) < least) {
        this.damage = unbelievableBlockLength(claimed, least, limit);
        break;
      }
      const length = padded(claimed);
      if (length !== claimed) this.#notes.add(notes.blockLengthUnpadded);
      if (end - at < length) {
        this.need = length;
        if (length <= heldBlockLength || !isSkipped(type)) break;
        this.#skipping = length;
        this.#skippedType = type;
        at = this.#skip(view, at, end);
        continue;
      }
      const tail = at + length - 4;
      const second = view.getUint32(tail, littleEndian);
      if (padded(second) !== length) {
        this.damage = unequalBlockLengths(claimed, second);
        break;
      }
      if (type === enhancedPacket) this.#enhancedPacket(bytes, view, at, tail);
      else if (type === interfaceDescription) this.#interfaceDescription(bytes, view, at, tail);
      else if (type === simplePacket) this.#simplePacket(bytes, view, at, tail);
      else if (type === obsoletePacket) this.#obsoletePacket(bytes, view, at, tail);
      else if (type === sectionHeaderType) this.#sectionHeader(view, at, length);
      else if (type === interfaceStatistics) this.#checkOptions('interface statistics', view, at + 20, tail);
      else this.#countSkipped(type);
      if (this.damage !== null) break;
      at += length;
    }
    return at;
  }

  whatWasCut(left: number): string {
    return left < blockHeaderLength
      ? `the file ends inside a block header: ${left} of ${blockHeaderLength} octets are there`
      : `the file ends inside a block: ${left} of ${this.#skipping || this.need} octets are there`;
  }

  /** Uses up the block that is stepped over as far as it is here, all but its last four octets, which must be whole. */
  #skip(view: DataView, start: number, end: number): number {
    const body = Math.min(this.#skipping - 4 - this.passed, end - start);
    this.passed += body;
    this.need = 4;
    const tail = start + body;
    if (this.passed < this.#skipping - 4 || end - tail < 4) return tail;
    const second = view.getUint32(tail, this.#littleEndian);
    if (padded(second) !== this.#skipping) {
      this.damage = unequalBlockLengths(this.#skipping, second);
      return tail;
    }
    this.#countSkipped(this.#skippedType);
    this.#skipping = 0;
    this.passed = 0;
    this.need = blockHeaderLength;
    return tail + 4;
  }

  /** Wireshark numbers these records among the frames; so do we, that both mean the same frame by a number. */
  #countSkipped(type: number): void {
    if (!isNumbered(type)) return;
    this.frames++;
    this.#notes.add(notes.numberedNotRead);
  }

  #takeByteOrder(view: DataView, at: number): boolean {
    if (view.getUint32(at + 8, true) === byteOrderMagic) this.#littleEndian = true;
    else if (view.getUint32(at + 8, false) === byteOrderMagic) this.#littleEndian = false;
    else {
      this.damage = 'a section header has no known byte-order magic';
      return false;
    }
    return true;
  }

  #sectionHeader(view: DataView, at: number, length: number): void {
    if (length < minimumSectionHeaderLength) {
      this.damage = `a section header of ${length} octets is shorter than ${minimumSectionHeaderLength}`;
      return;
    }
    const major = view.getUint16(at + 12, this.#littleEndian);
    const minor = view.getUint16(at + 14, this.#littleEndian);
    if (!isKnownVersion(major, minor)) {
      this.damage = `a section is of version ${major}.${minor}, which is not known`;
      return;
    }
    this.#section = [];
    this.#checkOptions('a section header', view, at + 24, at + length - 4);
  }

  /** Of blocks whose options say nothing that is wanted here. */
  #checkOptions(block: string, view: DataView, start: number, end: number): void {
    if (!forEachOption(view, start, end, this.#littleEndian, () => {})) {
      this.damage = `an option of ${block} goes past the end of its block`;
    }
  }

  #interfaceDescription(bytes: Uint8Array, view: DataView, at: number, tail: number): void {
    const littleEndian = this.#littleEndian;
    if (tail - at < 16) {
      this.damage = 'an interface description is too short to hold its link type and snapshot length';
      return;
    }
    if (this.interfaces.length >= interfaceLimit) {
      this.damage = `the file declares more than ${interfaceLimit} interfaces`;
      return;
    }
    const linkType = view.getUint16(at + 8, littleEndian);
    const snapLength = view.getUint32(at + 12, littleEndian);
    let name: string | null = null;
    let description: string | null = null;
    let filter: string | null = null;
    let resolution = 6;
    let offsetSeconds = 0n;
    const whole = forEachOption(view, at + 16, tail, littleEndian, (code, from, to) => {
      if (code === 2) {
        if (to - from > nameLength) this.#notes.add(notes.namesShortened);
        name = this.#intern(readText(bytes, from, Math.min(to, from + nameLength)));
      } else if (code === 3) description = this.#intern(readText(bytes, from, to));
      // The first octet says what follows: 0 is a filter in pcap's own words.
      else if (code === 11 && to > from && bytes[from] === 0) filter = this.#intern(readText(bytes, from + 1, to));
      else if (code === 9 && to - from === 1) resolution = bytes[from]!;
      else if (code === 14 && to - from === 8) offsetSeconds = view.getBigInt64(from, littleEndian);
    });
    if (!whole) this.damage = 'an option of an interface description goes past the end of its block';
    if (this.#textOctets > interfaceTextLimit) {
      this.damage = `the names, descriptions and filters of the interfaces take more than ${interfaceTextLimit} octets`;
    }
    if (this.damage !== null) return;
    const index = this.interfaces.length;
    const limit = captureLimit(linkType);
    this.interfaces.push({ index, name, description, filter, linkType, snapLength });
    this.#section.push({
      index,
      name,
      linkType,
      snapLength,
      limit,
      plainLength: snapLength === 0 ? limit : Math.min(snapLength, limit),
      clock: new TimestampClock(ticksPerSecondOf(resolution), offsetSeconds),
    });
  }

  #enhancedPacket(bytes: Uint8Array, view: DataView, at: number, tail: number): void {
    const littleEndian = this.#littleEndian;
    if (tail - at < 28) {
      this.damage = this.#shortBlock();
      return;
    }
    const declared = this.#declared(view.getUint32(at + 8, littleEndian));
    if (declared === null) return;
    declared.clock.set(view.getUint32(at + 12, littleEndian), view.getUint32(at + 16, littleEndian));
    const captured = view.getUint32(at + 20, littleEndian);
    this.#deliver(bytes, view, declared, at + 28, captured, view.getUint32(at + 24, littleEndian), tail);
  }

  #obsoletePacket(bytes: Uint8Array, view: DataView, at: number, tail: number): void {
    const littleEndian = this.#littleEndian;
    if (tail - at < 28) {
      this.damage = this.#shortBlock();
      return;
    }
    const declared = this.#declared(view.getUint16(at + 8, littleEndian));
    if (declared === null) return;
    declared.clock.set(view.getUint32(at + 12, littleEndian), view.getUint32(at + 16, littleEndian));
    const captured = view.getUint32(at + 20, littleEndian);
    this.#deliver(bytes, view, declared, at + 28, captured, view.getUint32(at + 24, littleEndian), tail);
  }

  /** A simple packet block has no interface (it is the section's first), no captured length and no time. */
  #simplePacket(bytes: Uint8Array, view: DataView, at: number, tail: number): void {
    if (tail - at < 12) {
      this.damage = this.#shortBlock();
      return;
    }
    const declared = this.#declared(0);
    if (declared === null) return;
    const original = view.getUint32(at + 8, this.#littleEndian);
    const captured = declared.snapLength === 0 ? original : Math.min(original, declared.snapLength);
    declared.clock.setNone();
    this.#notes.add(notes.withoutTimestamp);
    // The padding may reach the tail, but no options follow.
    this.#deliver(bytes, view, declared, at + 12, captured, original, tail);
  }

  #declared(id: number): SectionInterface | null {
    const declared = this.#section[id];
    if (declared !== undefined) return declared;
    this.damage = `frame ${this.frames + 1} belongs to interface ${id}, which its section does not declare`;
    return null;
  }

  #shortBlock(): string {
    return `the block of frame ${this.frames + 1} is too short to hold its header`;
  }

  /** Hands on the frame whose octets begin at `from`; what lies between them and `tail` are padding and options. */
  #deliver(
    bytes: Uint8Array,
    view: DataView,
    declared: SectionInterface,
    from: number,
    captured: number,
    original: number,
    tail: number,
  ): void {
    if (captured > declared.limit) {
      this.damage = unbelievableLength(this.frames + 1, captured, declared.limit);
      return;
    }
    const to = from + captured;
    if (to > tail) {
      this.damage = `frame ${this.frames + 1} claims ${captured} captured octets, its block has room for ${tail - from}`;
      return;
    }
    const clock = declared.clock;
    if (original < captured || captured > declared.plainLength || clock.seconds > 0x7fffffff || clock.outOfRange) {
      this.#noteOddities(declared, captured, original);
    }
    const frame = this.#frame;
    // The padding is relative to the block, which begins at a multiple of 4 octets after `from`.
    const options = to + (-captured & 3);
    frame.comments = tail - options >= 4 ? this.#comments(bytes, view, options, tail) : null;
    if (this.damage !== null) return;
    this.frames++;
    frame.start = from;
    frame.end = to;
    frame.wireLength = original;
    frame.frameNumber = this.frames;
    frame.seconds = clock.seconds;
    frame.nanoseconds = clock.nanoseconds;
    frame.linkType = declared.linkType;
    frame.interfaceIndex = declared.index;
    frame.interfaceName = declared.name;
    this.#visit(frame);
  }

  #comments(bytes: Uint8Array, view: DataView, start: number, end: number): readonly string[] | null {
    let comments: string[] | null = null;
    const whole = forEachOption(view, start, end, this.#littleEndian, (code, from, to) => {
      if (!this.#hasRightLength(code, bytes, from, to)) return;
      if (code !== 1) return;
      comments ??= [];
      if (comments.length === commentsPerFrame || to - from > commentLength) this.#notes.add(notes.commentsShortened);
      if (comments.length < commentsPerFrame) comments.push(readText(bytes, from, Math.min(to, from + commentLength)));
    });
    if (!whole) this.damage = `an option of frame ${this.frames + 1} goes past the end of its block`;
    return comments;
  }

  /** Options of a packet that are numbers have their lengths; with another one the block cannot be believed. */
  #hasRightLength(code: number, bytes: Uint8Array, from: number, to: number): boolean {
    const length = to - from;
    const isRight =
      code === packetFlags || code === packetQueue
        ? length === 4
        : code === packetDropCount || code === packetIdentifier
          ? length === 8
          : code === packetVerdict
            ? length >= 1 && (length === 9 || (bytes[from] !== 1 && bytes[from] !== 2))
            : !isCustomOption(code) || length >= 4;
    if (!isRight) this.damage ??= `option ${code} of frame ${this.frames + 1} has the length ${length}`;
    return isRight;
  }

  #noteOddities(declared: SectionInterface, captured: number, original: number): void {
    const { clock, plainLength } = declared;
    if (clock.outOfRange) this.#notes.add(notes.timestampOutOfRange);
    for (const note of oddities(clock.seconds, clock.nanoseconds, captured, original, plainLength))
      this.#notes.add(note);
  }

  /** Sections that repeat their interfaces cost their texts once. */
  #intern(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#textOctets += text.length;
    if (this.#textOctets <= interfaceTextLimit) this.#texts.set(text, text);
    return text;
  }
}

/** 1.2 is 1.0 with more block types; writers of it exist (Wireshark reads both). */
export function isKnownVersion(major: number, minor: number): boolean {
  return major === 1 && (minor === 0 || minor === 2);
}

/** Custom options begin with an enterprise number of four octets (section 3.5.1). */
function isCustomOption(code: number): boolean {
  return code === 2988 || code === 2989 || code === 19372 || code === 19373;
}

/** Whether nothing in blocks of this type is wanted. */
function isSkipped(type: number): boolean {
  switch (type) {
    case sectionHeaderType:
    case interfaceDescription:
    case obsoletePacket:
    case simplePacket:
    case enhancedPacket:
      return false;
    default:
      return true;
  }
}

/** Whether Wireshark shows such a block as a frame, though it is none. */
function isNumbered(type: number): boolean {
  switch (type) {
    case systemdJournal:
    case sysdigEvent:
    case sysdigEventV2:
    case sysdigEventV2Large:
    case customCopied:
    case customNotCopied:
      return true;
    default:
      return false;
  }
}

/** Some writers leave the padding of a packet's octets out of their block's length (Wireshark wiretap/pcapng.c). */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function unequalBlockLengths(first: number, second: number): string {
  return `a block says ${first} octets at its start and ${second} at its end`;
}

function unbelievableBlockLength(length: number, least: number, limit: number): string {
  return length > limit
    ? `a block claims ${length} octets, above the limit of ${limit}`
    : `a block claims ${length} octets, fewer than the ${least} that its type needs`;
}
