import { covered, octetLosses } from '../../follow/octets.js';
import { segmentBetween } from '../../path/segments.js';
import { defineFlowRule, fail, notApplicable, unproven } from '../rule.js';

interface OctetsLost {
  readonly direction: string;
  readonly octets: number;
  readonly before: string;
  readonly after: string;
  readonly segment: string;
  readonly lengths: string;
}

export default defineFlowRule<OctetsLost>({
  meta: {
    id: 'IPT016',
    name: 'octets-lost',
    severity: 'error',
    summary: 'Octets of a TCP connection passed one hop, were sent again, and passed none behind it.',
    proves:
      'A pass proves that every octet that was captured at one hop was captured at the last one as well, or acknowledged by the receiver.',
    shows: 'Sequence numbers that come again and again at one capture, and never at the next one.',
    remedy:
      'Compare the lengths of what passes and of what does not: a smaller MTU on the way lets short segments pass.',
    sources: [
      { kind: 'rfc', number: 9293, section: '3.8.1' },
      { kind: 'rfc', number: 2923, section: '2.1' },
    ],
    required: true,
    probes: ['tcp'],
    samples: { pass: 'tcp-ok', fail: 'tcp-blackhole' },
  },
  message: ({ direction, octets, before, after, segment, lengths }) =>
    `${octets} octets (${direction}) were sent again at ${before} and never seen at ${after} (${segment}), in datagrams of ${lengths}`,
  check({ path }) {
    const losses = octetLosses(path.octets);
    const first = losses[0];
    if (first !== undefined) {
      const { before, after, shortest, longest } = first;
      return fail(
        {
          direction: first.direction,
          octets: first.octets,
          before: before.point.label,
          after: after.point.label,
          segment: segmentBetween(before.role, after.role),
          lengths: shortest === longest ? `${shortest} octets` : `${shortest} to ${longest} octets`,
        },
        ...losses.flatMap((l) => l.evidence),
      );
    }
    const carrying = path.octets.filter(({ places }) => places.some(({ passed }) => covered(passed) > 0));
    if (carrying.length === 0) return notApplicable;
    if (carrying.some(({ isRagged }) => isRagged))
      return unproven('frame', 'sequence numbers are too scattered to be followed');
    const last = carrying.map(({ places }) => places.at(-1)!);
    const total = last.reduce((sum, { passed }) => sum + covered(passed), 0);
    return { verdict: 'pass', evidence: last.map((p) => p.largestRef), remark: `${total} octets came through` };
  },
});
