import { addressText } from '../../decode/address.js';
import { defineFlowRule, fail, notApplicable, proof } from '../rule.js';
import { mssOf, TCP_OVERHEAD } from '../segment-sizes.js';

interface MssTooLarge {
  readonly sender: string;
  readonly mss: number;
  readonly mtu: number;
}

export default defineFlowRule<MssTooLarge>({
  meta: {
    id: 'IPT408',
    name: 'mss-exceeds-tunnel-mtu',
    severity: 'warning',
    summary: 'An end of the connection announces longer segments than the tunnel takes.',
    proves: 'A pass proves that neither end asks for segments whose datagrams are longer than the tunnel MTU.',
    shows: 'A maximum segment size whose datagrams, with 40 octets of headers, are above the tunnel MTU.',
    remedy:
      "Set the pod's MTU to the tunnel's, or clamp the MSS on the node: `iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu`.",
    sources: [
      { kind: 'rfc', number: 9293, section: '3.7.1' },
      { kind: 'rfc', number: 6691, section: '2' },
    ],
    required: false,
    probes: ['tcp'],
    samples: { pass: 'tcp-ok', fail: null },
  },
  message: ({ sender, mss, mtu }) =>
    `${sender} announces an MSS of ${mss}: datagrams of ${mss + TCP_OVERHEAD} octets, and the tunnel takes ${mtu}`,
  check({ path }) {
    const mtu = path.tunnelMtu.value;
    const syns = mssOf(path);
    const large = syns.filter((s) => s.mss + TCP_OVERHEAD > mtu);
    const first = large[0];
    if (first === undefined)
      return syns.length === 0 ? notApplicable : { verdict: 'pass', evidence: syns.map((s) => s.ref) };
    return fail(
      { sender: addressText(first.source), mss: first.mss, mtu },
      ...large.map((s) => proof(s.ref, 'maximum segment size', `at most ${mtu - TCP_OVERHEAD}`, String(s.mss))),
    );
  },
});
