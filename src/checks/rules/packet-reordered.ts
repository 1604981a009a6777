import { defineFlowRule, fail, notApplicable } from '../rule.js';

interface Reordered {
  readonly count: number;
  readonly between: string;
}

export default defineFlowRule<Reordered>({
  meta: {
    id: 'IPT015',
    name: 'packet-reordered',
    severity: 'warning',
    summary: 'Probes overtook one another between two hops.',
    proves: 'A pass proves that the probes kept their order between the captured hops.',
    shows: 'Probe n + 1 before probe n at one point, after it at the point before.',
    remedy: 'Parallel paths (bonding, ECMP per packet) or a delaying queue on the segment between the two points.',
    sources: [{ kind: 'rfc', number: 4737, section: '3' }],
    required: false,
    samples: { pass: 'ok-ping-3', fail: 'bad-reorder' },
  },
  message: ({ count, between }) => `${count} ${count === 1 ? 'probe was' : 'probes were'} overtaken between ${between}`,
  check(flow) {
    const worst = flow.reorderings[0];
    if (worst === undefined) {
      return flow.probes < 2 ? notApplicable : { verdict: 'pass', evidence: [] };
    }
    return fail({ count: worst.count, between: `${worst.before.label} and ${worst.after.label}` }, ...worst.evidence);
  },
});
