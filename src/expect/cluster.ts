/** What the namespaces are to one another: who owns an address, which node a pod lives on, and the address peers reach a node by. */
import { addressText } from '../decode/address.js';
import type { ExpectationProblem } from '../path/facts.js';
import { Host } from './forwarding.js';
import type { Link, Namespace, Route } from './namespace.js';

/** A pod's place: its own interface, and the device of the node that faces it (bridge, or the veth's other end). */
export interface Placement {
  readonly pod: Host;
  readonly podLink: Link;
  readonly podAddress: number;
  readonly node: Host;
  /** The device the node routes the pod's address to. */
  readonly facing: string;
  readonly facingLink: Link | null;
  /** The node's end of the pod's veth pair; null when the dumps do not tie the two ends. */
  readonly veth: Link | null;
}

export interface Owner {
  readonly host: Host;
  readonly interfaceName: string | null;
  /** The Ethernet address that answers ARP for it; null when the dumps do not tell. */
  readonly mac: string | null;
  readonly from: string;
}

const LINK_LOCAL = 0xa9fe0000;
export const isLinkLocal = (address: number): boolean => (address & 0xffff0000) >>> 0 === LINK_LOCAL;
const isLoopback = (address: number): boolean => address >>> 24 === 127;

export class Cluster {
  readonly hosts: readonly Host[];
  readonly nodes: readonly Host[];
  readonly placements: readonly Placement[];
  readonly #owners = new Map<number, Owner[]>();
  readonly #placed = new Map<Host, Placement>();
  readonly #tunnelAddresses = new Map<Host, TunnelAddress | null>();

  constructor(namespaces: readonly Namespace[]) {
    this.hosts = namespaces.map((namespace) => new Host(namespace));
    for (const host of this.hosts) this.#indexOwners(host);
    this.nodes = this.hosts.filter(isNodeLike);
    this.placements = this.hosts.filter((host) => !this.nodes.includes(host)).flatMap((pod) => this.#place(pod));
    for (const placement of this.placements)
      if (!this.#placed.has(placement.pod)) this.#placed.set(placement.pod, placement);
  }

  #indexOwners(host: Host): void {
    const own = (address: number, interfaceName: string | null, from: string): void => {
      if (isLoopback(address) || isLinkLocal(address)) return;
      const known = this.#owners.get(address) ?? [];
      if (known.some((owner) => owner.host === host)) return;
      known.push({ host, interfaceName, mac: host.link(interfaceName)?.mac ?? null, from });
      this.#owners.set(address, known);
    };
    for (const address of host.namespace.addresses) own(address.address, address.interfaceName, address.from);
    // Without an address dump, the tunnel's local address is the node's own by definition, on the device that leads there.
    if (!host.namespace.told.has('addresses')) {
      for (const link of host.ipipLinks)
        if (link.tunnel?.local != null) own(link.tunnel.local, host.decide(link.tunnel.local).interfaceName, link.from);
    }
  }

  owners(address: number): readonly Owner[] {
    return this.#owners.get(address) ?? [];
  }

  /** The one owner of an address, or null when nobody or several are known to have it. */
  owner(address: number): Owner | null {
    const owners = this.owners(address);
    return owners.length === 1 ? owners[0]! : null;
  }

  placement(host: Host): Placement | null {
    return this.#placed.get(host) ?? null;
  }

  /** The place of a pod by one of its addresses. */
  placementOf(address: number): Placement | null {
    return this.placements.find((p) => p.podAddress === address) ?? null;
  }

  /** The node that delivers to an address by itself: through a bridge or a veth of its own. null: none, or several claim it. */
  servingNode(address: number): Host | null {
    const serving = this.nodes.filter((node) => facesPod(node, address) !== null);
    return serving.length === 1 ? serving[0]! : null;
  }

  #place(pod: Host): Placement[] {
    const placements: Placement[] = [];
    for (const { address, interfaceName } of pod.namespace.addresses) {
      const podLink = pod.link(interfaceName);
      if (podLink === null || podLink.name === 'lo' || isLoopback(address)) continue;
      let best: { readonly score: number; readonly placement: Placement } | null = null;
      let tie = false;
      const routed = this.nodes.some((node) => facesPod(node, address) !== null);
      for (const node of this.nodes) {
        // A node that lost its routes is still the one whose bridge has the pod's gateway.
        const facing = routed ? facesPod(node, address) : facesGateway(node, pod);
        if (facing === null) continue;
        const facingLink = node.link(facing);
        const veth = hostEnd(podLink, node);
        const score = evidenceOf(pod, podLink, address, node, facing, facingLink) + (veth === null ? 0 : 2);
        const placement = { pod, podLink, podAddress: address, node, facing, facingLink, veth };
        if (best === null || score > best.score) {
          best = { score, placement };
          tie = false;
        } else if (score === best.score) tie = true;
      }
      if (best !== null && !tie) placements.push(best.placement);
    }
    return placements;
  }

  /**
   * The underlay address of a node that its peers tunnel to: what most of them have as gateway towards its pods,
   * else its tunnel's local address, else its address towards them.
   */
  tunnelAddress(node: Host): TunnelAddress | null {
    const known = this.#tunnelAddresses.get(node);
    if (known !== undefined) return known;
    const found = this.#findTunnelAddress(node);
    this.#tunnelAddresses.set(node, found);
    return found;
  }

  #findTunnelAddress(node: Host): TunnelAddress | null {
    const votes = new Map<number, { count: number; from: string }>();
    const served = this.#servedAddresses(node);
    for (const peer of this.nodes) {
      if (peer === node) continue;
      for (const address of served) {
        const { kind, gateway, route } = peer.decide(address);
        if (kind !== 'forward' || gateway === null || route === null || route.prefixLength === 0) continue;
        // Only an address of the node itself counts: a gateway elsewhere is a router, or a mistake.
        if (this.owner(gateway)?.host !== node) continue;
        const vote = votes.get(gateway) ?? { count: 0, from: route.from };
        vote.count++;
        votes.set(gateway, vote);
        break;
      }
    }
    const local = node.ipipLinks.find((link) => link.tunnel?.local != null);
    const [winner, second] = [...votes].sort((a, b) => b[1].count - a[1].count);
    if (winner !== undefined && (second === undefined || second[1].count < winner[1].count)) {
      return { address: winner[0], from: winner[1].from, by: 'peers' };
    }
    if (local?.tunnel?.local != null) return { address: local.tunnel.local, from: local.from, by: 'device' };
    const egress = node.decide(0);
    const own = node.addressesOf(egress.interfaceName)[0];
    return own === undefined ? null : { address: own.address, from: own.from, by: 'egress' };
  }

  /** An address of every pod subnet of a node: its pods, and what its bridges and pod routes cover. */
  #servedAddresses(node: Host): readonly number[] {
    const addresses = this.placements.filter((p) => p.node === node).map((p) => p.podAddress);
    for (const route of node.namespace.routes) {
      if (addresses.length >= 64) break;
      const hop = route.nextHops[0];
      if (route.type !== 'unicast' || hop === undefined || hop.gateway !== null || isLinkLocal(route.destination))
        continue;
      const address = someAddress(node, route);
      if (facesPod(node, address) !== null && this.servingNode(address) === node) addresses.push(address);
    }
    for (const { address, prefixLength, interfaceName } of node.namespace.addresses) {
      if (prefixLength === 32 && node.isTunnel(interfaceName)) addresses.push(address);
    }
    return addresses;
  }

  /** Where a MAC address lives: "node2 ens33". null when nobody or several have it. */
  ownerOfMac(mac: string): string | null {
    const found = this.hosts.flatMap((host) =>
      host.links.filter((link) => link.mac === mac).map((link) => ({ host, link })),
    );
    const hosts = new Set(found.map(({ host }) => host));
    if (hosts.size !== 1) return null;
    // A VLAN and its parent share one address: the device with the IP address is the one people know.
    const best = found.find(({ host, link }) => host.addressesOf(link.name).length > 0) ?? found[0]!;
    return `${best.host.name} ${best.link.name}`;
  }

  /** Problems that concern no single flow. */
  get problems(): readonly ExpectationProblem[] {
    const problems: ExpectationProblem[] = [];
    const locals = new Map<number, { readonly node: Host; readonly link: Link }>();
    for (const node of this.nodes) {
      for (const link of node.ipipLinks) {
        const claims = [link.tunnel?.local ?? null, ...node.addressesOf(link.name).map((a) => a.address)];
        for (const address of claims) {
          if (address === null) continue;
          const first = locals.get(address);
          if (first === undefined) locals.set(address, { node, link });
          else if (first.node !== node) problems.push(sharedTunnelAddress(first, { node, link }, address));
        }
      }
    }
    return problems;
  }
}

export interface TunnelAddress {
  readonly address: number;
  readonly from: string;
  /** Who says so: the routes of other nodes, the node's tunnel device, or its default route's device. */
  readonly by: 'peers' | 'device' | 'egress';
}

type Claim = { readonly node: Host; readonly link: Link };

function sharedTunnelAddress(first: Claim, second: Claim, address: number): ExpectationProblem {
  return {
    name: 'duplicate-tunnel-address',
    severity: 'error',
    message: `${first.node.name} ${first.link.name} and ${second.node.name} ${second.link.name} have one tunnel address, ${addressText(address)}: replies reach only one of them`,
    from: second.link.from,
    diagnosis: 'address-conflict',
  };
}

/** An address of a route's subnet that is not the node's own, which on a pod bridge is the first. */
export function someAddress(node: Host, route: Route): number {
  if (route.prefixLength === 32) return route.destination;
  let address = route.destination + 1;
  while (address < route.destination + 8 && node.owns(address) !== null) address++;
  return address;
}

/** A node forwards for pods: it has a bridge, a tunnel that is up, or host routes into veths. Pods and plain routers have none. */
function isNodeLike(host: Host): boolean {
  const gateways = new Set(host.namespace.routes.flatMap((route) => route.nextHops.map((hop) => hop.gateway)));
  if (host.links.some((link) => host.isBridge(link.name) || (host.isTunnel(link.name) && link.up !== false)))
    return true;
  return host.namespace.routes.some(
    (route) =>
      route.prefixLength === 32 &&
      route.nextHops[0]?.gateway === null &&
      !gateways.has(route.destination) &&
      !isLinkLocal(route.destination) &&
      host.link(route.nextHops[0].interfaceName)?.kind === 'veth',
  );
}

/** The device by which a node reaches an address as one of its own pods; null when it does not. */
export function facesPod(node: Host, address: number): string | null {
  const decision = node.decide(address);
  if (decision.kind !== 'forward' || decision.gateway !== null || decision.interfaceName === null) return null;
  if (node.isTunnel(decision.interfaceName)) return null;
  const hostRoute = decision.route?.prefixLength === 32;
  const veth = decision.link === null || decision.link.kind === 'veth' || decision.link.kind === null;
  if (node.isBridge(decision.interfaceName))
    return isUnderlay(node, decision.interfaceName) ? null : decision.interfaceName;
  return hostRoute && veth ? decision.interfaceName : null;
}

function facesGateway(node: Host, pod: Host): string | null {
  const gateway = pod.decide(0).gateway;
  const device = gateway === null ? null : (node.owns(gateway)?.interfaceName ?? null);
  return node.isBridge(device) ? device : null;
}

/** A bridge may also be the node's own uplink: then its default route leaves by it. */
function isUnderlay(node: Host, interfaceName: string): boolean {
  const egress = node.decide(0);
  return egress.kind === 'forward' && egress.interfaceName === interfaceName;
}

function evidenceOf(
  pod: Host,
  podLink: Link,
  address: number,
  node: Host,
  facing: string,
  facingLink: Link | null,
): number {
  let score = 0;
  const gateway = pod.decide(0).gateway;
  if (gateway !== null && node.owns(gateway)?.interfaceName === facing) score += 3;
  if (podLink.mac !== null && node.neighbour(address, facing)?.mac === podLink.mac) score += 4;
  const resolved = gateway === null ? null : pod.neighbour(gateway, podLink.name);
  if (resolved?.mac != null && resolved.mac === facingLink?.mac) score += 4;
  return score;
}

/** The node's end of the pair whose other end the pod has; null when none is known to be. */
function hostEnd({ index, peerIndex }: Link, node: Host): Link | null {
  const other = node.linkByIndex(peerIndex);
  if (other === null || other.kind === 'bridge' || other.name === 'lo') return null;
  return index === null || other.peerIndex === null || other.peerIndex === index ? other : null;
}
