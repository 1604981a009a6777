/** What all probes of a flow show together: counts, losses by segment, sizes, order, clocks. Filled one journey at a time. */

import { type ClockEstimate, ClockFilter } from '../follow/clock.js';
import {
  type Direction,
  type FlowPath,
  type Hop,
  isSourceSide,
  isUnderlay,
  type Journey,
  type Leg,
  placeIn,
} from '../follow/journey.js';
import { median } from '../follow/point-view.js';
import type { ProbeShapes } from '../follow/probe-shape.js';
import type { Gap } from '../follow/witness.js';
import type { CapturePoint } from '../observe/capture-point.js';
import {
  type ErrorSighting,
  elapsed,
  type FrameRef,
  type Instant,
  isCeOverNotEct,
  type Observation,
  type SynSighting,
} from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import type { SightingColumns } from '../observe/sightings.js';
import { widened } from '../observe/widened.js';
import { type HopRole, OUTER_HEADER } from '../path/facts.js';
import { roleOrder, segmentBetween } from '../path/segments.js';
import { copiesOf } from './copies.js';

export interface Loss {
  readonly position: number;
  readonly direction: Direction;
  readonly segment: string;
  readonly lastSeen: Hop;
  readonly firstMissing: Hop;
  /** Length of the whole inner datagram in octets. */
  readonly size: number;
}

export interface Reordering {
  readonly direction: Direction;
  readonly before: CapturePoint;
  readonly after: CapturePoint;
  readonly segment: string;
  readonly count: number;
  readonly evidence: readonly FrameRef[];
}

export interface MtuEvidence {
  readonly mtu: number;
  readonly by: string;
  readonly ref: FrameRef;
}

export interface SegmentCount {
  readonly direction: Direction;
  readonly from: HopRole;
  readonly to: HopRole;
  readonly segment: string;
  entered: number;
  arrived: number;
  lost: number;
  readonly times: number[];
  readonly sameClock: boolean;
}

/** What probes of one shape have in common. */
export interface ProbeManner {
  readonly size: number;
  readonly replySize: number;
  readonly delivered: boolean;
  readonly replied: boolean;
  /** Seen as far as there are captures, and no answer came while they ran. */
  readonly unanswered: boolean;
  readonly lossSegment: string | null;
  /** How the request travelled between the nodes; null when no underlay capture shows it. */
  readonly encapsulation: string | null;
  readonly corrupted: boolean;
  readonly duplicated: boolean;
  /** Some sighting has CE in its outer header and Not-ECT in its inner one: RFC 6040 section 4.2 drops it on decapsulation. */
  readonly marked: Readonly<Record<Direction, boolean>>;
}

/** How one probe went, in a few numbers. */
interface ProbeRecord extends ProbeManner {
  readonly position: number;
  /** When the source side first saw the request, by the source node's clock; null when it did not. */
  readonly sentAt: Instant | null;
  /** When the source side first saw a reply that came encapsulated. */
  readonly repliedAt: Instant | null;
}

/** All probes' records by position, in columns: floods have a million of them, in few manners. */
class ProbeRecords implements Iterable<ProbeRecord> {
  length = 0;
  /** Every manner that occurs. */
  readonly manners: ProbeManner[] = [];
  readonly #numbers = new Map<ProbeManner, number>();
  #manner = new Uint32Array(FEW);
  readonly #sent = new InstantColumn();
  readonly #replied = new InstantColumn();

  add(
    manner: ProbeManner,
    sent: InstantColumns | null,
    sentRow: number,
    replied: InstantColumns | null,
    repliedRow: number,
  ): void {
    let number = this.#numbers.get(manner);
    if (number === undefined) {
      number = this.manners.push(manner) - 1;
      this.#numbers.set(manner, number);
    }
    if (this.length === this.#manner.length) this.#manner = widened(this.#manner, this.length * 2);
    this.#manner[this.length] = number;
    this.#sent.set(this.length, sent, sentRow);
    this.#replied.set(this.length, replied, repliedRow);
    this.length++;
  }

  /** Lets go of the single records. */
  release(): void {
    this.#manner = new Uint32Array(0);
    this.#sent.release();
    this.#replied.release();
  }

  manner(position: number): ProbeManner {
    return this.manners[this.#manner[position]!]!;
  }

  sentAt(position: number): Instant | null {
    return position >= 0 && position < this.length ? this.#sent.at(position) : null;
  }

  at(position: number): ProbeRecord {
    return {
      ...this.manner(position),
      position,
      sentAt: this.#sent.at(position),
      repliedAt: this.#replied.at(position),
    };
  }

  /** How many probes went in such a manner. */
  count(is: (manner: ProbeManner) => boolean): number {
    const counted = this.manners.map((manner) => (is(manner) ? 1 : 0));
    let sum = 0;
    for (let n = 0; n < this.length; n++) sum += counted[this.#manner[n]!]!;
    return sum;
  }

  /** Of the probes outside `but` whose manner has a size: how many there are, and the largest size. */
  sizes(but: ReadonlySet<number>, sizeOf: (manner: ProbeManner) => number | null): { count: number; largest: number } {
    const sizes = this.manners.map(sizeOf);
    let count = 0;
    let largest = 0;
    for (let n = 0; n < this.length; n++) {
      const size = sizes[this.#manner[n]!]!;
      if (size === null || but.has(n)) continue;
      count++;
      if (size > largest) largest = size;
    }
    return { count, largest };
  }

  *[Symbol.iterator](): Iterator<ProbeRecord> {
    for (let n = 0; n < this.length; n++) yield this.at(n);
  }
}

interface InstantColumns {
  readonly seconds: { readonly [row: number]: number };
  readonly nanoseconds: { readonly [row: number]: number };
}

/** Instants by number, some of them absent. */
class InstantColumn {
  #seconds = new Float64Array(FEW);
  /** -1: no instant. */
  #nanoseconds = new Int32Array(FEW);

  set(n: number, from: InstantColumns | null, row: number): void {
    if (n >= this.#seconds.length) {
      this.#seconds = widened(this.#seconds, n * 2);
      this.#nanoseconds = widened(this.#nanoseconds, n * 2);
    }
    this.#seconds[n] = from === null ? 0 : from.seconds[row]!;
    this.#nanoseconds[n] = from === null ? -1 : from.nanoseconds[row]!;
  }

  release(): void {
    this.#seconds = new Float64Array(0);
    this.#nanoseconds = new Int32Array(0);
  }

  at(n: number): Instant | null {
    const nanoseconds = this.#nanoseconds[n]!;
    return nanoseconds === -1 ? null : { seconds: this.#seconds[n]!, nanoseconds };
  }
}

/** Frames of one direction at one point, by the probe's position, counted through all files of its capture: 0 where it was not seen. */
interface OrderLine {
  readonly hop: Hop;
  frames: Uint32Array;
  /** Files by the number of frames before them. */
  readonly files: Map<number, string>;
}

/** A stretch between two hops as one probe's leg showed it; `to` null: it did not arrive. */
interface Stretch {
  readonly count: SegmentCount;
  readonly from: Observation;
  readonly to: Observation | null;
}

/** Where a journey counts, so that a probe of the same shape is counted without being built. Observations stand for their hops. */
export interface JourneyTally {
  readonly manner: ProbeManner;
  readonly lines: readonly { readonly line: OrderLine; readonly seen: Observation }[];
  readonly stretches: readonly Stretch[];
  readonly losses: readonly Loss[];
  readonly clock: readonly [Observation, Observation, Observation, Observation] | null;
  readonly sent: Observation | null;
  readonly back: Observation | null;
}

/** A tally whose observations are told by their place among a shape's rows; -1: none. */
export interface ShapeTally {
  readonly manner: ProbeManner;
  readonly losses: readonly Loss[];
  readonly lines: readonly { readonly line: OrderLine; readonly row: number; readonly before: number }[];
  readonly stretches: readonly { readonly count: SegmentCount; readonly from: number; readonly to: number }[];
  readonly clock: readonly [number, number, number, number] | null;
  readonly sent: number;
  readonly back: number;
}

const MAX_TIMES = 1024;
/** Probes that there is room for at first: a flow has few, and there are many flows. */
const FEW = 4;

export class FlowSummary {
  readonly path: FlowPath;
  probes = 0;
  delivered = 0;
  replied = 0;
  largestInner = 0;
  largestOuter: number | null = null;
  /** A datagram of exactly the tunnel MTU, with DF, that crossed the tunnel. */
  exercised: { readonly ref: FrameRef } | null = null;
  readonly losses: Loss[] = [];
  readonly records = new ProbeRecords();
  readonly segments = new Map<string, SegmentCount>();
  readonly pointsSeen = new Set<CapturePoint>();
  /** Captures that did not show that they ran when something was due there: at which end. */
  readonly gaps = new Map<CapturePoint, Set<Gap['end']>>();
  readonly #firstRefs = new Map<CapturePoint, FrameRef>();
  readonly #order = new Map<string, OrderLine>();
  readonly #clock = new ClockFilter();
  #reorderings: Reordering[] | null = null;

  constructor(path: FlowPath) {
    this.path = path;
    this.#lookAtOctets();
  }

  /** Segments are joined by GRO before a capture sees them: what is longer than the tunnel takes tells nothing. */
  #lookAtOctets(): void {
    const mtu = this.path.tunnelMtu.value;
    for (const { direction, places } of this.path.octets) {
      for (const { role, largest, largestHasDf, largestRef, bare } of places) {
        if (largest > mtu) continue;
        this.largestInner = Math.max(this.largestInner, largest);
        if (isUnderlay(role) && bare === null)
          this.largestOuter = Math.max(this.largestOuter ?? 0, largest + OUTER_HEADER);
        const place = placeIn(direction, role);
        if (largest === mtu && largestHasDf && !isSourceSide(place)) this.exercised ??= { ref: largestRef };
      }
    }
  }

  /** Counts a journey, and returns what to count for the next probe that looks the same. */
  add(journey: Journey): JourneyTally {
    const { request, reply } = journey;
    const lines: JourneyTally['lines'][number][] = [];
    const losses: Loss[] = [];
    const stretches: Stretch[] = [];
    for (const leg of reply === null ? [request] : [request, reply]) {
      this.#lookAt(leg, lines);
      const loss = journey.composite ? null : lossOf(leg, journey.position);
      if (loss !== null) losses.push(loss);
      this.#findStretches(leg, stretches);
    }
    for (const { point, ref } of journey.strays) if (!this.#firstRefs.has(point)) this.#firstRefs.set(point, ref);
    const first = request.hops.find((h) => h.state === 'seen');
    const source = request.hops.find((h) => h.state === 'seen' && isSourceSide(h.role));
    const underlay = request.hops.find(
      (h) => (h.role === 'encapsulator-underlay' || h.role === 'decapsulator-underlay') && h.state === 'seen',
    );
    const back = reply?.hops.find(
      (h) => isSourceSide(h.role) && h.state === 'seen' && h.observations.some((o) => o.encapsulation !== 'none'),
    );
    const tally: JourneyTally = {
      manner: {
        size: first?.observations[0]?.datagramLength ?? 0,
        replySize: reply?.lastSeen?.observations[0]?.datagramLength ?? 0,
        delivered: request.disposition === 'delivered',
        replied: reply !== null,
        unanswered: journey.awaited.length > 0 && losses.length === 0 && request.disposition !== 'refused',
        lossSegment: losses.at(-1)?.segment ?? null,
        encapsulation: underlay?.observations[0]?.encapsulation ?? null,
        corrupted: !journey.composite && (isCorrupted(request) || (reply !== null && isCorrupted(reply))),
        duplicated: [...request.hops, ...(reply?.hops ?? [])].some((h) => copiesOf(h) > 1),
        marked: { request: isMarked(request), reply: reply !== null && isMarked(reply) },
      },
      lines,
      stretches,
      losses,
      clock: exchangeOf(journey),
      sent: source?.observations[0] ?? null,
      back: back?.observations[0] ?? null,
    };
    this.#count(tally, journey.position);
    return tally;
  }

  /** The tally for probes of the shape that `shapes` was asked for just now. */
  shapeTally(tally: JourneyTally, shapes: ProbeShapes, evidence: Sighted): ShapeTally {
    const { columns: c, kinds } = evidence.sightings;
    // The first sighting of a direction at a point is the one that stands for its hop.
    const rowOf = (o: Observation): number => {
      const [from, to] = o.message === 'request' ? [0, shapes.requests] : [shapes.requests, shapes.count];
      for (let i = from; i < to; i++) {
        if (kinds.columns.point[c.kind[shapes.rows[i]!]!] === o.point.index) return i;
      }
      throw new Error('a probe of this shape has no such sighting');
    };
    const { manner, losses, clock, sent, back } = tally;
    return {
      manner,
      losses,
      lines: tally.lines.map(({ line, seen }) => ({ line, row: rowOf(seen), before: seen.point.framesBefore })),
      stretches: tally.stretches.map(({ count, from, to }) => ({
        count,
        from: rowOf(from),
        to: to === null ? -1 : rowOf(to),
      })),
      clock: clock === null ? null : [rowOf(clock[0]), rowOf(clock[1]), rowOf(clock[2]), rowOf(clock[3])],
      sent: sent === null ? -1 : rowOf(sent),
      back: back === null ? -1 : rowOf(back),
    };
  }

  /** Counts a probe of a shape that was counted before; `rows` are the probe's, in the shape's order. */
  addAlike(tally: ShapeTally, position: number, rows: readonly number[], columns: SightingColumns): void {
    const { seconds, nanoseconds, frame } = columns;
    const between = (a: number, b: number): number =>
      (seconds[b]! - seconds[a]!) * 1e9 + (nanoseconds[b]! - nanoseconds[a]!);
    const { manner, lines, stretches, losses, clock, sent, back } = tally;
    this.#countManner(manner);
    for (let i = 0; i < lines.length; i++) {
      const { line, row, before } = lines[i]!;
      note(line, position, before + frame[rows[row]!]!);
    }
    for (let i = 0; i < stretches.length; i++) {
      const { count, from, to } = stretches[i]!;
      count.entered++;
      if (to === -1) count.lost++;
      else {
        count.arrived++;
        if (count.times.length < MAX_TIMES) count.times.push(between(rows[from]!, rows[to]!));
      }
    }
    for (const loss of losses) this.losses.push({ ...loss, position });
    if (clock !== null) {
      const [request, reply, farRequest, farReply] = clock;
      this.#clock.addTimes(
        between(rows[request]!, rows[reply]!),
        between(rows[farRequest]!, rows[farReply]!),
        between(rows[request]!, rows[farRequest]!),
        between(rows[reply]!, rows[farReply]!),
      );
    }
    this.records.add(
      manner,
      sent === -1 ? null : columns,
      sent === -1 ? -1 : rows[sent]!,
      back === -1 ? null : columns,
      back === -1 ? -1 : rows[back]!,
    );
  }

  #countManner(manner: ProbeManner): void {
    this.probes++;
    if (manner.delivered) this.delivered++;
    if (manner.replied) this.replied++;
  }

  #count(tally: JourneyTally, position: number): void {
    const { manner, lines, stretches, losses, clock, sent, back } = tally;
    this.#countManner(manner);
    for (const { line, seen } of lines) note(line, position, seen.point.framesBefore + seen.ref.frame);
    for (const { count, from, to } of stretches) {
      count.entered++;
      if (to === null) count.lost++;
      else {
        count.arrived++;
        if (count.times.length < MAX_TIMES) count.times.push(elapsed(from, to));
      }
    }
    for (const loss of losses) this.losses.push(loss);
    if (clock !== null) this.#clock.add(...clock);
    this.records.add(manner, sent && columnOf(sent), 0, back && columnOf(back), 0);
  }

  #lookAt(leg: Leg, lines: JourneyTally['lines'][number][]): void {
    for (const hop of leg.hops) {
      if (hop.gap !== null) {
        const ends = this.gaps.get(hop.point!) ?? new Set();
        this.gaps.set(hop.point!, ends.add(hop.gap.end));
      }
      if (hop.state !== 'seen') continue;
      const point = hop.point!;
      this.pointsSeen.add(point);
      const o = hop.observations[0]!;
      if (!this.#firstRefs.has(point)) this.#firstRefs.set(point, o.ref);
      const key = `${leg.direction} ${point.index}`;
      let line = this.#order.get(key);
      if (line === undefined) {
        line = { hop, frames: new Uint32Array(FEW), files: new Map() };
        this.#order.set(key, line);
      }
      line.files.set(o.point.framesBefore, o.point.file);
      lines.push({ line, seen: o });
      for (const each of hop.observations) {
        if (each.inner.totalLength > this.largestInner) this.largestInner = each.inner.totalLength;
        if (each.outer !== null && each.outer.totalLength > (this.largestOuter ?? 0))
          this.largestOuter = each.outer.totalLength;
      }
      // Behind the wire, whole, with DF and exactly as long as the tunnel allows: that exercises the MTU.
      const crossed =
        hop.place === 'decapsulator-tunnel' || hop.place === 'destination-pod' || hop.place === 'destination-bridge';
      if (
        crossed &&
        o.inner.totalLength === this.path.tunnelMtu.value &&
        o.inner.dontFragment &&
        o.fragmented === 'no' &&
        leg.hops.some((h) => h.state === 'seen' && h.observations[0]!.encapsulation !== 'none')
      ) {
        this.exercised ??= o;
      }
    }
  }

  #findStretches(leg: Leg, stretches: Stretch[]): void {
    let from: Hop | null = null;
    for (const hop of leg.hops) {
      if (hop.state !== 'seen' && hop.state !== 'absent') continue;
      if (from !== null && from.state === 'seen' && from.role !== hop.role) {
        const key = `${leg.direction} ${from.role} ${hop.role}`;
        let count = this.segments.get(key);
        if (count === undefined) {
          count = {
            direction: leg.direction,
            from: from.role,
            to: hop.role,
            segment: segmentBetween(from.role, hop.role),
            entered: 0,
            arrived: 0,
            lost: 0,
            times: [],
            sameClock: isSourceSide(from.role) === isSourceSide(hop.role),
          };
          this.segments.set(key, count);
        }
        stretches.push({
          count,
          from: from.observations[0]!,
          to: hop.state === 'seen' ? hop.observations[0]! : null,
        });
      }
      // A second point of one role adds no stretch of its own.
      if (from === null || from.role !== hop.role || hop.state === 'seen') from = hop;
      if (hop.state === 'absent') break;
    }
  }

  /** Lets go of what only the flow's own rules, diagnoses and report read, so that flows do not pile up. */
  release(): void {
    this.#reorderings = [...this.reorderings];
    this.#order.clear();
    this.segments.clear();
    this.records.release();
  }

  get clock(): ClockEstimate | null {
    return this.#clock.estimate;
  }

  /** Median one-way time of a segment with its error bound, in nanoseconds; null when the clocks do not allow it. */
  oneWay(count: SegmentCount): { time: number; bound: number } | null {
    const middle = median([...count.times]);
    if (middle === null) return null;
    if (count.sameClock) return { time: middle, bound: 0 };
    const clock = this.clock;
    if (clock === null) return null;
    const forward = isSourceSide(count.from);
    return { time: middle - (forward ? clock.offset : -clock.offset), bound: clock.bound };
  }

  /** All inner and outer addresses that the flow's datagrams carry. */
  get addresses(): number[] {
    const all = new Set<number>([this.path.flow.source, this.path.flow.destination]);
    for (const facts of [this.path.facts.request, this.path.facts.reply]) {
      for (const hop of Object.values(facts)) {
        if (hop.outerSource) all.add(hop.outerSource.value);
        if (hop.outerDestination) all.add(hop.outerDestination.value);
      }
    }
    return [...all];
  }

  get podCaptured(): boolean {
    return this.path.assignments.some((a) => a.role === 'source-pod');
  }

  firstRefAt(point: CapturePoint): FrameRef[] {
    const ref = this.#firstRefs.get(point);
    return ref === undefined ? [] : [ref];
  }

  /** ICMP 3/4 that quotes this flow, or its nodes' tunnel datagrams. */
  get tooBig(): ErrorSighting[] {
    return this.path.errors.filter((e) => e.type === 3 && e.code === 4);
  }

  /** Was a datagram too long for the told MTU sent after the error, by the clock of the node that heard it? */
  longAfter(error: ErrorSighting): boolean {
    const { records } = this;
    for (let n = 0; n < records.length; n++) {
      if (records.manner(n).size <= error.nextHopMtu - 20) continue;
      const sentAt = records.sentAt(n);
      if (sentAt !== null && elapsed(error, sentAt) > 0) return true;
    }
    return false;
  }

  get mtuEvidence(): MtuEvidence[] {
    const { flow, syns, tunnelMtu } = this.path;
    const found: MtuEvidence[] = [];
    const podOf = (s: SynSighting): HopRole => (s.source === flow.source ? 'source-pod' : 'destination-pod');
    for (const s of syns) {
      const here =
        (s.source === flow.source && s.destination === flow.destination) ||
        (s.source === flow.destination && s.destination === flow.source);
      // MSS + 40: IPv4 and TCP header without options (RFC 9293 section 3.7.1).
      // A node may clamp the MSS for its own reasons: below the tunnel's only the sender's own capture speaks of its MTU.
      const isOwn = this.path.assignments.some((a) => a.point === s.point && a.role === podOf(s));
      if (here && s.mss > 0 && (isOwn || s.mss + 40 >= tunnelMtu.value))
        found.push({ mtu: s.mss + 40, by: 'TCP SYN MSS + 40', ref: s.ref });
    }
    for (const e of this.tooBig) {
      if (e.quotedOuter === null && e.nextHopMtu > 0)
        found.push({ mtu: e.nextHopMtu, by: 'ICMP next-hop MTU', ref: e.ref });
    }
    return found;
  }

  get reorderings(): readonly Reordering[] {
    if (this.#reorderings !== null) return this.#reorderings;
    const found: Reordering[] = [];
    for (const direction of ['request', 'reply'] as const) {
      const lines = [...this.#order]
        .filter(([key]) => key.startsWith(direction))
        .map(([, line]) => line)
        .sort((a, b) => {
          const step = roleOrder(a.hop.role) - roleOrder(b.hop.role);
          return direction === 'request' ? step : -step;
        });
      for (let i = 1; i < lines.length; i++) {
        const before = lines[i - 1]!;
        const after = lines[i]!;
        if (before.hop.role === after.hop.role) continue;
        const frames = overtaken(before, after);
        if (frames.length === 0) continue;
        found.push({
          direction,
          before: before.hop.point!,
          after: after.hop.point!,
          segment: segmentBetween(before.hop.role, after.hop.role),
          count: frames.length,
          evidence: frames.slice(0, 16).map((frame) => refOf(after, frame)),
        });
      }
    }
    found.sort((a, b) => b.count - a.count);
    this.#reorderings = found;
    return found;
  }
}

function refOf({ files }: OrderLine, frame: number): FrameRef {
  const before = Math.max(...[...files.keys()].filter((count) => count < frame));
  return { file: files.get(before)!, frame: frame - before };
}

function note(line: OrderLine, position: number, frame: number): void {
  if (position >= line.frames.length)
    line.frames = widened(line.frames, Math.max(position + 1, line.frames.length * 2));
  line.frames[position] = frame;
}

function columnOf({ seconds, nanoseconds }: Instant): InstantColumns {
  return { seconds: [seconds], nanoseconds: [nanoseconds] };
}

/** Frames at the later point of probes that arrived after one that had been sent behind them. */
function overtaken(before: OrderLine, after: OrderLine): number[] {
  const both = Math.min(before.frames.length, after.frames.length);
  if (keepOrder(before.frames, after.frames, both)) return [];
  const sent: number[] = [];
  let sorted = true;
  for (let n = 0; n < both; n++) {
    if (before.frames[n] === 0 || after.frames[n] === 0) continue;
    if (sorted && sent.length > 0 && before.frames[n]! < before.frames[sent.at(-1)!]!) sorted = false;
    sent.push(n);
  }
  if (!sorted) sent.sort((a, b) => before.frames[a]! - before.frames[b]!);
  const late: number[] = [];
  let highest = -1;
  for (const n of sent) {
    const frame = after.frames[n]!;
    if (frame < highest) late.push(frame);
    else highest = frame;
  }
  return late;
}

/** Do the probes seen at both stand in one order there? */
function keepOrder(before: Uint32Array, after: Uint32Array, length: number): boolean {
  let first = 0;
  let second = 0;
  for (let n = 0; n < length; n++) {
    const a = before[n]!;
    const b = after[n]!;
    if (a === 0 || b === 0) continue;
    if (a < first || b < second) return false;
    first = a;
    second = b;
  }
  return true;
}

function lossOf(leg: Leg, position: number): Loss | null {
  const { lastSeen, firstMissing } = leg;
  if (firstMissing === null || lastSeen === null || leg.disposition === 'delivered') return null;
  return {
    position,
    direction: leg.direction,
    segment: segmentBetween(lastSeen.role, firstMissing.role),
    lastSeen,
    firstMissing,
    size: lastSeen.observations[0]!.datagramLength,
  };
}

/** Request and reply at the source node's point nearest to the wire, then at the destination node's. */
function exchangeOf({ request, reply }: Journey): JourneyTally['clock'] {
  if (reply === null) return null;
  const both = (side: boolean): readonly [Observation, Observation] | null => {
    const hops = request.hops.filter((h) => h.state === 'seen' && isSourceSide(h.role) === side);
    // The point nearest to the wire gives the tightest bound.
    const nearest = hops.sort((a, b) =>
      side ? roleOrder(b.role) - roleOrder(a.role) : roleOrder(a.role) - roleOrder(b.role),
    );
    for (const hop of nearest) {
      const back = reply.hops.find((h) => h.point === hop.point && h.state === 'seen');
      if (back !== undefined) return [hop.observations[0]!, back.observations[0]!];
    }
    return null;
  };
  const near = both(true);
  const far = both(false);
  return near === null || far === null ? null : [...near, ...far];
}

function isMarked(leg: Leg): boolean {
  return leg.hops.some((h) => h.observations.some(isCeOverNotEct));
}

/** Octets that should not change did, or a checksum behind the wire is wrong; at the sender's side an offload may fill it in later. */
function isCorrupted(leg: Leg): boolean {
  const seen = leg.hops.filter((h) => h.state === 'seen');
  const first = seen[0]?.observations[0];
  if (first === undefined) return false;
  return seen.some((h) =>
    h.observations.some(
      (o) =>
        (!isSourceSide(h.place) &&
          (o.inner.checksumRight === false ||
            o.outer?.checksumRight === false ||
            (o.messageChecksumRight === false && (o.ports === null || first.messageChecksumRight !== false)))) ||
        (o.payloadCaptured === first.payloadCaptured && o.payloadDigest !== first.payloadDigest),
    ),
  );
}
