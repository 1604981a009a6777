/**
 * The expectation that captures give by themselves: ARP, the mirrored reply, what other flows show. It says that the captures
 * agree with one another; a wrong node that both directions use looks right to it.
 */
import { addressText } from '../decode/address.js';
import type { ArpSighting, ErrorSighting, Observation } from '../observe/observation.js';
import { compareText, observationAt, type Sighted } from '../observe/sighted.js';
import type { Fact, FlowFacts, HopFacts, HopRole, PathFacts } from '../path/facts.js';
import { arpsAtAny } from './arps-at.js';
import type { Flow } from './flow.js';
import type { Assignment } from './places/assign.js';

/** Enough probes for a majority, few enough for a flood. */
const SAMPLE = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface RoleSample {
  readonly requests: Observation[];
  readonly replies: Observation[];
}

interface InferredNodes {
  /** Underlay addresses of the flow's two nodes, as far as independent evidence tells; null otherwise. */
  readonly source: Fact<number> | null;
  readonly destination: Fact<number> | null;
}

export interface Inferred {
  readonly facts: FlowFacts;
  readonly nodes: InferredNodes;
  /** Do the two nodes share a link? null: nothing tells. */
  readonly oneLink: boolean | null;
}

/** Pod address → underlay address of its node, from flows that agree with themselves. */
export type KnownNodes = ReadonlyMap<number, number>;

export function inferFacts(
  evidence: Sighted,
  flow: Flow,
  assignments: readonly Assignment[],
  known: KnownNodes,
  errors: readonly ErrorSighting[],
): Inferred {
  const samples = sampleRoles(evidence, flow, assignments);
  const arps = (role: HopRole): readonly ArpSighting[] => {
    const points = assignments.filter((a) => a.role === role).map((a) => a.point);
    return arpsAtAny(evidence.arps, points);
  };
  const underlayArps = [...arps('encapsulator-underlay'), ...arps('decapsulator-underlay')];
  const nodes = inferNodes(samples, flow, known, errors);
  const request: Partial<Record<HopRole, HopFacts>> = {};
  const reply: Partial<Record<HopRole, HopFacts>> = {};
  for (const [pod, bridge, role] of [
    ['source-pod', 'source-bridge', 'source'],
    ['destination-pod', 'destination-bridge', 'destination'],
  ] as const) {
    const address = role === 'source' ? flow.source : flow.destination;
    for (const at of [pod, bridge]) {
      const sample = samples.get(at);
      const macs = podMacs(sample, role, address, arps(at));
      const outward = withMacs(macs.pod, macs.gateway);
      const inward = withMacs(macs.gateway, macs.pod);
      request[at] = role === 'source' ? outward : inward;
      reply[at] = role === 'source' ? inward : outward;
    }
  }
  for (const [at, own, peer] of [
    ['encapsulator-underlay', nodes.source, nodes.destination],
    ['decapsulator-underlay', nodes.destination, nodes.source],
  ] as const) {
    const outgoing = at === 'encapsulator-underlay' ? 'request' : 'reply';
    const macs = underlayMacs(samples.get(at), outgoing, own?.value ?? null, peer?.value ?? null, arps(at));
    const leaving: Mutable<HopFacts> = { ...withMacs(macs.own, macs.nextHop) };
    const arriving: Mutable<HopFacts> = { ...withMacs(null, macs.own) };
    if (own !== null) {
      leaving.outerSource = own;
      arriving.outerDestination = own;
    }
    if (peer !== null) {
      leaving.outerDestination = peer;
      arriving.outerSource = peer;
    }
    (outgoing === 'request' ? request : reply)[at] = leaving;
    (outgoing === 'request' ? reply : request)[at] = arriving;
  }
  return {
    facts: { request: request as PathFacts, reply: reply as PathFacts, problems: [] },
    nodes,
    oneLink: shareLink(samples, underlayArps),
  };
}

function sampleRoles(evidence: Sighted, flow: Flow, assignments: readonly Assignment[]): Map<HopRole, RoleSample> {
  const roles = new Map(assignments.filter((a) => a.role !== null).map((a) => [a.point.index, a.role!]));
  const samples = new Map<HopRole, RoleSample>();
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  for (const probe of flow.probes.slice(0, SAMPLE)) {
    for (const rows of [probe.requests, probe.replies]) {
      for (const row of rows) {
        const role = roles.get(k.point[c.kind[row]!]!);
        if (role === undefined) continue;
        let sample = samples.get(role);
        if (sample === undefined) {
          sample = { requests: [], replies: [] };
          samples.set(role, sample);
        }
        (rows === probe.requests ? sample.requests : sample.replies).push(observationAt(evidence, row));
      }
    }
  }
  return samples;
}

function inferred<T>(value: T, from: string): Fact<T> {
  return { value, source: 'inferred', from };
}

function withMacs(source: Fact<string> | null, destination: Fact<string> | null): HopFacts {
  return {
    ...(source === null ? {} : { sourceMac: source }),
    ...(destination === null ? {} : { destinationMac: destination }),
  };
}

function majority<T>(values: Iterable<T | null | undefined>): T | null {
  const counts = new Map<T, number>();
  let best: T | null = null;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const n = (counts.get(value) ?? 0) + 1;
    counts.set(value, n);
    if (
      best === null ||
      n > counts.get(best)! ||
      (n === counts.get(best)! && compareText(String(value), String(best)) < 0)
    ) {
      best = value;
    }
  }
  return best;
}

/** MAC that ARP gives to an address at these points: answers before questions, the more frequent first. */
function arpMac(arps: readonly ArpSighting[], address: number): { mac: string; from: string } | null {
  const told = arps.filter((a) => a.senderAddress === address && address !== 0);
  const answers = told.filter((a) => a.operation === 2);
  const use = answers.length > 0 ? answers : told;
  const mac = majority(use.flatMap((a) => Array<string>(Math.min(a.count, 16)).fill(a.senderMac)));
  if (mac === null) return null;
  // Two claim it equally often: address-conflict says so, and neither is the right one by that.
  const weight = (of: string): number =>
    use.filter((a) => a.senderMac === of).reduce((sum, a) => sum + Math.min(a.count, 16), 0);
  if (use.some((a) => a.senderMac !== mac && weight(a.senderMac) === weight(mac))) return null;
  const first = use.find((a) => a.senderMac === mac)!;
  return { mac, from: `ARP in ${first.ref.file} #${first.ref.frame}` };
}

function podMacs(
  sample: RoleSample | undefined,
  side: 'source' | 'destination',
  address: number,
  arps: readonly ArpSighting[],
): { pod: Fact<string> | null; gateway: Fact<string> | null } {
  // Leaving the pod: requests of the source pod, replies of the destination pod.
  const leaving = side === 'source' ? sample?.requests : sample?.replies;
  const arriving = side === 'source' ? sample?.replies : sample?.requests;
  const own = arpMac(arps, address);
  let pod = own === null ? null : inferred(own.mac, own.from);
  if (pod === null) {
    const mirrored = majority(
      (side === 'source' ? arriving : leaving)?.map((o) =>
        side === 'source' ? o.ethernet?.destination : o.ethernet?.source,
      ) ?? [],
    );
    if (mirrored !== null) pod = inferred(mirrored, side === 'source' ? 'the mirrored reply' : 'the mirrored reply');
  }
  // The gateway answers the pod's ARP question, or asks for the pod itself.
  const answers = arps.filter((a) => a.operation === 2 && a.targetAddress === address && a.senderAddress !== address);
  const asks = arps.filter((a) => a.operation === 1 && a.targetAddress === address && a.senderAddress !== address);
  const macs = new Set((answers.length > 0 ? answers : asks).map((a) => a.senderMac));
  let gateway: Fact<string> | null = null;
  if (macs.size === 1) {
    const told = (answers.length > 0 ? answers : asks)[0]!;
    gateway = inferred(
      told.senderMac,
      `ARP for ${addressText(told.senderAddress)} in ${told.ref.file} #${told.ref.frame}`,
    );
  } else {
    // Several neighbours answered: the one through which the other direction came is the gateway.
    const mirrored = majority(
      (side === 'source' ? arriving : leaving)?.map((o) =>
        side === 'source' ? o.ethernet?.source : o.ethernet?.destination,
      ) ?? [],
    );
    if (mirrored !== null && (macs.size === 0 || macs.has(mirrored)))
      gateway = inferred(mirrored, 'the mirrored reply');
  }
  return { pod, gateway };
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: who may be asked for a MAC, the nearest witness first
function underlayMacs(
  sample: RoleSample | undefined,
  outgoing: 'request' | 'reply',
  own: number | null,
  peer: number | null,
  here: readonly ArpSighting[],
): { own: Fact<string> | null; nextHop: Fact<string> | null } {
  const leaving = outgoing === 'request' ? sample?.requests : sample?.replies;
  const arriving = outgoing === 'request' ? sample?.replies : sample?.requests;
  const leavingMac = majority(leaving?.map((o) => o.ethernet?.source) ?? []);
  const leavingTo = majority(leaving?.map((o) => o.ethernet?.destination) ?? []);
  let ownMac: Fact<string> | null = null;
  const told = own === null ? null : arpMac(here, own);
  if (told !== null) ownMac = inferred(told.mac, told.from);
  else {
    const mirrored = majority(arriving?.map((o) => o.ethernet?.destination) ?? []);
    if (mirrored !== null && leavingMac !== null) ownMac = inferred(leavingMac, 'the mirrored direction');
    else if (mirrored !== null && leavingMac === null) ownMac = null;
  }
  let nextHop: Fact<string> | null = null;
  // The next hop of the destination that was really used: whether that destination is right is another question.
  const destination = majority(leaving?.map((o) => o.outer?.destination ?? null) ?? []) ?? peer;
  const resolved = destination === null ? null : arpMac(here, destination);
  if (resolved !== null) nextHop = inferred(resolved.mac, resolved.from);
  else {
    // Not on this link, or its ARP was not captured: the neighbour that answered this node, else the mirrored direction.
    const answered = here.filter(
      (a) => a.operation === 2 && a.senderMac !== leavingMac && (own === null || a.targetAddress === own),
    );
    const used = answered.find((a) => a.senderMac === leavingTo);
    if (used !== undefined) {
      nextHop = inferred(
        used.senderMac,
        `ARP for ${addressText(used.senderAddress)} in ${used.ref.file} #${used.ref.frame}`,
      );
    } else {
      const mirrored = majority(arriving?.map((o) => o.ethernet?.source) ?? []);
      // Datagrams may come back through another router than the one they are sent to, so the mirror confirms and never contradicts.
      if (mirrored !== null && (leavingTo === null || leavingTo === mirrored))
        nextHop = inferred(mirrored, 'the mirrored direction');
    }
  }
  return { own: ownMac, nextHop };
}

/**
 * A node has three witnesses: its own outer source, the address to which its peer sends, and the address under which the
 * peer's datagrams arrive at it. One witness alone only repeats itself.
 */
function inferNodes(
  samples: ReadonlyMap<HopRole, RoleSample>,
  flow: Flow,
  known: KnownNodes,
  errors: readonly ErrorSighting[],
): InferredNodes {
  const outer = (role: HopRole, direction: 'requests' | 'replies', end: 'source' | 'destination'): number | null =>
    majority(
      samples.get(role)?.[direction].map((o) => (o.encapsulation === 'none' ? null : (o.outer?.[end] ?? null))) ?? [],
    );
  const source = decideNode(
    outer('encapsulator-underlay', 'requests', 'source') ?? outer('decapsulator-underlay', 'requests', 'source'),
    outer('decapsulator-underlay', 'replies', 'destination') ??
      outer('encapsulator-underlay', 'replies', 'destination'),
    outer('encapsulator-underlay', 'replies', 'destination'),
    known.get(flow.source) ?? null,
    errors,
  );
  const destination = decideNode(
    outer('decapsulator-underlay', 'replies', 'source') ?? outer('encapsulator-underlay', 'replies', 'source'),
    outer('encapsulator-underlay', 'requests', 'destination') ??
      outer('decapsulator-underlay', 'requests', 'destination'),
    outer('decapsulator-underlay', 'requests', 'destination'),
    known.get(flow.destination) ?? null,
    errors,
  );
  return { source, destination };
}

function decideNode(
  own: number | null,
  routed: number | null,
  arrived: number | null,
  known: number | null,
  errors: readonly ErrorSighting[],
): Fact<number> | null {
  if (known !== null) return inferred(known, 'other flows of the same pod');
  if (arrived !== null && own !== null && arrived === own) return inferred(own, 'the mirrored reply');
  if (arrived !== null && routed !== null && arrived === routed && own !== null) {
    return inferred(arrived, 'the address to which the other node sends');
  }
  if (arrived !== null && own !== null) return inferred(arrived, 'the address under which datagrams arrive there');
  if (own !== null && routed !== null && own === routed) return inferred(own, 'the mirrored reply');
  if (own !== null && routed !== null) return null;
  // One direction only: an ICMP error from the address confirms that it is a machine that heard the datagram.
  const single = routed ?? own;
  if (single !== null && arrived === null && errors.some((e) => e.sender === single && e.quotedOuter !== null)) {
    return inferred(single, 'the ICMP error that it sent');
  }
  return null;
}

/** Same MAC pair and same TTL at both ends, or ARP between the two nodes: one link. A fallen TTL: a router between. */
function shareLink(samples: ReadonlyMap<HopRole, RoleSample>, arps: readonly ArpSighting[]): boolean | null {
  const before = samples.get('encapsulator-underlay')?.requests;
  const after = samples.get('decapsulator-underlay')?.requests;
  for (const a of before ?? []) {
    const b = after?.find((o) => o.number === a.number);
    if (b === undefined) continue;
    const ttlA = a.outer?.timeToLive ?? a.inner.timeToLive;
    const ttlB = b.outer?.timeToLive ?? b.inner.timeToLive;
    if (ttlA !== ttlB) return false;
    if (a.ethernet !== null && b.ethernet !== null) return a.ethernet.destination === b.ethernet.destination;
    // Without MACs (`-i any`) the TTL is all there is: no router took from it.
    return true;
  }
  const sample = before?.[0] ?? after?.[0];
  if (sample?.outer) {
    const { source, destination } = sample.outer;
    const asked = arps.some(
      (a) => a.senderAddress === destination && (a.operation === 2 || a.targetAddress === source),
    );
    if (asked) return true;
  }
  return null;
}
