import { defineHopRule, fail, notApplicable, pass, proof } from '../rule.js';

interface OuterTtl {
  readonly expected: number;
  readonly found: number;
}

export default defineHopRule<OuterTtl>({
  meta: {
    id: 'IPT205',
    name: 'outer-ttl-not-inherited',
    severity: 'error',
    summary: 'At the encapsulator the outer TTL is not the inner TTL.',
    proves: 'A pass proves that the tunnel device has `ttl inherit` (or the fixed TTL that the expectation names).',
    shows: 'Outer and inner TTL differ in a frame that the encapsulator sends.',
    remedy: '`ip -d link show` of the tunnel device: Flannel and Calico create it with `ttl inherit`.',
    sources: [
      { kind: 'rfc', number: 2003, section: '3.1' },
      { kind: 'code', project: 'torvalds/linux', path: 'net/ipv4/ip_tunnel.c', symbol: 'ip_tunnel_xmit' },
    ],
    required: false,
    cell: 'ttl',
    samples: { pass: 'ok-ping', fail: null },
  },
  places: ['encapsulator-underlay'],
  message: ({ expected, found }) => `outer TTL is ${found}, expected ${expected}`,
  check(hop) {
    const inside = hop.observations.filter((o) => o.encapsulation === 'ipip' && o.outer !== null);
    if (inside.length === 0) return notApplicable;
    const fixed = hop.facts.outerTtl?.value;
    const wrong = inside.find((o) => o.outer!.timeToLive !== (fixed ?? o.inner.timeToLive));
    if (wrong === undefined) return pass(inside);
    const expected = fixed ?? wrong.inner.timeToLive;
    const found = wrong.outer!.timeToLive;
    return fail({ expected, found }, proof(wrong.ref, 'outer TTL', String(expected), String(found)));
  },
});
