import { addressText } from '../../decode/address.js';
import type { Ipv4Header } from '../../trace/observation.js';
import { earlierOf, sameProbe } from '../compare.js';
import { defineLegRule, fail, notApplicable, pass, proof, unproven } from '../rule.js';

interface OuterChanged {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** Field, its value in words, and the number compared. */
const fields: readonly [string, (h: Ipv4Header) => number, (n: number) => string][] = [
  ['outer source', (h) => h.source, addressText],
  ['outer destination', (h) => h.destination, addressText],
  ['outer identification', (h) => h.identification, String],
  ['outer total length', (h) => h.totalLength, String],
  ['outer DF', (h) => Number(h.dontFragment), String],
  ['outer protocol', (h) => h.protocol, String],
];

export default defineLegRule<OuterChanged>({
  meta: {
    id: 'IPT211',
    name: 'outer-changed-in-transit',
    severity: 'error',
    summary: 'Between the nodes something other than TTL, checksum and ECN changed in the outer header.',
    proves:
      'A pass proves that both underlay captures show one outer header: no NAT, no re-encapsulation between them.',
    shows: 'Another address, identification, length or DF at the receiving node. A remarked DSCP is allowed.',
    remedy:
      'Changed addresses: NAT in the underlay, or another node that forwards. Changed identification or length: a middlebox that rebuilds datagrams.',
    sources: [
      { kind: 'rfc', number: 791, section: '3.1' },
      { kind: 'rfc', number: 6864, section: '4' },
    ],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-wrong-remote' },
  },
  message: ({ field, before, after }) => `${field} changed on the way from ${before} to ${after}`,
  check(leg, journey) {
    const before = leg.hops.find((h) => h.place === 'encapsulator-underlay' && h.state === 'seen');
    const after = leg.hops.find((h) => h.place === 'decapsulator-underlay' && h.state === 'seen');
    if (before === undefined || after === undefined) return notApplicable;
    const b = after.observations[0]!;
    const a = earlierOf(b, before);
    if (a.outer === null || b.outer === null) return notApplicable;
    if (!sameProbe(a, b, journey)) return unproven('frame', 'the two captures hold different pings');
    for (const [field, read, text] of fields) {
      const x = read(a.outer);
      const y = read(b.outer);
      // Outer fragments that were joined on one side only differ in length by nature.
      if (x === y || (field === 'outer total length' && a.fragmented !== b.fragmented)) continue;
      return fail({ field, before: text(x), after: text(y) }, a.ref, proof(b.ref, field, text(x), text(y)));
    }
    if (b.outer.timeToLive > a.outer.timeToLive) {
      const [x, y] = [String(a.outer.timeToLive), String(b.outer.timeToLive)];
      return fail({ field: 'outer TTL', before: x, after: y }, a.ref, proof(b.ref, 'outer TTL', `at most ${x}`, y));
    }
    const dscp = a.outer.typeOfService >> 2 !== b.outer.typeOfService >> 2;
    return dscp ? pass([a, b], 'DSCP was remarked on the way') : pass([a, b]);
  },
});
