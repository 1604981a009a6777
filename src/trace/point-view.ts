/** What one capture point shows of one flow: the material from which its role on the path is read. */
import type { CapturePoint } from './capture-point.js';
import type { Evidence } from './evidence.js';
import type { Probe } from './flow.js';
import { elapsed, type Instant } from './observation.js';
import { Flag } from './sightings.js';

/** How many probes are looked at in detail: enough for a median, few enough for a flood. */
const SAMPLE = 256;

export interface PointView {
  readonly point: CapturePoint;
  requests: number;
  replies: number;
  /** Inner TTLs seen, with how often. */
  readonly requestTtls: Map<number, number>;
  readonly replyTtls: Map<number, number>;
  readonly outerTtls: Map<number, number>;
  /** The outer TTL is lower than the inner one: behind a tunnel that inherits it, routers have been passed. */
  requestsRouted: boolean;
  repliesRouted: boolean;
  /** Encapsulations seen (numbers of observe.ts), requests and replies. */
  readonly requestEncapsulations: Set<number>;
  readonly replyEncapsulations: Set<number>;
  /** Distinct outer address pairs of requests. */
  readonly outerPairs: Set<string>;
  outerSource: number | null;
  outerDestination: number | null;
  replyOuterSource: number | null;
  replyOuterDestination: number | null;
  /** By the probe's place in the flow: first request and first reply (or ICMP error) here. */
  readonly requestAt: Map<number, Instant>;
  readonly replyAt: Map<number, Instant>;
  /** One probe's request passed here twice with another outer header or another TTL: something forwards it here. */
  relays: boolean;
  /** It passed here twice and only the outer TTL fell: a router's link that carries both of its sides. */
  routesRequests: boolean;
  routesReplies: boolean;
}

/** How a datagram passed a point: what forwards it changes one of these. */
interface Passage {
  readonly ttl: number;
  readonly outerTtl: number;
  readonly pair: string;
}

export function viewPoints(evidence: Evidence, probes: readonly Probe[]): Map<number, PointView> {
  const views = new Map<number, PointView>();
  const c = evidence.sightings.columns;
  const view = (index: number): PointView => {
    let found = views.get(index);
    if (found === undefined) {
      found = {
        point: evidence.points[index]!,
        requests: 0,
        replies: 0,
        requestTtls: new Map(),
        replyTtls: new Map(),
        outerTtls: new Map(),
        requestsRouted: false,
        repliesRouted: false,
        requestEncapsulations: new Set(),
        replyEncapsulations: new Set(),
        outerPairs: new Set(),
        outerSource: null,
        outerDestination: null,
        replyOuterSource: null,
        replyOuterDestination: null,
        requestAt: new Map(),
        replyAt: new Map(),
        relays: false,
        routesRequests: false,
        routesReplies: false,
      };
      views.set(index, found);
    }
    return found;
  };
  const count = (map: Map<number, number>, key: number): void => {
    map.set(key, (map.get(key) ?? 0) + 1);
  };
  const passage = (row: number): Passage => {
    const outer = (c.flags[row]! & Flag.HasOuter) !== 0;
    return {
      ttl: c.timeToLive[row]!,
      outerTtl: outer ? c.outerTimeToLive[row]! : -1,
      pair: outer ? `${c.outerSource[row]} ${c.outerDestination[row]}` : '',
    };
  };
  probes.forEach((probe, n) => {
    const passed = new Map<number, Passage>();
    const returned = new Map<number, Passage>();
    for (const row of probe.requests) {
      const v = view(c.point[row]!);
      if (n >= SAMPLE && v.requests >= SAMPLE) {
        v.requests++;
        continue;
      }
      v.requests++;
      count(v.requestTtls, c.timeToLive[row]!);
      v.requestEncapsulations.add(c.encapsulation[row]!);
      if (c.flags[row]! & Flag.HasOuter) {
        count(v.outerTtls, c.outerTimeToLive[row]!);
        if (c.outerTimeToLive[row]! < c.timeToLive[row]!) v.requestsRouted = true;
        v.outerSource ??= c.outerSource[row]!;
        v.outerDestination ??= c.outerDestination[row]!;
        v.outerPairs.add(`${c.outerSource[row]}>${c.outerDestination[row]}`);
      }
      const how = passage(row);
      const before = passed.get(c.point[row]!);
      if (before === undefined) passed.set(c.point[row]!, how);
      else if (before.ttl !== how.ttl || before.pair !== how.pair) v.relays = true;
      else if (before.outerTtl !== how.outerTtl) v.routesRequests = true;
      keepFirst(v.requestAt, n, c.seconds[row]!, c.nanoseconds[row]!);
    }
    for (const row of probe.replies) {
      const v = view(c.point[row]!);
      if (n >= SAMPLE && v.replies >= SAMPLE) {
        v.replies++;
        continue;
      }
      v.replies++;
      count(v.replyTtls, c.timeToLive[row]!);
      v.replyEncapsulations.add(c.encapsulation[row]!);
      if (c.flags[row]! & Flag.HasOuter) {
        if (c.outerTimeToLive[row]! < c.timeToLive[row]!) v.repliesRouted = true;
        v.replyOuterSource ??= c.outerSource[row]!;
        v.replyOuterDestination ??= c.outerDestination[row]!;
      }
      const how = passage(row);
      const before = returned.get(c.point[row]!);
      if (before === undefined) returned.set(c.point[row]!, how);
      else if (before.ttl === how.ttl && before.pair === how.pair && before.outerTtl !== how.outerTtl)
        v.routesReplies = true;
      keepFirst(v.replyAt, n, c.seconds[row]!, c.nanoseconds[row]!);
    }
  });
  return views;
}

function keepFirst(map: Map<number, Instant>, n: number, seconds: number, nanoseconds: number): void {
  if (n >= SAMPLE) return;
  const before = map.get(n);
  if (before === undefined || elapsed(before, { seconds, nanoseconds }) < 0) map.set(n, { seconds, nanoseconds });
}

/** The most frequent number; the larger of two equally frequent ones. null when there is none. */
export function mostFrequent(counts: ReadonlyMap<number, number>): number | null {
  let best: number | null = null;
  let bestCount = 0;
  for (const [value, n] of counts) {
    if (n > bestCount || (n === bestCount && best !== null && value > best)) {
      best = value;
      bestCount = n;
    }
  }
  return best;
}

export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  return values[values.length >> 1]!;
}

/**
 * Median over shared probes of a's round trip less b's: above zero puts a nearer to the source, whatever the two clocks say,
 * because each round trip is measured on one clock. null: no probe has a round trip at both.
 */
export function roundTripDifference(a: PointView, b: PointView): number | null {
  const differences: number[] = [];
  for (const [n, request] of a.requestAt) {
    const reply = a.replyAt.get(n);
    const otherRequest = b.requestAt.get(n);
    const otherReply = b.replyAt.get(n);
    if (reply === undefined || otherRequest === undefined || otherReply === undefined) continue;
    const here = elapsed(request, reply);
    const there = elapsed(otherRequest, otherReply);
    // A reply before its request is no round trip (copies, a stepped clock).
    if (here >= 0 && there >= 0) differences.push(here - there);
  }
  return median(differences);
}

/** Do the two points give one datagram the same time stamp, as a kernel does on receiving (device and tunnel, VLAN and parent)? */
export function sameStamps(a: ReadonlyMap<number, Instant>, b: ReadonlyMap<number, Instant>): boolean {
  let equal = 0;
  for (const [n, at] of a) {
    const other = b.get(n);
    if (other === undefined) continue;
    if (elapsed(at, other) !== 0) return false;
    equal++;
  }
  return equal > 0;
}
