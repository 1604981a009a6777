/**
 * Which role each capture point has on a flow's path: from the command line, from an expectation, else from content (link
 * type, encapsulation, TTL, nested round trips, equal time stamps), and only then from names and by elimination.
 */

import { macTextOf } from '../../decode/address.js';
import type { CapturePoint } from '../../observe/capture-point.js';
import { type ArpSighting, type ErrorSighting, elapsed } from '../../observe/observation.js';
import { compareText, type Sighted } from '../../observe/sighted.js';
import { Flag } from '../../observe/sightings.js';
import type { HopRole } from '../../path/facts.js';
import type { Side } from '../../path/roles.js';
import { arpsAt } from '../arps-at.js';
import type { Flow } from '../flow.js';
import type { NameHint, PointKind } from '../point-name.js';
import { mostFrequent, type PointView, roundTripDifference, sameStamps, viewPoints } from '../point-view.js';
import { pointsOfSeries } from '../series.js';
import { type FlowNodes, type KnownPoints, type LearnedPoint, podName } from './known-points.js';
import { sidesOfNamespaces } from './whole-nodes.js';

type RoleFrom = 'command-line' | 'expectation' | 'kernel-state' | 'content' | 'name' | 'elimination';

export interface Assignment {
  readonly point: CapturePoint;
  readonly role: HopRole | null;
  readonly from: RoleFrom | null;
  /** A name for the node, when something tells it; points of one node share it. */
  readonly node: string | null;
  /** The probe passes here, yet here is no place of its path: a node or router that forwards it. */
  readonly offPath: boolean;
  /** A router between the nodes, which both directions pass: on the path, and no place of its own there. */
  readonly between: boolean;
  /** Every capture shows the request plain and encapsulated: files of several hops were merged into one that tells them apart no more. */
  readonly merged: boolean;
  /** It holds probes of the flow and has no place on or off its path, though nothing explains that. */
  readonly unplaced: boolean;
  /** This capture shows every device of a node: of the node on this side. */
  readonly wholeNode: Side | null;
}

/** A role that someone stated, by point index. */
export interface StatedRole {
  readonly role: HopRole;
  readonly node: string | null;
  readonly from: 'command-line' | 'expectation' | 'kernel-state';
}

const LINKTYPE_LINUX_SLL = 113;

/** A probe passes about ten places; who claims to have seen it at more than this many is not telling of one path. */
const MAX_SEEN = 64;
/** ARP questions of one point whose round trips are compared. */
const MAX_ASKED = 64;

interface Place {
  readonly point: CapturePoint;
  readonly view: PointView | null;
  readonly name: NameHint;
  kind: PointKind | null;
  side: Side | null;
  from: RoleFrom | null;
  offPath: boolean;
  between: boolean;
  stated: StatedRole | null;
}

export interface PathOrderInput {
  readonly evidence: Sighted;
  readonly flow: Flow;
  readonly stated: ReadonlyMap<number, StatedRole>;
  /** What earlier flows told about points and pods; later flows with less evidence build on it. */
  readonly known: KnownPoints;
  /** ICMP errors that quote this flow's requests. */
  readonly refusals: readonly ErrorSighting[];
}

const roleOf: Record<PointKind, Record<Side, HopRole>> = {
  pod: { source: 'source-pod', destination: 'destination-pod' },
  bridge: { source: 'source-bridge', destination: 'destination-bridge' },
  tunnel: { source: 'encapsulator-tunnel', destination: 'decapsulator-tunnel' },
  underlay: { source: 'encapsulator-underlay', destination: 'decapsulator-underlay' },
};

function placeOf(role: HopRole): { kind: PointKind; side: Side } {
  for (const kind of ['pod', 'bridge', 'tunnel', 'underlay'] as const) {
    for (const side of ['source', 'destination'] as const) if (roleOf[kind][side] === role) return { kind, side };
  }
  throw new Error(`no place for role ${role}`);
}

/**
 * What the points are for the flow, in their order. A point that is not among them has no part in it: it saw nothing of the flow, and
 * is another node's or pod's.
 */
export function assignRoles(input: PathOrderInput): Assignment[] {
  const { evidence, flow, known } = input;
  const views = viewPoints(evidence, flow.probes);
  addErrorAnswers(flow, views, input.refusals);
  const stated = new Map<number, StatedRole>();
  for (const [index, role] of input.stated) stated.set(evidence.points[index]!.series, role);
  const inOrder = [...views.keys()].sort((a, b) => a - b).map((head) => views.get(head)!);
  const { heads, namespacesElsewhere } = known.near(flow, nodesOfFlow(input, inOrder), [
    ...views.keys(),
    ...stated.keys(),
  ]);
  const places: Place[] = heads.map((point) => {
    const said = stated.get(point.index) ?? null;
    const at = said === null ? null : placeOf(said.role);
    return {
      point,
      view: views.get(point.index) ?? null,
      name: known.name(point.index),
      kind: at?.kind ?? null,
      side: at?.side ?? null,
      from: said?.from ?? null,
      offPath: false,
      between: false,
      stated: said,
    };
  });
  const open = places.filter((p) => p.stated === null);
  const seen = open.filter((p) => p.view !== null);
  for (const place of seen) {
    // A cooked capture of SLL lumps devices together, so passing twice says nothing there.
    const passesTwice = place.view!.relays || place.view!.routesRequests;
    if (passesTwice && !place.point.link.startsWith('cooked')) place.offPath = true;
  }
  findRouters(seen, places);
  findRoutersByMac(seen, input);
  for (const place of seen.slice(MAX_SEEN)) place.offPath = true;
  // Without interface index and without an outer header a bridge and the node's interface are one point: it has no one place.
  const onPath = seen.filter(
    (p) =>
      !p.offPath &&
      !(p.point.linkType === LINKTYPE_LINUX_SLL && (p.view!.relays || p.view!.routesRequests)) &&
      !p.between,
  );
  const merged = onPath.length === 0 ? seen.filter((p) => isMerged(p)) : [];
  for (const place of merged) place.offPath = false;
  findKinds(onPath, places);
  findMiddleSides('underlay', onPath, places, input);
  findMiddleSides('tunnel', onPath, places, input);
  sidesFromChecksums(onPath, input);
  sidesFromLearned(onPath, input);
  sidesFromGroups(onPath, places, known);
  sidesByPrefix(onPath, places);
  splitPodsFromBridges(onPath);
  placeSilentPoints(open, places, input);
  const wholeNodes = wholeNodesOf(places, input, namespacesElsewhere);
  learn(input, places);
  const assigned = places.flatMap((p) => {
    const isOn = p.kind !== null && p.side !== null && !p.offPath;
    const assignment = {
      role: isOn ? roleOf[p.kind!][p.side!] : null,
      from: isOn ? p.from : null,
      node: p.stated?.node ?? null,
      offPath: p.offPath,
      between: p.between,
      merged: merged.includes(p),
      unplaced: p.view !== null && !isOn && !p.offPath && !p.between && !isLumped(p, places),
    };
    return pointsOfSeries(evidence.points, p.point.index).map((point): Assignment => {
      const { namespace } = point;
      return { point, ...assignment, wholeNode: namespace === null ? null : (wholeNodes.get(namespace) ?? null) };
    });
  });
  return assigned.sort((a, b) => a.point.index - b.point.index);
}

/** A single interface shows a datagram before its encapsulation or behind it, not both. */
function isMerged({ point, view }: Place): boolean {
  const { requestEncapsulations: there, replyEncapsulations: back } = view!;
  return !point.link.startsWith('cooked') && [there, back].some((seen) => seen.has(0) && seen.size > 1);
}

/** Plain on a bridge and plain on the node's interface: without interface index and outer header these are one point. */
function isLumped({ point, view }: Place, places: readonly Place[]): boolean {
  const isWrapped = (v: PointView): boolean =>
    [...v.requestEncapsulations, ...v.replyEncapsulations].some((encapsulation) => encapsulation !== 0);
  return (
    point.linkType === LINKTYPE_LINUX_SLL &&
    view !== null &&
    !places.some((p) => p.point.namespace === point.namespace && p.view !== null && isWrapped(p.view))
  );
}

function wholeNodesOf(
  places: readonly Place[],
  input: PathOrderInput,
  namespacesElsewhere: number,
): ReadonlyMap<string, Side> {
  if (places.every((p) => p.point.namespace === null)) return new Map();
  const views = places.filter((p) => p.view !== null && !p.between).map((p) => p.view!);
  const nodes = nodesOfFlow(input, views);
  return sidesOfNamespaces(
    places.map((p) => {
      const learned = input.known.learned(p.point.index);
      const isPlaced = p.kind !== null && p.side !== null && !p.offPath;
      return {
        point: p.point,
        side: isPlaced ? p.side : null,
        elsewhere: p.view !== null && !isPlaced,
        hint:
          (learned === undefined ? null : sideOfLearned(learned, input, nodes)) ??
          groupSide(p, places, input.known) ??
          p.name.side,
      };
    }),
    { source: addressOf(nodes.source), destination: addressOf(nodes.destination) },
    (namespace) => input.known.ownAddresses(namespace),
    namespacesElsewhere,
  );
}

/** Nodes are named by their tunnel address where one was seen. */
const addressOf = (node: string | null): number | null => (node !== null && /^\d+$/.test(node) ? Number(node) : null);

/**
 * Captures of a router between the nodes: what it forwards falls in outer TTL there, or has an outer TTL between those of the two
 * nodes, both ways. Only where both nodes were captured as well: a router's capture must not stand for a node's.
 */
function findRouters(seen: readonly Place[], places: readonly Place[]): void {
  const outside = seen.filter((p) => p.view!.outerTtls.size > 0);
  const answered = seen.some((p) => p.view!.replies > 0);
  const once = outside.filter((p) => !p.view!.relays && !p.view!.routesRequests);
  const ttls = once.map((p) => mostFrequent(p.view!.outerTtls)!);
  const [high, low] = [Math.max(...ttls), Math.min(...ttls)];
  const nodes = new Set(once.filter((p) => p.view!.outerTtls.has(high) || p.view!.outerTtls.has(low)));
  for (const place of outside) {
    const view = place.view!;
    const ttl = mostFrequent(view.outerTtls)!;
    const twice = view.routesRequests && !view.relays && (view.routesReplies || !answered);
    const amid = nodes.size > 1 && ttl < high && ttl > low && (view.replies > 0 || !answered);
    // Two devices of one namespace that differ in outer TTL: that machine routes.
    const routes =
      place.point.namespace !== null &&
      outside.some((o) => o.point.namespace === place.point.namespace && mostFrequent(o.view!.outerTtls) !== ttl);
    if (!twice && !amid && !routes) continue;
    const others = outside.filter(
      (o) => o !== place && !o.between && !o.view!.relays && !o.view!.routesRequests && isOtherMachine(o, place),
    );
    const ends = new Set(others.map((o) => mostFrequent(o.view!.outerTtls)));
    if (others.length < 2 || ends.size < 2) continue;
    place.between = true;
    place.offPath = false;
  }
  // A capture whose name is a router's, beside others of the wire: a node's own capture does not bear such a name.
  const named = outside.filter((p) => p.name.isBetween);
  if (named.length < outside.length) for (const place of named) place.between = true;
  for (const place of places) {
    if (place.stated !== null) place.between = false;
    else if (place.view === null && place.name.isBetween) place.between = true;
  }
  for (const place of places) if (place.between) place.offPath = false;
}

/** Frames that ARP says go to a router, seen twice on one link: at the sending node and at the router. One of them is the node's. */
function findRoutersByMac(seen: readonly Place[], { evidence, flow }: PathOrderInput): void {
  const toRouter = seen.filter((p) => p.stated === null && !p.between && isSentToRouter(evidence, flow, p));
  if (toRouter.length < 2) return;
  const keeper =
    toRouter.find((p) => p.name.kind === 'underlay') ??
    [...toRouter].sort((a, b) => compareText(a.point.id, b.point.id))[0]!;
  for (const place of toRouter) {
    if (place === keeper || sameNamespace(place, keeper)) continue;
    place.between = true;
    place.offPath = false;
  }
}

function sameNamespace(a: Place, b: Place): boolean {
  return a.point.namespace !== null && a.point.namespace === b.point.namespace;
}

/** ARP here gives the frame's destination MAC to another address than the outer destination, and to that one to none. */
function isSentToRouter(evidence: Sighted, flow: Flow, { point, view }: Place): boolean {
  if (view === null || view.outerDestination === null || view.replies > 0) return false;
  const k = evidence.sightings.kinds.columns;
  const arps = arpsAt(evidence.arps, point);
  for (const kind of flow.probes.kinds) {
    if (evidence.points[k.point[kind]!]!.series !== point.index) continue;
    if ((k.flags[kind]! & (Flag.Reply | Flag.HasOuter | Flag.HasEthernet)) !== (Flag.HasOuter | Flag.HasEthernet))
      continue;
    const mac = macTextOf(k.destinationMacHigh[kind]!, k.destinationMacLow[kind]!);
    const owners = arps.filter((a) => a.senderMac === mac).map((a) => a.senderAddress);
    if (owners.length > 0 && !owners.includes(k.outerDestination[kind]!)) return true;
  }
  return false;
}

function isOtherMachine(a: Place, b: Place): boolean {
  return a.point.namespace === null || a.point.namespace !== b.point.namespace;
}

/** An ICMP error that answers a request closes its round trip as a reply would. */
function addErrorAnswers(flow: Flow, views: Map<number, PointView>, errors: readonly ErrorSighting[]): void {
  if (errors.length === 0) return;
  const wanted = new Set(errors.flatMap((e) => (e.quotedMessage === null ? [] : [e.quotedMessage.number])));
  const places = new Map<number, number>();
  const { probes } = flow;
  for (let n = 0; n < probes.length && wanted.size > 0; n++) {
    for (const key of probes.isRewritten(n) ? [probes.key(n), ...probes.at(n).rewritten] : [probes.key(n)]) {
      if (wanted.has(key.number) && !places.has(key.number)) places.set(key.number, n);
    }
  }
  for (const error of errors) {
    const view = views.get(error.point.index);
    if (view === undefined || error.quotedMessage === null || error.type === 5) continue;
    const n = places.get(error.quotedMessage.number);
    if (n === undefined || view.replyAt.has(n)) continue;
    view.replyAt.set(n, { seconds: error.seconds, nanoseconds: error.nanoseconds });
  }
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one table of what TTL classes say of a point, read from the top
function findKinds(onPath: readonly Place[], places: readonly Place[]): void {
  const encapsulated = (p: Place): boolean =>
    p.view !== null && [...p.view.requestEncapsulations, ...p.view.replyEncapsulations].some((e) => e !== 0);
  for (const place of onPath) {
    if (encapsulated(place)) setKind(place, 'underlay');
    else if (place.point.link === 'raw' || place.point.link === 'cooked-tunnel') setKind(place, 'tunnel');
  }
  const middle = places.filter((p) => p.view !== null && (p.kind === 'underlay' || p.kind === 'tunnel'));
  const plain = onPath.filter((p) => p.kind === null);
  const requestTtls = middle.map((p) => mostFrequent(p.view!.requestTtls)).filter((t) => t !== null);
  const replyTtls = middle.map((p) => mostFrequent(p.view!.replyTtls)).filter((t) => t !== null);
  const tunnelled = middle.some((p) => p.kind === 'underlay');
  if (requestTtls.length > 0 || replyTtls.length > 0) {
    const high = Math.max(...requestTtls, -1);
    const low = Math.min(...requestTtls, 256);
    const replyHigh = Math.max(...replyTtls, -1);
    const replyLow = Math.min(...replyTtls, 256);
    for (const place of plain) {
      const q = mostFrequent(place.view!.requestTtls);
      const r = mostFrequent(place.view!.replyTtls);
      if (q !== null && requestTtls.length > 0 && q > high) setPod(place, 'source');
      else if (q !== null && requestTtls.length > 0 && q < low) setPod(place, 'destination');
      else if (r !== null && replyTtls.length > 0 && r < replyLow) setPod(place, 'source');
      else if (r !== null && replyTtls.length > 0 && r > replyHigh) setPod(place, 'destination');
      // The same TTL as in the middle, on Ethernet: a VXLAN device beside its underlay, or plain routing between the nodes.
      else setKind(place, tunnelled ? 'tunnel' : 'underlay');
    }
    return;
  }
  // No tunnel device and no encapsulated sighting: TTL classes alone.
  const ttls = [...new Set(plain.map((p) => mostFrequent(p.view!.requestTtls)).filter((t) => t !== null))].sort(
    (a, b) => b - a,
  );
  const top = ttls[0];
  for (const place of plain) {
    const q = mostFrequent(place.view!.requestTtls);
    const r = mostFrequent(place.view!.replyTtls);
    if (q === null || top === undefined) {
      if (r !== null) setPod(place, looksInitial(r) ? 'destination' : 'source');
      continue;
    }
    if (ttls.length === 1) {
      // One class: an untouched reply TTL is the destination's own, an untouched request TTL the source's.
      if (r !== null && looksInitial(r) && !looksInitial(q)) setPod(place, 'destination');
      else if (r !== null && !looksInitial(r) && !looksInitial(q)) setKind(place, 'underlay');
      else if (looksInitial(q) || r === null) setPod(place, 'source');
      else setKind(place, 'underlay');
    } else if (q === top) setPod(place, 'source');
    // Four classes and more: routers between the nodes take from it, too, and only the last is the pod's.
    else if (ttls.length > 3 ? q === ttls.at(-1) : top - q >= 2) setPod(place, 'destination');
    else setKind(place, 'underlay');
  }
}

/** Initial TTLs that operating systems use. Only a hint, where no other point can be compared. */
function looksInitial(ttl: number): boolean {
  return ttl === 64 || ttl === 128 || ttl === 255 || ttl === 32 || ttl === 60;
}

function setKind(place: Place, kind: PointKind): void {
  place.kind = kind;
  place.from ??= 'content';
}

function setPod(place: Place, side: Side): void {
  setKind(place, 'pod');
  place.side = side;
}

/** Underlay or tunnel points: which stand before the wire, and which behind it. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one kind of witness after another, the surest first: the order is what it knows
function findMiddleSides(
  kind: 'underlay' | 'tunnel',
  onPath: readonly Place[],
  places: readonly Place[],
  input: PathOrderInput,
): void {
  const all = onPath.filter((p) => p.kind === kind && p.side === null);
  const stated = places.filter((p) => p.stated !== null && p.kind === kind && p.view !== null);
  if (all.length === 0) return;
  // Points of one node first: a received datagram has one time stamp on all devices that it passes on a node.
  const clusters: Place[][] = [];
  for (const place of all) {
    const home = clusters.find((c) => c.some((other) => onOneNode(other, place)));
    if (home === undefined) clusters.push([place]);
    else home.push(place);
  }
  for (const cluster of clusters) {
    const sides = new Set(cluster.map((place) => packetTypeSide(place, input)).filter((side) => side !== null));
    if (sides.size === 1) setSide(cluster, [...sides][0]!);
  }
  // Stamps that a received datagram shares with a point of a known side settle the side.
  const known = onPath.concat(stated).filter((p) => p.side !== null && (p.kind === 'underlay' || p.kind === 'tunnel'));
  for (const cluster of clusters) {
    for (const place of cluster) {
      for (const other of known) {
        if (other === place || other.kind === kind) continue;
        const side = sharedStampSide(place, other);
        if (side !== null && side === other.side) setSide(cluster, side);
      }
      if (cluster[0]!.side !== null) break;
    }
  }
  const undecided = clusters.filter((c) => c[0]!.side === null);
  if (undecided.length === 0) return;
  // Equal stamps between an underlay and a tunnel point: equal requests were received (behind the wire), equal replies likewise (before it).
  const counterpart = onPath.filter((p) => p.kind === (kind === 'underlay' ? 'tunnel' : 'underlay'));
  for (const cluster of undecided) {
    for (const place of cluster) {
      for (const other of counterpart) {
        const side = sharedStampSide(place, other);
        if (side !== null && cluster[0]!.side === null) setSide(cluster, side);
      }
    }
  }
  const left = clusters.filter((c) => c[0]!.side === null);
  if (left.length === 0) return;
  if (clusters.length >= 2) {
    // Nested round trips: a round trip only shrinks from source to destination.
    const ordered = [...clusters].sort((a, b) => compareClusters(a, b, input.evidence.arps));
    const first = ordered[0]!;
    const last = ordered.at(-1)!;
    const told = compareClusters(first, last, input.evidence.arps) !== 0;
    if (told) {
      if (first[0]!.side === null && last[0]!.side !== 'source') setSide(first, 'source');
      if (last[0]!.side === null && first[0]!.side !== 'destination') setSide(last, 'destination');
      for (const cluster of ordered) {
        if (cluster[0]!.side !== null) continue;
        // Three or more nodes: the one nearer in round trip decides.
        const toFirst = Math.abs(roundTripBetween(first, cluster) ?? 0);
        const toLast = Math.abs(roundTripBetween(cluster, last) ?? 0);
        setSide(cluster, toFirst <= toLast ? 'source' : 'destination');
      }
      return;
    }
  }
  // A single node, no equal stamps: which direction has passed routers when it comes here, and the round trip against the
  // other kind's points.
  for (const cluster of left) {
    const view = cluster[0]!.view!;
    if (view.requestsRouted !== view.repliesRouted) {
      setSide(cluster, view.requestsRouted ? 'destination' : 'source');
      continue;
    }
    for (const other of kind === 'tunnel' ? [...known, ...counterpart] : known) {
      if (other.kind === kind || other.view === null) continue;
      const difference = roundTripBetween(cluster, [other]);
      if (difference === null || difference === 0) continue;
      if (other.side === null) {
        // Nobody stands before the first tunnel device, or behind the second, but that node's pods.
        setSide(cluster, difference > 0 ? 'source' : 'destination');
        continue;
      }
      // Before the wire the tunnel device has the longer round trip, behind it the underlay has.
      const clusterIsNearer = difference > 0;
      const expectNearer = (kind === 'tunnel') === (other.side === 'source');
      if (clusterIsNearer !== expectNearer) setSide(cluster, other.side === 'source' ? 'destination' : 'source');
    }
  }
}

/** Packet types of cooked captures (<linux/if_packet.h>). */
const PACKET_HOST = 0;
const PACKET_OUTGOING = 4;

/** A cooked capture says which way a frame went: the source's node sends requests, and the destination's receives them. */
function packetTypeSide({ point }: Place, { evidence, flow }: PathOrderInput): Side | null {
  if (!point.link.startsWith('cooked')) return null;
  const k = evidence.sightings.kinds.columns;
  const sides = new Set<Side>();
  for (const kind of flow.probes.kinds) {
    if (evidence.points[k.point[kind]!]!.series !== point.index) continue;
    const type = k.packetType[kind]!;
    if (type !== PACKET_HOST && type !== PACKET_OUTGOING) return null;
    const isRequest = (k.flags[kind]! & Flag.Reply) === 0;
    sides.add((type === PACKET_OUTGOING) === isRequest ? 'source' : 'destination');
  }
  return sides.size === 1 ? [...sides][0]! : null;
}

function setSide(cluster: readonly Place[], side: Side): void {
  for (const place of cluster) {
    place.side = side;
    place.from ??= 'content';
  }
}

function onOneNode(a: Place, b: Place): boolean {
  if (a.point.namespace !== null && a.point.namespace === b.point.namespace) return true;
  if (a.view === null || b.view === null) return false;
  return sameStamps(a.view.replyAt, b.view.replyAt) || sameStamps(a.view.requestAt, b.view.requestAt);
}

/** 'destination' when requests arrive at both with one stamp, 'source' when replies do; null when stamps do not tell. */
function sharedStampSide(a: Place, b: Place): Side | null {
  if (a.view === null || b.view === null) return null;
  const requests = sameStamps(a.view.requestAt, b.view.requestAt);
  const replies = sameStamps(a.view.replyAt, b.view.replyAt);
  if (requests === replies) return null;
  return requests ? 'destination' : 'source';
}

/** Below zero: a is nearer to the source. */
function compareClusters(a: readonly Place[], b: readonly Place[], arps: readonly ArpSighting[]): number {
  const difference = roundTripBetween(a, b);
  if (difference !== null && difference !== 0) return -difference;
  const outerA = mostFrequent(a[0]!.view!.outerTtls);
  const outerB = mostFrequent(b[0]!.view!.outerTtls);
  if (outerA !== null && outerB !== null && outerA !== outerB) return outerB - outerA;
  const ttlA = mostFrequent(a[0]!.view!.requestTtls);
  const ttlB = mostFrequent(b[0]!.view!.requestTtls);
  if (ttlA !== null && ttlB !== null && ttlA !== ttlB) return ttlB - ttlA;
  const resolved = arpDifference(a, b, arps);
  return resolved === null ? 0 : -resolved;
}

function roundTripBetween(a: readonly Place[], b: readonly Place[]): number | null {
  for (const x of a) {
    for (const y of b) {
      if (x.view === null || y.view === null) continue;
      const difference = roundTripDifference(x.view, y.view);
      if (difference !== null) return difference;
    }
  }
  return null;
}

/** ARP is a round trip, too: who-has to is-at takes longer at the asker than at the answerer. */
function arpDifference(a: readonly Place[], b: readonly Place[], arps: readonly ArpSighting[]): number | null {
  for (const x of a) {
    for (const y of b) {
      const difference = arpRoundTripDifference(x.point, y.point, x.view, arps);
      if (difference !== null) return difference;
    }
  }
  return null;
}

function arpRoundTripDifference(
  a: CapturePoint,
  b: CapturePoint,
  view: PointView | null,
  arps: readonly ArpSighting[],
  about: number | null = null,
): number | null {
  for (const ask of arpsAt(arps, a).slice(0, MAX_ASKED)) {
    if (ask.operation !== 1 || (about !== null && ask.targetAddress !== about)) continue;
    // The asker must be the encapsulator: its question, its side.
    if (view?.outerSource !== null && view !== null && ask.senderAddress !== view.outerSource) continue;
    const round = (point: CapturePoint): number | null => {
      const here = arpsAt(arps, point);
      const q = here.find(
        (x) => x.operation === 1 && x.senderAddress === ask.senderAddress && x.targetAddress === ask.targetAddress,
      );
      const r = here.find(
        (x) => x.operation === 2 && x.senderAddress === ask.targetAddress && x.targetAddress === ask.senderAddress,
      );
      return q === undefined || r === undefined ? null : elapsed(q.first, r.first);
    };
    const here = round(a);
    const there = round(b);
    if (here !== null && there !== null && here !== there) return here - there;
  }
  return null;
}

function nodesOfFlow({ flow, known }: PathOrderInput, views: Iterable<PointView>): FlowNodes {
  let source = known.pods.get(flow.source) ?? null;
  let destination = known.pods.get(flow.destination) ?? null;
  for (const view of views) {
    if (view.outerSource !== null) source ??= String(view.outerSource);
    if (view.outerDestination !== null) destination ??= String(view.outerDestination);
  }
  return { source, destination };
}

/** Sides that other flows have already told: this point is on that node. */
function sidesFromLearned(onPath: readonly Place[], input: PathOrderInput): void {
  const nodes = nodesOfFlow(input, onPath.map((p) => p.view!).values());
  for (const place of onPath) {
    if (place.side !== null) continue;
    const learned = input.known.learned(place.point.index);
    const side = learned === undefined ? null : sideOfLearned(learned, input, nodes);
    if (side !== null) setSide([place], side);
  }
}

/** Name groups: "1" of pod1, pod1-ipip and node1. A group's side is known when content tells it for one member. */
function sidesFromGroups(onPath: readonly Place[], places: readonly Place[], known: KnownPoints): void {
  for (const place of onPath) {
    if (place.side !== null || place.kind === null) continue;
    const side = groupSide(place, places, known) ?? place.name.side;
    if (side === null) continue;
    place.side = side;
    place.from = 'name';
  }
}

function groupSide(place: Place, places: readonly Place[], known: KnownPoints): Side | null {
  const group = place.name.group;
  if (group === null) return null;
  const sides = new Set<Side>();
  const others = new Set<Side>();
  for (const other of places) {
    if (other === place || other.side === null || other.offPath || other.between || other.from === 'elimination')
      continue;
    if (other.name.group === group) sides.add(other.side);
    else if (other.name.group !== null) others.add(other.side);
  }
  if (sides.size === 1) return [...sides][0]!;
  if (sides.size > 1) return null;
  // Two groups in all, and the other one's side is known: this is the opposite.
  const groups = new Set(known.groupsBeside(places));
  for (const { between, name } of places) if (!between && name.group !== null) groups.add(name.group);
  if (groups.size === 2 && others.size === 1) return [...others][0]! === 'source' ? 'destination' : 'source';
  return null;
}

/**
 * A checksum that is left to hardware is wrong only where a message was sent, before the wire: where it is wrong one way and right the
 * other way, or right at the other tunnel. Damage tells nothing, it stays wrong to the end.
 */
function sidesFromChecksums(onPath: readonly Place[], { evidence, flow }: PathOrderInput): void {
  const open = onPath.filter((p) => p.kind === 'tunnel' && p.side === null);
  if (flow.kind === 'icmp' || open.length === 0) return;
  const { flags, point } = evidence.sightings.kinds.columns;
  const isAlwaysWrong = (index: number, reply: number): boolean | null => {
    const here = flow.probes.kinds.filter(
      (kind) => evidence.points[point[kind]!]!.series === index && (flags[kind]! & Flag.Reply) === reply,
    );
    return here.length === 0 ? null : here.every((kind) => (flags[kind]! & Flag.MessageChecksumWrong) !== 0);
  };
  const seen = open.map((place) => ({
    place,
    there: isAlwaysWrong(place.point.index, 0),
    back: isAlwaysWrong(place.point.index, Flag.Reply),
  }));
  for (const { place, there, back } of seen) {
    const isRightElsewhere = (way: 'there' | 'back'): boolean =>
      seen.some((other) => other.place !== place && other[way] === false);
    const sent = there === true && (back === false || isRightElsewhere('there'));
    const answered = back === true && (there === false || isRightElsewhere('back'));
    if (sent === answered) continue;
    place.side = sent ? 'source' : 'destination';
    place.from = 'content';
  }
}

/** A lost request was seen from its source on: without other evidence the earliest free place is the right one, as far as clocks agree. */
function sidesByPrefix(onPath: readonly Place[], places: readonly Place[]): void {
  for (const kind of ['tunnel', 'underlay'] as const) {
    const open = onPath.filter((p) => p.kind === kind && p.side === null);
    open.sort((a, b) => compareTimes(a, b) || compareText(a.point.id, b.point.id));
    for (const place of open) {
      const taken = places.some((p) => p.kind === kind && p.side === 'source' && !p.offPath && p.view !== null);
      place.side = taken ? 'destination' : 'source';
      place.from = 'elimination';
    }
  }
}

/** Whose requests come first; 0: no probe passed both. */
function compareTimes(a: Place, b: Place): number {
  for (const [n, at] of a.view!.requestAt) {
    const other = b.view!.requestAt.get(n);
    if (other !== undefined) return elapsed(other, at);
  }
  return 0;
}

/** Of several plain points on one side the pod has the outermost round trip; a device name may say it, too. */
function splitPodsFromBridges(onPath: readonly Place[]): void {
  for (const side of ['source', 'destination'] as const) {
    const plain = onPath.filter((p) => p.kind === 'pod' && p.side === side);
    for (const place of plain) {
      // `-i any` runs in the node's namespace, where a pod's datagram passes the veth and the bridge.
      if (place.point.link === 'cooked-ethernet' && sharesNamespaceWithMiddle(place, onPath)) place.kind = 'bridge';
      else if (place.name.kind === 'bridge') place.kind = 'bridge';
    }
    const pods = plain.filter((p) => p.kind === 'pod');
    if (pods.length < 2) continue;
    const named = pods.filter((p) => p.name.kind === 'pod');
    pods.sort((a, b) => {
      const difference = roundTripDifference(a.view!, b.view!);
      if (difference !== null && difference !== 0) return side === 'source' ? -difference : difference;
      return Number(b.name.kind === 'pod') - Number(a.name.kind === 'pod') || compareText(a.point.id, b.point.id);
    });
    const pod = named.length === 1 ? named[0]! : pods[0]!;
    for (const place of pods) if (place !== pod) place.kind = 'bridge';
  }
}

function sharesNamespaceWithMiddle(place: Place, onPath: readonly Place[]): boolean {
  return onPath.some(
    (other) =>
      other !== place &&
      other.point.namespace !== null &&
      other.point.namespace === place.point.namespace &&
      other.kind !== 'pod' &&
      other.kind !== 'bridge',
  );
}

/** Points that saw nothing of the flow: captured, and absent. Their place comes from other flows, names, ARP, or what is left. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one kind of witness after another, the surest first: the order is what it knows
function placeSilentPoints(open: readonly Place[], places: readonly Place[], input: PathOrderInput): void {
  const silent = open.filter((p) => p.view === null && !p.between);
  const nodes = nodesOfFlow(
    input,
    places.filter((p) => p.view !== null).map((p) => p.view!),
  );
  const outers = new Set<number>();
  for (const p of places) {
    if (p.view === null) continue;
    for (const a of [
      p.view.outerSource,
      p.view.outerDestination,
      p.view.replyOuterSource,
      p.view.replyOuterDestination,
    ]) {
      if (a !== null) outers.add(a);
    }
  }
  for (const place of silent) {
    const learned = input.known.learned(place.point.index);
    if (place.point.namespace !== null) {
      // One device behind `-i any` that this flow did not use is no place of its path.
      continue;
    }
    if (learned !== undefined) {
      const side = sideOfLearned(learned, input, nodes);
      if (side !== null) {
        placeSilent(place, learned.kind, side, 'content');
        continue;
      }
      // It belongs to another flow's node or pod: no business of this one.
      if (learned.isOnePods || (nodes.source !== null && nodes.destination !== null)) {
        place.offPath = true;
        continue;
      }
    }
    if (place.point.link === 'raw') place.kind = 'tunnel';
    else if (arpTouches(input.evidence.arps, place.point, outers)) place.kind = 'underlay';
    else if (arpTouches(input.evidence.arps, place.point, new Set([input.flow.source, input.flow.destination]))) {
      const source = arpTouches(input.evidence.arps, place.point, new Set([input.flow.source]));
      placeSilent(place, 'pod', source ? 'source' : 'destination', 'content');
    } else if (place.name.kind === null && holdsArp(input.evidence.arps, place.point)) place.kind = 'underlay';
    else place.kind = place.name.kind === 'tunnel' && place.point.link !== 'ethernet' ? 'tunnel' : place.name.kind;
  }
  for (const place of silent) {
    if (place.side !== null || place.kind === null || place.offPath) continue;
    const side = groupSide(place, places, input.known) ?? place.name.side;
    if (side !== null) placeSilent(place, place.kind, side, 'name');
  }
  // Underlay points that saw no request: their ARP round trips against a seen one's.
  for (const place of silent) {
    if (place.side !== null || place.kind !== 'underlay' || place.offPath) continue;
    const known = places.find((p) => p.kind === 'underlay' && p.side !== null && p.view !== null);
    // Only the question for the other end of this flow: the answer to another one stands at a third node.
    const about = known?.view?.outerDestination ?? null;
    const difference =
      known === undefined
        ? null
        : arpRoundTripDifference(known.point, place.point, known.view, input.evidence.arps, about);
    if (difference !== null) placeSilent(place, 'underlay', difference > 0 ? 'destination' : 'source', 'content');
  }
  // A datagram that was never sent: the node that asks in vain is its sender.
  if (!places.some((p) => p.kind === 'underlay' && p.view !== null)) {
    const asking = silent.filter(
      (p) => p.kind === 'underlay' && p.side === null && !p.offPath && asksInVain(input.evidence.arps, p.point),
    );
    if (asking.length === 1) placeSilent(asking[0]!, 'underlay', 'source', 'content');
  }
  eliminate(silent, places);
}

function holdsArp(arps: readonly ArpSighting[], point: CapturePoint): boolean {
  return arpsAt(arps, point).some((a) => a.senderAddress !== 0);
}

function asksInVain(arps: readonly ArpSighting[], point: CapturePoint): boolean {
  const here = arpsAt(arps, point);
  return here.some((ask) => ask.operation === 1 && !here.some((a) => a.senderAddress === ask.targetAddress));
}

/** A pod's own capture is tied to the pod, everything else to the node. */
function sideOfLearned(learned: LearnedPoint, { flow }: PathOrderInput, nodes: FlowNodes): Side | null {
  const ends = learned.isOnePods ? { source: podName(flow.source), destination: podName(flow.destination) } : nodes;
  if (ends.source === ends.destination) return null;
  if (learned.node === ends.source) return 'source';
  return learned.node === ends.destination ? 'destination' : null;
}

function placeSilent(place: Place, kind: PointKind, side: Side, from: RoleFrom): void {
  place.kind = kind;
  place.side = side;
  place.from = from;
}

/** What is left goes to the places that are left, where only one division is possible or all are alike. */
function eliminate(silent: readonly Place[], places: readonly Place[]): void {
  const free = (kind: PointKind): Side[] =>
    (['source', 'destination'] as const).filter(
      (side) => !places.some((p) => p.kind === kind && p.side === side && !p.offPath),
    );
  for (const kind of ['tunnel', 'underlay', 'pod'] as const) {
    const left = silent.filter((p) => p.kind === kind && p.side === null && !p.offPath);
    left.sort((a, b) => compareText(a.point.id, b.point.id));
    const sides = free(kind);
    if (left.length === 0 || left.length > sides.length) continue;
    // A seen point always stands before a silent one, so with one silent point left the farther place is its own.
    const use = left.length === sides.length ? sides : sides.slice(-left.length);
    for (const [i, place] of left.entries()) placeSilent(place, kind, use[i]!, 'elimination');
  }
  const unknown = silent.filter((p) => p.kind === null && !p.offPath && p.point.link === 'ethernet');
  unknown.sort((a, b) => compareText(a.point.id, b.point.id));
  const slots: [PointKind, Side][] = [];
  for (const [kind, side] of [
    ['pod', 'source'],
    ['underlay', 'source'],
    ['underlay', 'destination'],
    ['pod', 'destination'],
  ] as const) {
    if (free(kind).includes(side)) slots.push([kind, side]);
  }
  if (unknown.length > 0 && unknown.length === slots.length) {
    for (const [i, place] of unknown.entries()) placeSilent(place, slots[i]![0], slots[i]![1], 'elimination');
  }
}

function arpTouches(arps: readonly ArpSighting[], point: CapturePoint, addresses: ReadonlySet<number>): boolean {
  if (addresses.size === 0) return false;
  return arpsAt(arps, point).some((a) => addresses.has(a.senderAddress) || addresses.has(a.targetAddress));
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one line for each thing that one flow teaches the next
function learn(input: PathOrderInput, places: readonly Place[]): void {
  const views = places.filter((p) => p.view !== null && !p.offPath).map((p) => p.view!);
  let source: string | null = null;
  let destination: string | null = null;
  for (const view of views) {
    if (view.outerSource !== null && view.requestEncapsulations.size === 1) source ??= String(view.outerSource);
    if (view.outerDestination !== null) destination ??= String(view.outerDestination);
  }
  if (source === null || destination === null || source === destination) return;
  const relayed = new Set(views.flatMap((v) => [...v.outerPairs]));
  // Only a path that agrees with itself teaches: one outer pair everywhere.
  if (relayed.size > 1) return;
  const { pods } = input.known;
  const agrees = (pod: number, node: string): void => {
    if (!pods.has(pod)) pods.set(pod, node);
  };
  agrees(input.flow.source, source);
  agrees(input.flow.destination, destination);
  for (const place of places) {
    if (place.view === null || place.offPath || place.kind === null || place.side === null) continue;
    if (place.from !== 'content' && place.stated === null) continue;
    // A pod's own capture belongs to that pod alone, as does its veth's: another pod of the node has another one.
    const isOnePods = place.kind === 'pod' || (place.kind === 'bridge' && place.name.isVeth);
    const node = isOnePods
      ? podName(place.side === 'source' ? input.flow.source : input.flow.destination)
      : place.side === 'source'
        ? source
        : destination;
    input.known.learn(place.point.index, { kind: place.kind, node, isOnePods });
  }
}
