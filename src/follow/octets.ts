/**
 * The octets of a TCP connection along its path: what passed each captured hop of a direction, and what passed none behind it.
 * Segments are joined and cut on the way, so sequence numbers are followed, not segments.
 */
import { IpProtocol } from '../decode/ip-protocol.js';
import type { CapturePoint } from '../observe/capture-point.js';
import { elapsed, type FrameRef, type Instant, type StreamSighting } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import { endsKey } from '../observe/transport-frames.js';
import type { HopRole } from '../path/facts.js';
import type { Direction } from '../path/roles.js';
import { roleOrder } from '../path/segments.js';
import type { Flow } from './flow.js';
import { put } from './index-by.js';
import type { Assignment } from './places/assign.js';
import { reversed } from './probe-key.js';

type StreamHop = StreamSighting & { readonly isReply: boolean };

/** Offsets of octets, from (inclusive) to (exclusive). */
interface OctetRange {
  readonly from: number;
  readonly to: number;
}

/** What passed one role of the path in one direction. */
export interface OctetPlace {
  readonly role: HopRole;
  /** The point that saw most of it; its capture stands for the role. */
  readonly point: CapturePoint;
  /** Ascending, none touching another. */
  readonly passed: readonly OctetRange[];
  /** Repeats counted. */
  readonly octets: number;
  readonly resentOctets: number;
  readonly resent: readonly (OctetRange & Instant & { readonly totalLength: number; readonly ref: FrameRef })[];
  /** Longest datagram with octets that passed, 0: none. */
  readonly largest: number;
  readonly largestHasDf: boolean;
  readonly largestRef: FrameRef;
  /** What lies before was not captured: the capture began in the middle of the connection. */
  readonly begins: number;
  readonly hasHandshake: boolean;
  /** Some datagram with octets travelled in no tunnel here, and the first of them. */
  readonly bare: FrameRef | null;
  /** The capture's last frame. */
  readonly until: Instant;
}

export interface OctetLeg {
  readonly direction: Direction;
  /** In the order of travel; roles whose captures hold nothing of the direction are left out. */
  readonly places: readonly OctetPlace[];
  /** One past the last octet that the receiver acknowledged; null: no acknowledgment was seen. */
  readonly received: number | null;
  /** Some point saw more pieces than are kept: nothing is concluded. */
  readonly isRagged: boolean;
}

/** Octets that passed one place, and none behind it. */
export interface OctetLoss {
  readonly direction: Direction;
  readonly before: OctetPlace;
  readonly after: OctetPlace;
  readonly octets: number;
  /** Shortest and longest datagram that carried them again. */
  readonly shortest: number;
  readonly longest: number;
  readonly evidence: readonly FrameRef[];
}

/** So near to its last frame a capture that has nothing to show is taken to have run, in nanoseconds. */
const QUIET_TIME = 5e9;

const indexes = new WeakMap<readonly StreamSighting[], Map<string, StreamSighting[]>>();

/** Everything that points saw of the connection's two directions, under each name that NAT gave it. */
function streamsOf(evidence: Sighted, flow: Flow): StreamHop[] {
  const { streams } = evidence;
  let index = indexes.get(streams);
  if (index === undefined) {
    index = new Map();
    for (const stream of streams) {
      put(index, endsKey({ ...stream, protocol: IpProtocol.Tcp }), stream);
    }
    indexes.set(streams, index);
  }
  const found: StreamHop[] = [];
  for (const { source, destination, ports } of [flow, ...flow.probes.rewritten]) {
    const ends = { source, destination, protocol: IpProtocol.Tcp, ports };
    const there = index.get(endsKey(ends)) ?? [];
    const back = index.get(endsKey(reversed(ends))) ?? [];
    for (const s of there) found.push({ ...s, isReply: false });
    for (const s of back) found.push({ ...s, isReply: true });
  }
  return found;
}

/** The two directions of a TCP connection along its path; none of another flow. */
export function octetLegs(evidence: Sighted, flow: Flow, assignments: readonly Assignment[]): OctetLeg[] {
  if (flow.kind !== 'tcp') return [];
  const streams = streamsOf(evidence, flow);
  return (['request', 'reply'] as const).map((direction) => {
    const isReply = direction === 'reply';
    const mine = streams.filter((s) => s.isReply === isReply);
    const reference = mine[0]?.base ?? 0;
    const offsetOf = (sequence: number): number => (sequence - reference) | 0;
    const roles = new Map<HopRole, { point: CapturePoint; streams: StreamHop[] }[]>();
    for (const { point, role } of assignments) {
      if (role === null || point.series !== point.index) continue;
      const seen = mine.filter((s) => s.point.series === point.index);
      if (seen.length === 0) continue;
      roles.set(role, [...(roles.get(role) ?? []), { point, streams: seen }]);
    }
    const places = [...roles].map(([role, points]) => {
      const merged = points.map(({ point, streams: seen }) => placeOf(role, point, seen, offsetOf));
      return merged.reduce((most, each) => (covered(each.passed) > covered(most.passed) ? each : most));
    });
    places.sort((a, b) => (roleOrder(a.role) - roleOrder(b.role)) * (isReply ? -1 : 1));
    const acknowledgments = streams.filter((s) => s.isReply !== isReply && s.acknowledged !== -1);
    const received = acknowledgments.map((s) => (s.acknowledged - reference) | 0);
    return {
      direction,
      places,
      received: received.length === 0 ? null : Math.max(...received),
      isRagged: mine.some((s) => s.ragged),
    };
  });
}

function placeOf(
  role: HopRole,
  point: CapturePoint,
  streams: readonly StreamHop[],
  offsetOf: (sequence: number) => number,
): OctetPlace {
  const ranges: OctetRange[] = [];
  const resent: OctetPlace['resent'][number][] = [];
  let [octets, resentOctets, begins] = [0, 0, Number.POSITIVE_INFINITY];
  let largest = streams[0]!;
  let bare: FrameRef | null = null;
  let until: Instant = { seconds: 0, nanoseconds: 0 };
  for (const s of streams) {
    const base = offsetOf(s.base);
    const ref = (frame: number): FrameRef => ({ file: s.point.file, frame });
    ranges.push(...without({ from: base + s.low, to: base + s.next }, s.holes, base));
    for (const { from, to, frame, ...rest } of s.resent) {
      resent.push({ ...rest, from: base + from, to: base + to, ref: ref(frame) });
    }
    octets += s.octets;
    resentOctets += s.resentOctets;
    begins = Math.min(begins, base + s.low);
    if (s.largest > largest.largest) largest = s;
    if (s.bareFrame !== 0) bare ??= ref(s.bareFrame);
    const last = { seconds: s.point.traffic.lastSeconds, nanoseconds: s.point.traffic.lastNanoseconds };
    if (elapsed(until, last) > 0) until = last;
  }
  return {
    role,
    point,
    passed: joined(ranges),
    octets,
    resentOctets,
    resent,
    largest: largest.largest,
    largestHasDf: largest.largestHasDf,
    largestRef: { file: largest.point.file, frame: largest.largestFrame || largest.firstFrame },
    begins,
    hasHandshake: streams.some((s) => s.initial !== -1),
    bare,
    until,
  };
}

/** Octets that passed a place and none behind it, although they were sent again, in the order of travel. */
export function octetLosses(legs: readonly OctetLeg[]): OctetLoss[] {
  return legs.flatMap((leg) => (leg.isRagged ? [] : lossesOf(leg)));
}

function lossesOf({ direction, places, received }: OctetLeg): OctetLoss[] {
  const losses: OctetLoss[] = [];
  for (let i = 0; i + 1 < places.length; i++) {
    const before = places[i]!;
    const after = places[i + 1]!;
    const behind = joined(places.slice(i + 1).flatMap((p) => p.passed));
    // What was acknowledged arrived, whatever a capture holds; what passed before a capture began, it cannot hold.
    const from = Math.max(
      received ?? Number.NEGATIVE_INFINITY,
      after.hasHandshake ? Number.NEGATIVE_INFINITY : after.begins,
    );
    const missing = before.passed
      .flatMap((range) => minus(range, behind))
      .flatMap((r) => minus(r, [{ from: Number.NEGATIVE_INFINITY, to: from }]));
    const end = after.passed.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
    // Where octets came that were sent later, the capture ran; else it is given some time in which nothing passes any more.
    const again = before.resent.filter(
      (r) =>
        missing.some((m) => r.from < m.to && m.from < r.to) && (r.from < end || elapsed(after.until, r) <= QUIET_TIME),
    );
    if (again.length === 0) continue;
    // Octets that were sent once, behind those that were sent again, wait for them.
    const lost = missing.filter((m) => again.some((r) => r.from < m.to && m.from < r.to));
    const lengths = again.map((r) => r.totalLength);
    losses.push({
      direction,
      before,
      after,
      octets: covered(lost),
      shortest: Math.min(...lengths),
      longest: Math.max(...lengths),
      evidence: again.slice(0, 16).map((r) => r.ref),
    });
  }
  return losses;
}

/** Octets that were lost once and came when they were sent again: how many between which places. */
export function octetsRepaired(
  leg: OctetLeg,
): { readonly before: OctetPlace; readonly after: OctetPlace; readonly octets: number }[] {
  if (leg.isRagged) return [];
  return leg.places.slice(1).flatMap((after, i) => {
    const before = leg.places[i]!;
    // Only where both hold the same octets do their repeats compare.
    if (covered(before.passed) !== covered(after.passed)) return [];
    // What was sent again after the later capture's end, it cannot hold.
    const unseen = before.resent.filter((r) => elapsed(after.until, r) > 0);
    const octets = before.resentOctets - after.resentOctets - covered(unseen);
    return octets > 0 ? [{ before, after, octets }] : [];
  });
}

export function covered(ranges: readonly OctetRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + (to - from), 0);
}

/** The range without the holes (from, to, from, to, … relative to `base`). */
function without(range: OctetRange, holes: readonly number[], base: number): OctetRange[] {
  const gone: OctetRange[] = [];
  for (let i = 0; i < holes.length; i += 2) gone.push({ from: base + holes[i]!, to: base + holes[i + 1]! });
  return minus(range, gone);
}

function minus(range: OctetRange, gone: readonly OctetRange[]): OctetRange[] {
  let left = [range];
  for (const hole of gone) {
    left = left.flatMap(({ from, to }) =>
      hole.to <= from || hole.from >= to
        ? [{ from, to }]
        : [
            { from, to: hole.from },
            { from: hole.to, to },
          ],
    );
  }
  return left.filter(({ from, to }) => to > from);
}

function joined(ranges: readonly OctetRange[]): OctetRange[] {
  const sorted = ranges.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = out.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
}
