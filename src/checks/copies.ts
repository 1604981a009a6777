/** How many copies of a datagram a hop saw, less those that the way of capturing makes by itself. */
import type { Hop } from '../follow/journey.js';
import type { Observation } from '../observe/observation.js';

/**
 * A cooked capture without interface index (LINUX_SLL) lumps a bridge and its veth together, so one datagram stands there
 * once for each device; only an interface index (SLL2) or a single device lets copies be counted. One frame under one time
 * stamp is one sighting, however often the file holds it: files that were merged with themselves do.
 */
export function copiesOf(hop: Hop): number {
  if (hop.point === null) return 0;
  const lumped = hop.point.linkType === 113;
  return lumped ? Math.min(hop.observations.length, 1) : new Set(hop.observations.map(sighting)).size;
}

function sighting(o: Observation): string {
  const { outer, inner } = o;
  return [
    o.seconds,
    o.nanoseconds,
    o.ethernet?.source,
    o.ethernet?.destination,
    outer?.identification,
    outer?.timeToLive,
    inner.identification,
    inner.timeToLive,
    o.payloadDigest,
  ].join(' ');
}
