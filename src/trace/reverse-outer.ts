/** Encapsulated datagrams from a flow's destination node to its source node, whatever flow they belong to. */
import type { CapturePoint } from './capture-point.js';
import type { Evidence } from './evidence.js';
import type { FlowPath } from './journey.js';
import type { Instant } from './observation.js';
import { Flag } from './sightings.js';

const MAX_KEPT = 4096;

export function reverseOuter(evidence: Evidence, path: FlowPath): (Instant & { readonly point: CapturePoint })[] {
  const c = evidence.sightings.columns;
  const first = path.flow.probes.flatMap((p) => p.requests).find((row) => c.flags[row]! & Flag.HasOuter);
  if (first === undefined) return [];
  const source = c.outerSource[first]!;
  const destination = c.outerDestination[first]!;
  const found: (Instant & { readonly point: CapturePoint })[] = [];
  for (let row = 0; row < evidence.sightings.length && found.length < MAX_KEPT; row++) {
    if (
      (c.flags[row]! & Flag.HasOuter) === 0 ||
      c.outerSource[row] !== destination ||
      c.outerDestination[row] !== source
    )
      continue;
    found.push({ seconds: c.seconds[row]!, nanoseconds: c.nanoseconds[row]!, point: evidence.points[c.point[row]!]! });
  }
  return found;
}
