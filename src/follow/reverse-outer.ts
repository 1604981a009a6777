/** Encapsulated datagrams from a flow's destination node to its source node, whatever flow they belong to. */
import type { CapturePoint } from '../observe/capture-point.js';
import type { Instant } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { FlowPath } from './journey.js';

const MAX_KEPT = 4096;

export function reverseOuter(evidence: Sighted, path: FlowPath): (Instant & { readonly point: CapturePoint })[] {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  if (path.outerSeen === null) return [];
  const { source, destination } = path.outerSeen;
  const found: (Instant & { readonly point: CapturePoint })[] = [];
  for (let row = 0; row < evidence.sightings.length && found.length < MAX_KEPT; row++) {
    const kind = c.kind[row]!;
    if (
      (k.flags[kind]! & Flag.HasOuter) === 0 ||
      k.outerSource[kind] !== destination ||
      k.outerDestination[kind] !== source
    )
      continue;
    found.push({
      seconds: c.seconds[row]!,
      nanoseconds: c.nanoseconds[row]!,
      point: evidence.points[k.point[kind]!]!,
    });
  }
  return found;
}
