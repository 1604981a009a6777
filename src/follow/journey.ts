/** One probe's way: what each hop of its expected path showed of the request, and of the reply on the way back. */

import type { CapturePoint } from '../observe/capture-point.js';
import {
  type ArpSighting,
  type ErrorSighting,
  elapsed,
  type Observation,
  type SynSighting,
} from '../observe/observation.js';
import { compareText, observationAt, type Sighted } from '../observe/sighted.js';
import { type Encapsulation, type Fact, type FlowFacts, type HopFacts, type HopRole, hopRoles } from '../path/facts.js';
import { errorsNear } from './errors-of.js';
import type { Flow } from './flow.js';
import type { OctetLeg } from './octets.js';
import type { Assignment } from './places/assign.js';
import type { Probe } from './probe.js';
import { type Gap, type Sight, sightOf, type Witness } from './witness.js';

export type Direction = 'request' | 'reply';
type Disposition = 'delivered' | 'lost' | 'refused' | 'misrouted' | 'insufficient-evidence';

/**
 * seen: the datagram is in this capture. absent: the capture is there and does not hold it. blind: absent, although it (or,
 * for a reply, its request) was seen further on, so this capture misses what passes. not-running: absent, and nothing shows
 * that the capture ran when the datagram was due. other-run: the capture holds other pings of this flow only. not-captured: no
 * capture.
 */
type HopState = 'seen' | 'absent' | 'blind' | 'not-running' | 'other-run' | 'not-captured';

export interface Hop {
  readonly direction: Direction;
  /** In the request's direction: the same for both directions of one point. */
  readonly role: HopRole;
  /** In this direction of travel: the reply leaves its own source pod at the request's destination-pod. */
  readonly place: HopRole;
  readonly point: CapturePoint | null;
  readonly node: string | null;
  readonly state: HopState;
  /** By how much the capture ended or began too soon or too late; null unless `state` is not-running. */
  readonly gap: Gap | null;
  readonly observations: readonly Observation[];
  readonly facts: HopFacts;
  /** Longest IP datagram that may pass: inner on pods, bridges and tunnel devices, outer on the underlay. */
  readonly mtu: number;
}

export interface Leg {
  readonly direction: Direction;
  /** In the order of travel. A role captured at several points stands once for each. */
  readonly hops: readonly Hop[];
  readonly disposition: Disposition;
  readonly lastSeen: Hop | null;
  readonly firstMissing: Hop | null;
}

/** What is the same for all journeys of one flow. */
export interface FlowPath {
  readonly flow: Flow;
  /** In the order of the points, without those that have no part in the flow. */
  readonly assignments: readonly Assignment[];
  readonly facts: FlowFacts;
  readonly profile: string;
  readonly tunnelMtu: Fact<number>;
  readonly underlayMtu: Fact<number>;
  /** How the datagram must travel between the nodes; null: the profile depends on the link, and nothing tells whether they share one. */
  readonly encapsulation: Fact<Encapsulation> | null;
  readonly nodes: { readonly source: string | null; readonly destination: string | null };
  /** Outer addresses as they were seen in the first request, proven or not; null when none was. */
  readonly outerSeen: { readonly source: number; readonly destination: number } | null;
  /** A node itself sends: no pod and no bridge before its tunnel device. */
  readonly nodeIsSource: boolean;
  readonly errors: readonly ErrorSighting[];
  readonly arps: readonly ArpSighting[];
  readonly syns: readonly SynSighting[];
  /** Of a TCP connection: its octets, by direction and captured hop; empty otherwise. */
  readonly octets: readonly OctetLeg[];
  /** A request that is delivered must be answered. */
  readonly answerIsDue: boolean;
  /** Captures that end cut or corrupt, by file. */
  readonly damaged: ReadonlySet<string>;
  /** Points by run, when the captures hold different pings of this flow; null when they are of one run. */
  readonly runs: ReadonlyMap<number, number> | null;
  /** Pairs of captured roles whose round trips nest the wrong way round, over the flow's median. */
  readonly misnested: readonly {
    readonly before: CapturePoint;
    readonly after: CapturePoint;
    readonly excess: number;
  }[];
  readonly byFlow: boolean;
  /** An expectation file or kernel state was given, so the facts are more than inferred. */
  readonly expectationGiven: boolean;
  /** Given expectations that say nothing of this flow's path. */
  readonly unexplained: readonly string[];
  /** A given expectation says between which nodes the datagram travels. */
  readonly nodesStated: boolean;
  readonly witness: Witness;
  /** Roles in which a capture of all devices of their node shows nothing of the flow; the point stands for that capture. */
  readonly unseen: ReadonlyMap<HopRole, CapturePoint>;
}

export interface Journey {
  readonly path: FlowPath;
  readonly probe: Probe;
  /** Position of the probe in its flow, from 0. */
  readonly position: number;
  readonly request: Leg;
  readonly reply: Leg | null;
  /** Without a reply: hops whose captures would show it, ran when it was due there, and lack it; in the request's order. */
  readonly awaited: readonly Hop[];
  /** ICMP errors that quote this probe's request or reply. */
  readonly refusals: readonly ErrorSighting[];
  /** Sightings where the path has no place. */
  readonly strays: readonly Observation[];
  /** The hops hold different probes: made to judge captures of different runs hop by hop. */
  readonly composite: boolean;
}

const mirrored: readonly HopRole[] = [...hopRoles].reverse();

/** The role's place when travelling in a direction. */
export function placeIn(direction: Direction, role: HopRole): HopRole {
  return direction === 'request' ? role : mirrored[hopRoles.indexOf(role)]!;
}

const underlayRoles: ReadonlySet<HopRole> = new Set(['encapsulator-underlay', 'decapsulator-underlay']);
export function isUnderlay(role: HopRole): boolean {
  return underlayRoles.has(role);
}

export function isTunnel(role: HopRole): boolean {
  return role === 'encapsulator-tunnel' || role === 'decapsulator-tunnel';
}

export function buildJourney(evidence: Sighted, path: FlowPath, probe: Probe, position: number): Journey {
  const requests = observations(evidence, probe.requests);
  const replies = observations(evidence, probe.replies);
  const refusals = errorsNear(path.errors, probe, [...requests, ...replies], (e) =>
    quotes(e, probe, requests, replies),
  );
  const run = path.runs === null ? null : runOf(path, requests.length > 0 ? requests : replies);
  const sights = [...probe.requests, ...probe.replies].map((row) => sightOf(evidence, row));
  const isReset = isResetOnTheWay(path, replies);
  const request = buildLeg(
    path,
    'request',
    requests,
    isReset ? [] : replies,
    refusals,
    run,
    sights,
    new Set(),
    isReset,
  );
  // A capture that missed the request on its way cannot tell that the reply was lost there.
  const blind = new Set(request.hops.filter((h) => h.state === 'blind').map((h) => h.point!));
  const reply =
    replies.length === 0 ? null : buildLeg(path, 'reply', replies, [], refusals, run, sights, blind, isReset);
  const onPath = new Set(path.assignments.filter((a) => a.role !== null).map((a) => a.point));
  return {
    path,
    probe,
    position,
    request,
    reply,
    awaited: reply === null ? awaitedAt(path, request.hops, sights) : [],
    refusals,
    strays: [...requests, ...replies].filter((o) => !onPath.has(o.point)),
    composite: false,
  };
}

/** Captures of different runs hold different probes: one journey that takes each hop's own first probe. */
export function buildCompositeJourney(evidence: Sighted, path: FlowPath): Journey {
  const first = new Map<number, Probe>();
  const firstReply = new Map<number, Probe>();
  const c = evidence.sightings.columns;
  const { point: points } = evidence.sightings.kinds.columns;
  const pointOf = (row: number): number => points[c.kind[row]!]!;
  for (const probe of path.flow.probes) {
    for (const row of probe.requests) if (!first.has(pointOf(row))) first.set(pointOf(row), probe);
    for (const row of probe.replies) if (!firstReply.has(pointOf(row))) firstReply.set(pointOf(row), probe);
  }
  const requests = [...first].flatMap(([point, p]) =>
    observations(
      evidence,
      p.requests.filter((row) => pointOf(row) === point),
    ),
  );
  const replies = [...firstReply].flatMap(([point, p]) =>
    observations(
      evidence,
      p.replies.filter((row) => pointOf(row) === point),
    ),
  );
  const probe = path.flow.probes.at(0);
  return {
    path,
    probe,
    position: 0,
    request: buildLeg(path, 'request', requests, replies, [], null, []),
    reply: replies.length === 0 ? null : buildLeg(path, 'reply', replies, [], [], null, []),
    awaited: [],
    refusals: [],
    strays: [],
    composite: true,
  };
}

/** The destination's pod was captured, and the reset that answers the SYN did not come from there. */
function isResetOnTheWay({ assignments }: FlowPath, replies: readonly Observation[]): boolean {
  if (replies.length === 0 || !replies.every((o) => o.isReset)) return false;
  const ends = assignments.filter(({ role }) => role === 'destination-pod' || role === 'destination-bridge');
  return ends.length > 0 && !replies.some((o) => ends.some(({ point }) => point.series === o.point.series));
}

function observations(evidence: Sighted, rows: readonly number[]): Observation[] {
  return rows
    .map((row) => observationAt(evidence, row))
    .sort((a, b) => compareText(a.point.id, b.point.id) || -elapsed(a, b) || a.ref.frame - b.ref.frame);
}

function runOf(path: FlowPath, seen: readonly Observation[]): number | null {
  const point = seen[0]?.point.index;
  return point === undefined ? null : (path.runs?.get(point) ?? null);
}

function buildLeg(
  path: FlowPath,
  direction: Direction,
  seen: readonly Observation[],
  answers: readonly Observation[],
  refusals: readonly ErrorSighting[],
  run: number | null,
  sights: readonly Sight[],
  blind: ReadonlySet<CapturePoint> = new Set(),
  /** Somebody on the way answered in the destination's name that it takes no connection. */
  isReset = false,
): Leg {
  const order = direction === 'request' ? hopRoles : mirrored;
  // By the first point of their capture, which stands for all its files.
  const byPoint = new Map<number, Observation[]>();
  for (const o of seen) {
    const list = byPoint.get(o.point.series);
    if (list === undefined) byPoint.set(o.point.series, [o]);
    else list.push(o);
  }
  const draft: { role: HopRole; point: CapturePoint | null; observations: readonly Observation[] }[] = [];
  for (const role of order) {
    const points = path.assignments
      .filter((a) => a.role === role && a.point.series === a.point.index)
      .map((a) => a.point);
    if (points.length === 0) draft.push({ role, point: path.unseen.get(role) ?? null, observations: [] });
    for (const point of points) draft.push({ role, point, observations: byPoint.get(point.index) ?? [] });
  }
  const direct = passesNoTunnel(path, seen);
  const last = draft.findLastIndex((d) => d.observations.length > 0);
  // A reset that was made on the way passed nothing before.
  const first = isReset && direction === 'reply' ? draft.findIndex((d) => d.observations.length > 0) : 0;
  // Who was answered got there: a capture behind the last sighting did not lose the request, it missed it.
  const answered = answers.length > 0;
  const all: Hop[] = draft.map((d, i) => {
    const place = placeIn(direction, d.role);
    const sourceSide = isSourceSide(d.role);
    const isMissed = i >= first && (i < last || answered || (d.point !== null && blind.has(d.point)));
    const stated = stateOf(path, d, isMissed, direct, run);
    // That no device of a node shows it says something only where nothing later does.
    const isVoid = stated !== 'absent' && d.point !== null && path.unseen.get(d.role) === d.point;
    const state = isVoid ? 'not-captured' : stated;
    const gap =
      state === 'absent' || state === 'blind'
        ? path.witness.gapAt(
            { point: d.point!.index, role: d.role, isUnseen: path.unseen.get(d.role) === d.point },
            direction === 'reply',
            sights,
          )
        : null;
    return {
      direction,
      role: d.role,
      place,
      point: isVoid ? null : d.point,
      node: sourceSide ? path.nodes.source : path.nodes.destination,
      state: gap === null ? state : 'not-running',
      gap,
      observations: d.observations,
      facts: path.facts[direction][d.role] ?? {},
      mtu:
        path.facts[direction][d.role]?.mtu?.value ??
        (isUnderlay(d.role) ? path.underlayMtu.value : path.tunnelMtu.value),
    };
  });
  // Where another capture of the place holds it, it does not matter that this one did not run, or is of a device beside the path.
  const hops = all.filter(
    ({ state, role, point }) =>
      !(state === 'not-running' || (state === 'blind' && !path.witness.seesFlow(point!.series))) ||
      !all.some((other) => other.role === role && other.state === 'seen'),
  );
  const lastSeen = last < 0 ? null : all[last]!;
  // A second point of the same role that lacks what the first one has is blind, not the place of a loss.
  const firstMissing = all.find((h, i) => i > last && h.state === 'absent' && h.role !== lastSeen?.role) ?? null;
  return { direction, hops, lastSeen, firstMissing, disposition: disposition() };

  function disposition(): Disposition {
    const end: HopRole = direction === 'request' ? 'destination-pod' : 'source-pod';
    if (lastSeen === null) return 'insufficient-evidence';
    if (lastSeen.role === end) return 'delivered';
    if (direction === 'request' && answers.length > 0) return 'delivered';
    const refused = refusals.some((e) => e.type !== 5 && quotesDirection(e, direction));
    if (refused || (isReset && direction === 'request')) return 'refused';
    if (firstMissing === null) return 'insufficient-evidence';
    if (path.damaged.has(firstMissing.point!.file)) return 'insufficient-evidence';
    const astray = path.assignments.some((a) => a.offPath && byPoint.has(a.point.index));
    return astray ? 'misrouted' : 'lost';
  }
}

/**
 * An answer passes the source's pod or reaches nobody, and passes where others do; it may come by another device of one node,
 * hardly of both.
 */
function awaitedAt({ witness, damaged }: FlowPath, hops: readonly Hop[], sights: readonly Sight[]): readonly Hop[] {
  const awake = hops.filter(
    ({ point, role, state }) =>
      point !== null &&
      (state === 'seen' || state === 'absent') &&
      witness.isAlive(point.index) &&
      !damaged.has(point.file) &&
      // The pod that got the request is taken to have been captured until it would have answered.
      (state === 'seen' && role === 'destination-pod'
        ? witness.gapAt({ point: point.index, role }, true, sights)
        : witness.shownGapAt({ point: point.index, role }, true, sights)) === null,
  );
  const isDecisive = awake.some(
    ({ role, point }) =>
      role === 'source-pod' ||
      role === 'source-bridge' ||
      role === 'destination-pod' ||
      witness.seesReplies(point!.index),
  );
  const sides = new Set(awake.filter(({ state }) => state === 'seen').map(({ role }) => isSourceSide(role)));
  return isDecisive || sides.size === 2 ? awake : [];
}

export function isSourceSide(role: HopRole): boolean {
  return hopRoles.indexOf(role) < 4;
}

/** Plain between the nodes, or in another tunnel: then the ipip devices have no part in it. */
function passesNoTunnel(path: FlowPath, seen: readonly Observation[]): boolean {
  const underlay = new Set(path.assignments.filter((a) => a.role !== null && isUnderlay(a.role)).map((a) => a.point));
  const there = seen.filter((o) => underlay.has(o.point));
  if (there.length > 0) return there.every((o) => o.encapsulation !== 'ipip' && o.encapsulation !== 'ipip-in-ipip');
  return path.encapsulation?.value === 'none';
}

function stateOf(
  path: FlowPath,
  hop: { role: HopRole; point: CapturePoint | null; observations: readonly Observation[] },
  missed: boolean,
  direct: boolean,
  run: number | null,
): HopState {
  if (hop.point === null) return 'not-captured';
  if (hop.observations.length > 0) return 'seen';
  if (direct && isTunnel(hop.role)) return 'not-captured';
  if (path.nodeIsSource && (hop.role === 'source-pod' || hop.role === 'source-bridge')) return 'not-captured';
  const ownRun = path.runs?.get(hop.point.index);
  if (run !== null && ownRun !== undefined && ownRun !== run) return 'other-run';
  return missed ? 'blind' : 'absent';
}

/** Does the error quote the given direction's message? Where the quote ends before the message, its addresses tell. */
function quotesDirection(error: ErrorSighting, direction: Direction): boolean {
  if (error.quotedMessage !== null) return error.quotedMessage.reply === (direction === 'reply');
  return true;
}

function quotes(
  error: ErrorSighting,
  probe: Probe,
  requests: readonly Observation[],
  replies: readonly Observation[],
): boolean {
  const inner = error.quotedInner;
  if (inner === null) {
    // Only the outer header is quoted: its address pair is all that ties it to this probe's datagrams, and to all others of the pair.
    return [...requests, ...replies].some(
      (o) =>
        o.outer !== null &&
        o.outer.source === error.quotedOuter?.source &&
        o.outer.destination === error.quotedOuter.destination,
    );
  }
  const message = error.quotedMessage;
  for (const key of [probe.key, ...probe.rewritten]) {
    if (message !== null && message.number !== key.number) continue;
    const forward = inner.source === key.source && inner.destination === key.destination;
    const backward = inner.source === key.destination && inner.destination === key.source;
    if (message !== null && (message.reply ? backward : forward)) return true;
    if (message === null && inner.protocol === 1 && (forward || backward)) {
      const list = forward ? requests : replies;
      if (list.some((o) => o.inner.identification === inner.identification && inner.identification !== 0)) return true;
    }
  }
  return false;
}
