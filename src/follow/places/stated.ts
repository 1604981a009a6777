/** Roles that a user or an expectation states for captures, turned into roles on one flow's path. */

import type { CapturePoint } from '../../observe/capture-point.js';
import type { Sighted } from '../../observe/sighted.js';
import type { ExpectationSource, HopRole } from '../../path/facts.js';
import { hopRoles } from '../../path/facts.js';
import type { Flow } from '../flow.js';
import { baseName } from '../point-name.js';
import type { StatedRole } from './assign.js';

/** --point CAPTURE[:IF]=ROLE[@NODE] */
export interface StatedPoint {
  readonly capture: string;
  readonly interfaceName: string | null;
  readonly role: HopRole;
  readonly node: string | null;
}

export function statedRoles(
  evidence: Sighted,
  flow: Flow,
  points: readonly StatedPoint[],
  expectations: readonly ExpectationSource[],
): ReadonlyMap<number, StatedRole> {
  const stated = new Map<number, StatedRole>();
  for (const source of expectations) {
    const facts = source.flow(flow.source, flow.destination);
    if (facts === null) continue;
    for (const declared of source.points) {
      const role = hopRoles.find((r) => {
        const hop = facts.request[r] ?? facts.reply[r];
        if (hop?.node?.value !== declared.at) return false;
        return declared.interfaceName === null || hop.interfaceName?.value === declared.interfaceName;
      });
      if (role === undefined) continue;
      for (const point of pointsNamed(evidence.points, declared.capture, null)) {
        if (stated.has(point.index)) continue;
        stated.set(point.index, {
          role,
          node: declared.at,
          from: source.kind === 'declared' ? 'expectation' : 'kernel-state',
        });
      }
    }
  }
  for (const each of points) {
    for (const point of pointsNamed(evidence.points, each.capture, each.interfaceName)) {
      stated.set(point.index, { role: each.role, node: each.node, from: 'command-line' });
    }
  }
  return stated;
}

const named = new WeakMap<readonly CapturePoint[], Map<string, readonly CapturePoint[]>>();

/** Points that the name of a capture, and of one of its interfaces, stands for: the same for every flow. */
export function pointsNamed(
  points: readonly CapturePoint[],
  capture: string,
  interfaceName: string | null,
): readonly CapturePoint[] {
  let byName = named.get(points);
  if (byName === undefined) {
    byName = new Map();
    named.set(points, byName);
  }
  const key = JSON.stringify([capture, interfaceName]);
  let found = byName.get(key);
  if (found === undefined) {
    found = points.filter((point) => isCapture(point, capture, interfaceName));
    byName.set(key, found);
  }
  return found;
}

function isCapture(point: CapturePoint, capture: string, interfaceName: string | null): boolean {
  // A file that several captures were put into names its interfaces after them.
  const merged = `:${baseName(capture)}${interfaceName === null ? '' : `:${interfaceName}`}`;
  if (/\.(p?cap|pcapng|dmp|dump)\b/i.test(capture) && point.id.endsWith(merged)) return true;
  const file = point.file === capture || baseName(point.file) === baseName(capture);
  if (!file) return point.id === capture;
  return interfaceName === null || point.interfaceName === interfaceName || point.id.endsWith(`:${interfaceName}`);
}
