import { defineFlowRule, unproven } from '../rule.js';

export default defineFlowRule<never>({
  meta: {
    id: 'IPT404',
    name: 'mtu-not-exercised',
    severity: 'info',
    summary: 'No captured datagram was as long as the tunnel MTU.',
    proves: 'A pass proves that the tunnel MTU was tried. Unproven means: not exceeded, and not tried either.',
    shows: 'All inner datagrams are shorter than the tunnel MTU.',
    remedy: 'Ping once with `-M do` and a payload of the tunnel MTU less 28 octets of IP and ICMP header.',
    sources: [{ kind: 'rfc', number: 1191, section: '3' }],
    required: false,
    cell: 'length',
    samples: { pass: 'ok-full-mtu', fail: null },
  },
  message: () => '',
  check(flow) {
    const mtu = flow.path.tunnelMtu.value;
    if (flow.exercised !== null)
      return { verdict: 'pass', evidence: [flow.exercised.ref], remark: `exercised at ${mtu}` };
    return unproven(
      'frame',
      `not exceeded, largest seen ${flow.largestInner} of ${mtu}: ping -M do -s ${mtu - 28} to try it`,
    );
  },
});
