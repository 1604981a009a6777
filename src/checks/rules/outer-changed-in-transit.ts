import { addressText } from '../../decode/address.js';
import type { Ipv4Header } from '../../observe/observation.js';
import { mayMark, overTheWire, sameLink, sameProbe } from '../compare.js';
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
  ['outer reserved flag', (h) => Number(h.reserved), String],
  ['outer protocol', (h) => h.protocol, String],
];

/** The four ECN codepoints by their value: RFC 3168 section 5. */
const ecn = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'];

export default defineLegRule<OuterChanged>({
  meta: {
    id: 'IPT211',
    name: 'outer-changed-in-transit',
    severity: 'error',
    summary: 'Between the nodes something other than TTL, checksum and ECN changed in the outer header.',
    proves:
      'A pass proves that both underlay captures show one outer header: no NAT, no re-encapsulation between them.',
    shows:
      'Another address, identification, length or DF at the receiving node. A remarked DSCP is allowed, and CE set on ECT; a TTL that fell in an unchanged frame is not.',
    remedy:
      'Changed addresses: NAT in the underlay, or another node that forwards. Changed identification or length: a middlebox that rebuilds datagrams.',
    sources: [
      { kind: 'rfc', number: 791, section: '3.1' },
      { kind: 'rfc', number: 6864, section: '4' },
      { kind: 'rfc', number: 3168, section: '12' },
    ],
    required: false,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: 'bad-wrong-remote' },
  },
  message: ({ field, before, after }) => `${field} changed on the way from ${before} to ${after}`,
  check(leg, journey) {
    const pairs = overTheWire(leg).filter(([a, b]) => a.outer !== null && b.outer !== null);
    if (pairs.length === 0) return notApplicable;
    if (pairs.some(([a, b]) => !sameProbe(a, b, journey)))
      return unproven('frame', 'the two captures hold different pings');
    for (const [a, b] of pairs) {
      const [before, after] = [a.outer!, b.outer!];
      for (const [field, read, text] of fields) {
        const x = read(before);
        const y = read(after);
        // Outer fragments that were joined on one side only differ in length by nature.
        if (x === y || (field === 'outer total length' && a.fragmented !== b.fragmented)) continue;
        return fail({ field, before: text(x), after: text(y) }, a.ref, proof(b.ref, field, text(x), text(y)));
      }
      const [ttlA, ttlB] = [before.timeToLive, after.timeToLive];
      // What takes from the TTL is a router, and a router sends a frame of its own.
      const bridged = ttlB < ttlA && sameLink(a, b);
      if (ttlB > ttlA || bridged) {
        return fail(
          {
            field: 'outer TTL',
            before: String(ttlA),
            after: bridged ? `${ttlB} in a frame with the same MACs` : `${ttlB}`,
          },
          a.ref,
          proof(b.ref, 'outer TTL', `${bridged ? '' : 'at most '}${ttlA}`, String(ttlB)),
        );
      }
      const [ecnA, ecnB] = [before.typeOfService & 3, after.typeOfService & 3];
      if (ecnA !== ecnB && !mayMark(ecnA, ecnB)) {
        const [x, y] = [ecn[ecnA]!, ecn[ecnB]!];
        return fail({ field: 'outer ECN', before: x, after: y }, a.ref, proof(b.ref, 'outer ECN', x, y));
      }
    }
    const dscp = pairs.some(([a, b]) => a.outer!.typeOfService >> 2 !== b.outer!.typeOfService >> 2);
    const shown = pairs[0]!;
    return dscp ? pass(shown, 'DSCP was remarked on the way') : pass(shown);
  },
});
