import { isUnderlay } from '../../follow/journey.js';
import { defineFlowRule, fail, notApplicable } from '../rule.js';

interface OctetsBare {
  readonly at: string;
  readonly direction: string;
}

export default defineFlowRule<OctetsBare>({
  meta: {
    id: 'IPT212',
    name: 'octets-not-encapsulated',
    severity: 'error',
    summary: 'Segments of a TCP connection crossed the underlay in no tunnel, where the path wants IPIP.',
    proves: 'A pass proves that every captured segment with octets travelled encapsulated between the nodes.',
    shows: 'Plain TCP segments between the pods on a node interface.',
    remedy: 'Look for a second route or a rule that takes long datagrams past the tunnel device.',
    sources: [{ kind: 'rfc', number: 2003, section: '3' }],
    required: false,
    probes: ['tcp'],
    samples: { pass: 'tcp-ok', fail: null },
  },
  message: ({ at, direction }) => `segments with octets (${direction}) are plain at ${at}, expected ipip`,
  check({ path }) {
    if (path.encapsulation?.value !== 'ipip') return notApplicable;
    const places = path.octets.flatMap(({ direction, places }) => places.map((p) => ({ ...p, direction })));
    const crossing = places.filter((p) => isUnderlay(p.role) && p.octets > 0);
    const bare = crossing.find((p) => p.bare !== null);
    if (bare !== undefined) return fail({ at: bare.point.label, direction: bare.direction }, bare.bare!);
    return crossing.length === 0 ? notApplicable : { verdict: 'pass', evidence: crossing.map((p) => p.largestRef) };
  },
});
