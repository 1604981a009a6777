/** Looks at the first octets of a capture and picks its reader, or says which other format they are of. */

import { UserError } from '../user-error.js';
import type { FrameVisitor } from './capture.js';
import { describeForeignFormat } from './foreign-format.js';
import { globalHeaderLength, pcapMagic, readPcapHeader } from './pcap-header.js';
import { PcapReader } from './pcap-reader.js';
import { byteOrderMagic, isKnownVersion, PcapngReader, sectionHeaderType } from './pcapng-reader.js';
import type { RecordReader } from './record-reader.js';

/** Octets that tell every format apart that is known here. */
export const recognisableLength = 64;

export interface OpenedCapture {
  readonly reader: RecordReader;
  /** Octets that the file's own header took; the records begin behind them. */
  readonly headerLength: number;
}

/** Octets of a section header block without options. */
const sectionHeaderLength = 28;

export type RecordFormat = 'pcap' | 'pcapng' | 'undecided';

/** What the first octets open; `atEnd` says that no more will come. Throws UserError when they open no capture. */
export function recognise(file: string, start: Uint8Array, atEnd: boolean): RecordFormat {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length >= 4 && pcapMagic(view, 0) !== null) {
    if (isWholePcapHeader(file, view)) return 'pcap';
    if (atEnd) throw cutInHeader(file, 'pcap', start.length, globalHeaderLength);
    return 'undecided';
  }
  if (start.length >= 4 && view.getUint32(0) === sectionHeaderType) {
    if (isWholeSectionHeader(file, view)) return 'pcapng';
    if (atEnd) throw cutInHeader(file, 'pcapng', start.length, sectionHeaderLength);
    return 'undecided';
  }
  if (start.length >= recognisableLength || atEnd) throw new UserError(`${file}: ${describeForeignFormat(start)}`);
  return 'undecided';
}

/** false: more octets are needed. Throws UserError for a header that is not known. */
function isWholePcapHeader(file: string, view: DataView): boolean {
  if (view.byteLength < globalHeaderLength) return false;
  const { major, minor, reservedBits } = readPcapHeader(view, 0)!;
  if (major < 2) {
    throw new UserError(
      `${file}: classic capture of version ${major}.${minor}, which is not known: convert it with: editcap -F pcap IN OUT`,
    );
  }
  if (reservedBits !== 0)
    throw new UserError(`${file}: the link-type word of its header sets reserved bits: take the capture again`);
  return true;
}

/** The same for the first block of a pcapng file. */
function isWholeSectionHeader(file: string, view: DataView): boolean {
  if (view.byteLength < 12) return false;
  const order = [true, false].find((littleEndian) => view.getUint32(8, littleEndian) === byteOrderMagic);
  if (order === undefined) {
    throw new UserError(
      `${file}: begins like pcapng but has no byte-order magic; was it copied in text mode? Copy it again as binary`,
    );
  }
  if (view.byteLength < sectionHeaderLength) return false;
  const major = view.getUint16(12, order);
  const minor = view.getUint16(14, order);
  if (isKnownVersion(major, minor)) return true;
  throw new UserError(
    `${file}: pcapng of version ${major}.${minor}, which is not known: convert it with: editcap -F pcap IN OUT`,
  );
}

/** The reader for `bytes[0, filled)`, or null when more octets are needed to tell. */
export function openRecords(
  file: string,
  bytes: Uint8Array,
  filled: number,
  atEnd: boolean,
  visit: FrameVisitor,
): OpenedCapture | null {
  const start = bytes.subarray(0, filled);
  switch (recognise(file, start, atEnd)) {
    case 'pcap': {
      const header = readPcapHeader(new DataView(start.buffer, start.byteOffset, start.byteLength), 0)!;
      return { reader: new PcapReader(header, visit), headerLength: globalHeaderLength };
    }
    case 'pcapng':
      return { reader: new PcapngReader(visit), headerLength: 0 };
    case 'undecided':
      return null;
  }
}

function cutInHeader(file: string, format: string, there: number, needed: number): UserError {
  return new UserError(
    `${file}: the ${format} file ends inside its own header (${there} of ${needed} octets): take the capture again`,
  );
}
