/**
 * Probes of one flow as a list that makes them when they are asked for: a flood has a million of them, each of which is a
 * chain of rows, and few are ever looked at by themselves.
 */

import { Flag, type SightingTable } from '../observe/sightings.js';
import type { Ends } from '../observe/transport-frames.js';
import { widened } from '../observe/widened.js';
import type { Probe } from './probe.js';
import { type ProbeChains, type ProbeKey, swapPorts } from './probe-key.js';

/** All probes of a run: chains of rows as they are, and those that had to be taken apart or joined. */
export class ProbeStore {
  readonly table: SightingTable;
  readonly #chains: ProbeChains;
  /** A chain's number, or ~n for `#made[n]`. */
  #ids = new Int32Array(1024);
  readonly #made: Probe[] = [];
  length = 0;

  constructor(table: SightingTable, chains: ProbeChains) {
    this.table = table;
    this.#chains = chains;
    this.#ids = new Int32Array(Math.max(64, chains.count));
  }

  addChain(chain: number): void {
    this.#add(chain);
  }

  addProbe(probe: Probe): void {
    this.#add(~(this.#made.push(probe) - 1));
  }

  /** Any row of the probe; -1: its rows went to another one. */
  firstRow(position: number): number {
    const id = this.#ids[position]!;
    if (id >= 0) return this.#chains.first[id]!;
    const { requests, replies } = this.#made[~id]!;
    return requests[0] ?? replies[0] ?? -1;
  }

  /** The first row of a request; undefined: there is none. */
  firstRequest(position: number): number | undefined {
    const id = this.#ids[position]!;
    if (id < 0) return this.#made[~id]!.requests[0];
    const { flags } = this.table.kinds.columns;
    const { kind } = this.table.columns;
    for (let row = this.#chains.first[id]!; row !== -1; row = this.#chains.next[row]!) {
      if ((flags[kind[row]!]! & Flag.Reply) === 0) return row;
    }
    return undefined;
  }

  /** Puts the probe's rows into `rows` and returns how many there are. */
  rows(position: number, rows: number[]): number {
    const id = this.#ids[position]!;
    if (id >= 0) return this.#chains.fill(id, rows);
    let count = 0;
    const { requests, replies } = this.#made[~id]!;
    for (const row of requests) rows[count++] = row;
    for (const row of replies) rows[count++] = row;
    return count;
  }

  key(position: number): ProbeKey {
    const id = this.#ids[position]!;
    return id >= 0 ? this.#chains.key(id) : this.#made[~id]!.key;
  }

  at(position: number): Probe {
    const id = this.#ids[position]!;
    if (id < 0) return this.#made[~id]!;
    const { flags } = this.table.kinds.columns;
    const { kind } = this.table.columns;
    const probe: Probe = { key: this.#chains.key(id), requests: [], replies: [], rewritten: [] };
    for (const row of this.#chains.rows(id)) {
      (flags[kind[row]!]! & Flag.Reply ? probe.replies : probe.requests).push(row);
    }
    return probe;
  }

  /** The probe as one that may be changed. */
  changeable(position: number): Probe {
    const probe = this.at(position);
    if (this.#ids[position]! >= 0) this.#ids[position] = ~(this.#made.push(probe) - 1);
    return probe;
  }

  /** Was it taken apart, joined or changed? */
  isMade(position: number): boolean {
    return this.#ids[position]! < 0;
  }

  /** Keys under which NAT let the probe travel further. */
  rewritten(position: number): readonly ProbeKey[] {
    const id = this.#ids[position]!;
    return id >= 0 ? [] : this.#made[~id]!.rewritten;
  }

  /** Positions by pair of inner addresses, sorted by it, without the probes that lost their rows to others. */
  flows(): (Ends & { readonly positions: Int32Array })[] {
    const numbers = new FlowNumbers();
    const { all: pairs } = numbers;
    const flowOf = new Int32Array(this.length).fill(-1);
    for (let position = 0; position < this.length; position++) {
      const ends = this.#ends(position);
      if (ends === null) continue;
      const flow = numbers.of(ends);
      flowOf[position] = flow;
      pairs[flow]!.count++;
    }
    const positions = pairs.map(({ count }) => new Int32Array(count));
    const filled = new Int32Array(pairs.length);
    for (let position = 0; position < this.length; position++) {
      const flow = flowOf[position]!;
      if (flow !== -1) positions[flow]![filled[flow]!++] = position;
    }
    return pairs
      .map(({ count: _, ...ends }, n) => ({ ...ends, positions: positions[n]! }))
      .sort(
        (a, b) => a.protocol - b.protocol || a.source - b.source || a.destination - b.destination || a.ports - b.ports,
      );
  }

  /** null: the probe lost its rows to others. */
  #ends(position: number): Ends | null {
    const id = this.#ids[position]!;
    if (id < 0) return this.firstRow(position) === -1 ? null : this.#made[~id]!.key;
    const k = this.table.kinds.columns;
    const kind = this.table.columns.kind[this.#chains.first[id]!]!;
    const isReply = (k.flags[kind]! & Flag.Reply) !== 0;
    return {
      source: (isReply ? k.destination[kind] : k.source[kind])!,
      destination: (isReply ? k.source[kind] : k.destination[kind])!,
      protocol: k.protocol[kind]!,
      ports: isReply ? swapPorts(k.ports[kind]!) : k.ports[kind]!,
    };
  }

  list(positions: Int32Array): ProbeList {
    return new ProbeList(this, positions);
  }

  #add(id: number): void {
    if (this.length === this.#ids.length) {
      this.#ids = widened(this.#ids, this.#ids.length * 2);
    }
    this.#ids[this.length++] = id;
  }
}

/** Gives each flow a number; probe after probe is of one flow. */
class FlowNumbers {
  readonly all: (Ends & { count: number })[] = [];
  readonly #bySource = new Map<number, Map<number, Map<number, number>>>();
  #last = -1;

  of({ source, destination, protocol, ports }: Ends): number {
    const last = this.all[this.#last];
    const isLast =
      last?.source === source && last.destination === destination && last.protocol === protocol && last.ports === ports;
    if (isLast) return this.#last;
    const byDestination = this.#bySource.get(source) ?? new Map<number, Map<number, number>>();
    this.#bySource.set(source, byDestination);
    const byPorts = byDestination.get(destination) ?? new Map<number, number>();
    byDestination.set(destination, byPorts);
    // Ports and protocol have 32 and 8 bits: exact in a double.
    const key = ports * 256 + protocol;
    this.#last = byPorts.get(key) ?? this.all.push({ source, destination, protocol, ports, count: 0 }) - 1;
    byPorts.set(key, this.#last);
    return this.#last;
  }
}

export class ProbeList implements Iterable<Probe> {
  readonly #store: ProbeStore;
  readonly #positions: Int32Array;
  #kinds: readonly number[] | null = null;

  constructor(store: ProbeStore, positions: Int32Array) {
    this.#store = store;
    this.#positions = positions;
  }

  get length(): number {
    return this.#positions.length;
  }

  at(n: number): Probe {
    return this.#store.at(this.#positions[n]!);
  }

  key(n: number): ProbeKey {
    return this.#store.key(this.#positions[n]!);
  }

  isRewritten(n: number): boolean {
    return this.#store.rewritten(this.#positions[n]!).length > 0;
  }

  /** Puts the nth probe's rows, requests and replies in any order, into `rows` and returns how many there are. */
  rows(n: number, rows: number[]): number {
    return this.#store.rows(this.#positions[n]!, rows);
  }

  *[Symbol.iterator](): Iterator<Probe> {
    for (let n = 0; n < this.length; n++) yield this.at(n);
  }

  slice(from: number, to: number): Probe[] {
    const probes: Probe[] = [];
    for (let n = from; n < Math.min(to, this.length); n++) probes.push(this.at(n));
    return probes;
  }

  /** All keys under which NAT let some probe travel further. */
  get rewritten(): readonly ProbeKey[] {
    const keys: ProbeKey[] = [];
    for (const position of this.#positions) {
      const more = this.#store.rewritten(position);
      if (more.length > 0) keys.push(...more);
    }
    return keys;
  }

  /** Kinds of all sightings, each once, as they come up. */
  get kinds(): readonly number[] {
    if (this.#kinds !== null) return this.#kinds;
    const { kind } = this.#store.table.columns;
    const found = new Set<number>();
    const rows: number[] = [];
    // Probe after probe has the same kinds.
    const before: number[] = [];
    for (let n = 0; n < this.length; n++) {
      const count = this.rows(n, rows);
      for (let i = 0; i < count; i++) {
        const each = kind[rows[i]!]!;
        if (before[i] === each) continue;
        before[i] = each;
        found.add(each);
      }
    }
    this.#kinds = [...found];
    return this.#kinds;
  }
}
