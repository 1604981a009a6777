import { segmentBetween } from '../../path/segments.js';
import { gapText, partlySeen } from '../compare.js';
import { defineJourneyRule, fail, notApplicable, pass, unproven } from '../rule.js';

interface ReplyLost {
  /** Only the rest of it got lost: its first fragments were seen further on. */
  readonly partly: boolean;
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
    direction: 'reply',
    samples: { pass: 'ok-ping', fail: 'bad-reply-blocked' },
  },
  message: ({ partly, lastSeen, missingAt, segment }) =>
    partly
      ? `reply whole at ${lastSeen}, not all of its fragments at ${missingAt} (${segment})`
      : `reply last seen at ${lastSeen}, not seen at ${missingAt} (${segment})`,
  check({ reply, composite }) {
    if (reply === null) return notApplicable;
    if (composite || reply.hops.some((h) => h.state === 'other-run'))
      return unproven('frame', 'the captures hold different pings');
    const { lastSeen, firstMissing } = reply;
    const seen = reply.hops.filter((h) => h.state === 'seen');
    if (lastSeen === null || firstMissing === null) {
      const part = partlySeen(reply);
      if (part !== null) {
        if (part.laterWhole || part.whole === null)
          return unproven('frame', `${part.hop.point!.label} does not hold all fragments of it`);
        return fail(
          {
            partly: true,
            lastSeen: part.whole.point!.label,
            missingAt: part.hop.point!.label,
            segment: segmentBetween(part.whole.role, part.hop.role),
          },
          ...part.whole.observations.map((o) => o.ref),
        );
      }
      const gap = gapText(reply);
      if (gap !== null) return unproven('frame', gap);
      return reply.hops.some((h) => h.state === 'blind')
        ? unproven('frame', 'a capture on the way misses what passes there')
        : pass(seen.flatMap((h) => h.observations));
    }
    if (reply.disposition === 'insufficient-evidence') return unproven('capture', 'the next capture is damaged');
    return fail(
      {
        partly: false,
        lastSeen: lastSeen.point!.label,
        missingAt: firstMissing.point!.label,
        segment: segmentBetween(lastSeen.role, firstMissing.role),
      },
      ...lastSeen.observations.map((o) => o.ref),
    );
  },
});
