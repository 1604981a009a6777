/**
 * Sightings of echo messages in columns: about 90 octets each, so that millions fit and none costs an object.
 * An Observation is built from a row only when someone looks at it.
 */
import type { FragmentRef } from './observation.js';

/** Bits of `flags`. A checksum that was not wholly captured has neither of its two bits. */
export const Flag = {
  Reply: 1,
  InnerDontFragment: 2,
  OuterDontFragment: 4,
  InnerChecksumRight: 8,
  InnerChecksumWrong: 16,
  OuterChecksumRight: 32,
  OuterChecksumWrong: 64,
  IcmpChecksumRight: 128,
  IcmpChecksumWrong: 256,
  HasOuter: 512,
  HasEthernet: 1024,
  HasLinkSource: 2048,
} as const;

/** What only few sightings have. */
export interface SightingExtra {
  readonly vlans: readonly number[];
  readonly fragmented: 'no' | 'inner' | 'outer';
  readonly fragments: readonly FragmentRef[];
  readonly complete: boolean;
  /** 0: as the header says. */
  readonly datagramLength: number;
  readonly optionsDigest: number;
  readonly outerProtocol: number;
  readonly outerHeaderLength: number;
}

const columns = {
  point: Uint32Array,
  frame: Uint32Array,
  seconds: Float64Array,
  nanoseconds: Uint32Array,
  source: Uint32Array,
  destination: Uint32Array,
  identifier: Uint16Array,
  sequence: Uint16Array,
  flags: Uint16Array,
  encapsulation: Uint8Array,
  timeToLive: Uint8Array,
  typeOfService: Uint8Array,
  headerLength: Uint8Array,
  identification: Uint16Array,
  totalLength: Uint16Array,
  outerSource: Uint32Array,
  outerDestination: Uint32Array,
  outerTimeToLive: Uint8Array,
  outerTypeOfService: Uint8Array,
  outerIdentification: Uint16Array,
  outerTotalLength: Uint16Array,
  sourceMacHigh: Uint16Array,
  sourceMacLow: Uint32Array,
  destinationMacHigh: Uint16Array,
  destinationMacLow: Uint32Array,
  packetType: Uint8Array,
  payloadDigest: Uint32Array,
  payloadCaptured: Uint16Array,
  capturedLength: Uint32Array,
  wireLength: Uint32Array,
  /** Index into `extras` + 1; 0 = none. */
  extra: Uint32Array,
} as const;

type ColumnName = keyof typeof columns;
export type SightingColumns = { -readonly [Name in ColumnName]: InstanceType<(typeof columns)[Name]> };

const names = Object.keys(columns) as ColumnName[];

export class SightingTable {
  length = 0;
  capacity = 0;
  readonly columns: SightingColumns;
  readonly extras: SightingExtra[] = [];

  constructor(capacity = 256) {
    this.capacity = capacity;
    const made: Partial<Record<ColumnName, unknown>> = {};
    for (const name of names) made[name] = new columns[name](capacity);
    this.columns = made as unknown as SightingColumns;
  }

  /** Makes room for one more row and returns its index. The caller fills every column. */
  add(): number {
    if (this.length === this.capacity) this.#grow(this.capacity * 2);
    return this.length++;
  }

  /** Appends another table's rows; `points` maps its point numbers to this one's. */
  append(other: SightingTable, points: readonly number[]): void {
    const at = this.length;
    const needed = at + other.length;
    if (needed > this.capacity) this.#grow(Math.max(needed, 16));
    for (const name of names) this.columns[name].set(other.columns[name].subarray(0, other.length), at);
    for (let i = at; i < needed; i++) {
      this.columns.point[i] = points[this.columns.point[i]!]!;
      if (this.columns.extra[i] !== 0) this.columns.extra[i]! += this.extras.length;
    }
    for (const extra of other.extras) this.extras.push(extra);
    this.length = needed;
  }

  #grow(capacity: number): void {
    for (const name of names) {
      const wider = new columns[name](capacity);
      wider.set(this.columns[name].subarray(0, this.length) as never);
      (this.columns as Record<ColumnName, unknown>)[name] = wider;
    }
    this.capacity = capacity;
  }
}
