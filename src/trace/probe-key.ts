/**
 * Which sightings are of one probe: inner addresses, ICMP identifier and sequence, with a reply's addresses turned round,
 * and the payload to tell repeats apart. Never the IP identification: `ping -M do` sends 0 in every request.
 */
import type { SightingTable } from './sightings.js';
import { Flag } from './sightings.js';

/** What identifies one echo request on its whole way, and its reply after reversal. Addresses as unsigned 32-bit numbers. */
export interface ProbeKey {
  readonly source: number;
  readonly destination: number;
  readonly identifier: number;
  readonly sequence: number;
}

/** The key of the message that answers this one's, and back. */
export function reverseKey(key: ProbeKey): ProbeKey {
  return { ...key, source: key.destination, destination: key.source };
}

/** Rows grouped by key, as chains through typed arrays: a flood of probes costs no object each. */
export class ProbeChains {
  /** Number of distinct keys. */
  count = 0;
  /** First row of each chain, and the row that follows each row (-1 ends it), in row order. */
  first = new Int32Array(64);
  #last = new Int32Array(64);
  readonly next: Int32Array;
  readonly #table: SightingTable;

  constructor(table: SightingTable) {
    this.#table = table;
    this.next = new Int32Array(table.length).fill(-1);
    let size = 64;
    while (size < table.length * 2) size *= 2;
    const slots = new Int32Array(size).fill(-1);
    const c = table.columns;
    for (let row = 0; row < table.length; row++) {
      const reply = c.flags[row]! & Flag.Reply;
      const source = reply ? c.destination[row]! : c.source[row]!;
      const destination = reply ? c.source[row]! : c.destination[row]!;
      const numbers = (c.identifier[row]! << 16) | c.sequence[row]!;
      let hash = Math.imul(source, 0x9e3779b1) ^ Math.imul(destination, 0x85ebca6b) ^ Math.imul(numbers, 0xc2b2ae35);
      hash ^= hash >>> 15;
      let slot = hash & (size - 1);
      for (;;) {
        const chain = slots[slot]!;
        if (chain === -1) {
          slots[slot] = this.#start(row);
          break;
        }
        const head = this.first[chain]!;
        const headReply = c.flags[head]! & Flag.Reply;
        if (
          (headReply ? c.destination[head] : c.source[head]) === source &&
          (headReply ? c.source[head] : c.destination[head]) === destination &&
          ((c.identifier[head]! << 16) | c.sequence[head]!) === numbers
        ) {
          this.next[this.#last[chain]!] = row;
          this.#last[chain] = row;
          break;
        }
        slot = (slot + 1) & (size - 1);
      }
    }
  }

  #start(row: number): number {
    if (this.count === this.first.length) {
      const wider = new Int32Array(this.count * 2);
      wider.set(this.first);
      this.first = wider;
      const last = new Int32Array(this.count * 2);
      last.set(this.#last);
      this.#last = last;
    }
    this.first[this.count] = row;
    this.#last[this.count] = row;
    return this.count++;
  }

  key(chain: number): ProbeKey {
    const c = this.#table.columns;
    const row = this.first[chain]!;
    const key = {
      source: c.source[row]!,
      destination: c.destination[row]!,
      identifier: c.identifier[row]!,
      sequence: c.sequence[row]!,
    };
    return c.flags[row]! & Flag.Reply ? reverseKey(key) : key;
  }

  rows(chain: number): number[] {
    const rows: number[] = [];
    for (let row = this.first[chain]!; row !== -1; row = this.next[row]!) rows.push(row);
    return rows;
  }
}
