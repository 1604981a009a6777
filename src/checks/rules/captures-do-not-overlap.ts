import type { CapturePoint } from '../../observe/capture-point.js';
import type { FlowSummary } from '../flow-summary.js';
import { defineCaptureRule, fail, unproven } from '../rule.js';

interface NoOverlap {
  readonly what: string;
}

export default defineCaptureRule<NoOverlap>({
  meta: {
    id: 'IPT004',
    name: 'captures-do-not-overlap',
    severity: 'warning',
    summary: 'A capture holds no probe that another capture of the flow holds.',
    proves:
      'A pass proves that this capture shares at least one probe with another one, so both cover a common stretch.',
    shows: 'Captures of one flow without one common probe: taken one after the other, each with a ping of its own.',
    remedy: 'Start all captures, ping, then stop them; or accept hop-by-hop proof with --by-flow.',
    sources: [{ kind: 'rfc', number: 2330, section: '10' }],
    required: false,
    samples: { pass: 'ok-ping', fail: null },
  },
  message: ({ what }) => what,
  checkAll({ points, flows }) {
    const flowsAt = new Map<CapturePoint, FlowSummary[]>();
    const seenOf = new Map<number, Set<CapturePoint>>();
    for (const flow of flows) {
      for (const point of flow.pointsSeen) {
        flowsAt.set(point, flowsAt.get(point) ?? []);
        flowsAt.get(point)!.push(flow);
        seenOf.set(point.series, (seenOf.get(point.series) ?? new Set()).add(point));
      }
    }
    return points.flatMap((p) => {
      const used = flowsAt.get(p) ?? [];
      // Another file of this capture holds some.
      if ([...(seenOf.get(p.series) ?? [])].some((o) => o !== p))
        return [{ about: p.id, verdict: { verdict: 'pass', evidence: [] } as const }];
      if (used.length === 0) {
        return p.namespace === null ? [{ about: p.id, verdict: unproven('frame', 'no probe in this capture') }] : [];
      }
      const alone = used.filter(
        (f) =>
          f.path.runs !== null &&
          ![...f.pointsSeen].some((o) => o !== p && f.path.runs!.get(o.index) === f.path.runs!.get(p.index)),
      );
      const first = alone[0];
      if (first === undefined || alone.length < used.length)
        return [{ about: p.id, verdict: { verdict: 'pass', evidence: [] } as const }];
      return [
        {
          about: p.id,
          verdict: fail(
            { what: `no probe of ${p.label} is in another capture: it was taken during another run` },
            ...first.firstRefAt(p),
          ),
        },
      ];
    });
  },
});
