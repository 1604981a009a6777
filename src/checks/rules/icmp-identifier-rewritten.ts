import type { Observation } from '../../observe/observation.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof, unproven } from '../rule.js';

interface IdentifierRewritten {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

export default defineHopRule<IdentifierRewritten>({
  meta: {
    id: 'IPT306',
    name: 'icmp-identifier-rewritten',
    severity: 'error',
    summary: 'The ICMP identifier or sequence, or a TCP or UDP port, is not the one that the source sent.',
    proves: 'A pass proves that no NAT renamed the probe.',
    shows: 'The same payload under another identifier or port: masquerading with --random-fully does this.',
    remedy: 'As for inner-address-rewritten: find the NAT rule on the node where it changed.',
    sources: [{ kind: 'rfc', number: 5508, section: '3.1' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-masquerade' },
  },
  places: everywhere,
  message: ({ what, expected, found }) => `${what} is ${found}, expected ${expected}`,
  check(hop, { direction }, { probe, composite }) {
    if (composite) return unproven('frame', 'the captures hold different pings');
    const { key } = probe;
    const what = key.protocol === 1 ? 'ICMP identifier/sequence' : 'port, from/to';
    const text = ({ ports, identifier, sequence }: Observation): string =>
      ports === null ? `${identifier}/${sequence}` : `${ports.source}/${ports.destination}`;
    const ends = [key.ports >>> 16, key.ports & 0xffff];
    const expected =
      key.protocol === 1
        ? `${key.identifier}/${key.sequence}`
        : (direction === 'request' ? ends : ends.reverse()).join('/');
    const wrong = hop.observations.filter((o) => text(o) !== expected);
    if (wrong.length === 0) return pass(hop.observations);
    return fail({ what, expected, found: text(wrong[0]!) }, ...wrong.map((o) => proof(o.ref, what, expected, text(o))));
  },
});
