import { defineHopRule, fail, notApplicable, pass, unproven } from '../rule.js';

interface NotEncapsulated {
  readonly by: string;
}

export default defineHopRule<NotEncapsulated>({
  meta: {
    id: 'IPT201',
    name: 'not-encapsulated',
    severity: 'error',
    summary: 'Between the nodes the datagram travels without an outer header.',
    proves: 'A pass proves that the datagram was inside another IPv4 header on the wire.',
    shows: 'Pod addresses directly in the frames of the node interface.',
    remedy:
      'If DirectRouting or CrossSubnet is wanted, say so with --profile; otherwise look at the route to the pod subnet: it must leave by the tunnel device.',
    sources: [
      { kind: 'rfc', number: 2003, section: '3' },
      { kind: 'code', project: 'flannel-io/flannel', path: 'pkg/backend/ipip/ipip.go', symbol: 'GetRoute' },
    ],
    required: true,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: 'ok-direct-routing' },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: ({ by }) => `plain IP between the nodes, expected IPv4 in IPv4 (${by})`,
  check(hop, _leg, { path }) {
    const expected = hop.facts.encapsulation ?? path.encapsulation;
    if (expected === null) return unproven('expectation', 'nothing tells whether the nodes share a link');
    if (expected.value === 'none') return notApplicable;
    const plain = hop.observations.filter((o) => o.encapsulation === 'none');
    if (plain.length === 0) return pass(hop.observations);
    return fail(
      { by: expected.from },
      ...plain.map((o) => ({ ...o.ref, field: 'encapsulation', expected: expected.value, found: 'none' })),
    );
  },
});
