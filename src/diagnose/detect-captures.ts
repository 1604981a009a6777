import type { Hop, Journey, Leg } from '../follow/journey.js';
import type { CapturePoint } from '../observe/capture-point.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { plainCount, probeName } from './words.js';

export function detectRuns(scene: FlowScene): Draft[] {
  const { path } = scene.summary;
  if (path.runs === null) return [];
  const groups = new Map<number, string[]>();
  for (const point of scene.points) {
    const run = path.runs.get(point.index);
    if (run !== undefined) groups.set(run, [...(groups.get(run) ?? []), point.label]);
  }
  const list = [...groups.values()].map((ids) => ids.join(' + ')).join('; ');
  return [
    {
      id: 'captures-from-different-runs',
      direction: null,
      segment: null,
      confidence: 'certain',
      message: path.byFlow
        ? 'the captures hold different pings; judged hop by hop, which does not prove that any one datagram travelled the whole way'
        : null,
      fact: `no probe is in two of these groups of captures: ${list}`,
      evidence: [...groups.keys()].flatMap((run) => {
        const point = scene.points.find((p) => path.runs!.get(p.index) === run)!;
        return scene.summary.firstRefAt(point);
      }),
    },
  ];
}

/** Hops that show nothing of a direction which was seen further on. */
function* blindHops(journey: Journey): Generator<{ leg: Leg; hop: Hop; point: CapturePoint; later: Hop }> {
  for (const leg of journey.reply === null ? [journey.request] : [journey.request, journey.reply]) {
    const other = leg === journey.request ? journey.reply : journey.request;
    for (const [i, hop] of leg.hops.entries()) {
      if (hop.state !== 'blind' || hop.point === null) continue;
      // It saw the other direction, so it is not blind: this direction goes another way.
      if (other?.hops.some((h) => h.point === hop.point && h.state === 'seen')) continue;
      const later = leg.hops.slice(i + 1).find((h) => h.state === 'seen');
      // Blind to the request: said of the request already.
      if (later !== undefined) yield { leg, hop, point: hop.point, later };
    }
  }
}

/** Every capture that missed what was seen further on, named once whatever the direction. */
export function detectBlindCaptures(scene: FlowScene): Draft[] {
  const blind = new Map<string, { said: string; evidence: Draft['evidence'] }>();
  const drafts: Draft[] = [];
  for (const { journey } of scene.journeys) {
    for (const { leg, hop, point, later } of blindHops(journey)) {
      const evidence = later.observations.slice(0, 1).map((o) => o.ref);
      const what = probeName(scene, leg.direction, journey.position);
      const filter = point.filter === null ? '' : ` (its capture filter: ${point.filter})`;
      const name = `${point.label} (${hop.role})`;
      if (!blind.has(name)) {
        blind.set(name, {
          said: `${what} is not in ${point.label}${filter}, which holds ${plainCount(point.traffic.frames, 'frame')}, and was seen further on at ${later.point!.label}`,
          evidence,
        });
      }
      // A receiving tunnel device that shows nothing while the pod gets it: another device may have taken it.
      if (hop.place === 'decapsulator-tunnel' && leg.direction === 'request') {
        drafts.push({
          id: 'other-tunnel-device',
          direction: leg.direction,
          segment: 'S45',
          confidence: 'possible',
          message: null,
          fact: `${what} was decapsulated, and ${point.label} does not show it`,
          evidence,
        });
      }
    }
    if (blind.size > 0) break;
  }
  if (blind.size === 0) return [];
  const all = [...blind.values()];
  drafts.unshift({
    id: 'capture-blind',
    direction: null,
    segment: null,
    confidence: 'certain',
    message: `${[...blind.keys()].join(', ')}: blind, nothing was lost there`,
    fact: all.map((b) => b.said).join('; '),
    evidence: all.flatMap((b) => b.evidence),
  });
  return drafts;
}
