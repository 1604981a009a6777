/** Whether the captures of a flow are of one run: points that share a probe belong together. */

import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { Side } from '../path/roles.js';
import type { Flow } from './flow.js';
import { pointsOfSeries } from './series.js';

/** A datagram does not stay so long on one node: captures of it that lie further apart are not of one run. */
const LONGEST_STAY = 1_000_000_000;
/** Probes that are looked at for it. */
const SAMPLE = 256;

/**
 * Point index → number of its run; null when all points that saw the flow are tied together by probes. `sideOf`: of the points
 * on the path.
 */
export function findRuns(
  evidence: Sighted,
  flow: Flow,
  sideOf: ReadonlyMap<number, Side>,
): ReadonlyMap<number, number> | null {
  const apart = capturesApart(evidence, flow, sideOf);
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const parent = new Map<number, number>();
  const find = (p: number): number => {
    let root = p;
    while (parent.get(root)! !== root) root = parent.get(root)!;
    parent.set(p, root);
    return root;
  };
  const rows: number[] = [];
  // Probe after probe is seen at the same points: what ties nothing new is stepped over.
  const before: number[] = [];
  for (let n = 0; n < flow.probes.length; n++) {
    const count = flow.probes.rows(n, rows);
    let same = count === before.length;
    for (let i = 0; i < count; i++) {
      const point = evidence.points[k.point[c.kind[rows[i]!]!]!]!.series;
      if (before[i] !== point) {
        same = false;
        before[i] = point;
      }
    }
    before.length = count;
    if (same) continue;
    for (const point of before) {
      if (!parent.has(point)) parent.set(point, point);
      const head = before.find((other) => !apart.has(other));
      if (head !== undefined && !apart.has(point)) parent.set(find(point), find(head));
    }
  }
  const roots = new Map<number, number>();
  const runs = new Map<number, number>();
  const seen = [...parent.keys()].flatMap((series) => pointsOfSeries(evidence.points, series));
  for (const { index, series } of seen.sort((a, b) => a.index - b.index)) {
    const root = find(series);
    if (!roots.has(root)) roots.set(root, roots.size);
    runs.set(index, roots.get(root)!);
  }
  return roots.size > 1 ? runs : null;
}

/**
 * Captures of a node that show its datagrams at another time than the most of that node's do: one node has one clock, so they
 * are of another ping with the same numbers and payload.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: asked for each sighting: one walk over its rows
function capturesApart(evidence: Sighted, flow: Flow, sideOf: ReadonlyMap<number, Side>): ReadonlySet<number> {
  const { columns: c, kinds } = evidence.sightings;
  const { point: points, flags } = kinds.columns;
  const apart = new Set<number>();
  for (const side of ['source', 'destination'] as const) {
    // Pairs of points of this side that a probe shows too far apart.
    const far = new Map<number, Set<number>>();
    const rows: number[] = [];
    for (let n = 0; n < Math.min(SAMPLE, flow.probes.length); n++) {
      const count = flow.probes.rows(n, rows);
      const first = new Map<number, number>();
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        const kind = c.kind[row]!;
        const { series } = evidence.points[points[kind]!]!;
        if (sideOf.get(series) !== side || (flags[kind]! & Flag.Reply) !== 0 || first.has(series)) continue;
        for (const [other, at] of first) {
          const time = (c.seconds[row]! - c.seconds[at]!) * 1e9 + (c.nanoseconds[row]! - c.nanoseconds[at]!);
          if (Math.abs(time) <= LONGEST_STAY) continue;
          for (const [a, b] of [
            [series, other],
            [other, series],
          ] as const)
            far.set(a, (far.get(a) ?? new Set()).add(b));
        }
        first.set(series, row);
      }
    }
    // The one that disagrees with most is the stranger, until those that are left agree.
    while (far.size > 0) {
      const [worst] = [...far].sort((a, b) => b[1].size - a[1].size || b[0] - a[0])[0]!;
      apart.add(worst);
      for (const other of far.get(worst)!) {
        far.get(other)!.delete(worst);
        if (far.get(other)!.size === 0) far.delete(other);
      }
      far.delete(worst);
    }
  }
  return apart;
}
