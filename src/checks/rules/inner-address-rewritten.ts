import { addressText } from '../../decode/address.js';
import { serviceOf } from '../../follow/probe-key.js';
import { isBeforeService } from '../compare.js';
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
    proves:
      'A pass proves that no NAT touched the datagram before this hop, but for a Service that the source node turns into its pod.',
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
    const service = isBeforeService(hop.role) ? serviceOf(probe.key, probe.rewritten) : null;
    const far = service?.destination ?? probe.key.destination;
    const source = (service === null ? hop.facts.innerSource?.value : null) ?? (forward ? probe.key.source : far);
    const destination =
      (service === null ? hop.facts.innerDestination?.value : null) ?? (forward ? far : probe.key.source);
    const wrong: Proof[] = [];
    for (const o of hop.observations) {
      if (o.inner.source !== source)
        wrong.push(proof(o.ref, 'inner source', addressText(source), addressText(o.inner.source)));
      if (o.inner.destination !== destination) {
        wrong.push(proof(o.ref, 'inner destination', addressText(destination), addressText(o.inner.destination)));
      }
    }
    const first = wrong[0];
    if (first === undefined && service !== null)
      return pass(
        hop.observations,
        `sent to the Service ${addressText(service.destination)}:${service.ports & 0xffff}`,
      );
    if (first === undefined) return pass(hop.observations);
    return fail({ field: first.field!, expected: first.expected!, found: first.found! }, ...wrong);
  },
});
