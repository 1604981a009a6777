/**
 * Which sightings are of one probe: inner addresses, ports and the number that its kind gives a message, with a reply's addresses and ports turned round,
 * and the payload to tell repeats apart. Never the IP identification: `ping -M do` sends 0 in every request.
 */
import type { SightingTable } from '../observe/sightings.js';
import { Flag, hashSeed } from '../observe/sightings.js';
import type { Ends } from '../observe/transport-frames.js';
import { widened } from '../observe/widened.js';

/** What identifies one request on its whole way, and its reply after reversal. Addresses as unsigned 32-bit numbers. */
export interface ProbeKey {
  readonly source: number;
  readonly destination: number;
  /** IP protocol: 1, 6 or 17. */
  readonly protocol: number;
  /** The request's source port in the upper half and its destination port in the lower; 0 for ICMP. */
  readonly ports: number;
  /** As in observe/probes/probe-reader.ts. */
  readonly number: number;
}

/** The key of the message that answers this one's, and back. */
export function reversed<Key extends Ends>(key: Key): Key {
  return { ...key, source: key.destination, destination: key.source, ports: swapPorts(key.ports) };
}

/** The two ports of a message that goes the other way. */
export function swapPorts(ports: number): number {
  return ((ports << 16) | (ports >>> 16)) >>> 0;
}

/** The Service that the probe was sent to, which a node turned into its destination; null: none. */
export function serviceOf(
  { source, destination }: Pick<Ends, 'source' | 'destination'>,
  rewritten: readonly ProbeKey[],
): ProbeKey | null {
  return rewritten.find((key) => key.source === source && key.destination !== destination) ?? null;
}

/** Numbers that share one place in the hash table: they come one after the other, and so do their slots. */
const NEIGHBOURS = 16;

/** Rows grouped by key, as chains through typed arrays: a flood of probes costs no object each. */
export class ProbeChains {
  /** Number of distinct keys. */
  count = 0;
  /** First row of each chain, and the row that follows each row (-1 ends it), in row order. */
  first: Int32Array;
  readonly next: Int32Array;
  readonly #table: SightingTable;

  constructor(table: SightingTable) {
    this.#table = table;
    const { length } = table;
    this.next = new Int32Array(length).fill(-1);
    this.first = new Int32Array(Math.max(64, length >> 1));
    let last = new Int32Array(this.first.length);
    let size = 64;
    while (size < length * 2) size *= 2;
    const slots = new Int32Array(size).fill(-1);
    const { kind: kindOf, number } = table.columns;
    const k = table.kinds.columns;
    // Requests and replies of one flow hash alike, however many kinds of them there are.
    const from = new Uint32Array(table.kinds.length);
    const to = new Uint32Array(table.kinds.length);
    const ports = new Uint32Array(table.kinds.length);
    for (let kind = 0; kind < from.length; kind++) {
      const reply = k.flags[kind]! & Flag.Reply;
      from[kind] = (reply ? k.destination[kind] : k.source[kind])!;
      to[kind] = (reply ? k.source[kind] : k.destination[kind])!;
      ports[kind] = reply ? swapPorts(k.ports[kind]!) : k.ports[kind]!;
    }
    for (let row = 0; row < length; row++) {
      const kind = kindOf[row]!;
      const source = from[kind]!;
      const destination = to[kind]!;
      const numbers = number[row]! | 0;
      let hash = Math.imul(source ^ hashSeed ^ ports[kind]!, 0x9e3779b1);
      hash = Math.imul(hash ^ (hash >>> 16) ^ destination, 0x85ebca6b) + hashSeed;
      hash = Math.imul(hash ^ (hash >>> 15) ^ Math.floor(numbers / NEIGHBOURS), 0xc2b2ae35) + hashSeed;
      hash ^= hash >>> 15;
      hash = Math.imul(hash, 0x2c1b3c6d);
      hash ^= hash >>> 12;
      let slot = (hash * NEIGHBOURS + (numbers & (NEIGHBOURS - 1))) & (size - 1);
      for (;;) {
        const chain = slots[slot]!;
        if (chain === -1) {
          if (this.count === this.first.length) {
            this.first = widened(this.first, this.count * 2);
            last = widened(last, this.count * 2);
          }
          slots[slot] = this.count;
          this.first[this.count] = row;
          last[this.count] = row;
          this.count++;
          break;
        }
        const end = last[chain]!;
        const endKind = kindOf[end]!;
        if (
          (number[end]! | 0) === numbers &&
          from[endKind] === source &&
          to[endKind] === destination &&
          ports[endKind] === ports[kind] &&
          k.protocol[endKind] === k.protocol[kind]
        ) {
          this.next[end] = row;
          last[chain] = row;
          break;
        }
        slot = (slot + 1) & (size - 1);
      }
    }
  }

  key(chain: number): ProbeKey {
    const { kinds, columns: c } = this.#table;
    const k = kinds.columns;
    const row = this.first[chain]!;
    const kind = c.kind[row]!;
    const key = {
      source: k.source[kind]!,
      destination: k.destination[kind]!,
      protocol: k.protocol[kind]!,
      ports: k.ports[kind]!,
      number: c.number[row]!,
    };
    return k.flags[kind]! & Flag.Reply ? reversed(key) : key;
  }

  /** Puts the chain's rows into `rows` and returns how many there are. */
  fill(chain: number, rows: number[]): number {
    let count = 0;
    for (let row = this.first[chain]!; row !== -1; row = this.next[row]!) rows[count++] = row;
    return count;
  }

  rows(chain: number): number[] {
    const rows: number[] = [];
    this.fill(chain, rows);
    return rows;
  }
}
