import { addressText } from '../../decode/address.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, type Proof, pass, proof } from '../rule.js';

interface InnerAddress {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

export default defineHopRule<InnerAddress>({
  meta: {
    id: 'IPT301',
    name: 'inner-address-rewritten',
    severity: 'error',
    summary: "The inner source or destination is not the pod's.",
    proves: 'A pass proves that no NAT touched the datagram before this hop.',
    shows: 'Another inner source (or destination) than at the pod, with the same sequence and payload.',
    remedy:
      "Masquerading where pod traffic must not be: compare `iptables -t nat -S` (FLANNEL-POSTRTG, cali-nat-outgoing, the CNI bridge's ipMasq) on the node where it changed.",
    sources: [
      { kind: 'rfc', number: 3022, section: '2.2' },
      {
        kind: 'code',
        project: 'flannel-io/flannel',
        path: 'pkg/trafficmngr/iptables/iptables.go',
        symbol: 'masqRules',
      },
    ],
    required: true,
    cell: 'inner',
    samples: { pass: 'ok-ping', fail: 'bad-masquerade' },
  },
  places: everywhere,
  message: ({ field, expected, found }) => `${field} is ${found}, expected ${expected}`,
  check(hop, leg, { probe }) {
    const forward = leg.direction === 'request';
    const source = hop.facts.innerSource?.value ?? (forward ? probe.key.source : probe.key.destination);
    const destination = hop.facts.innerDestination?.value ?? (forward ? probe.key.destination : probe.key.source);
    const wrong: Proof[] = [];
    for (const o of hop.observations) {
      if (o.inner.source !== source)
        wrong.push(proof(o.ref, 'inner source', addressText(source), addressText(o.inner.source)));
      if (o.inner.destination !== destination) {
        wrong.push(proof(o.ref, 'inner destination', addressText(destination), addressText(o.inner.destination)));
      }
    }
    const first = wrong[0];
    if (first === undefined) return pass(hop.observations);
    return fail({ field: first.field!, expected: first.expected!, found: first.found! }, ...wrong);
  },
});
