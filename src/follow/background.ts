/** Which flows are pod traffic between nodes, and which are only there as well: those are named once and not judged. */
import { addressText } from '../decode/address.js';
import { End } from '../observe/capture-point.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { Flow } from './flow.js';

/** What the encapsulated datagrams of all captures tell. */
export interface TunnelEnds {
  /** Outer addresses: the nodes. */
  readonly nodes: ReadonlySet<number>;
  /** Inner address → outer address that went with it first: the pods, and whose they are. */
  readonly pods: ReadonlyMap<number, number>;
}

export function tunnelEnds(evidence: Sighted): TunnelEnds {
  const nodes = new Set<number>();
  const pods = new Map<number, number>();
  const { length, columns: k } = evidence.sightings.kinds;
  for (let kind = 0; kind < length; kind++) {
    if ((k.flags[kind]! & Flag.HasOuter) === 0 || k.encapsulation[kind] === 0) continue;
    const source = k.outerSource[kind]!;
    const destination = k.outerDestination[kind]!;
    nodes.add(source).add(destination);
    if (!pods.has(k.source[kind]!)) pods.set(k.source[kind]!, source);
    if (!pods.has(k.destination[kind]!)) pods.set(k.destination[kind]!, destination);
  }
  for (const { traffic } of evidence.points) {
    for (const [address, what] of traffic.ends) if ((what & End.Tunnel) !== 0) nodes.add(address);
  }
  return { nodes, pods };
}

/** Two addresses of one network, as far as their first bits tell. */
const shares = (a: number, b: number, bits: number): boolean => (a ^ b) >>> (32 - bits) === 0;

/** Not private, shared, loopback or link-local (RFC 6890 section 2.2.2): outside of every cluster but one that was given such. */
function isPublic(address: number): boolean {
  const [a, b] = [address >>> 24, (address >>> 16) & 255];
  const isPrivate =
    a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128);
  return !isPrivate && a !== 0 && a !== 127 && !(a === 169 && b === 254) && a < 224;
}

interface Shape {
  encapsulated: boolean;
  /** On a tunnel device, where a datagram is plain by nature. */
  tunnelled: boolean;
  replied: boolean;
  readonly ttls: Set<number>;
  readonly replyTtls: Set<number>;
}

/** Why a flow is no pod-to-pod path between nodes; null when it may be one. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a list of reasons, the surest first
export function whyBackground(evidence: Sighted, flow: Flow, { nodes, pods }: TunnelEnds): string | null {
  const name = `${addressText(flow.source)} > ${addressText(flow.destination)}`;
  const shape = shapeOf(evidence, flow);
  if (shape.encapsulated) return null;
  if (nodes.has(flow.source) && nodes.has(flow.destination))
    return `${name} is between two nodes, not between pods: not judged`;
  // Other datagrams show the two pods on two nodes: whatever this flow looks like, it should cross the tunnel.
  const apart =
    pods.has(flow.source) && pods.has(flow.destination) && pods.get(flow.source) !== pods.get(flow.destination);
  if (apart) return null;
  // Answered with an untouched TTL at the place where the request's TTL is untouched as well: nobody forwarded it.
  if (shape.replied && shape.ttls.size === 1 && shape.replyTtls.size === 1) {
    const [q] = shape.ttls;
    const [r] = shape.replyTtls;
    if (isInitial(q!) && isInitial(r!)) return `${name} was answered on its own link, nothing forwarded it: not judged`;
  }
  const mayBePod = (address: number): boolean =>
    !nodes.has(address) &&
    (pods.has(address) ||
      ([...pods.keys()].some((pod) => shares(pod, address, 16)) &&
        ![...nodes].some((node) => shares(node, address, 24))));
  if (!shape.tunnelled && pods.size > 0) {
    const own = [flow.source, flow.destination].filter((end) => nodes.has(end));
    const other = own[0] === flow.source ? flow.destination : flow.source;
    if (own.length === 1 && !mayBePod(other))
      return `${name} is a node's own, with nothing of the pods at its other end: not judged`;
    if (isPublic(flow.destination) && !mayBePod(flow.destination))
      return `${name} leaves the cluster, its destination is no pod's: not judged`;
  }
  const renamed = flow.probes.rewritten;
  if (
    !shape.tunnelled &&
    renamed.length > 0 &&
    !mayBePod(flow.destination) &&
    renamed.every((k) => nodes.has(k.source))
  )
    return `${name} leaves the cluster through its node's address: not judged`;
  const outward = renamed.length > 0 && shape.replied && !pods.has(flow.destination);
  // Where nothing tells the nodes' addresses: renamed and forwarded once, on no tunnel device, and seen by nobody behind.
  const once = nodes.size === 0 && !shape.tunnelled && Math.max(...shape.ttls) - Math.min(...shape.ttls) === 1;
  if (outward && (once || renamed.every((k) => nodes.has(k.source)))) {
    return `${name} leaves the cluster through its node's address: not judged`;
  }
  return null;
}

function shapeOf(evidence: Sighted, flow: Flow): Shape {
  const k = evidence.sightings.kinds.columns;
  const shape: Shape = {
    encapsulated: false,
    tunnelled: false,
    replied: false,
    ttls: new Set(),
    replyTtls: new Set(),
  };
  for (const kind of flow.probes.kinds) {
    if (k.encapsulation[kind] !== 0) shape.encapsulated = true;
    if ((k.flags[kind]! & Flag.Reply) !== 0) {
      shape.replied = true;
      shape.replyTtls.add(k.timeToLive[kind]!);
    } else {
      const { link } = evidence.points[k.point[kind]!]!;
      if (link === 'raw' || link === 'cooked-tunnel') shape.tunnelled = true;
      shape.ttls.add(k.timeToLive[kind]!);
    }
  }
  return shape;
}

/** Initial TTLs in use: 64 (Linux, BSD), 128 (Windows), 255 (Solaris, network devices). */
function isInitial(ttl: number): boolean {
  return ttl === 64 || ttl === 128 || ttl === 255;
}
