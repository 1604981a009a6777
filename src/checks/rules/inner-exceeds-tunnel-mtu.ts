import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof } from '../rule.js';

interface InnerTooLong {
  readonly limit: number;
  readonly found: number;
}

export default defineHopRule<InnerTooLong>({
  meta: {
    id: 'IPT401',
    name: 'inner-exceeds-tunnel-mtu',
    severity: 'error',
    summary: 'An inner datagram is longer than the tunnel MTU.',
    proves:
      'A pass proves only that this datagram is not longer than the tunnel MTU, not that one of that length would pass.',
    shows: 'Inner total length above the tunnel MTU. TCP segments that GSO or GRO put together do not count.',
    remedy:
      "The pod's MTU is larger than the tunnel's: `ip link` in the pod, the CNI's MTU setting (Flannel writes it to /run/flannel/subnet.env).",
    sources: [
      { kind: 'rfc', number: 2003, section: '5.1' },
      { kind: 'code', project: 'flannel-io/flannel', path: 'pkg/backend/ipip/ipip.go', symbol: 'MTU' },
    ],
    required: true,
    cell: 'length',
    samples: { pass: 'ok-ping', fail: 'bad-mtu-pod' },
  },
  places: everywhere,
  message: ({ limit, found }) => `inner datagram of ${found} octets, tunnel MTU is ${limit}`,
  check(hop, _leg, { path }) {
    const limit = path.tunnelMtu.value;
    const wrong = hop.observations.filter((o) => o.inner.totalLength > limit);
    const longest = Math.max(...hop.observations.map((o) => o.inner.totalLength));
    if (wrong.length === 0) return pass(hop.observations, `not exceeded: ${longest} of ${limit}`);
    return fail(
      { limit, found: longest },
      ...wrong.map((o) => proof(o.ref, 'inner total length', `at most ${limit}`, String(o.inner.totalLength))),
    );
  },
});
