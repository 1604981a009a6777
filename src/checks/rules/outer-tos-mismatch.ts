import { defineHopRule, fail, notApplicable, pass, proof } from '../rule.js';

interface OuterTos {
  readonly expected: number;
  readonly found: number;
}

/** tos 0 on the device: DSCP 0 outside; ECN is copied, CE becomes ECT(0). */
function expectedOuter(innerTos: number): number {
  const ecn = innerTos & 3;
  return ecn === 3 ? 2 : ecn;
}

export default defineHopRule<OuterTos>({
  meta: {
    id: 'IPT207',
    name: 'outer-tos-mismatch',
    severity: 'warning',
    summary: 'The outer DSCP is not 0, or the ECN field was not copied as Linux does.',
    proves:
      'A pass proves that the device has `tos 0` and encapsulates ECN as inet_ecn.h does (CE inside becomes ECT(0) outside).',
    shows: 'An outer type of service that is not the expected one in a frame that the encapsulator sends.',
    remedy: '`ip -d link show` of the tunnel device (`tos`); a DSCP mangle rule on the node explains it as well.',
    sources: [
      { kind: 'rfc', number: 3168, section: '9.1' },
      { kind: 'code', project: 'torvalds/linux', path: 'include/net/inet_ecn.h', symbol: 'INET_ECN_encapsulate' },
    ],
    required: false,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: null },
  },
  places: ['encapsulator-underlay'],
  message: ({ expected, found }) =>
    `outer type of service is 0x${found.toString(16)}, expected 0x${expected.toString(16)}`,
  check(hop) {
    const inside = hop.observations.filter((o) => o.encapsulation === 'ipip' && o.outer !== null);
    if (inside.length === 0) return notApplicable;
    const wrong = inside.find((o) => o.outer!.typeOfService !== expectedOuter(o.inner.typeOfService));
    if (wrong === undefined) return pass(inside);
    const expected = expectedOuter(wrong.inner.typeOfService);
    const found = wrong.outer!.typeOfService;
    return fail({ expected, found }, proof(wrong.ref, 'outer type of service', String(expected), String(found)));
  },
});
