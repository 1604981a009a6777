import type { Hop } from '../../trace/journey.js';
import { defineLegRule, fail, notApplicable, pass, unproven } from '../rule.js';

interface InnerFragmented {
  readonly at: string;
  readonly pieces: number;
  readonly before: number;
}

const pieces = (hop: Hop): number =>
  Math.max(...hop.observations.map((o) => (o.fragmented === 'inner' ? o.fragments.length : 1)));

export default defineLegRule<InnerFragmented>({
  meta: {
    id: 'IPT405',
    name: 'inner-fragmented',
    severity: 'error',
    summary: 'The probe was fragmented on the way.',
    proves:
      'A pass proves that no node cut the inner datagram: it left the pod as it arrived (a pod may fragment by itself).',
    shows: 'One datagram at the pod, several fragments from the tunnel device on.',
    remedy:
      "The pod's MTU is larger than the tunnel's: each node pays for it with fragments. Set the pod MTU to the tunnel's.",
    sources: [{ kind: 'rfc', number: 791, section: '3.2' }],
    required: false,
    samples: { pass: 'ok-fragmented-inner', fail: 'bad-mtu-pod-fragments' },
  },
  message: ({ at, pieces: n, before }) => `${n} inner fragments at ${at}, ${before} before it`,
  check(leg) {
    const seen = leg.hops.filter((h) => h.state === 'seen');
    const first = seen[0];
    if (first === undefined) return notApplicable;
    for (let i = 1; i < seen.length; i++) {
      const n = pieces(seen[i]!);
      const before = pieces(seen[i - 1]!);
      if (n > before) {
        const o = seen[i]!.observations.find((x) => x.fragments.length === n)!;
        return fail(
          { at: seen[i]!.point!.label, pieces: n, before },
          ...o.fragments.map((f) => ({ file: f.file, frame: f.frame })),
        );
      }
    }
    if (pieces(first) > 1 && first.place !== 'source-pod')
      return unproven('capture', 'already in fragments at the first captured hop');
    return pass(seen.flatMap((h) => h.observations.slice(0, 1)));
  },
});
