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

export type RecordFormat = 'pcap' | 'pcapng' | 'undecided';

/** What the first octets open; `atEnd` says that no more will come. Throws UserError when they open no capture. */
export function recognise(file: string, start: Uint8Array, atEnd: boolean): RecordFormat {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length >= 4) {
    if (pcapMagic(view, 0) !== null) {
      if (start.length >= globalHeaderLength) {
        const header = readPcapHeader(view, 0)!;
        if (header.major < 2) {
          throw new UserError(
            `${file}: classic capture of version ${header.major}.${header.minor}, which is not known: convert it with: editcap -F pcap IN OUT`,
          );
        }
        if (header.reservedBits !== 0) {
          throw new UserError(`${file}: the link-type word of its header sets reserved bits: take the capture again`);
        }
        return 'pcap';
      }
      if (atEnd) throw cutInHeader(file, 'pcap', start.length, globalHeaderLength);
      return 'undecided';
    }
    if (view.getUint32(0) === sectionHeaderType) {
      if (start.length >= 12) {
        const order = [true, false].find((littleEndian) => view.getUint32(8, littleEndian) === byteOrderMagic);
        if (order === undefined) {
          throw new UserError(
            `${file}: begins like pcapng but has no byte-order magic; was it copied in text mode? Copy it again as binary`,
          );
        }
        if (start.length >= 28) {
          const major = view.getUint16(12, order);
          const minor = view.getUint16(14, order);
          if (isKnownVersion(major, minor)) return 'pcapng';
          throw new UserError(
            `${file}: pcapng of version ${major}.${minor}, which is not known: convert it with: editcap -F pcap IN OUT`,
          );
        }
      }
      if (atEnd) throw cutInHeader(file, 'pcapng', start.length, 28);
      return 'undecided';
    }
  }
  if (start.length >= recognisableLength || atEnd) throw new UserError(`${file}: ${describeForeignFormat(start)}`);
  return 'undecided';
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
