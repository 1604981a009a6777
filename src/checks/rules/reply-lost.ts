import { segmentBetween } from '../../trace/segment.js';
import { defineJourneyRule, fail, notApplicable, pass, unproven } from '../rule.js';

interface ReplyLost {
  readonly lastSeen: string;
  readonly missingAt: string;
  readonly segment: string;
}

export default defineJourneyRule<ReplyLost>({
  meta: {
    id: 'IPT502',
    name: 'reply-lost',
    severity: 'error',
    summary: 'The reply was seen at one hop and not at the next captured one, nor later.',
    proves: 'A pass proves that the reply was seen at every captured hop back.',
    shows: 'The last capture that holds the reply, and a capture nearer to the source that does not.',
    remedy:
      'Read the diagnosis: the segment names the candidates. A path that works one way only points at a filter or an asymmetric route.',
    sources: [{ kind: 'rfc', number: 792, section: 'Echo or Echo Reply Message' }],
    required: true,
    samples: { pass: 'ok-ping', fail: 'bad-reply-blocked' },
  },
  message: ({ lastSeen, missingAt, segment }) =>
    `reply last seen at ${lastSeen}, not seen at ${missingAt} (${segment})`,
  check({ reply, composite }) {
    if (reply === null) return notApplicable;
    if (composite || reply.hops.some((h) => h.state === 'other-run'))
      return unproven('frame', 'the captures hold different pings');
    const { lastSeen, firstMissing } = reply;
    const seen = reply.hops.filter((h) => h.state === 'seen');
    if (lastSeen === null || firstMissing === null) {
      return reply.hops.some((h) => h.state === 'blind')
        ? unproven('frame', 'a capture on the way misses what passes there')
        : pass(seen.flatMap((h) => h.observations));
    }
    if (reply.disposition === 'insufficient-evidence') return unproven('capture', 'the next capture is damaged');
    return fail(
      {
        lastSeen: lastSeen.point!.label,
        missingAt: firstMissing.point!.label,
        segment: segmentBetween(lastSeen.role, firstMissing.role),
      },
      ...lastSeen.observations.map((o) => o.ref),
    );
  },
});
