import { octetsRepaired } from '../../follow/octets.js';
import { segmentBetween } from '../../path/segments.js';
import { defineFlowRule, fail, notApplicable } from '../rule.js';

interface OctetsResent {
  readonly direction: string;
  readonly octets: number;
  readonly of: number;
  readonly segment: string;
}

export default defineFlowRule<OctetsResent>({
  meta: {
    id: 'IPT017',
    name: 'octets-resent',
    severity: 'warning',
    summary: 'Octets of a TCP connection were lost between two hops and came when they were sent again.',
    proves: 'A pass proves that nothing was lost between the captured hops, not even for a time.',
    shows: 'Sequence numbers that stand twice in one capture and once in the next one.',
    remedy: 'Loss that TCP repairs costs throughput: look at queues, policers and error counters on the segment.',
    sources: [{ kind: 'rfc', number: 9293, section: '3.8.1' }],
    required: false,
    probes: ['tcp'],
    samples: { pass: 'tcp-ok', fail: null },
  },
  message: ({ direction, octets, of, segment }) =>
    `${octets} of ${of} octets (${direction}) were lost on ${segment} and came when they were sent again`,
  check({ path }) {
    const repaired = path.octets.flatMap((leg) => octetsRepaired(leg).map((r) => ({ ...r, direction: leg.direction })));
    const worst = repaired.sort((a, b) => b.octets - a.octets)[0];
    if (worst === undefined) {
      const refs = path.octets.flatMap(({ places }) => places.map((p) => p.largestRef));
      return path.octets.some(({ places }) => places.length > 1) ? { verdict: 'pass', evidence: refs } : notApplicable;
    }
    const { before, after, direction, octets } = worst;
    return fail(
      { direction, octets, of: before.octets, segment: segmentBetween(before.role, after.role) },
      ...before.resent.slice(0, 16).map((r) => r.ref),
    );
  },
});
