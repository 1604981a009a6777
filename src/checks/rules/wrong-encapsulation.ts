import { encapsulationText } from '../../observe/observation.js';
import { defineHopRule, fail, notApplicable, pass, proof, unproven } from '../rule.js';

interface WrongEncapsulation {
  readonly found: string;
  readonly expected: string;
  readonly by: string;
}

export default defineHopRule<WrongEncapsulation>({
  meta: {
    id: 'IPT202',
    name: 'wrong-encapsulation',
    severity: 'error',
    summary: 'Between the nodes the datagram travels inside another tunnel protocol than expected.',
    proves:
      'A pass proves that the outer header is directly followed by the inner one (protocol 4), once; or that no tunnel is used where none is expected.',
    shows:
      'The inner datagram inside VXLAN, GRE, Geneve, UDP of any port (FoU, GUE), IPIP twice, or in IPIP where plain routing is expected.',
    remedy: "Compare the CNI's backend type and the tunnel device on both nodes (`ip -d link show`).",
    sources: [
      { kind: 'rfc', number: 2003, section: '3.1' },
      { kind: 'rfc', number: 7348, section: '5' },
    ],
    required: true,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: 'bad-wrong-backend' },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: ({ found, expected, by }) => `encapsulation is ${found}, expected ${expected} (${by})`,
  check(hop, _leg, { path }) {
    const expected = hop.facts.encapsulation ?? path.encapsulation;
    if (expected === null) return unproven('expectation', 'nothing tells whether the nodes share a link');
    const tunnelled = hop.observations.filter((o) => o.encapsulation !== 'none');
    const wrong = tunnelled.filter((o) => o.encapsulation !== expected.value);
    if (wrong.length > 0) {
      const want = expected.value === 'none' ? 'plain IP' : expected.value;
      return fail(
        { found: encapsulationText(wrong[0]!), expected: want, by: expected.from },
        ...wrong.map((o) => proof(o.ref, 'encapsulation', want, encapsulationText(o))),
      );
    }
    if (tunnelled.length === 0 && expected.value !== 'none') return notApplicable;
    return pass(hop.observations);
  },
});
