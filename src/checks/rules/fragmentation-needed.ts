import { addressText } from '../../decode/address.js';
import { defineJourneyRule, fail, pass } from '../rule.js';

interface FragmentationNeeded {
  readonly sender: string;
  readonly mtu: number;
}

export default defineJourneyRule<FragmentationNeeded>({
  meta: {
    id: 'IPT406',
    name: 'fragmentation-needed',
    severity: 'error',
    summary: 'A router said that the datagram is too long to pass with DF.',
    proves: 'A pass proves that no captured ICMP 3/4 quotes the probe.',
    shows: 'ICMP type 3 code 4 with a next-hop MTU, from the bridge of the own node or from a router in the underlay.',
    remedy: "Take the smaller MTU as the path's: lower the pod and tunnel MTU, or raise the underlay's.",
    sources: [
      { kind: 'rfc', number: 1191, section: '4' },
      { kind: 'rfc', number: 2003, section: '4.1' },
    ],
    required: false,
    cell: 'length',
    samples: { pass: 'ok-ping', fail: 'bad-mtu-underlay' },
  },
  message: ({ sender, mtu }) => `${sender} says: fragmentation needed, next-hop MTU ${mtu === 0 ? 'not told' : mtu}`,
  check({ refusals, request }) {
    const errors = refusals.filter((e) => e.type === 3 && e.code === 4);
    const first = errors[0];
    if (first === undefined) return pass(request.hops.flatMap((h) => h.observations.slice(0, 1)));
    return fail(
      { sender: addressText(first.sender), mtu: first.nextHopMtu },
      ...errors.map((e) => ({ ...e.ref, field: 'next-hop MTU', expected: 'none', found: String(e.nextHopMtu) })),
    );
  },
});
