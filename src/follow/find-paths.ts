/** From evidence to paths: which flows are judged, what role each capture has for them, and what each hop must show. */

import { addressText } from '../decode/address.js';
import { mergeFacts } from '../expect/merge.js';
import type { Profile } from '../expect/profiles.js';
import type { CapturePoint } from '../observe/capture-point.js';
import type { ErrorSighting } from '../observe/observation.js';
import { compareText, type Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { ExpectationSource, Fact, FlowFacts, HopFacts, HopRole } from '../path/facts.js';
import { type ProbeChoice, type ProbeKind, probeKinds } from '../path/probe-kinds.js';
import { roleOrder } from '../path/segments.js';
import { UserError } from '../user-error.js';
import { tunnelEnds, whyBackground } from './background.js';
import { errorsOf } from './errors-of.js';
import { collectFlows, type Flow } from './flow.js';
import { type Inferred, inferFacts, type KnownNodes } from './infer.js';
import type { FlowPath } from './journey.js';
import { octetLegs } from './octets.js';
import { type Assignment, assignRoles } from './places/assign.js';
import { KnownPoints } from './places/known-points.js';
import { pointsNamed, type StatedPoint, statedRoles } from './places/stated.js';
import { mostFrequent, roundTripDifference, viewPoints } from './point-view.js';
import { findRuns } from './runs.js';
import { synsOf } from './syns-of.js';
import { Witness } from './witness.js';

export interface PathOptions {
  readonly profile: Profile;
  readonly expectations: readonly ExpectationSource[];
  /** Tunnel MTU from the command line; null: from an expectation, else from the profile. */
  readonly mtu: number | null;
  readonly statedPoints: readonly StatedPoint[];
  /** Only these pairs, for TCP and UDP of this destination port; empty: all. */
  readonly flows: readonly { readonly source: number; readonly destination: number; readonly port?: number | null }[];
  /** Default: pings. */
  readonly probes?: ProbeChoice;
  readonly byFlow: boolean;
  /** Octets that flows may take in memory; so many as fit are judged. Without it, all are. */
  readonly memory?: number;
}

export interface FoundPaths {
  readonly paths: readonly FlowPath[];
  /** Sentences about flows that were passed over, the first of them. */
  readonly notes: readonly string[];
  readonly ignored: number;
  /** With `auto`: the kind that is followed; null: none is there, or the kinds were named. */
  readonly chosen: ProbeKind | null;
  /** Flows that should have been judged and were not, because no more fit into memory, or too many were seen at one point alone. */
  readonly unjudged: number;
}

const MAX_NOTES = 100;
/**
 * What a flow takes in memory until the report is written, at most (16 KiB when all is well, 48 KiB when a journey is shown for it),
 * and each point that it looks at. A mesh of nodes holds tens of thousands of flows, a hostile capture can hold a million.
 */
const FLOW_OCTETS = 48 * 1024;
const PLACE_OCTETS = 128;
/** Flows that one point alone saw, which prove nothing of a path: a capture of one place can hold a million. */
const MAX_ALONE = 2048;

/** A round trip may look longer nearer to the destination by this much before it contradicts the order: stamps are not exact. */
const NESTING_TOLERANCE_NS = 1e6;

/** Of all flows those that are asked for, or are pod traffic between nodes; of the others a sentence each. */
function flowsToJudge(
  evidence: Sighted,
  { flows, probes = ['icmp'] }: PathOptions,
): Pick<FoundPaths, 'notes' | 'ignored' | 'chosen'> & { readonly found: readonly Flow[] } {
  const ends = tunnelEnds(evidence);
  const notes: string[] = [];
  let ignored = 0;
  const candidates: Flow[] = [];
  for (const flow of collectFlows(evidence)) {
    if (probes !== 'auto' && !probes.includes(flow.kind)) continue;
    if (flows.length > 0) {
      if (flows.some((asked) => isAsked(flow, asked))) candidates.push(flow);
      continue;
    }
    const why = whyBackground(evidence, flow, ends);
    if (why === null) candidates.push(flow);
    else if (ignored++ < MAX_NOTES) notes.push(why);
  }
  if (ignored > MAX_NOTES) notes.push(`${ignored - MAX_NOTES} more flows are no pod traffic between nodes: not judged`);
  if (probes !== 'auto') return { found: candidates, notes, ignored, chosen: null };
  const chosen = probeKinds.find((kind) => candidates.some((flow) => flow.kind === kind)) ?? null;
  return { found: candidates.filter((flow) => flow.kind === chosen), notes, ignored, chosen };
}

function isAsked(flow: Flow, { source, destination, port }: PathOptions['flows'][number]): boolean {
  const isPort = port === undefined || port === null || port === (flow.ports & 0xffff);
  return isPort && source === flow.source && destination === flow.destination;
}

/** Throws UserError when a point was stated for a capture that was not given. */
export function findPaths(evidence: Sighted, options: PathOptions): FoundPaths {
  for (const { capture, interfaceName } of options.statedPoints) {
    if (pointsNamed(evidence.points, capture, interfaceName).length > 0) continue;
    const name = interfaceName === null ? capture : `${capture}:${interfaceName}`;
    throw new UserError(`--point ${name}: no such capture was given: check the name`);
  }
  const { found, notes, ignored, chosen } = flowsToJudge(evidence, options);
  const points = new KnownPoints(evidence);
  const known = new Map<number, number>();
  const teachers = new Map<number, Flow>();
  const drafts = new Map<
    Flow,
    { assignments: Assignment[]; errors: ErrorSighting[]; inferred: Inferred; knew: number }
  >();
  // Flows with the richest evidence first: what they teach about points helps the poorer ones.
  const rich = new Map(found.map((flow) => [flow, richness(evidence, flow)]));
  const memory = options.memory ?? Number.POSITIVE_INFINITY;
  let alone = 0;
  const byEvidence = [...found]
    .sort((a, b) => rich.get(b)! - rich.get(a)!)
    .filter((flow) => !isSeenOnce(evidence, flow) || alone++ < MAX_ALONE)
    .slice(0, Math.max(1, Math.floor(memory / FLOW_OCTETS)));
  const draft = (flow: Flow, taught: KnownNodes): void => {
    const errors = errorsOf(evidence, flow);
    const stated = statedRoles(evidence, flow, options.statedPoints, options.expectations);
    const assignments = assignRoles({ evidence, flow, stated, known: points, refusals: errors });
    const inferred = inferFacts(evidence, flow, assignments, taught, errors);
    const { source, destination } = inferred.nodes;
    // Only mirrored evidence teaches; what was itself taught adds nothing.
    for (const [pod, node] of [
      [flow.source, source],
      [flow.destination, destination],
    ] as const) {
      if (node?.from !== 'the mirrored reply' || known.has(pod)) continue;
      known.set(pod, node.value);
      teachers.set(pod, flow);
    }
    drafts.set(flow, { assignments, errors, inferred, knew: points.size });
  };
  let taken = 0;
  for (const flow of byEvidence) {
    if (taken > memory) break;
    draft(flow, known);
    taken += FLOW_OCTETS + PLACE_OCTETS * drafts.get(flow)!.assignments.length;
  }
  // A point that this flow left alone may be another node's: only a later flow told. Nobody learns from himself.
  for (const flow of byEvidence) {
    const before = drafts.get(flow);
    if (before === undefined || before.knew === points.size) continue;
    draft(flow, new Map([...known].filter(([pod]) => teachers.get(pod) !== flow)));
  }
  leaveOtherPods(evidence, drafts);
  const flows = found.filter((flow) => drafts.has(flow));
  const damaged = new Set([
    ...evidence.incomplete,
    ...evidence.captures.filter((c) => c.ending !== 'clean').map((c) => c.file),
  ]);
  const paths = flows.map((flow) => {
    const draft = drafts.get(flow)!;
    return makePath(evidence, flow, draft.assignments, draft.errors, draft.inferred, options, damaged);
  });
  return { paths, notes, ignored, chosen, unjudged: found.length - flows.length };
}

/**
 * A pod's capture that saw nothing is some pod's: of two flows to which its name or elimination gives it, the one that lost its
 * datagrams has it, not the one that was answered past it.
 */
function leaveOtherPods(evidence: Sighted, drafts: ReadonlyMap<Flow, { assignments: Assignment[] }>): void {
  const { point, flags } = evidence.sightings.kinds.columns;
  const guessed = [...drafts].map(([flow, { assignments }]) => {
    const { kinds } = flow.probes;
    const seen = new Set(kinds.map((kind) => evidence.points[point[kind]!]!.series));
    const places = assignments.filter(
      (a) =>
        (a.role === 'source-pod' || a.role === 'destination-pod') &&
        (a.from === 'name' || a.from === 'elimination') &&
        !seen.has(a.point.series),
    );
    return { assignments, places, answered: kinds.some((kind) => (flags[kind]! & Flag.Reply) !== 0) };
  });
  const lacking = new Set(guessed.filter((g) => !g.answered).flatMap((g) => g.places.map((a) => a.point.index)));
  for (const { assignments, places, answered } of guessed) {
    if (!answered) continue;
    for (const place of places) {
      if (!lacking.has(place.point.index)) continue;
      assignments[assignments.indexOf(place)] = { ...place, role: null, from: null, offPath: true };
    }
  }
}

function isSeenOnce(evidence: Sighted, { probes: { kinds } }: Flow): boolean {
  const { point } = evidence.sightings.kinds.columns;
  return kinds.every((kind) => point[kind] === point[kinds[0]!]);
}

function richness(evidence: Sighted, flow: Flow): number {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const points = new Set<number>();
  const replied = new Set<number>();
  for (const probe of flow.probes.slice(0, 64)) {
    for (const row of probe.requests) points.add(k.point[c.kind[row]!]!);
    for (const row of probe.replies) replied.add(k.point[c.kind[row]!]!);
  }
  return points.size + replied.size * 2;
}

function makePath(
  evidence: Sighted,
  flow: Flow,
  assignments: readonly Assignment[],
  errors: readonly ErrorSighting[],
  inferred: Inferred,
  options: PathOptions,
  damaged: ReadonlySet<string>,
): FlowPath {
  const applying = options.expectations.filter((source) => speaksOf(source, flow));
  const given = options.expectations
    .map((source): FlowFacts | null => {
      const facts = source.flow(flow.source, flow.destination);
      if (facts === null)
        return source.problems.length === 0 ? null : { request: {}, reply: {}, problems: source.problems };
      return { ...facts, problems: [...source.problems, ...facts.problems] };
    })
    .filter((f) => f !== null);
  const facts = mergeFacts([...given, inferred.facts]);
  const profileFact = <T>(value: T): Fact<T> => ({ value, source: 'profile', from: `profile ${options.profile.name}` });
  const declared = (pick: (s: ExpectationSource) => Fact<number> | null): Fact<number> | null =>
    applying.map(pick).find((f) => f !== null) ?? null;
  const fromLine: Fact<number> | null =
    options.mtu === null ? null : { value: options.mtu, source: 'declared', from: '--mtu' };
  const tunnelMtu =
    fromLine ?? facts.tunnelMtu ?? declared((s) => s.tunnelMtu) ?? profileFact(options.profile.tunnelMtu);
  const overhead = options.profile.underlayMtu - options.profile.tunnelMtu;
  const underlayMtu =
    (fromLine === null ? (facts.underlayMtu ?? declared((s) => s.underlayMtu)) : null) ??
    (tunnelMtu.source === 'profile'
      ? profileFact(options.profile.underlayMtu)
      : { value: tunnelMtu.value + overhead, source: tunnelMtu.source, from: `${tunnelMtu.from}, plus ${overhead}` });
  const nodes = nodeNames(inferred, facts, options.expectations);
  const isFromNode = nodeIsSource(evidence, flow, assignments);
  const unseen = rolesUnseen(assignments, isFromNode);
  return {
    flow,
    assignments,
    facts,
    profile: options.profile.name,
    tunnelMtu,
    underlayMtu,
    encapsulation: expectedEncapsulation(options.profile, inferred.oneLink, profileFact),
    nodes,
    outerSeen: firstOuter(evidence, flow),
    nodeIsSource: isFromNode,
    errors,
    arps: evidence.arps,
    syns: synsOf(evidence.syns, flow),
    octets: octetLegs(evidence, flow, assignments),
    answerIsDue: isAnswerDue(evidence, flow),
    damaged,
    runs: findRuns(
      evidence,
      flow,
      new Map(
        assignments.flatMap(({ point, role }) =>
          role === null ? [] : [[point.index, roleOrder(role) < 4 ? 'source' : 'destination'] as const],
        ),
      ),
    ),
    misnested: findMisnested(evidence, flow, assignments),
    byFlow: options.byFlow,
    expectationGiven: given.length > 0,
    unexplained: options.expectations.filter((source) => !applying.includes(source)).map((source) => source.from),
    nodesStated: hopFactsOf(facts).some(isStatedNode),
    witness: new Witness(
      evidence,
      flow.probes,
      new Map(
        assignments.flatMap(({ point, role }) =>
          role === null || point.series !== point.index ? [] : [[point.index, role] as const],
        ),
      ),
      [...unseen].map(([role, { index }]) => ({ point: index, role, isUnseen: true })),
    ),
    unseen,
  };
}

/** DNS and multicast DNS (IANA, Service Names and Port Numbers). */
const dnsPorts: ReadonlySet<number> = new Set([53, 5353]);

/** A UDP datagram need not be answered: only DNS, and what was answered before, lets an answer be expected. */
function isAnswerDue(evidence: Sighted, { kind, ports, probes }: Flow): boolean {
  const { flags } = evidence.sightings.kinds.columns;
  return kind !== 'udp' || dnsPorts.has(ports & 0xffff) || probes.kinds.some((k) => (flags[k]! & Flag.Reply) !== 0);
}

/** Roles that a capture of all devices of their node would show, and no assigned point has. */
function rolesUnseen(assignments: readonly Assignment[], isFromNode: boolean): Map<HopRole, CapturePoint> {
  const unseen = new Map<HopRole, CapturePoint>();
  const taken = new Set(assignments.map(({ role }) => role));
  for (const side of ['source', 'destination'] as const) {
    const devices = assignments.filter(({ wholeNode }) => wholeNode === side);
    const first = devices[0]?.point;
    if (first === undefined) continue;
    const point = { ...first, id: first.file, label: `${first.label.replace(/:[^:/]*$/, '')} (any device)` };
    const [bridge, tunnel, underlay] = nodeRoles[side];
    // A filter that lets no protocol 4 through hides the node's interface, while its tunnel device shows the inner datagrams.
    const isHidden =
      devices.every(({ point: { traffic } }) => traffic.encapsulated === 0) &&
      devices.some(({ role }) => role === tunnel);
    for (const role of [bridge, tunnel, underlay]) {
      if (taken.has(role) || (role === underlay && isHidden)) continue;
      if (role === 'source-bridge' && (isFromNode || taken.has('source-pod') === false)) continue;
      unseen.set(role, point);
    }
  }
  return unseen;
}

const nodeRoles = {
  source: ['source-bridge', 'encapsulator-tunnel', 'encapsulator-underlay'],
  destination: ['destination-bridge', 'decapsulator-tunnel', 'decapsulator-underlay'],
} as const;

const hopFactsOf = ({ request, reply }: FlowFacts): HopFacts[] => [...Object.values(request), ...Object.values(reply)];

/** Does a given expectation say anything of this flow's path? */
function speaksOf(source: ExpectationSource, flow: Flow): boolean {
  const facts = source.flow(flow.source, flow.destination);
  return source.isGeneral || (facts !== null && hopFactsOf(facts).some((hop) => Object.keys(hop).length > 0));
}

/** Does something other than the captures say between which nodes the datagram travels? */
function isStatedNode({ outerDestination, encapsulation, destinationMac, node }: HopFacts): boolean {
  return [outerDestination, encapsulation, node === undefined ? undefined : destinationMac].some(
    (fact) => fact !== undefined && fact.source !== 'inferred' && fact.source !== 'profile',
  );
}

function firstOuter(evidence: Sighted, flow: Flow): FlowPath['outerSeen'] {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const isWrappedRequest = (kind: number): boolean => (k.flags[kind]! & (Flag.HasOuter | Flag.Reply)) === Flag.HasOuter;
  if (!flow.probes.kinds.some(isWrappedRequest)) return null;
  const rows: number[] = [];
  for (let n = 0; n < flow.probes.length; n++) {
    const count = flow.probes.rows(n, rows);
    for (let i = 0; i < count; i++) {
      const kind = c.kind[rows[i]!]!;
      if (isWrappedRequest(kind)) return { source: k.outerSource[kind]!, destination: k.outerDestination[kind]! };
    }
  }
  return null;
}

function expectedEncapsulation(
  profile: Profile,
  oneLink: boolean | null,
  fact: <T>(value: T) => Fact<T>,
): FlowPath['encapsulation'] {
  if (profile.between === 'ipip') return fact('ipip');
  return oneLink === null ? null : fact(oneLink ? 'none' : 'ipip');
}

function nodeNames(inferred: Inferred, facts: FlowFacts, sources: readonly ExpectationSource[]): FlowPath['nodes'] {
  const name = (node: Fact<number> | null, role: 'encapsulator-underlay' | 'decapsulator-underlay'): string | null => {
    const stated = facts.request[role]?.node?.value;
    if (stated !== undefined) return stated;
    if (node === null) return null;
    return sources.map((s) => s.nameOf(node.value)).find((n) => n !== null) ?? addressText(node.value);
  };
  return {
    source: name(inferred.nodes.source, 'encapsulator-underlay'),
    destination: name(inferred.nodes.destination, 'decapsulator-underlay'),
  };
}

/** The tunnel already shows an untouched TTL: the node itself sent it, no pod did. */
function nodeIsSource(evidence: Sighted, flow: Flow, assignments: readonly Assignment[]): boolean {
  const views = viewPoints(evidence, flow.probes, 64);
  const seen = (role: string): number[] =>
    assignments
      .filter((a) => a.role === role)
      .map((a) => views.get(a.point.series))
      .filter((v) => v !== undefined)
      .map((v) => mostFrequent(v.requestTtls))
      .filter((t) => t !== null);
  if (seen('source-pod').length > 0 || seen('source-bridge').length > 0) return false;
  const middle = [...seen('encapsulator-tunnel'), ...seen('encapsulator-underlay')];
  return middle.length > 0 && middle.every((t) => t === 64 || t === 128 || t === 255);
}

function findMisnested(evidence: Sighted, flow: Flow, assignments: readonly Assignment[]): FlowPath['misnested'] {
  const views = viewPoints(evidence, flow.probes, 256);
  const placed = assignments
    .filter((a) => a.role !== null && views.has(a.point.index) && a.point.namespace === null)
    .sort((a, b) => roleOrder(a.role!) - roleOrder(b.role!) || compareText(a.point.id, b.point.id));
  const found: { before: Assignment['point']; after: Assignment['point']; excess: number }[] = [];
  for (let i = 1; i < placed.length; i++) {
    const before = placed[i - 1]!;
    const after = placed[i]!;
    if (before.role === after.role) continue;
    const difference = roundTripDifference(views.get(before.point.index)!, views.get(after.point.index)!);
    if (difference !== null && difference < -NESTING_TOLERANCE_NS) {
      found.push({ before: before.point, after: after.point, excess: -difference });
    }
  }
  return found;
}
