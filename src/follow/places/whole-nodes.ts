/**
 * A cooked capture of `-i any` stands for every device of its node: what reached one of them and appears on none behind it was
 * lost there. Here is found which node of the flow such a capture is of, also when it holds nothing of the flow.
 */

import { type CapturePoint, End } from '../../observe/capture-point.js';
import type { Side } from '../../path/roles.js';

export interface Device {
  readonly point: CapturePoint;
  /** Its side of the flow, where its own sightings told it. */
  readonly side: Side | null;
  /** The flow passes here and this is no device of either node. */
  readonly elsewhere: boolean;
  /** What its name or another flow tells. */
  readonly hint: Side | null;
}

/** Outer addresses of the flow's request; null when none is known. */
export interface TunnelEnds {
  readonly source: number | null;
  readonly destination: number | null;
}

/**
 * The side of each capture of all devices, by its namespace. Two captures of one node stand for none. `elsewhere`: how many such
 * captures are of other nodes, beside those of `devices`.
 */
export function sidesOfNamespaces(
  devices: readonly Device[],
  ends: TunnelEnds,
  own: (namespace: string) => ReadonlySet<number>,
  elsewhere: number,
): ReadonlyMap<string, Side> {
  const groups = new Map<string, Device[]>();
  for (const device of devices) {
    const { namespace } = device.point;
    if (namespace !== null) groups.set(namespace, [...(groups.get(namespace) ?? []), device]);
  }
  const sides = new Map<string, Side>();
  const open: string[] = [];
  for (const [namespace, group] of groups) {
    const side = sideOfGroup(group, ends, own(namespace));
    if (side !== null) sides.set(namespace, side);
    else if (!group.some(({ elsewhere }) => elsewhere)) open.push(namespace);
  }
  // One is left, and one node: it is of that one, unless its own addresses say otherwise.
  const taken = new Set(sides.values());
  if (open.length === 1 && elsewhere === 0 && taken.size === 1) {
    const left: Side = taken.has('source') ? 'destination' : 'source';
    const addresses = own(open[0]!);
    const address = ends[left];
    const hasNodeOf = devices.some(
      ({ point, side }) => side === left && point.namespace === null && point.link === 'ethernet',
    );
    if ((addresses.size === 0 || address === null || addresses.has(address)) && !hasNodeOf) sides.set(open[0]!, left);
  }
  for (const side of ['source', 'destination'] as const) {
    const same = [...sides].filter(([, s]) => s === side);
    if (same.length > 1) for (const [namespace] of same) sides.delete(namespace);
  }
  return sides;
}

function sideOfGroup(group: readonly Device[], ends: TunnelEnds, own: ReadonlySet<number>): Side | null {
  const seen = new Set(group.map(({ side }) => side).filter((side) => side !== null));
  if (seen.size > 0) return seen.size === 1 ? [...seen][0]! : null;
  const isSource = ends.source !== null && own.has(ends.source);
  const isDestination = ends.destination !== null && own.has(ends.destination);
  if (isSource !== isDestination) return isSource ? 'source' : 'destination';
  if (own.size > 0 && ends.source !== null && ends.destination !== null) return null;
  const hints = new Set(group.map(({ hint }) => hint).filter((hint) => hint !== null));
  return hints.size === 1 ? [...hints][0]! : null;
}

/** Addresses that the machine was sent something at and answered from; forwarded ones may be among them. */
export function ownAddresses(group: readonly CapturePoint[]): ReadonlySet<number> {
  const own = new Map<number, number>();
  for (const { traffic } of group) {
    for (const [address, what] of traffic.ends) own.set(address, (own.get(address) ?? 0) | what);
  }
  const both = End.SentHere | End.SentToHere;
  return new Set([...own].filter(([, what]) => (what & both) === both).map(([address]) => address));
}
