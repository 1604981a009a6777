import type { CapturePoint } from '../../observe/capture-point.js';
import { defineCaptureRule, unproven } from '../rule.js';

export default defineCaptureRule<never>({
  meta: {
    id: 'IPT005',
    name: 'point-ambiguous',
    severity: 'error',
    summary: 'Nothing tells which hop of the path a capture was taken at.',
    proves: 'A pass proves that content, names or the user gave the capture one role on the path.',
    shows: 'A capture without the probe and without a telling name, or a sighting that fits no place.',
    remedy: 'Say it: --point CAPTURE=ROLE, or name the file after pod, node and device.',
    sources: [{ kind: 'code', project: 'ipip-trace', path: 'src/follow/places/assign.ts', symbol: 'assignRoles' }],
    required: true,
    samples: { pass: 'ok-ping', fail: null },
  },
  message: () => '',
  checkAll({ points, assignments, flows }) {
    if (flows.length === 0) return [];
    const placed = new Set<CapturePoint>();
    const unplaced = new Set<CapturePoint>();
    const merged = new Set<CapturePoint>();
    for (const { point, ...a } of assignments.flat()) {
      if (a.role !== null || a.offPath || a.between) placed.add(point);
      if (a.unplaced) unplaced.add(point);
      if (a.merged) merged.add(point);
    }
    const seen = new Set(flows.flatMap((f) => [...f.pointsSeen]));
    return (
      points
        // A device behind `-i any` that no flow used is no capture of its own.
        .filter((p) => p.namespace === null || seen.has(p) || unplaced.has(p))
        .map((p) => ({
          about: p.id,
          verdict:
            placed.has(p) && !unplaced.has(p)
              ? ({ verdict: 'pass', evidence: [] } as const)
              : unproven('expectation', whyNoPlace(merged.has(p), unplaced.has(p))),
        }))
    );
  },
});

function whyNoPlace(isMerged: boolean, isUnplaced: boolean): string {
  if (isMerged)
    return 'it holds captures of several hops, which a classic pcap tells apart no more: give them as files of their own, or merge them into a pcapng';
  return isUnplaced
    ? 'it holds probes in several shapes (another outer header, plain, or another TTL), so that it has no one place on the path'
    : 'nothing tells which hop this capture was taken at; say --point CAPTURE=ROLE';
}
