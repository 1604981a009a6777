/** What all probes of a flow show together: counts, losses by segment, sizes, order, clocks. Filled one journey at a time. */
import type { HopRole } from '../expect/expected-path.js';
import type { CapturePoint } from '../trace/capture-point.js';
import { type ClockEstimate, ClockFilter } from '../trace/clock.js';
import { type Direction, type FlowPath, type Hop, isSourceSide, type Journey, type Leg } from '../trace/journey.js';
import { type ErrorSighting, elapsed, type FrameRef, type Instant, type Observation } from '../trace/observation.js';
import { median } from '../trace/point-view.js';
import { roleOrder, segmentBetween } from '../trace/segment.js';
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

/** How one probe went, in a few numbers. */
export interface ProbeRecord {
  readonly position: number;
  readonly size: number;
  readonly replySize: number;
  readonly delivered: boolean;
  readonly replied: boolean;
  /** When the source side first saw the request, by the source node's clock; null when it did not. */
  readonly sentAt: Instant | null;
  /** When the source side first saw a reply that came encapsulated. */
  readonly repliedAt: Instant | null;
  readonly lossSegment: string | null;
  /** How the request travelled between the nodes; null when no underlay capture shows it. */
  readonly encapsulation: string | null;
  readonly corrupted: boolean;
  readonly duplicated: boolean;
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
  readonly #order = new Map<string, { hop: Hop; frames: Map<number, FrameRef> }>();
  readonly #clock = new ClockFilter();
  #reorderings: Reordering[] | null = null;

  constructor(path: FlowPath) {
    this.path = path;
  }

  add(journey: Journey): void {
    const { request, reply } = journey;
    this.probes++;
    const delivered = request.disposition === 'delivered';
    if (delivered) this.delivered++;
    if (reply !== null) this.replied++;
    for (const leg of reply === null ? [request] : [request, reply]) this.#addLeg(leg, journey);
    this.#addClock(journey);
    const first = request.hops.find((h) => h.state === 'seen');
    const source = request.hops.find((h) => h.state === 'seen' && isSourceSide(h.role));
    const underlay = request.hops.find(
      (h) => (h.role === 'encapsulator-underlay' || h.role === 'decapsulator-underlay') && h.state === 'seen',
    );
    const back = reply?.hops.find(
      (h) => isSourceSide(h.role) && h.state === 'seen' && h.observations.some((o) => o.encapsulation !== 'none'),
    );
    this.records.push({
      position: journey.position,
      size: first?.observations[0]?.datagramLength ?? 0,
      replySize: reply?.lastSeen?.observations[0]?.datagramLength ?? 0,
      delivered,
      replied: reply !== null,
      sentAt: source?.observations[0] ?? null,
      repliedAt: back?.observations[0] ?? null,
      lossSegment: this.losses.at(-1)?.position === journey.position ? this.losses.at(-1)!.segment : null,
      encapsulation: underlay?.observations[0]?.encapsulation ?? null,
      corrupted: !journey.composite && (isCorrupted(request) || (reply !== null && isCorrupted(reply))),
      duplicated: [...request.hops, ...(reply?.hops ?? [])].some((h) => copiesOf(h) > 1),
    });
  }

  #addLeg(leg: Leg, journey: Journey): void {
    const seen = leg.hops.filter((h) => h.state === 'seen');
    for (const hop of seen) {
      const point = hop.point!;
      this.pointsSeen.add(point);
      const o = hop.observations[0]!;
      if (!this.#firstRefs.has(point)) this.#firstRefs.set(point, o.ref);
      const key = `${leg.direction} ${point.index}`;
      const order = this.#order.get(key);
      if (order === undefined) this.#order.set(key, { hop, frames: new Map([[journey.position, o.ref]]) });
      else order.frames.set(journey.position, o.ref);
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
    if (leg.firstMissing !== null && leg.lastSeen !== null && leg.disposition !== 'delivered' && !journey.composite) {
      this.losses.push({
        position: journey.position,
        direction: leg.direction,
        segment: segmentBetween(leg.lastSeen.role, leg.firstMissing.role),
        lastSeen: leg.lastSeen,
        firstMissing: leg.firstMissing,
        size: leg.lastSeen.observations[0]!.datagramLength,
      });
    }
    this.#countSegments(leg);
  }

  #countSegments(leg: Leg): void {
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
        count.entered++;
        if (hop.state === 'seen') {
          count.arrived++;
          if (count.times.length < MAX_TIMES) count.times.push(elapsed(from.observations[0]!, hop.observations[0]!));
        } else count.lost++;
      }
      // A second point of one role adds no stretch of its own.
      if (from === null || from.role !== hop.role || hop.state === 'seen') from = hop;
      if (hop.state === 'absent') break;
    }
  }

  #addClock({ request, reply }: Journey): void {
    if (reply === null) return;
    const both = (side: boolean): { there: Observation; back: Observation } | null => {
      const hops = request.hops.filter((h) => h.state === 'seen' && isSourceSide(h.role) === side);
      // The point nearest to the wire gives the tightest bound.
      const nearest = hops.sort((a, b) =>
        side ? roleOrder(b.role) - roleOrder(a.role) : roleOrder(a.role) - roleOrder(b.role),
      );
      for (const hop of nearest) {
        const back = reply.hops.find((h) => h.point === hop.point && h.state === 'seen');
        if (back !== undefined) return { there: hop.observations[0]!, back: back.observations[0]! };
      }
      return null;
    };
    const near = both(true);
    const far = both(false);
    if (near !== null && far !== null) this.#clock.add(near.there, near.back, far.there, far.back);
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
        const evidence = overtaken(before.frames, after.frames);
        if (evidence.length === 0) continue;
        found.push({
          direction,
          before: before.hop.point!,
          after: after.hop.point!,
          segment: segmentBetween(before.hop.role, after.hop.role),
          count: evidence.length,
          evidence: evidence.slice(0, 16),
        });
      }
    }
    found.sort((a, b) => b.count - a.count);
    this.#reorderings = found;
    return found;
  }
}

/** Frames at the later point of probes that arrived after one that had been sent behind them. */
function overtaken(before: ReadonlyMap<number, FrameRef>, after: ReadonlyMap<number, FrameRef>): FrameRef[] {
  const sent = [...before].filter(([n]) => after.has(n)).sort((a, b) => a[1].frame - b[1].frame);
  const late: FrameRef[] = [];
  let highest = -1;
  for (const [n] of sent) {
    const ref = after.get(n)!;
    if (ref.frame < highest) late.push(ref);
    else highest = ref.frame;
  }
  return late;
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
