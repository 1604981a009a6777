/**
 * Sightings of messages in columns. What all datagrams of a ping have in common at one point (addresses, MACs, TTL,
 * lengths, …) is a kind, kept once; a row holds its kind's number and what is its own: 32 octets, so that millions fit and
 * none costs an object. An Observation is built from a row only when someone looks at it.
 */
import { widened } from './widened.js';

/** Bits of `flags`. A checksum that was not wholly captured has neither of its two bits. */
export const Flag = {
  Reply: 1,
  InnerDontFragment: 2,
  OuterDontFragment: 4,
  InnerChecksumRight: 8,
  InnerChecksumWrong: 16,
  OuterChecksumRight: 32,
  OuterChecksumWrong: 64,
  MessageChecksumRight: 128,
  MessageChecksumWrong: 256,
  HasOuter: 512,
  HasEthernet: 1024,
  HasLinkSource: 2048,
  /** Bit 0 of the flags field, which must be zero (RFC 791 section 3.1). */
  InnerReserved: 4096,
  OuterReserved: 8192,
  /** A TCP reset that answers a SYN. */
  Reset: 16384,
  /** TCP: of a connection of which this point saw no handshake. UDP: known by a number of its own. */
  Middle: 32768,
  Numbered: 32768,
} as const;

/** What only few sightings have. */
export interface SightingExtra {
  readonly vlans: readonly number[];
  readonly fragmented: 'no' | 'inner' | 'outer';
  /** Offset and length of each fragment's datagram; which frames they are in is a row's own. */
  readonly pieces: readonly { readonly offset: number; readonly length: number }[];
  readonly complete: boolean;
  /** 0: as the header says. */
  readonly datagramLength: number;
  /** Of the options, less what routers write into them. */
  readonly optionsDigest: number;
  /** Addresses that routers have written into record-route and timestamp options so far. */
  readonly recorded: readonly number[];
  readonly outerProtocol: number;
  readonly outerHeaderLength: number;
  /** UDP destination port of the tunnel; 0: it is not directly in UDP. */
  readonly tunnelPort: number;
}

const rowColumns = {
  kind: Uint32Array,
  frame: Uint32Array,
  seconds: Float64Array,
  nanoseconds: Uint32Array,
  /** Tells a message from others of its flow; Message in probes/probe-reader.ts. */
  number: Uint32Array,
  identification: Uint16Array,
  outerIdentification: Uint16Array,
  payloadDigest: Uint32Array,
} as const;

const kindColumns = {
  point: Uint32Array,
  source: Uint32Array,
  destination: Uint32Array,
  flags: Uint16Array,
  encapsulation: Uint8Array,
  timeToLive: Uint8Array,
  typeOfService: Uint8Array,
  headerLength: Uint8Array,
  totalLength: Uint16Array,
  outerSource: Uint32Array,
  outerDestination: Uint32Array,
  outerTimeToLive: Uint8Array,
  outerTypeOfService: Uint8Array,
  outerTotalLength: Uint16Array,
  sourceMacHigh: Uint16Array,
  sourceMacLow: Uint32Array,
  destinationMacHigh: Uint16Array,
  destinationMacLow: Uint32Array,
  packetType: Uint8Array,
  icmpCode: Uint8Array,
  /** Of the inner header: 1, 6 or 17. */
  protocol: Uint8Array,
  /** Source port in the upper half, destination port in the lower; 0 for ICMP. */
  ports: Uint32Array,
  payloadCaptured: Uint16Array,
  capturedLength: Uint32Array,
  wireLength: Uint32Array,
  /** Index into `extras` + 1; 0 = none. */
  extra: Uint32Array,
} as const;

type Kinds = Readonly<Record<string, new (length: number) => Column>>;
type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;
type ColumnsOf<K extends Kinds> = { -readonly [Name in keyof K]: InstanceType<K[Name]> };

export type SightingColumns = ColumnsOf<typeof rowColumns>;
export type KindColumns = ColumnsOf<typeof kindColumns>;
/** One kind before it has a number. */
export type SightingKind = { -readonly [Name in keyof typeof kindColumns]: number };

/** A growing table of typed columns. */
class ColumnTable<K extends Kinds> {
  length = 0;
  capacity: number;
  readonly columns: ColumnsOf<K>;
  readonly #names: readonly (keyof K & string)[];

  constructor(types: K, capacity: number) {
    this.capacity = capacity;
    this.#names = Object.keys(types);
    const made: Record<string, Column> = {};
    for (const name of this.#names) made[name] = new types[name]!(capacity);
    this.columns = made as ColumnsOf<K>;
  }

  reserve(capacity: number): void {
    if (capacity <= this.capacity) return;
    const columns = this.columns as Record<string, Column>;
    for (const name of this.#names) {
      columns[name] = widened(columns[name]!, capacity);
    }
    this.capacity = capacity;
  }

  /** Takes over the filled part of another table's columns. */
  append(other: { readonly length: number; readonly columns: ColumnsOf<K> }): void {
    this.reserve(this.length + other.length);
    const mine = this.columns as Record<string, Column>;
    const theirs = other.columns as Record<string, Column>;
    for (const name of this.#names) mine[name]!.set(theirs[name]!.subarray(0, other.length) as never, this.length);
    this.length += other.length;
  }
}

/** What a worker thread posts: typed arrays and plain data. */
export interface SightingParts {
  readonly rows: { readonly length: number; readonly columns: SightingColumns };
  readonly kinds: { readonly length: number; readonly columns: KindColumns };
  readonly extras: readonly SightingExtra[];
  /** By row: frames of its pieces. */
  readonly fragmentFrames: ReadonlyMap<number, readonly number[]>;
}

export class SightingTable implements SightingParts {
  readonly rows: ColumnTable<typeof rowColumns>;
  readonly kinds: ColumnTable<typeof kindColumns>;
  readonly extras: SightingExtra[] = [];
  readonly fragmentFrames = new Map<number, readonly number[]>();

  constructor(rows = 256, kinds = 16) {
    this.rows = new ColumnTable(rowColumns, rows);
    this.kinds = new ColumnTable(kindColumns, kinds);
  }

  /** Number of sightings. */
  get length(): number {
    return this.rows.length;
  }

  /** What is each sighting's own. */
  get columns(): SightingColumns {
    return this.rows.columns;
  }

  /** Makes room for one more row and returns its index. The caller fills every column. */
  add(): number {
    const { rows } = this;
    if (rows.length === rows.capacity) rows.reserve(rows.capacity * 2);
    return rows.length++;
  }

  /** Appends another table's rows; `points` maps its point numbers to this one's. */
  append(other: SightingParts, points: readonly number[]): void {
    const firstRow = this.rows.length;
    const firstKind = this.kinds.length;
    const firstExtra = this.extras.length;
    this.rows.append(other.rows);
    this.kinds.append(other.kinds);
    const { kind } = this.rows.columns;
    for (let row = firstRow; row < this.rows.length; row++) kind[row]! += firstKind;
    const { point, extra } = this.kinds.columns;
    for (let i = firstKind; i < this.kinds.length; i++) {
      point[i] = points[point[i]!]!;
      if (extra[i] !== 0) extra[i]! += firstExtra;
    }
    for (const each of other.extras) this.extras.push(each);
    for (const [row, frames] of other.fragmentFrames) this.fragmentFrames.set(firstRow + row, frames);
  }
}

/** Mixed into hashes of what captures hold, so that none can be made to collide. */
export const hashSeed = Math.floor(Math.random() * 0x7fffffff) | 1;

/** Words that a kind packs into. */
const WORDS = 17;

/** Gives equal kinds one number while a table is filled. */
export class KindInterner {
  readonly #table: SightingTable;
  /** Open addressing over kinds' numbers; a power of two, at most half full. */
  #slots = new Int32Array(64).fill(-1);
  #packed = new Uint32Array(16 * WORDS);
  readonly #candidate = new Uint32Array(WORDS);
  readonly #extras = new Map<string, number>();
  readonly #limit: number;

  /** `limit`: kinds that get a number. */
  constructor(table: SightingTable, limit: number) {
    this.#table = table;
    this.#limit = limit;
  }

  get count(): number {
    return this.#table.kinds.length;
  }

  /** The kind's number, given to it now if it is new; -1: it is new, and one too many. */
  intern(kind: SightingKind): number {
    const words = this.#candidate;
    words[0] = kind.point;
    words[1] = kind.source;
    words[2] = kind.destination;
    words[3] = kind.flags | (kind.encapsulation << 16) | (kind.packetType << 24);
    words[4] =
      kind.timeToLive | (kind.typeOfService << 8) | (kind.outerTimeToLive << 16) | (kind.outerTypeOfService << 24);
    words[5] = kind.totalLength | (kind.outerTotalLength << 16);
    words[6] = kind.outerSource;
    words[7] = kind.outerDestination;
    words[8] = kind.sourceMacHigh | (kind.destinationMacHigh << 16);
    words[9] = kind.sourceMacLow;
    words[10] = kind.destinationMacLow;
    words[11] = kind.payloadCaptured | (kind.headerLength << 16);
    words[12] = kind.capturedLength;
    words[13] = kind.wireLength;
    words[14] = kind.extra;
    words[15] = kind.icmpCode | (kind.protocol << 8);
    words[16] = kind.ports;
    const mask = this.#slots.length - 1;
    let slot = hashOf(words, 0) & mask;
    for (;;) {
      const number = this.#slots[slot]!;
      if (number === -1) return this.#table.kinds.length < this.#limit ? this.#add(kind, slot) : -1;
      const packed = this.#packed;
      const at = number * WORDS;
      let i = 0;
      while (i < WORDS && packed[at + i] === words[i]) i++;
      if (i === WORDS) return number;
      slot = (slot + 1) & mask;
    }
  }

  /** Index into the table's extras + 1. */
  extra(extra: SightingExtra): number {
    const { extras } = this.#table;
    const text = JSON.stringify(extra);
    let number = this.#extras.get(text);
    if (number === undefined) {
      number = extras.push(extra);
      this.#extras.set(text, number);
    }
    return number;
  }

  #add(kind: SightingKind, slot: number): number {
    const { kinds } = this.#table;
    if (kinds.length === kinds.capacity) kinds.reserve(kinds.capacity * 2);
    const number = kinds.length++;
    const columns = kinds.columns;
    for (const name of Object.keys(columns) as (keyof KindColumns)[]) columns[name][number] = kind[name];
    if ((number + 1) * WORDS > this.#packed.length) {
      this.#packed = widened(this.#packed, this.#packed.length * 2);
    }
    this.#packed.set(this.#candidate, number * WORDS);
    this.#slots[slot] = number;
    if (kinds.length * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    const packed = this.#packed;
    for (let number = 0; number < this.#table.kinds.length; number++) {
      let slot = hashOf(packed, number * WORDS) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

function hashOf(words: Uint32Array, from: number): number {
  let hash = hashSeed;
  for (let i = 0; i < WORDS; i++) {
    hash = Math.imul(hash ^ words[from + i]!, 0x85ebca6b) + hashSeed;
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 13);
}
