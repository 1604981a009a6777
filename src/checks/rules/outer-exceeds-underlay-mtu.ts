import { defineHopRule, fail, pass, proof } from '../rule.js';

interface OuterTooLong {
  readonly limit: number;
  readonly found: number;
}

export default defineHopRule<OuterTooLong>({
  meta: {
    id: 'IPT402',
    name: 'outer-exceeds-underlay-mtu',
    severity: 'error',
    summary: 'A datagram on the underlay is longer than the underlay MTU.',
    proves: 'A pass proves only that this datagram is not longer than the underlay MTU.',
    shows: 'Total length on the node interface above the underlay MTU.',
    remedy: 'The tunnel MTU must be the underlay MTU less 20; check both with `ip link` on the node.',
    sources: [{ kind: 'rfc', number: 2003, section: '5.1' }],
    required: true,
    cell: 'length',
    samples: { pass: 'ok-ping', fail: null },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: ({ limit, found }) => `datagram of ${found} octets on the underlay, its MTU is ${limit}`,
  check(hop) {
    const length = (o: (typeof hop.observations)[number]): number => o.outer?.totalLength ?? o.inner.totalLength;
    const longest = Math.max(...hop.observations.map(length));
    const wrong = hop.observations.filter((o) => length(o) > hop.mtu);
    if (wrong.length === 0) return pass(hop.observations, `not exceeded: ${longest} of ${hop.mtu}`);
    return fail(
      { limit: hop.mtu, found: longest },
      ...wrong.map((o) => proof(o.ref, 'outer total length', `at most ${hop.mtu}`, String(length(o)))),
    );
  },
});
