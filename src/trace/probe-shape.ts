/**
 * Probes of one flow that look alike: same hops, headers and lengths, and the same equalities among identifications and
 * payloads. Rules see nothing else of a probe, so that one of them is judged for all; a flood has few shapes.
 */
import type { Evidence } from './evidence.js';
import type { Probe } from './flow.js';
import type { ErrorSighting } from './observation.js';

/** More sightings of one probe than this are judged on their own. */
const MAX_ROWS = 16;

/** Columns that a shape has in common. Not among them: numbers of the frame and the probe, its time, identifications, digest. */
const common = [
  'point',
  'source',
  'destination',
  'flags',
  'encapsulation',
  'timeToLive',
  'typeOfService',
  'headerLength',
  'totalLength',
  'outerSource',
  'outerDestination',
  'outerTimeToLive',
  'outerTypeOfService',
  'outerTotalLength',
  'sourceMacHigh',
  'sourceMacLow',
  'destinationMacHigh',
  'destinationMacLow',
  'packetType',
  'payloadCaptured',
  'capturedLength',
  'wireLength',
] as const;

export class ProbeShapes {
  /** Rows of the probe asked for last, requests first, each direction by point, time and frame. */
  readonly rows: number[] = [];
  /** How many of `rows` are requests. */
  requests = 0;
  readonly #evidence: Evidence;
  readonly #quoted: { readonly echoes: ReadonlySet<number>; readonly identifications: ReadonlySet<number> };
  /** Row kinds: open addressing over one row that stands for each. */
  #slots = new Int32Array(1024).fill(-1);
  readonly #kindRows: number[] = [];
  readonly #columns: readonly { readonly [row: number]: number }[];
  readonly #extras = new Map<string, number>();

  constructor(evidence: Evidence, errors: readonly ErrorSighting[]) {
    this.#evidence = evidence;
    this.#columns = common.map((name) => evidence.sightings.columns[name]);
    const echoes = new Set<number>();
    const identifications = new Set<number>();
    for (const { quotedEcho, quotedInner } of errors) {
      if (quotedEcho !== null) echoes.add(numberOf(quotedEcho.identifier, quotedEcho.sequence));
      else if (quotedInner !== null) identifications.add(quotedInner.identification);
    }
    this.#quoted = { echoes, identifications };
  }

  /** Equal texts are equal shapes; null: the probe is to be judged on its own. Fills `rows`. */
  of(probe: Probe): string | null {
    const { rows } = this;
    const count = probe.requests.length + probe.replies.length;
    if (count > MAX_ROWS || probe.rewritten.length > 0) return null;
    const c = this.#evidence.sightings.columns;
    const { key } = probe;
    if (this.#quoted.echoes.has(numberOf(key.identifier, key.sequence))) return null;
    rows.length = 0;
    for (const row of probe.requests) this.#insert(row, 0);
    this.requests = rows.length;
    for (const row of probe.replies) this.#insert(row, this.requests);
    let shape = `${this.requests}`;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (c.identifier[row] !== key.identifier || c.sequence[row] !== key.sequence) return null;
      if (this.#quoted.identifications.has(c.identification[row]!)) return null;
      const kind = this.#kindOf(row);
      const extra = c.extra[row] === 0 ? 0 : this.#extraOf(c.extra[row]! - 1);
      if (extra === -1) return null;
      // The first row with an equal value stands for the value.
      let identification = 0;
      while (c.identification[rows[identification]!] !== c.identification[row]) identification++;
      let digest = 0;
      while (c.payloadDigest[rows[digest]!] !== c.payloadDigest[row]) digest++;
      let outer = 0;
      while (c.outerIdentification[rows[outer]!] !== c.outerIdentification[row]) outer++;
      const equal = (identification << 8) | (digest << 4) | outer;
      // One frame that stands in the file twice has one time; a copy has its own.
      const again = i > 0 && c.point[rows[i - 1]!] === c.point[row] && !this.#isBefore(rows[i - 1]!, row, false);
      shape += ` ${kind}.${extra}.${equal}${c.identification[row] === 0 ? 'z' : ''}${again ? 's' : ''}`;
    }
    return shape;
  }

  #insert(row: number, from: number): void {
    const { rows } = this;
    let at = rows.length;
    while (at > from && this.#isBefore(row, rows[at - 1]!)) at--;
    if (at === rows.length) rows.push(row);
    else rows.splice(at, 0, row);
  }

  #isBefore(a: number, b: number, byFrame = true): boolean {
    const c = this.#evidence.sightings.columns;
    if (c.point[a] !== c.point[b]) return c.point[a]! < c.point[b]!;
    if (c.seconds[a] !== c.seconds[b]) return c.seconds[a]! < c.seconds[b]!;
    if (c.nanoseconds[a] !== c.nanoseconds[b]) return c.nanoseconds[a]! < c.nanoseconds[b]!;
    return byFrame && c.frame[a]! < c.frame[b]!;
  }

  #kindOf(row: number): number {
    const size = this.#slots.length;
    let slot = this.#hash(row) & (size - 1);
    for (;;) {
      const kind = this.#slots[slot]!;
      if (kind === -1) break;
      if (this.#isAlike(this.#kindRows[kind]!, row)) return kind;
      slot = (slot + 1) & (size - 1);
    }
    const kind = this.#kindRows.push(row) - 1;
    this.#slots[slot] = kind;
    if (this.#kindRows.length * 2 > size) this.#grow();
    return kind;
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    this.#slots = new Int32Array(size).fill(-1);
    this.#kindRows.forEach((row, kind) => {
      let slot = this.#hash(row) & (size - 1);
      while (this.#slots[slot] !== -1) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = kind;
    });
  }

  #hash(row: number): number {
    const columns = this.#columns;
    let hash = 0x811c9dc5;
    for (let i = 0; i < columns.length; i++) hash = Math.imul(hash ^ columns[i]![row]!, 0x01000193);
    return hash ^ (hash >>> 15);
  }

  #isAlike(a: number, b: number): boolean {
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) if (columns[i]![a] !== columns[i]![b]) return false;
    return true;
  }

  /** -1: its fragments are its own. */
  #extraOf(index: number): number {
    const extra = this.#evidence.sightings.extras[index]!;
    if (extra.fragmented !== 'no' || extra.fragments.length > 0) return -1;
    const text = JSON.stringify(extra);
    const known = this.#extras.get(text);
    if (known !== undefined) return known;
    this.#extras.set(text, this.#extras.size + 1);
    return this.#extras.size;
  }
}

function numberOf(identifier: number, sequence: number): number {
  return identifier * 65_536 + sequence;
}
