/** The points of one capture, and of one namespace: found once for all flows of a run. */
import type { CapturePoint } from '../observe/capture-point.js';
import { put } from './index-by.js';

interface Groups {
  readonly series: Map<number, CapturePoint[]>;
  readonly namespaces: Map<string, CapturePoint[]>;
}

const groups = new WeakMap<readonly CapturePoint[], Groups>();

function groupsOf(points: readonly CapturePoint[]): Groups {
  let found = groups.get(points);
  if (found === undefined) {
    found = { series: new Map(), namespaces: new Map() };
    for (const point of points) {
      put(found.series, point.series, point);
      if (point.namespace !== null) put(found.namespaces, point.namespace, point);
    }
    groups.set(points, found);
  }
  return found;
}

/** All points of the capture whose first point has this index: one, unless it is in several files. */
export function pointsOfSeries(points: readonly CapturePoint[], series: number): readonly CapturePoint[] {
  return groupsOf(points).series.get(series) ?? [];
}

/** All devices that one capture of `-i any` shows. */
export function pointsOfNamespace(points: readonly CapturePoint[], namespace: string): readonly CapturePoint[] {
  return groupsOf(points).namespaces.get(namespace) ?? [];
}
