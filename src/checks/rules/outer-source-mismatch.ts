import { addressAsText, expectField, type Mismatch, mismatchText } from '../compare.js';
import { defineHopRule, notApplicable } from '../rule.js';

export default defineHopRule<Mismatch>({
  meta: {
    id: 'IPT203',
    name: 'outer-source-mismatch',
    severity: 'error',
    summary: "The outer source is not the encapsulator's tunnel-local address.",
    proves: 'A pass proves that the encapsulator sends from the address to which its peers send back.',
    shows: 'An outer source that the other node does not use as outer destination.',
    remedy:
      "On the encapsulator: `ip -d link show` of the tunnel device (`local`) against the node's address in the CNI (Flannel PublicIP, Calico node IP).",
    sources: [
      { kind: 'rfc', number: 2003, section: '3.1' },
      { kind: 'code', project: 'flannel-io/flannel', path: 'pkg/backend/ipip/ipip.go', symbol: 'configureIPIPDevice' },
      { kind: 'code', project: 'torvalds/linux', path: 'net/ipv4/ip_tunnel.c', symbol: 'ip_tunnel_xmit' },
    ],
    required: true,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: 'bad-outer-src' },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: mismatchText,
  check(hop) {
    const inside = hop.observations.filter((o) => o.outer !== null);
    if (inside.length === 0) return notApplicable;
    return expectField(inside, hop.facts.outerSource, 'outer source', (o) => o.outer?.source ?? null, addressAsText);
  },
});
