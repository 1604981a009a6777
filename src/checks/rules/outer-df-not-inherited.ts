import { defineHopRule, fail, notApplicable, pass, proof } from '../rule.js';

export default defineHopRule<{ readonly reserved: boolean }>({
  meta: {
    id: 'IPT206',
    name: 'outer-df-not-inherited',
    severity: 'error',
    summary: "The inner header says don't fragment, the outer one does not.",
    proves: 'A pass proves that the tunnel lets path MTU discovery work: an inner DF is copied outside.',
    shows: 'Inner DF set, outer DF clear in a frame that the encapsulator sends.',
    remedy: 'The tunnel device ignores DF (`ignore-df`), or something between rewrites the outer header.',
    sources: [
      { kind: 'rfc', number: 2003, section: '3.1' },
      { kind: 'code', project: 'torvalds/linux', path: 'net/ipv4/ip_tunnel.c', symbol: 'ip_tunnel_xmit' },
    ],
    required: false,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: null },
  },
  places: ['encapsulator-underlay'],
  message: ({ reserved }) =>
    reserved
      ? 'the reserved flag of the outer header is set, which no tunnel does'
      : "inner DF is set and outer DF is not: the datagram may be fragmented on the way against its sender's will",
  check(hop) {
    const inside = hop.observations.filter(
      (o) => o.encapsulation === 'ipip' && o.outer !== null && o.fragmented === 'no',
    );
    if (inside.length === 0) return notApplicable;
    const odd = inside.find((o) => o.outer!.reserved);
    if (odd !== undefined) return fail({ reserved: true }, proof(odd.ref, 'outer reserved flag', '0', '1'));
    const wrong = inside.find((o) => o.inner.dontFragment && !o.outer!.dontFragment);
    return wrong === undefined ? pass(inside) : fail({ reserved: false }, proof(wrong.ref, 'outer DF', '1', '0'));
  },
});
