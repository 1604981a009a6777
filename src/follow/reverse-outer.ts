/** Encapsulated datagrams from a flow's destination node to its source node, whatever flow they belong to. */
import type { CapturePoint } from '../observe/capture-point.js';
import type { Instant } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag, type SightingTable } from '../observe/sightings.js';
import type { FlowPath } from './journey.js';

const MAX_KEPT = 4096;

const indexes = new WeakMap<SightingTable, ReadonlyMap<string, readonly number[]>>();

/** Rows by the outer addresses of their datagrams, the first of each pair. */
function rowsByPair({ sightings }: Sighted): ReadonlyMap<string, readonly number[]> {
  const known = indexes.get(sightings);
  if (known !== undefined) return known;
  const k = sightings.kinds.columns;
  const byPair = new Map<string, number[]>();
  const ofKind = Array.from({ length: sightings.kinds.length }, (_, kind) => {
    if ((k.flags[kind]! & Flag.HasOuter) === 0) return null;
    const pair = `${k.outerSource[kind]} ${k.outerDestination[kind]}`;
    const rows = byPair.get(pair) ?? [];
    byPair.set(pair, rows);
    return rows;
  });
  for (let row = 0; row < sightings.length; row++) {
    const rows = ofKind[sightings.columns.kind[row]!];
    if (rows && rows.length < MAX_KEPT) rows.push(row);
  }
  indexes.set(sightings, byPair);
  return byPair;
}

export function reverseOuter(evidence: Sighted, path: FlowPath): (Instant & { readonly point: CapturePoint })[] {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  if (path.outerSeen === null) return [];
  const { source, destination } = path.outerSeen;
  return (rowsByPair(evidence).get(`${destination} ${source}`) ?? []).map((row) => ({
    seconds: c.seconds[row]!,
    nanoseconds: c.nanoseconds[row]!,
    point: evidence.points[k.point[c.kind[row]!]!]!,
  }));
}
