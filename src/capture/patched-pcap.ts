/**
 * Tells classic captures whose record headers are longer than their magic says: those of Alexey Kuznetsov's first patches to
 * libpcap (Red Hat 6, SuSE 6) and of Nokia's IPSO. Their magic is another format's, so the records must tell (Wireshark wiretap/libpcap.c).
 */

import { captureLimit } from '../path/link-types.js';
import { globalHeaderLength, type PcapHeader, recordHeaderLength } from './pcap-header.js';

interface Patched {
  readonly name: string;
  readonly recordHeaderLength: number;
  /** Of the format whose magic it has. */
  readonly disguise: number;
}

const patched: readonly Patched[] = [
  { name: 'the libpcap of Red Hat 6', recordHeaderLength: 24, disguise: 16 },
  { name: 'the libpcap of Nokia IPSO', recordHeaderLength: 20, disguise: 16 },
  { name: 'the libpcap of SuSE 6', recordHeaderLength: 28, disguise: 24 },
];

/** Records that must be plausible. */
const wanted = 3;
/** A frame longer than this on the wire is none. */
const longestFrame = 128 * 1024 * 1024;

/** `read` gives the octets at an offset of the file, fewer at its end. The name of what wrote the file, or null for a sound file. */
export function patchedWriter(header: PcapHeader, read: (offset: number, length: number) => Uint8Array): string | null {
  if (header.nanosecondsPerTick === 1 || plausibleRecords(header, header.recordHeaderLength, read) !== 0) return null;
  for (const { name, recordHeaderLength: length, disguise } of patched) {
    if (disguise === header.recordHeaderLength && plausibleRecords(header, length, read) > 1) return name;
  }
  return null;
}

/** How many of the first records are plausible; 0 when one of them is not, or the file ends in the midst of one. */
function plausibleRecords(
  header: PcapHeader,
  headerLength: number,
  read: (offset: number, length: number) => Uint8Array,
): number {
  let offset = globalHeaderLength;
  for (let records = 0; records < wanted; records++) {
    const octets = read(offset, recordHeaderLength);
    if (octets.length === 0) return records;
    if (octets.length < recordHeaderLength) return 0;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    const fraction = view.getUint32(4, header.littleEndian);
    const first = view.getUint32(8, header.littleEndian);
    const second = view.getUint32(12, header.littleEndian);
    const isSwapped =
      header.lengthOrder === 'original-first' || (header.lengthOrder !== 'captured-first' && first > second);
    const captured = isSwapped ? second : first;
    const original = isSwapped ? first : second;
    const limit = Math.min(captureLimit(header.linkType), header.snapLength === 0 ? longestFrame : header.snapLength);
    if (fraction >= 1_000_000 || captured > limit || original > longestFrame || captured > original) return 0;
    offset += headerLength + captured;
    if (captured > 0 && read(offset - 1, 1).length === 0) return 0;
  }
  return wanted;
}
