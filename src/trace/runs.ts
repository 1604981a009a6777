/** Whether the captures of a flow are of one run: points that share a probe belong together. */
import type { Evidence } from './evidence.js';
import type { Flow } from './flow.js';

/** Point index → number of its run; null when all points that saw the flow are tied together by probes. */
export function findRuns(evidence: Evidence, flow: Flow): ReadonlyMap<number, number> | null {
  const c = evidence.sightings.columns;
  const parent = new Map<number, number>();
  const find = (p: number): number => {
    let root = p;
    while (parent.get(root)! !== root) root = parent.get(root)!;
    parent.set(p, root);
    return root;
  };
  for (const probe of flow.probes) {
    let first = -1;
    for (const rows of [probe.requests, probe.replies]) {
      for (const row of rows) {
        const point = c.point[row]!;
        if (!parent.has(point)) parent.set(point, point);
        if (first === -1) first = point;
        else parent.set(find(point), find(first));
      }
    }
  }
  const roots = new Map<number, number>();
  const runs = new Map<number, number>();
  for (const point of [...parent.keys()].sort((a, b) => a - b)) {
    const root = find(point);
    if (!roots.has(root)) roots.set(root, roots.size);
    runs.set(point, roots.get(root)!);
  }
  return roots.size > 1 ? runs : null;
}
