/** What all probes of a flow show together: counts, losses by segment, sizes, order, clocks. Filled one journey at a time. */
import type { HopRole } from '../expect/expected-path.js';
import type { CapturePoint } from '../trace/capture-point.js';
import { type ClockEstimate, ClockFilter } from '../trace/clock.js';
import { type Direction, type FlowPath, type Hop, isSourceSide, type Journey, type Leg } from '../trace/journey.js';
import { type ErrorSighting, elapsed, type FrameRef, type Instant, type Observation } from '../trace/observation.js';
import { median } from '../trace/point-view.js';
import type { ProbeShapes } from '../trace/probe-shape.js';
import { roleOrder, segmentBetween } from '../trace/segment.js';
import type { SightingColumns } from '../trace/sightings.js';
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
  readonly lossSegment: string | null;
  /** How the request travelled between the nodes; null when no underlay capture shows it. */
  readonly encapsulation: string | null;
  readonly corrupted: boolean;
  readonly duplicated: boolean;
}

/** How one probe went, in a few numbers. */
export interface ProbeRecord extends ProbeManner {
  readonly position: number;
  /** When the source side first saw the request, by the source node's clock; null when it did not. */
  readonly sentAt: Instant | null;
  /** When the source side first saw a reply that came encapsulated. */
  readonly repliedAt: Instant | null;
}

/** A record that holds only what is the probe's own: floods have a million of them. */
class OwnRecord implements ProbeRecord {
  readonly position: number;
  readonly sentAt: Instant | null;
  readonly repliedAt: Instant | null;
  readonly #manner: ProbeManner;
  constructor(position: number, manner: ProbeManner, sentAt: Instant | null, repliedAt: Instant | null) {
    this.position = position;
    this.#manner = manner;
    this.sentAt = sentAt;
    this.repliedAt = repliedAt;
  }
  get size(): number {
    return this.#manner.size;
  }
  get replySize(): number {
    return this.#manner.replySize;
  }
  get delivered(): boolean {
    return this.#manner.delivered;
  }
  get replied(): boolean {
    return this.#manner.replied;
  }
  get lossSegment(): string | null {
    return this.#manner.lossSegment;
  }
  get encapsulation(): string | null {
    return this.#manner.encapsulation;
  }
  get corrupted(): boolean {
    return this.#manner.corrupted;
  }
  get duplicated(): boolean {
    return this.#manner.duplicated;
  }
}

/** Frames of one direction at one point, by the probe's position: 0 where it was not seen. */
interface OrderLine {
  readonly hop: Hop;
  frames: Uint32Array;
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

const MAX_TIMES = 1024;

export class FlowSummary {
  readonly path: FlowPath;
  probes = 0;
  delivered = 0;
  replied = 0;
  largestInner = 0;
  largestOuter: number | null = null;
  /** A datagram of exactly the tunnel MTU, with DF, that crossed the tunnel. */
  exercised: Observation | null = null;
  readonly losses: Loss[] = [];
  readonly records: ProbeRecord[] = [];
  readonly segments = new Map<string, SegmentCount>();
  readonly pointsSeen = new Set<CapturePoint>();
  readonly #firstRefs = new Map<CapturePoint, FrameRef>();
  readonly #order = new Map<string, OrderLine>();
  readonly #clock = new ClockFilter();
  #reorderings: Reordering[] | null = null;

  constructor(path: FlowPath) {
    this.path = path;
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
        lossSegment: losses.at(-1)?.segment ?? null,
        encapsulation: underlay?.observations[0]?.encapsulation ?? null,
        corrupted: !journey.composite && (isCorrupted(request) || (reply !== null && isCorrupted(reply))),
        duplicated: [...request.hops, ...(reply?.hops ?? [])].some((h) => copiesOf(h) > 1),
      },
      lines,
      stretches,
      losses,
      clock: exchangeOf(journey),
      sent: source?.observations[0] ?? null,
      back: back?.observations[0] ?? null,
    };
    this.#count(
      tally,
      journey.position,
      // Not the observation itself, which the probe's record would keep.
      ({ seconds, nanoseconds }) => ({ seconds, nanoseconds }),
      (o) => o.ref.frame,
    );
    return tally;
  }

  /** Counts a probe of a shape that was counted before: `shapes` was asked for it just now. */
  addAlike(tally: JourneyTally, position: number, shapes: ProbeShapes, columns: SightingColumns): void {
    // The first sighting of a direction at a point is the one that stands for its hop.
    const rowOf = (o: Observation): number => {
      const [from, to] = o.message === 'echo-request' ? [0, shapes.requests] : [shapes.requests, shapes.rows.length];
      for (let i = from; i < to; i++) if (columns.point[shapes.rows[i]!] === o.point.index) return shapes.rows[i]!;
      throw new Error('a probe of this shape has no such sighting');
    };
    this.#count(
      tally,
      position,
      (o) => {
        const row = rowOf(o);
        return { seconds: columns.seconds[row]!, nanoseconds: columns.nanoseconds[row]! };
      },
      (o) => columns.frame[rowOf(o)]!,
    );
  }

  #count(
    tally: JourneyTally,
    position: number,
    timeOf: (seen: Observation) => Instant,
    frameOf: (seen: Observation) => number,
  ): void {
    const { manner, lines, stretches, losses, clock, sent, back } = tally;
    this.probes++;
    if (manner.delivered) this.delivered++;
    if (manner.replied) this.replied++;
    for (const { line, seen } of lines) {
      if (position >= line.frames.length) {
        const wider = new Uint32Array(Math.max(position + 1, line.frames.length * 2));
        wider.set(line.frames);
        line.frames = wider;
      }
      line.frames[position] = frameOf(seen);
    }
    for (const { count, from, to } of stretches) {
      count.entered++;
      if (to === null) count.lost++;
      else {
        count.arrived++;
        if (count.times.length < MAX_TIMES) count.times.push(elapsed(timeOf(from), timeOf(to)));
      }
    }
    for (const loss of losses) this.losses.push(loss.position === position ? loss : { ...loss, position });
    if (clock !== null) this.#clock.add(timeOf(clock[0]), timeOf(clock[1]), timeOf(clock[2]), timeOf(clock[3]));
    this.records.push(
      new OwnRecord(position, manner, sent === null ? null : timeOf(sent), back === null ? null : timeOf(back)),
    );
  }

  #lookAt(leg: Leg, lines: JourneyTally['lines'][number][]): void {
    for (const hop of leg.hops) {
      if (hop.state !== 'seen') continue;
      const point = hop.point!;
      this.pointsSeen.add(point);
      const o = hop.observations[0]!;
      if (!this.#firstRefs.has(point)) this.#firstRefs.set(point, o.ref);
      const key = `${leg.direction} ${point.index}`;
      let line = this.#order.get(key);
      if (line === undefined) {
        line = { hop, frames: new Uint32Array(16) };
        this.#order.set(key, line);
      }
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
    return this.records.some(
      (r) => r.sentAt !== null && r.size > error.nextHopMtu - 20 && elapsed(error, r.sentAt) > 0,
    );
  }

  get mtuEvidence(): MtuEvidence[] {
    const { flow, syns } = this.path;
    const found: MtuEvidence[] = [];
    for (const s of syns) {
      const here =
        (s.source === flow.source && s.destination === flow.destination) ||
        (s.source === flow.destination && s.destination === flow.source);
      // MSS + 40: IPv4 and TCP header without options (RFC 9293 section 3.7.1).
      if (here && s.mss > 0) found.push({ mtu: s.mss + 40, by: 'TCP SYN MSS + 40', ref: s.ref });
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
        const { file } = after.hop.point!;
        found.push({
          direction,
          before: before.hop.point!,
          after: after.hop.point!,
          segment: segmentBetween(before.hop.role, after.hop.role),
          count: frames.length,
          evidence: frames.slice(0, 16).map((frame) => ({ file, frame })),
        });
      }
    }
    found.sort((a, b) => b.count - a.count);
    this.#reorderings = found;
    return found;
  }
}

/** Frames at the later point of probes that arrived after one that had been sent behind them. */
function overtaken(before: OrderLine, after: OrderLine): number[] {
  const sent: number[] = [];
  const both = Math.min(before.frames.length, after.frames.length);
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

/** Octets that should not change did, or a checksum behind the wire is wrong. */
function isCorrupted(leg: Leg): boolean {
  const seen = leg.hops.filter((h) => h.state === 'seen').flatMap((h) => h.observations);
  const first = seen[0];
  if (first === undefined) return false;
  return seen.some(
    (o) =>
      o.inner.checksumRight === false ||
      o.outer?.checksumRight === false ||
      o.icmpChecksumRight === false ||
      (o.payloadCaptured === first.payloadCaptured && o.payloadDigest !== first.payloadDigest),
  );
}
