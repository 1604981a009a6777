/** The expectation that the kernels' own tables give: dumps of nodes and pods, followed as Linux would forward. */
import { addressText } from '../decode/address.js';
import {
  type ExpectationProblem,
  type ExpectationSource,
  type Fact,
  type FlowFacts,
  type HopFacts,
  type HopRole,
  hopRoles,
  type PathFacts,
} from '../path/facts.js';
import { Cluster, type Placement } from './cluster.js';
import type { Host } from './forwarding.js';
import { type End, followLeg, type Leg, type Mode, modeOf } from './leg.js';
import { printablePath } from './namespace.js';
import { readState, type State } from './read-state.js';

/** Reads a folder of dumps; throws UserError when the folder or a dump in it cannot be used. */
export function readKernelState(directory: string): ExpectationSource {
  return kernelState(readState(directory), printablePath(directory));
}

export function kernelState(state: State, from: string): ExpectationSource {
  const cluster = new Cluster(state.namespaces);
  const design = designOf(cluster);
  return {
    kind: 'kernel-state',
    from,
    profile: design.profile,
    tunnelMtu: commonMtu(cluster, (node) => tunnelOf(node)?.name ?? null),
    underlayMtu: commonMtu(cluster, (node) => egressOf(cluster, node)),
    points: [],
    isGeneral: false,
    problems: [...state.problems, ...cluster.problems],
    flow: (source, destination) => flowOf(cluster, design, source, destination),
    nameOf: (address) => cluster.owner(address)?.host.name ?? null,
    ownerOfMac: (mac) => cluster.ownerOfMac(mac.toLowerCase()),
  };
}

function endOf(cluster: Cluster, address: number): End {
  const placement: Placement | null = cluster.placementOf(address);
  if (placement !== null) return { address, placement, node: placement.node, isNode: false };
  const owner = cluster.owner(address)?.host ?? null;
  if (owner !== null && cluster.nodes.includes(owner)) return { address, placement: null, node: owner, isNode: true };
  return { address, placement: null, node: cluster.servingNode(address), isNode: false };
}

function flowOf(cluster: Cluster, design: Design, source: number, destination: number): FlowFacts | null {
  const from = endOf(cluster, source);
  const to = endOf(cluster, destination);
  if (from.node === null && to.node === null) return null;
  const there = modeOf(cluster, from, to);
  const back = modeOf(cluster, to, from);
  const request = followLeg(cluster, from, to, expectedMode(cluster, design, from, to, there, back));
  const reply = followLeg(cluster, to, from, expectedMode(cluster, design, to, from, back, there));
  const problems = [
    ...conflicts(cluster, [source, destination]),
    ...request.problems.map((problem) => ({ ...problem, direction: 'request' as const })),
    ...(from.node === to.node ? [] : asymmetry(cluster, design, from, to, there, back)),
    ...mirrored(reply),
  ];
  return {
    request: request.facts,
    reply: mirror(reply.facts),
    ...(request.tunnelMtu === null ? {} : { tunnelMtu: request.tunnelMtu }),
    ...(request.underlayMtu === null ? {} : { underlayMtu: request.underlayMtu }),
    problems: withoutConsequences(problems),
  };
}

/** A missing tunnel device takes its routes with it: one fault, not two. */
function withoutConsequences(problems: readonly ExpectationProblem[]): readonly ExpectationProblem[] {
  const seen = new Set<string>();
  const missing = problems.some((p) => p.name === 'no-tunnel-device' && p.direction === 'request');
  return problems.filter((problem) => {
    if (missing && problem.name === 'no-tunnel-device' && problem.direction === 'reply') return false;
    const key = `${problem.name} ${problem.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

type Between = 'ipip' | 'plain' | null;

/** How a datagram ought to travel: as the route says, unless the other direction and the rest of the cluster say that the route is wrong. */
function expectedMode(cluster: Cluster, design: Design, from: End, to: End, mode: Mode, other: Mode): Between {
  if (mode === 'ipip') return 'ipip';
  if (mode === 'other-tunnel') return null;
  if (mode === 'plain') {
    if (isUnderlayAddress(cluster, to)) return 'plain';
    if (other !== 'ipip') return 'plain';
    return design.onOneLink === 'plain' && shareLink(from, to) ? 'plain' : 'ipip';
  }
  if (other === 'other-tunnel') return null;
  if (other === 'plain' && !isUnderlayAddress(cluster, from)) return 'plain';
  return cluster.nodes.some((node) => node.ipipLinks.length > 0) ? 'ipip' : null;
}

/** An address of a node's own uplink, which needs no tunnel to be reached. */
function isUnderlayAddress(cluster: Cluster, end: End): boolean {
  if (!end.isNode || end.node === null) return false;
  const owner = cluster.owner(end.address);
  return owner !== null && !owner.host.isTunnel(owner.interfaceName) && !owner.host.isBridge(owner.interfaceName);
}

function shareLink(from: End, to: End): boolean {
  const decision = from.node?.decide(to.address);
  const gateway = decision?.gateway ?? null;
  return from.node != null && gateway !== null && from.node.decide(gateway).gateway === null;
}

function asymmetry(
  cluster: Cluster,
  design: Design,
  from: End,
  to: End,
  there: Mode,
  back: Mode,
): ExpectationProblem[] {
  const mixed = (there === 'ipip' && back === 'plain') || (there === 'plain' && back === 'ipip');
  if (!mixed || from.node === null || to.node === null) return [];
  const plainIsWrong = expectedMode(cluster, design, from, to, there, back) === 'ipip';
  const plainBack = back === 'plain';
  const wrong = plainBack ? to : from;
  const node = wrong.node!;
  const towards = plainBack ? from : to;
  const decision = node.decide(towards.address);
  const direct = isUnderlayAddress(cluster, towards);
  return [
    {
      name: 'reply-path-asymmetric',
      severity: plainIsWrong && !direct ? 'error' : 'warning',
      message: `${node.name} sends to ${addressText(towards.address)} plain by ${decision.interfaceName}, while the other direction travels in IPIP: a strict rp_filter on the tunnel device of ${node.name} drops what arrives there`,
      from: decision.route?.from ?? node.name,
      diagnosis: 'reply-path-asymmetric',
      role: plainBack ? 'decapsulator-underlay' : 'encapsulator-underlay',
      direction: plainBack ? 'reply' : 'request',
    },
  ];
}

function conflicts(cluster: Cluster, addresses: readonly number[]): ExpectationProblem[] {
  return addresses.flatMap((address) => {
    const owners = cluster.owners(address);
    if (owners.length < 2) return [];
    return [
      {
        name: 'address-conflict',
        severity: 'error' as const,
        message: `${addressText(address)} belongs to ${owners.map((o) => `${o.host.name} ${o.interfaceName ?? ''}`.trim()).join(' and ')}`,
        from: owners[1]!.from,
        diagnosis: 'address-conflict',
      },
    ];
  });
}

const mirroredSegments: Readonly<Record<string, string>> = { S12: 'S56', S23: 'S45', S45: 'S23', S56: 'S12' };
const mirroredRole = (role: HopRole): HopRole => hopRoles[hopRoles.length - 1 - hopRoles.indexOf(role)]!;

function mirror(facts: Leg['facts']): PathFacts {
  const mirroredFacts: Partial<Record<HopRole, HopFacts>> = {};
  for (const [role, hop] of Object.entries(facts) as [HopRole, HopFacts][]) mirroredFacts[mirroredRole(role)] = hop;
  return mirroredFacts;
}

/** A reply's problems by the request's roles and segments: S12 is always the source pod's node. */
function mirrored(reply: Leg): ExpectationProblem[] {
  return reply.problems.map((problem) => ({
    ...problem,
    direction: 'reply' as const,
    ...(problem.segment === undefined ? {} : { segment: mirroredSegments[problem.segment] ?? problem.segment }),
    ...(problem.role === undefined ? {} : { role: mirroredRole(problem.role) }),
  }));
}

interface Design {
  readonly profile: Fact<string> | null;
  /** How most nodes of one link reach one another's pods. */
  readonly onOneLink: Between;
}

/** What the cluster as a whole does: the device's name tells the CNI, the majority of the routes its mode. */
export function designOf(cluster: Cluster): Design {
  const onOneLink = mostOnOneLink(cluster);
  for (const node of cluster.nodes) {
    const device = tunnelOf(node);
    if (device === null) continue;
    const calico = device.name.startsWith('tunl');
    const name = `${calico ? 'calico-ipip' : 'flannel-ipip'}${onOneLink !== 'plain' ? '' : calico ? '-crosssubnet' : '-direct-routing'}`;
    return { profile: { value: name, source: 'kernel-state', from: device.from }, onOneLink };
  }
  return { profile: null, onOneLink };
}

function mostOnOneLink(cluster: Cluster): Between {
  let plain = 0;
  let tunnelled = 0;
  for (const node of cluster.nodes) {
    for (const peer of cluster.nodes) {
      const to = cluster.tunnelAddress(peer)?.address ?? null;
      if (peer === node || to === null || node.decide(to).gateway !== null) continue;
      const routes = node.namespace.routes.filter((r) => r.nextHops[0]?.gateway === to && r.prefixLength > 0);
      if (routes.some((r) => node.isIpip(r.nextHops[0]!.interfaceName))) tunnelled++;
      else if (routes.length > 0) plain++;
    }
  }
  if (plain === 0 && tunnelled === 0) return null;
  return plain > tunnelled ? 'plain' : 'ipip';
}

export function tunnelOf(
  node: Host,
): { readonly name: string; readonly mtu: number | null; readonly from: string } | null {
  return node.ipipLinks.find((link) => link.tunnel?.local != null) ?? node.ipipLinks[0] ?? null;
}

export function egressOf(cluster: Cluster, node: Host): string | null {
  const own = cluster.tunnelAddress(node);
  const device = own === null ? null : (node.owns(own.address)?.interfaceName ?? null);
  return device === null || node.isTunnel(device) ? node.decide(0).interfaceName : device;
}

/** The MTU that all nodes have in common; null when they differ or nobody tells. */
export function commonMtu(cluster: Cluster, deviceOf: (node: Host) => string | null): Fact<number> | null {
  let common: Fact<number> | null = null;
  for (const node of cluster.nodes) {
    const link = node.link(deviceOf(node));
    if (link?.mtu == null) continue;
    if (common !== null && common.value !== link.mtu) return null;
    common ??= { value: link.mtu, source: 'kernel-state', from: link.from };
  }
  return common;
}
