/**
 * The 24 octets that open a classic capture file, for both of its readers
 * (draft-ietf-opsawg-pcap; libpcap sf-pcap.c for versions before 2.4).
 *
 *     magic (4)  major (2)  minor (2)  reserved (8)  snapshot length (4)  FCS and link type (4)
 */

import type { CaptureInterface } from './capture.js';

export const globalHeaderLength = 24;
export const recordHeaderLength = 16;
/** Kuznetsov's patched format appends interface index, protocol and packet type to each record header. */
const modifiedRecordHeaderLength = 24;

const microsecondMagic = 0xa1b2c3d4;
const nanosecondMagic = 0xa1b23c4d;
const modifiedMagic = 0xa1b2cd34;

/**
 * AIX wrote version 2.2 with nanoseconds, and numbered its links as SNMP does (RFC 1573): Ethernet, token ring, loopback
 * (Wireshark wiretap/libpcap.c).
 */
const aixLinkTypes: ReadonlyMap<number, number> = new Map([
  [6, 1],
  [9, 6],
  [24, 0],
]);

/**
 * Which of the two lengths of a record comes first: they changed places at version 2.3, and some writers of 2.3 had the
 * old order, so there the smaller one is taken for the captured length (libpcap sf-pcap.c).
 */
type LengthOrder = 'captured-first' | 'original-first' | 'smaller-is-captured';

export interface PcapHeader {
  readonly littleEndian: boolean;
  /** 1 for a nanosecond file, 1000 for a microsecond file. */
  readonly nanosecondsPerTick: number;
  readonly recordHeaderLength: number;
  readonly lengthOrder: LengthOrder;
  readonly major: number;
  readonly minor: number;
  readonly snapLength: number;
  readonly linkType: number;
  /** Bits of the link-type word that mean nothing yet; libpcap and Wireshark refuse a file that sets one. */
  readonly reservedBits: number;
}

/** The four octets as one number in the file's own byte order, if they open a classic capture file. */
export function pcapMagic(
  view: DataView,
  at: number,
): { readonly magic: number; readonly littleEndian: boolean } | null {
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(at, littleEndian);
    if (magic === microsecondMagic || magic === nanosecondMagic || magic === modifiedMagic) {
      return { magic, littleEndian };
    }
  }
  return null;
}

/** Reads the header at `at`, where 24 octets must lie; null when it is none. */
export function readPcapHeader(view: DataView, at: number): PcapHeader | null {
  const found = pcapMagic(view, at);
  if (found === null) return null;
  const { magic, littleEndian } = found;
  // The upper six bits say how long the frame check sequence is (libpcap LT_LINKTYPE, LT_RESERVED1).
  const word = view.getUint32(at + 20, littleEndian);
  const major = view.getUint16(at + 4, littleEndian);
  const minor = view.getUint16(at + 6, littleEndian);
  const aix = magic === microsecondMagic && major === 2 && minor === 2 ? aixLinkTypes.get(word) : undefined;
  return {
    littleEndian,
    nanosecondsPerTick: magic === nanosecondMagic || aix !== undefined ? 1 : 1000,
    recordHeaderLength: magic === modifiedMagic ? modifiedRecordHeaderLength : recordHeaderLength,
    lengthOrder: lengthOrder(major, minor),
    major,
    minor,
    snapLength: view.getUint32(at + 16, littleEndian),
    linkType: aix ?? word & 0xffff,
    reservedBits: word & 0x03ff0000,
  };
}

export function interfaceOf(header: PcapHeader): CaptureInterface {
  return {
    index: 0,
    name: null,
    description: null,
    filter: null,
    linkType: header.linkType,
    snapLength: header.snapLength,
  };
}

function lengthOrder(major: number, minor: number): LengthOrder {
  // DG/UX tcpdump wrote version 543.0 with the old order.
  if (major === 543) return 'original-first';
  if (major !== 2) return 'captured-first';
  if (minor < 3) return 'original-first';
  return minor === 3 ? 'smaller-is-captured' : 'captured-first';
}
