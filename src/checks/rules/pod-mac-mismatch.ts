import { expectField, type Mismatch, macAsText, mismatchText } from '../compare.js';
import { defineHopRule, notApplicable } from '../rule.js';

export default defineHopRule<Mismatch>({
  meta: {
    id: 'IPT102',
    name: 'pod-mac-mismatch',
    severity: 'error',
    summary: "The pod's frame does not carry the pod's own MAC.",
    proves: 'A pass proves that the frame was sent by the pod that owns the inner source address.',
    shows:
      "The source MAC of the pod's frame differs from what ARP, the kernel state or the mirrored direction gives for the pod.",
    remedy: 'Look for a second machine with the same address: `arping -D` on the bridge, `ip neigh` on the node.',
    sources: [{ kind: 'rfc', number: 826, section: 'Packet Reception' }],
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
      hop.facts.sourceMac,
      'source MAC',
      (o) => o.ethernet?.source ?? null,
      macAsText,
    );
  },
});
