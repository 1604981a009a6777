/**
 * Probes of one flow that look alike: same kinds of sightings, and the same equalities among identifications and payloads.
 * Rules see nothing else of a probe, so that one of them is judged for all; a flood has few shapes.
 */

import type { ErrorSighting } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { ProbeList } from './probe-list.js';
import { type Gap, type Sight, sightOf, type Witness } from './witness.js';

/** More sightings of one probe than this are judged on their own. */
const MAX_ROWS = 16;
/** Shapes that are told apart; captures made to have more get slower, not larger. */
const MAX_SHAPES = 4096;

export class ProbeShapes {
  /** Rows of the probe asked for last, requests first, each direction by point, time and frame; `count` of them. */
  readonly rows: number[] = [];
  count = 0;
  /** How many of `rows` are requests. */
  requests = 0;
  readonly #evidence: Sighted;
  readonly #witness: Witness;
  readonly #quoted: { readonly messages: ReadonlySet<number>; readonly identifications: ReadonlySet<number> };
  readonly #anyQuoted: boolean;
  readonly #unsorted: number[] = [];
  /** A shape in words: number of rows and of requests, and for each row its kind and which earlier rows it equals; then order and gaps. */
  readonly #candidate: Int32Array;
  readonly #known: Int32Array[] = [];
  readonly #byHash = new Map<number, number[]>();
  #last = -1;

  constructor(evidence: Sighted, errors: readonly ErrorSighting[], witness: Witness) {
    this.#evidence = evidence;
    this.#witness = witness;

    this.#candidate = new Int32Array(3 + 2 * MAX_ROWS + 2 * witness.posts.length);
    const messages = new Set<number>();
    const identifications = new Set<number>();
    for (const { quotedMessage, quotedInner } of errors) {
      if (quotedMessage !== null) messages.add(quotedMessage.number);
      else if (quotedInner !== null) identifications.add(quotedInner.identification);
    }
    this.#quoted = { messages, identifications };
    this.#anyQuoted = messages.size + identifications.size > 0;
  }

  /** Equal numbers are equal shapes; -1: the probe is to be judged on its own. Fills `rows`. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: asked for each probe: one walk over its rows
  of(probes: ProbeList, n: number): number {
    const found = this.#unsorted;
    const count = probes.rows(n, found);
    if (count > MAX_ROWS || probes.isRewritten(n)) return -1;
    const { columns: c, kinds } = this.#evidence.sightings;
    const { flags } = kinds.columns;
    const { rows } = this;
    this.count = 0;
    for (let i = 0; i < count; i++) {
      if ((flags[c.kind[found[i]!]!]! & Flag.Reply) === 0) this.#insert(found[i]!, 0);
    }
    this.requests = this.count;
    for (let i = 0; i < count && this.count < count; i++) {
      if ((flags[c.kind[found[i]!]!]! & Flag.Reply) !== 0) this.#insert(found[i]!, this.requests);
    }
    // Rows of one key come together, but for damaged ones, which were joined to the probe that they belong to.
    const first = rows[0]!;
    const words = this.#candidate;
    words[0] = count;
    words[1] = this.requests;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (c.number[row] !== c.number[first]) return -1;
      const kind = c.kind[row]!;
      // The first row with an equal value stands for the value.
      let identification = 0;
      while (c.identification[rows[identification]!] !== c.identification[row]) identification++;
      let digest = 0;
      while (c.payloadDigest[rows[digest]!] !== c.payloadDigest[row]) digest++;
      let outer = 0;
      while (c.outerIdentification[rows[outer]!] !== c.outerIdentification[row]) outer++;
      // One frame that stands in the file twice has one time; a copy has its own.
      const again = i > 0 && this.#isAgain(rows[i - 1]!, row);
      words[2 + 2 * i] = kind;
      words[3 + 2 * i] =
        (identification << 12) |
        (digest << 8) |
        (outer << 4) |
        (this.#isLast(row) ? 4 : 0) |
        (again ? 2 : 0) |
        (c.identification[row] === 0 ? 1 : 0);
    }
    if (this.#anyQuoted && this.#isQuoted(probes, n)) return -1;
    words[2 + 2 * count] = Number(this.#witness.isInOrder(rows, this.requests, count));
    return this.#number(this.#addGaps(3 + 2 * count));
  }

  /** Where a message was not seen: did the capture run when it was due? Returns the length of the words. */
  #addGaps(from: number): number {
    const { columns: c, kinds } = this.#evidence.sightings;
    const { point } = kinds.columns;
    const { rows } = this;
    let length = from;
    let sights: Sight[] | null = null;
    for (const post of this.#witness.posts) {
      for (const isReply of [false, true]) {
        const [begin, end] = isReply ? [this.requests, this.count] : [0, this.requests];
        let isSeen = false;
        // What stands for all devices of a node may have been seen in another role.
        for (let i = begin; i < end && !isSeen && post.isUnseen !== true; i++)
          isSeen = this.#evidence.points[point[c.kind[rows[i]!]!]!]!.series === post.point;
        if (isSeen) continue;
        sights ??= rows.slice(0, this.count).map((row) => sightOf(this.#evidence, row));
        const taken = numberOf(this.#witness.gapAt(post, isReply, sights));
        this.#candidate[length++] = taken | (numberOf(this.#witness.shownGapAt(post, isReply, sights)) << 2);
      }
    }
    return length;
  }

  #isQuoted(probes: ProbeList, n: number): boolean {
    const { identification } = this.#evidence.sightings.columns;
    if (this.#quoted.messages.has(probes.key(n).number)) return true;
    for (let i = 0; i < this.count; i++) {
      if (this.#quoted.identifications.has(identification[this.rows[i]!]!)) return true;
    }
    return false;
  }

  /** The number of the shape in `#candidate`; -1 when there are too many. */
  #number(length: number): number {
    const words = this.#candidate;
    // Probe after probe has the same shape.
    if (this.#last !== -1 && equal(this.#known[this.#last]!, words, length)) return this.#last;
    let hash = 0x811c9dc5;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193) ^ (hash >>> 15);
    const list = this.#byHash.get(hash);
    const known = list?.find((n) => equal(this.#known[n]!, words, length));
    if (known !== undefined) {
      this.#last = known;
      return known;
    }
    if (this.#known.length >= MAX_SHAPES) return -1;
    const number = this.#known.push(words.slice(0, length)) - 1;
    if (list === undefined) this.#byHash.set(hash, [number]);
    else list.push(number);
    this.#last = number;
    return number;
  }

  #insert(row: number, from: number): void {
    const { rows } = this;
    let at = this.count++;
    while (at > from && this.#isBefore(row, rows[at - 1]!)) {
      rows[at] = rows[at - 1]!;
      at--;
    }
    rows[at] = row;
  }

  #isBefore(a: number, b: number): boolean {
    const { columns: c, kinds } = this.#evidence.sightings;
    const { point } = kinds.columns;
    const pointA = point[c.kind[a]!]!;
    const pointB = point[c.kind[b]!]!;
    if (pointA !== pointB) return pointA < pointB;
    if (c.seconds[a] !== c.seconds[b]) return c.seconds[a]! < c.seconds[b]!;
    if (c.nanoseconds[a] !== c.nanoseconds[b]) return c.nanoseconds[a]! < c.nanoseconds[b]!;
    return c.frame[a]! < c.frame[b]!;
  }

  /** Nothing at all is there after it at its point: its capture may have been stopped before what should follow. */
  #isLast(row: number): boolean {
    const { columns: c, kinds } = this.#evidence.sightings;
    const { lastSeconds, lastNanoseconds } = this.#evidence.points[kinds.columns.point[c.kind[row]!]!]!.traffic;
    return c.seconds[row]! > lastSeconds || (c.seconds[row] === lastSeconds && c.nanoseconds[row]! >= lastNanoseconds);
  }

  /** Two rows at one point with one time. */
  #isAgain(a: number, b: number): boolean {
    const { columns: c, kinds } = this.#evidence.sightings;
    const { point } = kinds.columns;
    return (
      point[c.kind[a]!] === point[c.kind[b]!] && c.seconds[a] === c.seconds[b] && c.nanoseconds[a] === c.nanoseconds[b]
    );
  }
}

function numberOf(gap: Gap | null): number {
  return gap === null ? 0 : gap.end === 'start' ? 1 : 2;
}

function equal(known: Int32Array, words: Int32Array, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== words[i]) return false;
  return true;
}
