/**
 * When a capture can testify. It shows that it ran from its first frame to its last one and no longer: a datagram that was
 * due outside of that is not lost because the capture lacks it.
 */

import type { CapturePoint } from '../observe/capture-point.js';
import { elapsed, type Instant } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { HopRole } from '../path/facts.js';
import { roleOrder } from '../path/segments.js';
import { arpsAtAny } from './arps-at.js';
import type { ProbeList } from './probe-list.js';
import { pointsOfNamespace, pointsOfSeries } from './series.js';

/** The datagram was due before the capture's first frame, or after its last one. */
export interface Gap {
  readonly end: 'start' | 'end';
  /** Nanoseconds between that frame and the moment at which the datagram was due. */
  readonly by: number;
}

/** One sighting of a probe: where, which message, when by the clock of that point. */
export interface Sight extends Instant {
  readonly point: number;
  readonly isReply: boolean;
  /** Total length of the inner datagram in octets. */
  readonly size: number;
}

/** Probes that teach how long a datagram takes between two points; more of them teach little. */
const TEACHERS = 4096;
const MS = 1e6;
/** Nanoseconds by which stamps of one clock may stand the wrong way round: they are not taken at the same place in each device. */
export const CLOCK_TOLERANCE = MS;
/** What a datagram may take beyond what the flow's delivered ones took, and what is given where none was delivered. */
const SLACK = 10 * MS;
/** The same between nodes, also of clocks that nothing compares: they are taken to be set alike, as NTP does. */
const UNCOMPARED_SLACK = 50 * MS;
/** So near to its first and last frame a capture that has nothing to show is taken to have run. */
const QUIET_TIME = 5000 * MS;
/** Beyond this, clocks that nothing compares are not set alike, and nothing tells when a capture of the other node ran. */
const LIKELY_SKEW = 60_000 * MS;
/** What a ping's answer may take where none was seen. */
const ANSWER_TIME = 250 * MS;

interface Window {
  readonly first: Instant;
  readonly last: Instant;
}

/** In nanoseconds of the seen point's clock from `base`: a datagram seen earlier or later was due while nothing shows that the other ran. */
interface Zone {
  readonly from: number;
  readonly until: number;
  /** What was given on top of what was learned. */
  readonly slack: { readonly from: number; readonly until: number };
  /** Something tells how the two clocks stand to one another. */
  readonly isCompared: boolean;
}

interface Travel {
  readonly least: number;
  readonly most: number;
}

/** Where a datagram must pass: a capture point in one role. */
export interface Post {
  /** Index of the first point of its capture. */
  readonly point: number;
  readonly role: HopRole;
  /** The point stands for a capture of all devices of a node, none of which shows the flow in this role. */
  readonly isUnseen?: boolean;
}

export class Witness {
  /** All of the flow's path. */
  readonly posts: readonly Post[];
  readonly #evidence: Sighted;
  readonly #probes: ProbeList;
  readonly #roles: ReadonlyMap<number, HopRole>;
  /** Order of the role by point. */
  readonly #places = new Map<number, number>();
  readonly #windows = new Map<number, Window | null>();
  readonly #missed = new Map<number, Set<Gap['end']>>();
  readonly #zones = new Map<number, Zone | null>();
  #answered: ReadonlySet<number> | null = null;
  #arpOffset: Travel | null | undefined;
  #base: number | null = null;

  /** `roles`: of the points on the flow's path, by index; `unseen`: roles in which captures of all devices show nothing. */
  constructor(evidence: Sighted, probes: ProbeList, roles: ReadonlyMap<number, HopRole>, unseen: readonly Post[] = []) {
    this.#evidence = evidence;
    this.#probes = probes;
    this.#roles = roles;
    for (const [series, role] of roles) {
      for (const { index } of pointsOfSeries(evidence.points, series)) this.#places.set(index, roleOrder(role));
    }
    this.posts = [...[...roles].map(([point, role]) => ({ point, role })), ...unseen];
  }

  /**
   * A probe that was seen at `seen` lacks this message at the point. null: the point's capture ran when the message was due
   * there, or is empty, so that nothing tells when it ran.
   *
   * Where nothing passes any more, a capture that runs on has nothing to show it by. So one that never held such a message, or
   * none so long, testifies for some seconds more, unless something is missing there that was seen further on.
   */
  gapAt(post: Post, isReply: boolean, seen: readonly Sight[]): Gap | null {
    const gap = this.shownGapAt(post, isReply, seen);
    if (gap === null || gap.by > QUIET_TIME) return gap;
    const isNew = Math.max(...seen.map(({ size }) => size)) > this.#largest(post.point, isReply);
    return isNew && !this.#missedAt(post).has(gap.end) ? null : gap;
  }

  /** The same, of what the capture's own frames show alone. */
  shownGapAt(post: Post, isReply: boolean, seen: readonly Sight[]): Gap | null {
    const nearest = this.#nearest(post, isReply, seen);
    if (nearest === null) return null;
    const zone = this.#zone(nearest, post, isReply);
    if (zone === null) return null;
    const at = (nearest.seconds - this.#base!) * 1e9 + nearest.nanoseconds;
    // What holds the request ran before its reply was due, and what holds the reply ran after the request was.
    const isThere = seen.some((s) => s.point === post.point && s.isReply !== isReply) && post.isUnseen !== true;
    const ran = isThere ? (isReply ? 'start' : 'end') : this.#sawBefore(post, isReply, seen) ? 'start' : null;
    const gap = gapIn(zone, at, ran);
    return gap !== null && gap.by > LIKELY_SKEW && !zone.isCompared ? null : gap;
  }

  /** The same capture shows the message at a device before: it ran by then. */
  #sawBefore({ point, role, isUnseen }: Post, isReply: boolean, seen: readonly Sight[]): boolean {
    if (isUnseen !== true) return false;
    const { points } = this.#evidence;
    const { namespace } = points[point]!;
    return seen.some((s) => {
      const place = this.#roles.get(s.point);
      if (s.isReply !== isReply || place === undefined || namespace === null) return false;
      return points[s.point]!.namespace === namespace && roleOrder(place) < roleOrder(role) !== isReply;
    });
  }

  /** The point holds something of the flow. */
  seesFlow(point: number): boolean {
    return this.#largest(point, false) >= 0 || this.#largest(point, true) >= 0;
  }

  /** The point holds answers to other probes of the flow. */
  seesReplies(point: number): boolean {
    const { point: points, flags } = this.#evidence.sightings.kinds.columns;
    this.#answered ??= new Set(
      this.#probes.kinds
        .filter((kind) => (flags[kind]! & Flag.Reply) !== 0)
        .map((kind) => this.#seriesOf(points[kind]!)),
    );
    return this.#answered.has(point);
  }

  /** Do the first sightings at each point keep the order of travel, as far as one clock tells? `rows`: by point and time, requests first. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: asked for each probe: one walk over its rows
  isInOrder(rows: readonly number[], requests: number, count: number): boolean {
    const { columns: c, kinds } = this.#evidence.sightings;
    const { point } = kinds.columns;
    const places = this.#places;
    for (let i = 0; i < count; i++) {
      const a = rows[i]!;
      const pointA = point[c.kind[a]!]!;
      const placeA = places.get(pointA) ?? -1;
      if (placeA < 0 || (i > 0 && i !== requests && point[c.kind[rows[i - 1]!]!] === pointA)) continue;
      const isReply = i >= requests;
      for (let k = i + 1; k < count; k++) {
        const b = rows[k]!;
        const pointB = point[c.kind[b]!]!;
        const placeB = places.get(pointB) ?? -1;
        if (placeB < 0 || (k !== requests && point[c.kind[rows[k - 1]!]!] === pointB)) continue;
        if (isReply !== k >= requests) {
          if (pointA !== pointB) continue;
        } else if (placeA === placeB || placeA < 4 !== placeB < 4) continue;
        const isOnward = isReply !== k >= requests || placeA < placeB !== isReply;
        const later = (c.seconds[b]! - c.seconds[a]!) * 1e9 + (c.nanoseconds[b]! - c.nanoseconds[a]!);
        if ((isOnward ? later : -later) < -CLOCK_TOLERANCE) return false;
      }
    }
    return true;
  }

  /** The capture of this point holds at least one frame. */
  isAlive(point: number): boolean {
    return this.#window(point) !== null;
  }

  #seriesOf(point: number): number {
    return this.#evidence.points[point]!.series;
  }

  /** Size of the longest such message that the point holds, -1 when it holds none. */
  #largest(at: number, isReply: boolean): number {
    const { point, flags, totalLength } = this.#evidence.sightings.kinds.columns;
    let largest = -1;
    for (const kind of this.#probes.kinds) {
      if (this.#seriesOf(point[kind]!) !== at || ((flags[kind]! & Flag.Reply) !== 0) !== isReply) continue;
      largest = Math.max(largest, totalLength[kind]!);
    }
    return largest;
  }

  /** The ends at which the point's capture lacks what passed: it was seen further on while nothing shows that this capture ran. */
  #missedAt(post: Post): ReadonlySet<Gap['end']> {
    const { point } = post;
    let missed = this.#missed.get(point);
    if (missed !== undefined) return missed;
    missed = new Set<Gap['end']>();
    this.#missed.set(point, missed);
    const place = roleOrder(post.role);
    const step = Math.max(1, Math.floor(this.#probes.length / TEACHERS));
    for (let n = 0; n < this.#probes.length && missed.size < 2; n += step) {
      const sights = this.#sightsOf(n);
      for (const isReply of [false, true]) {
        if (sights.some((s) => s.point === point && s.isReply === isReply)) continue;
        const passed = sights.some((s) => {
          const role = this.#roles.get(s.point);
          if (role === undefined) return false;
          if (s.isReply !== isReply) return s.isReply;
          return isReply ? roleOrder(role) < place : roleOrder(role) > place;
        });
        const gap = passed ? this.shownGapAt(post, isReply, sights) : null;
        if (gap !== null) missed.add(gap.end);
      }
    }
    return missed;
  }

  #sightsOf(n: number): Sight[] {
    const rows: number[] = [];
    const count = this.#probes.rows(n, rows);
    return rows.slice(0, count).map((row) => sightOf(this.#evidence, row));
  }

  /** The same message at the nearest place, else the other one: it tells when this one was due. */
  #nearest(post: Post, isReply: boolean, seen: readonly Sight[]): Sight | null {
    const place = roleOrder(post.role);
    let best: Sight | null = null;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (const each of seen) {
      const role = this.#roles.get(each.point);
      if (role === undefined) continue;
      const distance = Math.abs(roleOrder(role) - place) + (each.isReply === isReply ? 0 : 100);
      if (distance >= bestDistance) continue;
      best = each;
      bestDistance = distance;
    }
    return best;
  }

  #window(point: number): Window | null {
    let window = this.#windows.get(point);
    if (window === undefined) {
      window = windowOf(this.#evidence.points, this.#evidence.points[point]!);
      this.#windows.set(point, window);
    }
    return window;
  }

  #zone(seen: Sight, post: Post, isReply: boolean): Zone | null {
    const { point } = post;
    const { length } = this.#evidence.points;
    const key = ((seen.point * 2 + Number(seen.isReply)) * length + point) * 2 + Number(isReply);
    let zone = this.#zones.get(key);
    if (zone !== undefined) return zone;
    this.#base ??= seen.seconds;
    const window = this.#window(point);
    zone = null;
    if (window !== null) {
      const base = { seconds: this.#base, nanoseconds: 0 };
      const { likely, slack, isCompared } = this.#travel(seen, post, isReply);
      zone = {
        from: elapsed(base, window.first) - likely.least + slack.from,
        until: elapsed(base, window.last) - likely.most - slack.until,
        slack,
        isCompared,
      };
    }
    this.#zones.set(key, zone);
    return zone;
  }

  /** What the clock of the point shows, less what that of the seen one did; how far it may be beside that. */
  #travel(
    seen: Sight,
    { point, role }: Post,
    isReply: boolean,
  ): { readonly likely: Travel; readonly slack: Zone['slack']; readonly isCompared: boolean } {
    const from = roleOrder(this.#roles.get(seen.point)!);
    const to = roleOrder(role);
    const isNear = from < 4 === to < 4;
    const learned = this.#learn(seen.point, seen.isReply, point, isReply);
    if (learned !== null) {
      // What waits in a queue of the underlay may take much longer than what was delivered before.
      const queue = isNear ? SLACK : UNCOMPARED_SLACK;
      const slack = { from: MS, until: learned.most - learned.least + queue };
      return { likely: learned, slack, isCompared: true };
    }
    const uncompared = { from: UNCOMPARED_SLACK, until: UNCOMPARED_SLACK };
    // What the other message took there tells the offset of the clocks.
    const back = seen.isReply === isReply ? this.#learn(seen.point, !isReply, point, !isReply) : null;
    if (back !== null) return { likely: back, slack: uncompared, isCompared: true };
    const offset = isNear ? null : this.#offsetByArp();
    const likely =
      offset === null ? { least: 0, most: 0 } : from < 4 ? offset : { least: 0 - offset.most, most: 0 - offset.least };
    const slack = isNear ? { from: SLACK, until: SLACK } : uncompared;
    const isCompared = isNear || offset !== null;
    if (seen.isReply === isReply) return { likely, slack, isCompared };
    return { likely, slack: isReply ? { ...slack, until: ANSWER_TIME } : { ...slack, from: ANSWER_TIME }, isCompared };
  }

  /** What the destination node's clock shows, less what the source node's did, when both heard one ARP message. */
  #offsetByArp(): Travel | null {
    if (this.#arpOffset !== undefined) return this.#arpOffset;
    const first = { source: new Map<string, Instant>(), destination: new Map<string, Instant>() };
    const { arps, points } = this.#evidence;
    const onPath = [...this.#roles.keys()].flatMap((series) => pointsOfSeries(points, series));
    for (const { point, operation, senderMac, senderAddress, targetAddress, first: at } of arpsAtAny(arps, onPath)) {
      const role = this.#roles.get(point.series)!;
      const heard = roleOrder(role) < 4 ? first.source : first.destination;
      const key = `${operation} ${senderMac} ${senderAddress} ${targetAddress}`;
      if (!heard.has(key)) heard.set(key, at);
    }
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const [key, at] of first.source) {
      const there = first.destination.get(key);
      if (there === undefined) continue;
      least = Math.min(least, elapsed(at, there));
      most = Math.max(most, elapsed(at, there));
    }
    // Messages that are repeated were not all heard the first time.
    this.#arpOffset = most < least || most - least > UNCOMPARED_SLACK ? null : { least, most };
    return this.#arpOffset;
  }

  #learn(a: number, aIsReply: boolean, b: number, bIsReply: boolean): Travel | null {
    const { columns: c, kinds } = this.#evidence.sightings;
    const { point, flags } = kinds.columns;
    const rows: number[] = [];
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    const first = (count: number, at: number, isReply: boolean): number => {
      for (let i = 0; i < count; i++) {
        const kind = c.kind[rows[i]!]!;
        if (this.#seriesOf(point[kind]!) === at && ((flags[kind]! & Flag.Reply) !== 0) === isReply) return rows[i]!;
      }
      return -1;
    };
    const step = Math.max(1, Math.floor(this.#probes.length / TEACHERS));
    for (let n = 0; n < this.#probes.length; n += step) {
      const count = this.#probes.rows(n, rows);
      const from = first(count, a, aIsReply);
      const to = from === -1 ? -1 : first(count, b, bIsReply);
      if (to === -1) continue;
      const time = (c.seconds[to]! - c.seconds[from]!) * 1e9 + (c.nanoseconds[to]! - c.nanoseconds[from]!);
      if (time < least) least = time;
      if (time > most) most = time;
    }
    return most < least ? null : { least, most };
  }
}

function gapIn({ from, until, slack }: Zone, at: number, ran: Gap['end'] | null): Gap | null {
  if (at < from && ran !== 'start') return { end: 'start', by: Math.max(0, from - at - slack.from) };
  return at > until && ran !== 'end' ? { end: 'end', by: Math.max(0, at - until - slack.until) } : null;
}

export function sightOf(evidence: Sighted, row: number): Sight {
  const { columns: c, kinds } = evidence.sightings;
  const { point, flags, totalLength } = kinds.columns;
  const kind = c.kind[row]!;
  return {
    point: evidence.points[point[kind]!]!.series,
    isReply: (flags[kind]! & Flag.Reply) !== 0,
    size: totalLength[kind]!,
    seconds: c.seconds[row]!,
    nanoseconds: c.nanoseconds[row]!,
  };
}

/** From the first to the last frame: of all files of the capture, and of all devices that it shows. */
function windowOf(points: readonly CapturePoint[], point: CapturePoint): Window | null {
  const { series, namespace } = point;
  const together = [
    ...pointsOfSeries(points, series),
    ...(namespace === null ? [] : pointsOfNamespace(points, namespace)),
  ];
  let window: Window | null = null;
  for (const { traffic } of together) {
    if (traffic.frames === 0) continue;
    const first = { seconds: traffic.firstSeconds, nanoseconds: traffic.firstNanoseconds };
    const last = { seconds: traffic.lastSeconds, nanoseconds: traffic.lastNanoseconds };
    window =
      window === null
        ? { first, last }
        : {
            first: elapsed(first, window.first) > 0 ? first : window.first,
            last: elapsed(window.last, last) > 0 ? last : window.last,
          };
  }
  return window;
}
