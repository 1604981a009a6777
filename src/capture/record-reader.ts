/** What every capture format gives the driver: a walk over whole records in a window, and how it ended. */

import type { CaptureEnding, CaptureInterface } from './capture.js';

export interface RecordReader {
  readonly format: 'pcap' | 'pcapng';
  readonly interfaces: readonly CaptureInterface[];
  readonly frames: number;
  readonly notes: readonly string[];
  /** Octets that must lie in the window before the next record can be walked. Never above the format's own limit. */
  readonly need: number;
  /** Octets that walk used of a record which is not whole yet, because nothing in them is wanted. */
  readonly passed: number;
  /** The sentence about a length that cannot be believed; walking is over once it is set. */
  readonly damage: string | null;
  /**
   * Visits every whole record of bytes[start, end) and returns the offset of the first octet that it did not use.
   * `view` lies over the same octets, offset for offset.
   */
  walk(bytes: Uint8Array, view: DataView, start: number, end: number): number;
  /** Says what was expected where the file ends, for the sentence about a cut file. */
  whatWasCut(left: number): string;
}

export interface Ending {
  readonly ending: CaptureEnding;
  readonly octetsUnread: number;
  readonly damageOffset: number | null;
  readonly damage: string | null;
}
