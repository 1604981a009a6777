import { defineJourneyRule, fail, pass } from '../rule.js';

interface OffPathSighting {
  readonly points: readonly string[];
}

export default defineJourneyRule<OffPathSighting>({
  meta: {
    id: 'IPT014',
    name: 'off-path-sighting',
    severity: 'error',
    summary: 'The probe was seen at a capture point that has no place on its path.',
    proves: 'A pass proves that no capture off the path holds the probe.',
    shows: 'A machine that receives the datagram and sends it on with another outer header or TTL.',
    remedy: 'That machine forwards what is not its own: compare the route and the neighbour entry that lead there.',
    sources: [{ kind: 'rfc', number: 2003, section: '3.2' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-wrong-remote' },
  },
  message: ({ points }) => `seen off the path at ${points.join(', ')}`,
  check({ strays, request, path }) {
    const off = new Set(path.assignments.filter((a) => a.offPath).map((a) => a.point));
    const seen = strays.filter((o) => off.has(o.point));
    if (seen.length === 0) return pass(request.hops.flatMap((h) => h.observations.slice(0, 1)));
    return fail({ points: [...new Set(seen.map((o) => o.point.label))] }, ...seen.map((o) => o.ref));
  },
});
