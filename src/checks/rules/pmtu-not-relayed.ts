import { addressText } from '../../decode/address.js';
import { OUTER_HEADER } from '../../path/facts.js';
import { defineFlowRule, fail, notApplicable, unproven } from '../rule.js';

interface PmtuNotRelayed {
  readonly sender: string;
  readonly mtu: number;
}

export default defineFlowRule<PmtuNotRelayed>({
  meta: {
    id: 'IPT407',
    name: 'pmtu-not-relayed',
    severity: 'error',
    summary: 'A smaller MTU was told at the underlay and did not reach the pod.',
    proves: 'A pass proves that a next-hop MTU M told to the encapsulator became M − 20 at the pod.',
    shows:
      'ICMP 3/4 about the outer datagram at the node, none about the inner one at the pod although more long datagrams followed.',
    remedy:
      'The encapsulator does not turn its path MTU into an answer to the pod: a filter on the node drops ICMP 3/4, or the kernel predates the fix.',
    sources: [
      { kind: 'rfc', number: 2003, section: '5.1' },
      { kind: 'code', project: 'torvalds/linux', path: 'net/ipv4/ip_tunnel.c', symbol: 'tnl_update_pmtu' },
    ],
    required: false,
    samples: { pass: 'bad-mtu-underlay', fail: null },
  },
  message: ({ sender, mtu }) =>
    `${sender} told the encapsulator an MTU of ${mtu}; no answer with ${mtu - OUTER_HEADER} reached the pod`,
  check(flow) {
    const outside = flow.tooBig.filter((e) => e.quotedOuter !== null && e.nextHopMtu > 0);
    const first = outside[0];
    if (first === undefined) return notApplicable;
    const relayed = flow.tooBig.find((e) => e.quotedOuter === null && e.nextHopMtu === first.nextHopMtu - OUTER_HEADER);
    if (relayed !== undefined) return { verdict: 'pass', evidence: [first.ref, relayed.ref] };
    if (!flow.podCaptured) return unproven('capture', 'the pod was not captured');
    // The first long datagram dies silently and only teaches the node; the second one is answered.
    if (!flow.longAfter(first))
      return unproven('frame', 'no further long datagram followed, which the node would have answered');
    return fail({ sender: addressText(first.sender), mtu: first.nextHopMtu }, ...outside.map((e) => e.ref));
  },
});
