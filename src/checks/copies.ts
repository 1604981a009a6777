/** How many copies of a datagram a hop saw, less those that the way of capturing makes by itself. */
import type { Hop } from '../trace/journey.js';

/**
 * A cooked capture without interface index (LINUX_SLL) lumps a bridge and its veth together, so one datagram stands there
 * once for each device; only an interface index (SLL2) or a single device lets copies be counted.
 */
export function copiesOf(hop: Hop): number {
  if (hop.point === null) return 0;
  const lumped = hop.point.linkType === 113;
  return lumped ? Math.min(hop.observations.length, 1) : hop.observations.length;
}
