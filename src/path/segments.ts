/** Names of the stretches between hops: S12 node1 forwarding, S23 encapsulation and egress, S34 underlay, S45 ingress and decapsulation, S56 forwarding to the pod. */
import { type HopRole, hopRoles } from './facts.js';

const hopNumber: Record<HopRole, number> = {
  'source-pod': 1,
  'source-bridge': 1,
  'encapsulator-tunnel': 2,
  'encapsulator-underlay': 3,
  'decapsulator-underlay': 4,
  'decapsulator-tunnel': 5,
  'destination-bridge': 6,
  'destination-pod': 6,
};

/** "S34", or "S23-S45" when hops between were not captured. The same name for both directions. */
export function segmentBetween(a: HopRole, b: HopRole): string {
  const from = Math.min(hopNumber[a], hopNumber[b]);
  const to = Math.max(hopNumber[a], hopNumber[b]);
  if (from === to) return from === 1 ? 'S12' : 'S56';
  const first = `S${from}${from + 1}`;
  const last = `S${to - 1}${to}`;
  return first === last ? first : `${first}-${last}`;
}

export function roleOrder(role: HopRole): number {
  return hopRoles.indexOf(role);
}
