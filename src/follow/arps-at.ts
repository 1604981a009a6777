/** ARP sightings by the point that saw them: one list serves every flow and journey, so it is sorted once. */
import type { CapturePoint } from '../observe/capture-point.js';
import type { ArpSighting } from '../observe/observation.js';

const indexes = new WeakMap<readonly ArpSighting[], Map<CapturePoint, ArpSighting[]>>();

export function arpsAt(arps: readonly ArpSighting[], point: CapturePoint): readonly ArpSighting[] {
  let index = indexes.get(arps);
  if (index === undefined) {
    index = new Map();
    for (const each of arps) {
      const list = index.get(each.point);
      if (list === undefined) index.set(each.point, [each]);
      else list.push(each);
    }
    indexes.set(arps, index);
  }
  return index.get(point) ?? [];
}
