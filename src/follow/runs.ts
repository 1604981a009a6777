/** Whether the captures of a flow are of one run: points that share a probe belong together. */

import type { Sighted } from '../observe/sighted.js';
import type { Flow } from './flow.js';

/** Point index → number of its run; null when all points that saw the flow are tied together by probes. */
export function findRuns(evidence: Sighted, flow: Flow): ReadonlyMap<number, number> | null {
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
      parent.set(find(point), find(before[0]!));
    }
  }
  const roots = new Map<number, number>();
  const runs = new Map<number, number>();
  for (const { index, series } of evidence.points) {
    if (!parent.has(series)) continue;
    const root = find(series);
    if (!roots.has(root)) roots.set(root, roots.size);
    runs.set(index, roots.get(root)!);
  }
  return roots.size > 1 ? runs : null;
}
