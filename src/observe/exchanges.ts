/**
 * What only all captures together tell of UDP exchanges and of TCP connections without a handshake: which side asked, and which
 * answer belongs to which question. It is written into the rows, so that they are followed as pings are.
 */
import type { CapturePoint } from './capture-point.js';
import { Flag, type KindColumns, type SightingTable } from './sightings.js';

const ICMP = 1;
const UDP = 17;
/** The same identification seen again sooner is a copy. */
const COPY_WITHIN_NS = 1e9;
const MAX_COPIES = 32;
/** Places in the fuller list that are tried for a row of the other. */
const NEAR = 64;

export function tellSides(table: SightingTable, points: readonly CapturePoint[]): void {
  const k = table.kinds.columns;
  for (let kind = 0; kind < table.kinds.length; kind++) {
    if (!isOpen(k, kind)) continue;
    new Exchanges(table, points).tell();
    return;
  }
}

/** Nothing in the message itself says whether it asks or answers. */
function isOpen(k: KindColumns, kind: number): boolean {
  return k.protocol[kind] === UDP || (k.protocol[kind] !== ICMP && (k.flags[kind]! & Flag.Middle) !== 0);
}

/** Rows of one pair of addresses and ports; `forth`: those that the lower of the two ends sent. */
interface Conversation {
  readonly protocol: number;
  readonly lowPort: number;
  readonly highPort: number;
  readonly forth: number[];
  readonly back: number[];
}

interface Datagram {
  /** By point, the row that stands for it there. */
  readonly rows: Map<number, number>;
  readonly all: number[];
  /** A row whose time gives its place in order. */
  first: number;
}

class Exchanges {
  readonly #table: SightingTable;
  readonly #points: readonly CapturePoint[];

  constructor(table: SightingTable, points: readonly CapturePoint[]) {
    this.#table = table;
    this.#points = points;
  }

  tell(): void {
    const { columns: c, kinds } = this.#table;
    for (const conversation of this.#conversations()) {
      const { forth, back } = conversation;
      const [requests, replies] = this.#asksForth(conversation) ? [forth, back] : [back, forth];
      for (const row of replies) kinds.columns.flags[c.kind[row]!]! |= Flag.Reply;
      const first = requests[0] ?? replies[0]!;
      if (conversation.protocol !== UDP || kinds.columns.flags[c.kind[first]!]! & Flag.Numbered) continue;
      this.#numberExchanges(requests, replies);
    }
  }

  #conversations(): Iterable<Conversation> {
    const { columns: c, kinds, length } = this.#table;
    const found = new Map<string, Conversation>();
    const ofKind: (readonly [Conversation, 'forth' | 'back'])[] = [];
    for (let row = 0; row < length; row++) {
      const kind = c.kind[row]!;
      if (!isOpen(kinds.columns, kind)) continue;
      const known = ofKind[kind] ?? this.#conversationOf(kind, found);
      ofKind[kind] = known;
      known[0][known[1]].push(row);
    }
    return found.values();
  }

  #conversationOf(kind: number, found: Map<string, Conversation>): readonly [Conversation, 'forth' | 'back'] {
    const k = this.#table.kinds.columns;
    const source = k.source[kind]!;
    const destination = k.destination[kind]!;
    const sourcePort = k.ports[kind]! >>> 16;
    const destinationPort = k.ports[kind]! & 0xffff;
    const isForth = source < destination || (source === destination && sourcePort <= destinationPort);
    const ends = isForth
      ? [source, sourcePort, destination, destinationPort]
      : [destination, destinationPort, source, sourcePort];
    const key = `${k.protocol[kind]} ${ends.join(' ')}`;
    let conversation = found.get(key);
    if (conversation === undefined) {
      conversation = { protocol: k.protocol[kind]!, lowPort: ends[1]!, highPort: ends[3]!, forth: [], back: [] };
      found.set(key, conversation);
    }
    return [conversation, isForth ? 'forth' : 'back'];
  }

  /** Who spoke first asked: each point has one voice. Captures that all begin later leave the ports: servers have the lower ones. */
  #asksForth({ protocol, lowPort, highPort, forth, back }: Conversation): boolean {
    if (protocol !== UDP) return lowPort >= highPort;
    const forthAt = this.#firstByPoint(forth);
    const backAt = this.#firstByPoint(back);
    let voices = 0;
    for (const [point, row] of forthAt) {
      const other = backAt.get(point);
      // A point that only one side passes says nothing of the order.
      if (other !== undefined) voices += this.#isBefore(row, other) ? 1 : -1;
    }
    if (voices !== 0) return voices > 0;
    return forth.length === 0 || back.length === 0 ? back.length === 0 : lowPort >= highPort;
  }

  #firstByPoint(rows: readonly number[]): Map<number, number> {
    const first = new Map<number, number>();
    for (const row of rows) {
      const known = first.get(this.#pointOf(row));
      if (known === undefined || this.#isBefore(row, known)) first.set(this.#pointOf(row), row);
    }
    return first;
  }

  /** Gives each datagram of the asking side a number, and each answer that of the question that it belongs to. */
  #numberExchanges(requests: readonly number[], replies: readonly number[]): void {
    const asked = this.#datagramsOf(requests);
    const answered = this.#datagramsOf(replies);
    for (const [i, datagram] of asked.entries()) this.#setNumber(datagram, i + 1);
    const count = new Map<number, number>();
    for (const { rows } of asked) for (const point of rows.keys()) count.set(point, (count.get(point) ?? 0) + 1);
    // The point nearest to the answering side has only such questions as arrived: the fewest.
    const nearest = [...count].sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([point]) => point);
    const taken = new Set<Datagram>();
    let open: readonly Datagram[] = answered;
    for (const point of nearest) {
      if (open.length === 0) break;
      open = this.#pair(point, asked, open, taken);
    }
    // One question may have many answers: what is left is no exchange of its own.
    for (const answer of open) this.#setNumber(answer, 0);
  }

  /** Pairs by order at one point, first question with first answer; returns the answers that found none. */
  #pair(
    point: number,
    asked: readonly Datagram[],
    answered: readonly Datagram[],
    taken: Set<Datagram>,
  ): readonly Datagram[] {
    const at = (datagram: Datagram): number => datagram.rows.get(point)!;
    const order = (a: Datagram, b: Datagram): number => this.#byTime(at(a), at(b));
    const numbers = new Map(asked.map((datagram, i) => [datagram, i + 1]));
    const questions = asked.filter((q) => q.rows.has(point) && !taken.has(q)).sort(order);
    const answers = answered.filter((a) => a.rows.has(point)).sort(order);
    const left = answered.filter((a) => !a.rows.has(point));
    let next = 0;
    for (const answer of answers) {
      const question = questions[next];
      if (question === undefined || !this.#isBefore(at(question), at(answer))) {
        left.push(answer);
        continue;
      }
      next++;
      taken.add(question);
      this.#setNumber(answer, numbers.get(question)!);
    }
    return left;
  }

  #setNumber(datagram: Datagram, number: number): void {
    for (const row of datagram.all) this.#table.columns.number[row] = number;
  }

  /**
   * Rows of one datagram: the same payload and identification, and as often seen before at its point. A point that saw fewer of
   * several like ones lacks those whose time lies farthest from any of its own.
   */
  #datagramsOf(rows: readonly number[]): Datagram[] {
    const c = this.#table.columns;
    const like = new Map<string, number[]>();
    for (const row of [...rows].sort((a, b) => this.#byTime(a, b))) {
      const key = `${c.payloadDigest[row]} ${c.identification[row]}`;
      const list = like.get(key);
      if (list === undefined) like.set(key, [row]);
      else list.push(row);
    }
    return [...like.values()].flatMap((list) => this.#apart(list)).sort((a, b) => this.#byTime(a.first, b.first));
  }

  /** Datagrams with one payload and identification; `rows` by time. */
  #apart(rows: readonly number[]): Datagram[] {
    const byPoint = new Map<number, number[]>();
    const copies = new Map<number, number[]>();
    for (const row of rows) {
      const list = byPoint.get(this.#pointOf(row)) ?? [];
      byPoint.set(this.#pointOf(row), list);
      const last = list.at(-1);
      if (last !== undefined && this.#isCopy(row, last)) {
        const known = copies.get(last) ?? [];
        copies.set(last, known);
        if (known.length < MAX_COPIES) known.push(row);
      } else list.push(row);
    }
    const fullest = [...byPoint.values()].reduce((most, list) => (list.length > most.length ? list : most));
    const group: Datagram[] = fullest.map((row) => ({ rows: new Map(), all: [], first: row }));
    for (const [point, list] of byPoint) {
      for (const [i, place] of this.#nearestPlaces(list, fullest).entries()) {
        const row = list[i]!;
        const datagram = group[place]!;
        datagram.rows.set(point, row);
        datagram.all.push(row, ...(copies.get(row) ?? []));
      }
    }
    return group;
  }

  /** One identification soon again is a copy of the datagram; 0 stands for none (RFC 6864 section 4.1). */
  #isCopy(row: number, last: number): boolean {
    return this.#table.columns.identification[row] !== 0 && this.#gapBetween(row, last) < COPY_WITHIN_NS;
  }

  /** For each of `list` its place in the fullest one, in order, so that times agree best. */
  #nearestPlaces(list: readonly number[], fullest: readonly number[]): number[] {
    if (list.length === fullest.length) return list.map((_, i) => i);
    const places: number[] = [];
    let from = 0;
    for (const [i, row] of list.entries()) {
      let best = from;
      const last = Math.min(fullest.length - (list.length - i), from + NEAR);
      for (let at = from; at <= last; at++) {
        if (this.#gapBetween(row, fullest[at]!) < this.#gapBetween(row, fullest[best]!)) best = at;
      }
      places.push(best);
      from = best + 1;
    }
    return places;
  }

  #pointOf(row: number): number {
    return this.#points[this.#table.kinds.columns.point[this.#table.columns.kind[row]!]!]!.series;
  }

  #isBefore(a: number, b: number): boolean {
    const { seconds, nanoseconds } = this.#table.columns;
    return seconds[a]! < seconds[b]! || (seconds[a] === seconds[b] && nanoseconds[a]! < nanoseconds[b]!);
  }

  #byTime(a: number, b: number): number {
    return this.#isBefore(a, b) ? -1 : this.#isBefore(b, a) ? 1 : a - b;
  }

  #gapBetween(a: number, b: number): number {
    const { seconds, nanoseconds } = this.#table.columns;
    return Math.abs((seconds[a]! - seconds[b]!) * 1e9 + nanoseconds[a]! - nanoseconds[b]!);
  }
}
