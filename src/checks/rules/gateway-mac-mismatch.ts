import { expectField, type Mismatch, macAsText, mismatchText } from '../compare.js';
import { defineHopRule, notApplicable } from '../rule.js';

export default defineHopRule<Mismatch>({
  meta: {
    id: 'IPT101',
    name: 'gateway-mac-mismatch',
    severity: 'error',
    summary: "The pod's frame is not addressed to its gateway's MAC.",
    proves: "A pass proves that the pod hands its datagram to the node's bridge (or the host side of its veth).",
    shows:
      "The destination MAC of the pod's frame differs from what ARP, the kernel state or the mirrored direction gives for the gateway.",
    remedy:
      'On the pod: `ip route` and `ip neigh`; on the node: `ip link show` of the bridge. A stale entry or a second gateway explains most cases.',
    sources: [
      { kind: 'rfc', number: 826, section: 'Packet Reception' },
      { kind: 'rfc', number: 894, section: 'Frame Format' },
    ],
    required: true,
    cell: 'mac',
    samples: { pass: 'ok-ping', fail: null },
  },
  places: ['source-pod', 'source-bridge'],
  message: mismatchText,
  check(hop) {
    if (hop.observations.every((o) => o.ethernet === null)) return notApplicable;
    return expectField(
      hop.observations,
      hop.facts.destinationMac,
      'destination MAC',
      (o) => o.ethernet?.destination ?? null,
      macAsText,
    );
  },
});
