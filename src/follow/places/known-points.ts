/**
 * What is the same for all flows of a run: the captures' first points and their names; and what the flows placed so far have
 * told of them. With it a flow looks at the points that can be on its path, however many captures there are.
 */

import type { CapturePoint } from '../../observe/capture-point.js';
import type { Sighted } from '../../observe/sighted.js';
import { put } from '../index-by.js';
import { commonWords, type NameHint, type PointKind, readName } from '../point-name.js';
import { ownAddresses } from './whole-nodes.js';

export interface LearnedPoint {
  readonly kind: PointKind;
  /** The node, named by its tunnel address, or the pod that it is of alone. */
  readonly node: string;
  readonly isOnePods: boolean;
}

/** Nodes between which a flow runs, named by their tunnel addresses; null: not known. */
export interface FlowNodes {
  readonly source: string | null;
  readonly destination: string | null;
}

interface Namespace {
  readonly heads: number[];
  readonly own: ReadonlySet<number>;
}

export interface NearPoints {
  readonly heads: readonly CapturePoint[];
  /** Captures of all devices of other nodes: how many were left out. */
  readonly namespacesElsewhere: number;
}

export class KnownPoints {
  /** Pod address → node. */
  readonly pods = new Map<number, string>();
  readonly #points: readonly CapturePoint[];
  readonly #names = new Map<number, NameHint>();
  readonly #learned = new Map<number, LearnedPoint>();
  /** First points by node or pod, as `LearnedPoint.node` names it. */
  readonly #byNode = new Map<string, number[]>();
  /** First points, but for devices behind `-i any`, of which no flow has told anything. */
  readonly #unknown = new Set<number>();
  readonly #namespaces = new Map<string, Namespace>();
  readonly #namespacesByAddress = new Map<number, string[]>();
  /** Captures of all devices that show no address of their machine. */
  readonly #namespacesWithout: string[] = [];
  /** How many captures have a name of this group. */
  readonly #groups = new Map<string, number>();

  constructor({ points }: Sighted) {
    this.#points = points;
    const heads = points.filter(({ index, series }) => index === series);
    const shared = sharedFiles(points);
    const common = commonWords(heads.map(({ file }) => file));
    const devices = new Map<string, CapturePoint[]>();
    for (const point of heads) {
      const name = readName(point, shared.has(point.file), common);
      this.#names.set(point.index, name);
      if (name.group !== null && !name.isBetween) this.#groups.set(name.group, (this.#groups.get(name.group) ?? 0) + 1);
      if (point.namespace === null) this.#unknown.add(point.index);
      else put(devices, point.namespace, point);
    }
    for (const [namespace, group] of devices) {
      const own = ownAddresses(group);
      this.#namespaces.set(namespace, { heads: group.map(({ index }) => index), own });
      if (own.size === 0) this.#namespacesWithout.push(namespace);
      for (const address of own) {
        put(this.#namespacesByAddress, address, namespace);
      }
    }
  }

  /** How many points flows have told of so far. */
  get size(): number {
    return this.#learned.size;
  }

  learned(head: number): LearnedPoint | undefined {
    return this.#learned.get(head);
  }

  learn(head: number, told: LearnedPoint): void {
    if (this.#learned.has(head)) return;
    this.#learned.set(head, told);
    this.#unknown.delete(head);
    put(this.#byNode, told.node, head);
  }

  name(head: number): NameHint {
    return this.#names.get(head)!;
  }

  /**
   * First points that can be on a flow's path, in order: those that saw or are said to see it (`there`), those of its nodes and pods,
   * and those of which nothing is known. What belongs to another node has no part in it.
   */
  near(
    flow: { readonly source: number; readonly destination: number },
    nodes: FlowNodes,
    there: Iterable<number>,
  ): NearPoints {
    const near = new Set(there);
    const add = (heads: Iterable<number> | undefined): void => {
      for (const head of heads ?? []) near.add(head);
    };
    const namespaces = new Set<string>();
    for (const head of near) {
      const { namespace } = this.#points[head]!;
      if (namespace !== null) namespaces.add(namespace);
    }
    add(this.#unknown);
    for (const pod of [flow.source, flow.destination]) add(this.#byNode.get(podName(pod)));
    if (nodes.source === null || nodes.destination === null) {
      for (const [head, { isOnePods }] of this.#learned) if (!isOnePods) near.add(head);
      for (const namespace of this.#namespaces.keys()) namespaces.add(namespace);
    } else {
      for (const node of [nodes.source, nodes.destination]) {
        add(this.#byNode.get(node));
        for (const namespace of this.#namespacesByAddress.get(Number(node)) ?? []) namespaces.add(namespace);
      }
      for (const namespace of this.#namespacesWithout) namespaces.add(namespace);
    }
    for (const namespace of namespaces) add(this.#namespaces.get(namespace)!.heads);
    const heads = [...near].sort((a, b) => a - b).map((head) => this.#points[head]!);
    return { heads, namespacesElsewhere: this.#namespaces.size - namespaces.size };
  }

  /** Addresses of the machine of which this is a capture of all devices. */
  ownAddresses(namespace: string): ReadonlySet<number> {
    return this.#namespaces.get(namespace)!.own;
  }

  /** Groups in the names of captures other than those `near`, three of them at most. */
  groupsBeside(near: readonly { readonly point: CapturePoint }[]): ReadonlySet<string> {
    const left = new Map<string, number>();
    for (const { point } of near) {
      const { group, isBetween } = this.name(point.index);
      if (group !== null && !isBetween) left.set(group, (left.get(group) ?? this.#groups.get(group)!) - 1);
    }
    const beside = new Set<string>();
    for (const group of this.#groups.keys()) {
      if (left.get(group) === 0) continue;
      beside.add(group);
      if (beside.size > 2) break;
    }
    return beside;
  }
}

export function podName(address: number): string {
  return `pod ${address}`;
}

/** Files with several tunnel interfaces: a node has one that carries the flow, so these come from several nodes. */
function sharedFiles(points: readonly CapturePoint[]): ReadonlySet<string> {
  const tunnels = new Map<string, number>();
  for (const { file, link } of points) {
    if (link === 'raw') tunnels.set(file, (tunnels.get(file) ?? 0) + 1);
  }
  return new Set([...tunnels].filter(([, n]) => n > 1).map(([file]) => file));
}
