import { expectField, type Mismatch, macAsText, mismatchText } from '../compare.js';
import { defineHopRule, notApplicable } from '../rule.js';

export default defineHopRule<Mismatch>({
  meta: {
    id: 'IPT106',
    name: 'delivery-mac-mismatch',
    severity: 'error',
    summary: 'At the destination pod the frame does not go from its bridge to the pod.',
    proves: "A pass proves that the node's bridge (or veth) delivered the frame to the pod that owns the address.",
    shows: "Source MAC other than the gateway's, or destination MAC other than the pod's.",
    remedy:
      'On the node: `ip neigh show` for the pod, `bridge fdb show`; a second pod with the address or a stale entry explains it.',
    sources: [{ kind: 'rfc', number: 826, section: 'Packet Reception' }],
    required: true,
    cell: 'mac',
    samples: { pass: 'ok-ping', fail: null },
  },
  places: ['destination-bridge', 'destination-pod'],
  message: mismatchText,
  check(hop) {
    if (hop.observations.every((o) => o.ethernet === null)) return notApplicable;
    const to = expectField(
      hop.observations,
      hop.facts.destinationMac,
      'destination MAC',
      (o) => o.ethernet?.destination ?? null,
      macAsText,
    );
    const from = expectField(
      hop.observations,
      hop.facts.sourceMac,
      'source MAC',
      (o) => o.ethernet?.source ?? null,
      macAsText,
    );
    if (to.verdict === 'fail') return to;
    return from.verdict === 'pass' ? to : from;
  },
});
