import { defineHopRule, fail, notApplicable, pass, proof } from '../rule.js';

interface OuterLength {
  readonly expected: number;
  readonly found: number;
}

export default defineHopRule<OuterLength>({
  meta: {
    id: 'IPT209',
    name: 'outer-length-mismatch',
    severity: 'error',
    summary: 'The outer total length is not the outer header plus the inner datagram.',
    proves: 'A pass proves that nothing stands behind the inner datagram and nothing of it is missing.',
    shows: 'Outer total length ≠ outer header length + inner total length.',
    remedy:
      'A middlebox or a faulty offload rewrites lengths: compare both underlay captures and `ethtool -k` (tx-ipxip4-segmentation).',
    sources: [{ kind: 'rfc', number: 2003, section: '3.1' }],
    required: false,
    cell: 'length',
    samples: { pass: 'ok-ping', fail: 'bad-corrupt' },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: ({ expected, found }) => `outer total length is ${found}, expected ${expected}`,
  check(hop) {
    const inside = hop.observations.filter(
      (o) => o.encapsulation === 'ipip' && o.outer !== null && o.fragmented !== 'outer',
    );
    if (inside.length === 0) return notApplicable;
    const want = (o: (typeof inside)[number]): number => o.outer!.headerLength + o.inner.totalLength;
    const wrong = inside.find((o) => o.outer!.totalLength !== want(o));
    if (wrong === undefined) return pass(inside);
    const found = wrong.outer!.totalLength;
    return fail(
      { expected: want(wrong), found },
      proof(wrong.ref, 'outer total length', String(want(wrong)), String(found)),
    );
  },
});
