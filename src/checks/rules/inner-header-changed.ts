import { addressText } from '../../decode/address.js';
import type { Observation } from '../../observe/observation.js';
import { earlierOf, firstSeen, mayMark, previousSeen, sameProbe } from '../compare.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof, unproven } from '../rule.js';

interface HeaderChanged {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly since: string;
}

/** Field, the number compared, and its value in words. */
const fields: readonly [string, (o: Observation) => number, (value: number) => string][] = [
  ['identification', (o) => o.inner.identification, String],
  ['type of service', (o) => o.inner.typeOfService, String],
  ['DF', (o) => Number(o.inner.dontFragment), String],
  ['reserved flag', (o) => Number(o.inner.reserved), String],
  ['header length', (o) => o.inner.headerLength, String],
  ['datagram length', (o) => (o.complete ? o.datagramLength : 0), String],
];

export default defineHopRule<HeaderChanged>({
  meta: {
    id: 'IPT304',
    name: 'inner-header-changed',
    severity: 'error',
    summary: 'Identification, type of service, flags, options or length of the inner header changed on the way.',
    proves:
      'A pass proves that only the TTL and checksum of the inner header changed (and ECN from ECT to CE, as a router or a tunnel marks it, and what routers write into record-route and timestamp options).',
    shows:
      'A field of the inner header that differs from the first hop, a CE mark that is gone, or the reserved flag set.',
    remedy:
      'Something between rewrites headers: a mangle rule, a middlebox, or damage on the wire (then checksums fail, too).',
    sources: [
      { kind: 'rfc', number: 791, section: '3.1' },
      { kind: 'rfc', number: 3168, section: '12' },
      { kind: 'rfc', number: 6040, section: '4.2' },
    ],
    required: false,
    cell: 'inner',
    samples: { pass: 'ok-ping', fail: 'bad-corrupt' },
  },
  places: everywhere,
  message: ({ field, expected, found, since }) => `inner ${field} is ${found}, was ${expected} at ${since}`,
  check(hop, leg, journey) {
    const first = firstSeen(leg)!;
    const before = previousSeen(hop, leg);
    for (const o of hop.observations) {
      const a = earlierOf(o, first);
      if (!sameProbe(a, o, journey)) return unproven('frame', 'the captures hold different pings');
      const changed = changeOf(a, o) ?? (before === null ? null : ceErased(earlierOf(o, before), o));
      if (changed === null) continue;
      const { field, expected, found, at } = changed;
      return fail(
        { field, expected, found, since: at.point.label },
        at.ref,
        proof(o.ref, `inner ${field}`, expected, found),
      );
    }
    const recorded = hop.observations[0]!.recorded.map(addressText).join(', ');
    return recorded === '' ? pass(hop.observations) : pass(hop.observations, `routers recorded so far: ${recorded}`);
  },
});

interface Change {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly at: Observation;
}

function changeOf(a: Observation, o: Observation): Change | null {
  for (const [field, read, text] of fields) {
    const was = read(a);
    const is = read(o);
    if (was === is || (field === 'datagram length' && !(a.complete && o.complete))) continue;
    if (field === 'type of service' && mayMark(was, is)) continue;
    return { field, expected: text(was), found: text(is), at: a };
  }
  if (o.inner.reserved) return { field: 'reserved flag', expected: '0', found: '1', at: a };
  // Each router adds its address behind those that stand there already (RFC 791 section 3.1).
  const kept = a.optionsDigest === o.optionsDigest && a.recorded.every((address, i) => o.recorded[i] === address);
  return kept ? null : { field: 'options', expected: 'as sent', found: 'changed', at: a };
}

/** Nothing on the way takes a CE mark back (RFC 3168 section 5). */
function ceErased(before: Observation, o: Observation): Change | null {
  const was = before.inner.typeOfService;
  const is = o.inner.typeOfService;
  if ((was & 3) !== 3 || (is & 3) === 3) return null;
  return { field: 'type of service', expected: String(was), found: String(is), at: before };
}
