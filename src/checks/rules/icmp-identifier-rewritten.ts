import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof, unproven } from '../rule.js';

interface IdentifierRewritten {
  readonly expected: string;
  readonly found: string;
}

export default defineHopRule<IdentifierRewritten>({
  meta: {
    id: 'IPT306',
    name: 'icmp-identifier-rewritten',
    severity: 'error',
    summary: 'The ICMP identifier or sequence is not the one that the source sent.',
    proves: 'A pass proves that no NAT renamed the echo.',
    shows: 'The same payload under another identifier: masquerading with --random-fully does this.',
    remedy: 'As for inner-address-rewritten: find the NAT rule on the node where it changed.',
    sources: [{ kind: 'rfc', number: 5508, section: '3.1' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-masquerade' },
  },
  places: everywhere,
  message: ({ expected, found }) => `ICMP identifier/sequence is ${found}, expected ${expected}`,
  check(hop, _leg, { probe, composite }) {
    if (composite) return unproven('frame', 'the captures hold different pings');
    const text = (id: number, sequence: number): string => `${id}/${sequence}`;
    const expected = text(probe.key.identifier, probe.key.sequence);
    const wrong = hop.observations.filter((o) => text(o.identifier, o.sequence) !== expected);
    if (wrong.length === 0) return pass(hop.observations);
    const found = text(wrong[0]!.identifier, wrong[0]!.sequence);
    return fail(
      { expected, found },
      ...wrong.map((o) => proof(o.ref, 'ICMP identifier/sequence', expected, text(o.identifier, o.sequence))),
    );
  },
});
