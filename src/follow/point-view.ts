/** What one capture point shows of one flow: the material from which its role on the path is read. */
import type { CapturePoint } from '../observe/capture-point.js';
import { elapsed, type Instant } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { ProbeList } from './probe-list.js';

/** How many probes are looked at in detail: enough for a median, few enough for a flood. */
const SAMPLE = 256;

export interface PointView {
  readonly point: CapturePoint;
  /** Sightings looked at. */
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

/** By the first point of each capture. `most`: so many probes are looked at, from the first. */
export function viewPoints(
  evidence: Sighted,
  probes: ProbeList,
  most = Number.POSITIVE_INFINITY,
): Map<number, PointView> {
  const views = new Map<number, PointView>();
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
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
  const passage = (kind: number): Passage => {
    const outer = (k.flags[kind]! & Flag.HasOuter) !== 0;
    return {
      ttl: k.timeToLive[kind]!,
      outerTtl: outer ? k.outerTimeToLive[kind]! : -1,
      pair: outer ? `${k.outerSource[kind]} ${k.outerDestination[kind]}` : '',
    };
  };
  /** `passed`, `returned`: how the probe's request and reply passed each point first. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: asked for each sighting: closures over columns, without objects
  const lookAt = (row: number, n: number, passed: Map<number, Passage>, returned: Map<number, Passage>): void => {
    const kind = c.kind[row]!;
    const point = evidence.points[k.point[kind]!]!.series;
    const v = view(point);
    const how = passage(kind);
    const { ttl, outerTtl } = how;
    const isWrapped = outerTtl !== -1;
    if (k.flags[kind]! & Flag.Reply) {
      v.replies++;
      count(v.replyTtls, ttl);
      v.replyEncapsulations.add(k.encapsulation[kind]!);
      if (isWrapped) {
        if (outerTtl < ttl) v.repliesRouted = true;
        v.replyOuterSource ??= k.outerSource[kind]!;
        v.replyOuterDestination ??= k.outerDestination[kind]!;
      }
      const before = returned.get(point);
      if (before === undefined) returned.set(point, how);
      else if (before.ttl === ttl && before.pair === how.pair && before.outerTtl !== outerTtl) v.routesReplies = true;
      keepFirst(v.replyAt, n, c.seconds[row]!, c.nanoseconds[row]!);
      return;
    }
    v.requests++;
    count(v.requestTtls, ttl);
    v.requestEncapsulations.add(k.encapsulation[kind]!);
    if (isWrapped) {
      count(v.outerTtls, outerTtl);
      if (outerTtl < ttl) v.requestsRouted = true;
      v.outerSource ??= k.outerSource[kind]!;
      v.outerDestination ??= k.outerDestination[kind]!;
      v.outerPairs.add(how.pair);
    }
    const before = passed.get(point);
    if (before === undefined) passed.set(point, how);
    else if (before.ttl !== ttl || before.pair !== how.pair) v.relays = true;
    else if (before.outerTtl !== outerTtl) v.routesRequests = true;
    keepFirst(v.requestAt, n, c.seconds[row]!, c.nanoseconds[row]!);
  };
  const rows: number[] = [];
  const length = Math.min(most, probes.length);
  for (let n = 0; n < length; n++) {
    const passed = new Map<number, Passage>();
    const returned = new Map<number, Passage>();
    const there = probes.rows(n, rows);
    for (let i = 0; i < there; i++) {
      // Further on only what was hardly seen is looked at.
      if (n >= SAMPLE && isSampled(rows[i]!)) continue;
      lookAt(rows[i]!, n, passed, returned);
    }
  }

  function isSampled(row: number): boolean {
    const kind = c.kind[row]!;
    const v = views.get(evidence.points[k.point[kind]!]!.series);
    return v !== undefined && (k.flags[kind]! & Flag.Reply ? v.replies : v.requests) >= SAMPLE;
  }
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
