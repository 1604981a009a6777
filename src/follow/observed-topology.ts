/** The expectation file that a run of captures would satisfy: what was observed, written down as what should be. */

import { addressText } from '../decode/address.js';
import {
  type TopologyModel,
  type TopologyNode,
  type TopologyPod,
  unknownNode,
  unknownPod,
} from '../expect/write-topology.js';
import { compareText } from '../observe/sighted.js';
import type { HopFacts, HopRole } from '../path/facts.js';
import type { FlowPath } from './journey.js';
import { baseName, readName } from './point-name.js';

/** Node and pod names come from the files where these name what they were taken at, else from the addresses. */
export function observedTopology(paths: readonly FlowPath[], profile: string): TopologyModel {
  const nodes = new Map<number, TopologyNode>();
  const pods = new Map<number, TopologyPod>();
  const captures = new Map<string, string>();
  for (const path of paths) {
    for (const side of ['source', 'destination'] as const) addSide(path, side, nodes, pods, captures);
  }
  const first = paths[0];
  return {
    comments: [
      'Observed in captures: a run that passed is a baseline, not a proof that the cluster is as it should be.',
    ],
    profile,
    underlay: null,
    mtu: { tunnel: first?.tunnelMtu.value ?? null, underlay: first?.underlayMtu.value ?? null, pod: null },
    nodes: [...nodes.values()].sort((a, b) => compareText(a.name, b.name)),
    pods: [...pods.values()].sort((a, b) => compareText(a.name, b.name)),
    captures: [...captures].map(([capture, at]) => ({ capture, at })).sort((a, b) => compareText(a.capture, b.capture)),
  };
}

function addSide(
  path: FlowPath,
  side: 'source' | 'destination',
  nodes: Map<number, TopologyNode>,
  pods: Map<number, TopologyPod>,
  captures: Map<string, string>,
): void {
  const roles: Record<'pod' | 'underlay', HopRole> =
    side === 'source'
      ? { pod: 'source-pod', underlay: 'encapsulator-underlay' }
      : { pod: 'destination-pod', underlay: 'decapsulator-underlay' };
  // What leaves this side: requests of the source, replies of the destination.
  const leaving = side === 'source' ? path.facts.request : path.facts.reply;
  const underlay: HopFacts = leaving[roles.underlay] ?? {};
  const podFacts: HopFacts = leaving[roles.pod] ?? {};
  const nodeAddress = underlay.outerSource?.value ?? null;
  const podAddress = side === 'source' ? path.flow.source : path.flow.destination;
  const nodeName =
    nodeAddress === null ? null : (nameFrom(path, roles.underlay, 'underlay') ?? `node-${dashed(nodeAddress)}`);
  if (nodeAddress !== null && nodeName !== null && !nodes.has(nodeAddress)) {
    nodes.set(nodeAddress, {
      name: nodeName,
      ...unknownNode,
      address: nodeAddress,
      mac: underlay.sourceMac?.value ?? null,
      gateway: { ...unknownNode.gateway, mac: podFacts.destinationMac?.value ?? null },
    });
  }
  if (!path.nodeIsSource || side === 'destination') {
    const podName = nameFrom(path, roles.pod, 'pod') ?? `pod-${dashed(podAddress)}`;
    if (!pods.has(podAddress)) {
      pods.set(podAddress, {
        name: podName,
        ...unknownPod,
        address: podAddress,
        mac: podFacts.sourceMac?.value ?? null,
        node: nodeName,
      });
    }
    for (const a of path.assignments) {
      if (a.role === roles.pod && a.point.interfaceName === null && a.point.namespace === null) {
        captures.set(baseName(a.point.file), pods.get(podAddress)!.name);
      }
    }
  }
}

function nameFrom(path: FlowPath, role: HopRole, kind: 'pod' | 'underlay'): string | null {
  for (const a of path.assignments) {
    if (a.role !== role || readName(a.point).kind !== kind) continue;
    const stem = baseName(a.point.file).replace(/\..*$/, '');
    if (/^[a-z0-9][a-z0-9-]*$/i.test(stem)) return stem;
  }
  return null;
}

function dashed(address: number): string {
  return addressText(address).replaceAll('.', '-');
}
