import type { Observation } from '../../observe/observation.js';
import { earlierOf, firstSeen, mayMark, sameProbe } from '../compare.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof, unproven } from '../rule.js';

interface HeaderChanged {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly since: string;
}

const fields: readonly [string, (o: Observation) => number][] = [
  ['identification', (o) => o.inner.identification],
  ['type of service', (o) => o.inner.typeOfService],
  ['DF', (o) => Number(o.inner.dontFragment)],
  ['header length', (o) => o.inner.headerLength],
  ['options', (o) => o.optionsDigest],
  ['datagram length', (o) => (o.complete ? o.datagramLength : 0)],
];

export default defineHopRule<HeaderChanged>({
  meta: {
    id: 'IPT304',
    name: 'inner-header-changed',
    severity: 'error',
    summary: 'Identification, type of service, DF, options or length of the inner header changed on the way.',
    proves:
      'A pass proves that only the TTL and checksum of the inner header changed (and ECN from ECT to CE, as a router or a tunnel marks it).',
    shows: 'A field of the inner header that differs from the first hop.',
    remedy:
      'Something between rewrites headers: a mangle rule, a middlebox, or damage on the wire (then checksums fail, too).',
    sources: [
      { kind: 'rfc', number: 791, section: '3.1' },
      { kind: 'rfc', number: 3168, section: '12' },
      { kind: 'rfc', number: 6040, section: '4.2' },
    ],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-corrupt' },
  },
  places: everywhere,
  message: ({ field, expected, found, since }) => `inner ${field} is ${found}, was ${expected} at ${since}`,
  check(hop, leg, journey) {
    const first = firstSeen(leg)!;
    for (const o of hop.observations) {
      const a = earlierOf(o, first);
      if (!sameProbe(a, o, journey)) return unproven('frame', 'the captures hold different pings');
      for (const [field, read] of fields) {
        const was = read(a);
        const is = read(o);
        if (was === is || (field === 'datagram length' && !(a.complete && o.complete))) continue;
        if (field === 'type of service' && mayMark(was, is)) continue;
        return fail(
          { field, expected: String(was), found: String(is), since: first.point!.label },
          a.ref,
          proof(o.ref, `inner ${field}`, String(was), String(is)),
        );
      }
    }
    return pass(hop.observations);
  },
});
