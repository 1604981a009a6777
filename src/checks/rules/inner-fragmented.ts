import type { Hop } from '../../follow/journey.js';
import { defineLegRule, fail, notApplicable, pass, unproven } from '../rule.js';

interface InnerFragmented {
  readonly at: string;
  readonly pieces: number;
  readonly before: number;
}

const pieces = (hop: Hop): number =>
  Math.max(...hop.observations.map((o) => (o.fragmented === 'inner' ? o.fragments.length : 1)));

/** Were all its pieces seen? Where some were missed, their number tells nothing. */
const counted = (hop: Hop): boolean => hop.observations.every((o) => o.fragmented !== 'inner' || o.complete);

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
    required: true,
    cell: 'length',
    samples: { pass: 'ok-fragmented-inner', fail: 'bad-mtu-pod-fragments' },
  },
  message: ({ at, pieces: n, before }) =>
    `${n} inner fragment${n === 1 ? '' : 's'} at ${at}, ${before === 1 ? 'whole' : before} before it`,
  check(leg) {
    const seen = leg.hops.filter((h) => h.state === 'seen');
    const first = seen[0];
    if (first === undefined) return notApplicable;
    let before: number | null = null;
    for (const hop of seen) {
      const n = pieces(hop);
      const cut = hop.observations.find((o) => o.fragmented === 'inner');
      // A single fragment of what was whole before is a cut as well, though the others are not here.
      const more = before !== null && (counted(hop) ? n > before : before === 1);
      if (more && cut !== undefined) {
        const o = hop.observations.find((x) => x.fragments.length === n) ?? cut;
        return fail(
          { at: hop.point!.label, pieces: o.fragments.length, before: before! },
          ...o.fragments.map((f) => ({ file: f.file, frame: f.frame })),
        );
      }
      if (counted(hop)) before = n;
    }
    if (pieces(first) > 1 && first.place !== 'source-pod')
      return unproven('capture', 'already in fragments at the first captured hop');
    return pass(seen.flatMap((h) => h.observations.slice(0, 1)));
  },
});
