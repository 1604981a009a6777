import { defineFlowRule, fail, type Proof, unproven } from '../rule.js';

interface TunnelMtu {
  readonly expected: number;
  readonly found: number;
  readonly by: string;
}

export default defineFlowRule<TunnelMtu>({
  meta: {
    id: 'IPT403',
    name: 'tunnel-mtu-mismatch',
    severity: 'error',
    summary: 'Some evidence tells another tunnel MTU than the expected one.',
    proves:
      'A pass proves the MTU: a datagram of exactly that length with DF arrived, and no other evidence contradicts.',
    shows:
      'A TCP SYN with another MSS than MTU − 40, an ICMP next-hop MTU, or a device MTU in the kernel state that differs.',
    remedy:
      'Compare `ip link` of pod, bridge and tunnel device with the underlay MTU less 20; say --mtu when the cluster has another one.',
    sources: [
      { kind: 'rfc', number: 1191, section: '4' },
      { kind: 'rfc', number: 9293, section: '3.7.1' },
    ],
    required: false,
    cell: 'length',
    samples: { pass: 'ok-full-mtu', fail: 'bad-mtu-underlay' },
  },
  message: ({ expected, found, by }) => `${by} tells an MTU of ${found}, expected ${expected}`,
  check(flow) {
    const expected = flow.path.tunnelMtu.value;
    const wrong = flow.mtuEvidence.filter((e) => e.mtu !== expected);
    const first = wrong[0];
    if (first !== undefined) {
      const proofs = wrong.map(
        (e): Proof => ({ ...e.ref, field: e.by, expected: String(expected), found: String(e.mtu) }),
      );
      return fail({ expected, found: first.mtu, by: first.by }, ...proofs);
    }
    if (flow.exercised !== null) {
      return {
        verdict: 'pass',
        evidence: [flow.exercised.ref],
        remark: `proven: a datagram of ${expected} octets with DF arrived`,
      };
    }
    return unproven(
      'frame',
      `not exceeded, largest seen ${flow.largestInner}; no datagram of exactly ${expected} octets with DF arrived`,
    );
  },
});
