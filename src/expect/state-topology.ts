/** What a folder of state dumps says, as the model of an ipip-path.yaml: `ipip-trace expect --state DIR`. */
import { inPrefix, type Prefix } from '../decode/address.js';
import { Cluster, facesPod, isLinkLocal, someAddress } from './cluster.js';
import type { Host } from './forwarding.js';
import { commonMtu, designOf, egressOf, tunnelOf } from './kernel-state.js';
import { printablePath, type Route } from './namespace.js';
import { readState } from './read-state.js';
import type { TopologyModel, TopologyNode, TopologyPod } from './write-topology.js';

/** Reads the folder; throws UserError when it or a dump in it cannot be used. */
export function topologyOfState(directory: string): TopologyModel {
  const state = readState(directory);
  const cluster = new Cluster(state.namespaces);
  const tunnelMtu = commonMtu(cluster, (node) => tunnelOf(node)?.name ?? null)?.value ?? null;
  const underlayMtu = commonMtu(cluster, (node) => egressOf(cluster, node))?.value ?? null;
  const podMtus = new Set(cluster.placements.map((placement) => placement.podLink.mtu));
  const podMtu = podMtus.size === 1 ? [...podMtus][0]! : null;
  return {
    comments: [`Derived from the kernel state in ${printablePath(directory)}.`],
    profile: designOf(cluster).profile?.value ?? null,
    underlay: null,
    mtu: { tunnel: tunnelMtu, underlay: underlayMtu, pod: podMtu },
    nodes: cluster.nodes.map((node) => nodeModel(cluster, node, tunnelMtu, underlayMtu)),
    pods: cluster.placements.map(
      (placement): TopologyPod => ({
        name: placement.pod.name,
        address: placement.podAddress,
        mac: placement.podLink.mac,
        node: placement.node.name,
        interfaceName: placement.podLink.name,
        mtu: podMtu === null ? placement.podLink.mtu : null,
      }),
    ),
    captures: [],
  };
}

function nodeModel(cluster: Cluster, node: Host, tunnelMtu: number | null, underlayMtu: number | null): TopologyNode {
  const reached = cluster.tunnelAddress(node);
  const own = reached === null ? null : node.owns(reached.address);
  const egress = node.link(egressOf(cluster, node));
  const tunnel = tunnelOf(node);
  const placement = cluster.placements.find((p) => p.node === node) ?? null;
  const bridge = podRoutes(cluster, node)[0]?.nextHops[0]?.interfaceName ?? null;
  const facing = placement?.facing ?? bridge;
  const gateway =
    placement?.pod.decide(0).gateway ?? (facing === null ? null : (node.addressesOf(facing)[0]?.address ?? null));
  const router = routerOf(cluster, node);
  const onTunnel = tunnel === null ? [] : node.addressesOf(tunnel.name);
  return {
    name: node.name,
    address: reached?.address ?? null,
    prefixLength: own === null || own.prefixLength === 32 ? null : own.prefixLength,
    mac: egress?.mac ?? null,
    interfaceName: egress?.name ?? egressOf(cluster, node),
    mtu: underlayMtu === null ? (egress?.mtu ?? null) : null,
    pods: podSubnets(cluster, node),
    gateway: {
      address: gateway,
      // A Calico node has one interface for each pod, all with one address; a bridge is one for all.
      mac: node.link(facing)?.mac ?? null,
      interfaceName: node.isBridge(facing) ? facing : null,
    },
    tunnel: {
      interfaceName: tunnel?.name ?? null,
      address: onTunnel[0]?.address ?? null,
      local: null,
      mtu: tunnelMtu === null ? (tunnel?.mtu ?? null) : null,
    },
    router,
  };
}

/** Routes into the bridge that pods hang on: its peers have a way there; a bridge like docker0 is the node's own affair. */
function podRoutes(cluster: Cluster, node: Host): Route[] {
  const peers = cluster.nodes.filter((peer) => peer !== node);
  return node.namespace.routes.filter((route) => {
    const device = route.nextHops[0]?.interfaceName ?? null;
    if (route.type !== 'unicast' || route.prefixLength === 0 || !node.isBridge(device)) return false;
    const address = someAddress(node, route);
    if (isLinkLocal(address) || facesPod(node, address) !== device || cluster.servingNode(address) !== node)
      return false;
    return peers.length === 0 || peers.some((peer) => (peer.decide(address).route?.prefixLength ?? 0) > 0);
  });
}

/** The pod subnets a node serves: routes into its bridge, or the blocks it keeps for its pods (Calico's blackhole routes). */
function podSubnets(cluster: Cluster, node: Host): Prefix[] {
  const blocks = node.namespace.routes.filter((route) => route.type === 'blackhole' && route.prefixLength > 0);
  return [...podRoutes(cluster, node), ...blocks].map((route) => ({
    base: route.destination,
    length: route.prefixLength,
  }));
}

/** The router through which a node reaches a peer that is not on its link. */
function routerOf(cluster: Cluster, node: Host): { readonly address: number | null; readonly mac: string | null } {
  for (const peer of cluster.nodes) {
    const to = peer === node ? null : (cluster.tunnelAddress(peer)?.address ?? null);
    if (to === null) continue;
    const onLink = node.namespace.addresses.some((a) => a.prefixLength < 32 && inPrefix(to, a.address, a.prefixLength));
    const decision = node.decide(to);
    if (onLink || decision.kind !== 'forward' || decision.gateway === null || node.isTunnel(decision.interfaceName))
      continue;
    const owner = cluster.owner(decision.gateway);
    return {
      address: decision.gateway,
      mac: owner?.mac ?? node.neighbour(decision.gateway, decision.interfaceName)?.mac ?? null,
    };
  }
  return { address: null, mac: null };
}
