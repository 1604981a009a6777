import { defineHopRule, fail, notApplicable, pass } from '../rule.js';

interface OuterFragmented {
  readonly pieces: number;
  readonly complete: boolean;
}

export default defineHopRule<OuterFragmented>({
  meta: {
    id: 'IPT210',
    name: 'outer-fragmented',
    severity: 'error',
    summary: 'The outer datagram travels in fragments.',
    proves: 'A pass proves that the tunnel datagram was not fragmented on the underlay.',
    shows: 'More-fragments or a fragment offset in the outer header.',
    remedy: 'The tunnel MTU is too large for the underlay: it must be the underlay MTU less 20.',
    sources: [
      { kind: 'rfc', number: 2003, section: '5.1' },
      { kind: 'rfc', number: 791, section: '3.2' },
    ],
    required: false,
    cell: 'length',
    samples: { pass: 'ok-ping', fail: null },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: ({ pieces, complete }) =>
    `the outer datagram travels in ${pieces} fragments${complete ? '' : ', not all of which were seen here'}`,
  check(hop) {
    if (hop.observations.every((o) => o.outer === null)) return notApplicable;
    const wrong = hop.observations.find((o) => o.fragmented === 'outer');
    if (wrong === undefined) return pass(hop.observations);
    return fail(
      { pieces: wrong.fragments.length, complete: wrong.complete },
      ...wrong.fragments.map((f) => ({ file: f.file, frame: f.frame })),
    );
  },
});
