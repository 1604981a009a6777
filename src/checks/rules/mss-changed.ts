import { defineFlowRule, fail, notApplicable, proof } from '../rule.js';
import { mssOf } from '../segment-sizes.js';

interface MssChanged {
  readonly before: string;
  readonly was: number;
  readonly after: string;
  readonly is: number;
}

export default defineFlowRule<MssChanged>({
  meta: {
    id: 'IPT409',
    name: 'mss-changed',
    severity: 'info',
    summary: 'The maximum segment size was changed on the way.',
    proves: 'A pass proves that every capture shows the MSS that the ends announced.',
    shows: 'The same SYN with another MSS further on: a node or a router clamps it, mostly on purpose.',
    remedy:
      'Nothing, if it was meant; else look for TCPMSS rules on the node before the hop that shows the smaller one.',
    sources: [{ kind: 'rfc', number: 9293, section: '3.7.1' }],
    required: false,
    probes: ['tcp'],
    samples: { pass: 'tcp-ok', fail: null },
  },
  message: ({ before, was, after, is }) => `the MSS is ${was} at ${before} and ${is} at ${after}`,
  check({ path }) {
    const syns = mssOf(path);
    if (syns.length === 0) return notApplicable;
    for (const acknowledges of [false, true]) {
      const mine = syns.filter((s) => s.acknowledges === acknowledges);
      const [first, ...others] = mine;
      const other = others.find((s) => s.mss !== first!.mss);
      if (first === undefined || other === undefined) continue;
      // MSS is only ever made smaller on the way.
      const [before, after] = first.mss > other.mss ? [first, other] : [other, first];
      return fail(
        { before: before.point.label, was: before.mss, after: after.point.label, is: after.mss },
        before.ref,
        proof(after.ref, 'maximum segment size', String(before.mss), String(after.mss)),
      );
    }
    return { verdict: 'pass', evidence: syns.map((s) => s.ref) };
  },
});
