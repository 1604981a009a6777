import { addressAsText, expectField, type Mismatch, mismatchText } from '../compare.js';
import { defineHopRule, notApplicable } from '../rule.js';

export default defineHopRule<Mismatch>({
  meta: {
    id: 'IPT204',
    name: 'outer-destination-mismatch',
    severity: 'error',
    summary: "The outer destination is not the node that owns the destination pod's subnet.",
    proves:
      'A pass proves that the encapsulator chose the node of the destination pod. It does not prove that the node received the datagram.',
    shows: "An outer destination that is not the address of the node from which the destination's replies come.",
    remedy:
      'Compare `ip route get` for the destination pod on the encapsulator with the address of the node that owns the pod subnet.',
    sources: [
      { kind: 'rfc', number: 2003, section: '3.1' },
      { kind: 'code', project: 'flannel-io/flannel', path: 'pkg/backend/ipip/ipip.go', symbol: 'GetRoute' },
    ],
    required: true,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: 'bad-wrong-remote' },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: mismatchText,
  check(hop) {
    const inside = hop.observations.filter((o) => o.outer !== null);
    if (inside.length === 0) return notApplicable;
    return expectField(
      inside,
      hop.facts.outerDestination,
      'outer destination',
      (o) => o.outer?.destination ?? null,
      addressAsText,
    );
  },
});
