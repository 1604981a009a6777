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
      for (const point of evidence.points) {
        if (!isCapture(point, declared.capture, null) || stated.has(point.index)) continue;
        stated.set(point.index, {
          role,
          node: declared.at,
          from: source.kind === 'declared' ? 'expectation' : 'kernel-state',
        });
      }
    }
  }
  for (const each of points) {
    for (const point of evidence.points) {
      if (!isCapture(point, each.capture, each.interfaceName)) continue;
      stated.set(point.index, { role: each.role, node: each.node, from: 'command-line' });
    }
  }
  return stated;
}

export function isCapture(point: CapturePoint, capture: string, interfaceName: string | null): boolean {
  // A file that several captures were put into names its interfaces after them.
  const merged = `:${baseName(capture)}${interfaceName === null ? '' : `:${interfaceName}`}`;
  if (/\.(p?cap|pcapng|dmp|dump)\b/i.test(capture) && point.id.endsWith(merged)) return true;
  const file = point.file === capture || baseName(point.file) === baseName(capture);
  if (!file) return point.id === capture;
  return interfaceName === null || point.interfaceName === interfaceName || point.id.endsWith(`:${interfaceName}`);
}
