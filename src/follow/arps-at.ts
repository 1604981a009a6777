/** ARP sightings by the point that saw them: one list serves every flow and journey, so it is sorted once. */
import type { CapturePoint } from '../observe/capture-point.js';
import type { ArpSighting } from '../observe/observation.js';

interface Heard {
  readonly sightings: ArpSighting[];
  /** Their places in the list of all. */
  readonly places: number[];
}

interface Index {
  readonly byPoint: Map<CapturePoint, Heard>;
  readonly bySeries: Map<number, Heard>;
}

const indexes = new WeakMap<readonly ArpSighting[], Index>();

function indexOf(arps: readonly ArpSighting[]): Index {
  let index = indexes.get(arps);
  if (index === undefined) {
    index = { byPoint: new Map(), bySeries: new Map() };
    for (const [n, each] of arps.entries()) {
      put(index.byPoint, each.point, each, n);
      put(index.bySeries, each.point.series, each, n);
    }
    indexes.set(arps, index);
  }
  return index;
}

function put<Key>(index: Map<Key, Heard>, key: Key, each: ArpSighting, n: number): void {
  let heard = index.get(key);
  if (heard === undefined) {
    heard = { sightings: [], places: [] };
    index.set(key, heard);
  }
  heard.sightings.push(each);
  heard.places.push(n);
}

export function arpsAt(arps: readonly ArpSighting[], point: CapturePoint): readonly ArpSighting[] {
  return indexOf(arps).byPoint.get(point)?.sightings ?? [];
}

/** At all points of the capture that `point` is of. */
export function arpsOfCapture(arps: readonly ArpSighting[], { series }: CapturePoint): readonly ArpSighting[] {
  return indexOf(arps).bySeries.get(series)?.sightings ?? [];
}

/** At any of several points, in the order of the list of all. */
export function arpsAtAny(arps: readonly ArpSighting[], points: Iterable<CapturePoint>): readonly ArpSighting[] {
  const { byPoint } = indexOf(arps);
  const heard = [...new Set(points)].map((point) => byPoint.get(point)).filter((each) => each !== undefined);
  if (heard.length < 2) return heard[0]?.sightings ?? [];
  return heard
    .flatMap(({ places }) => places)
    .sort((a, b) => a - b)
    .map((n) => arps[n]!);
}
