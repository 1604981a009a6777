import { segmentBetween } from '../../path/segments.js';
import { gapText, partlySeen } from '../compare.js';
import { defineJourneyRule, fail, notApplicable, pass, unproven } from '../rule.js';

interface RequestLost {
  /** Only the rest of it got lost: its first fragments were seen further on. */
  readonly partly: boolean;
  readonly lastSeen: string;
  readonly missingAt: string;
  readonly segment: string;
}

export default defineJourneyRule<RequestLost>({
  meta: {
    id: 'IPT010',
    name: 'request-lost',
    severity: 'error',
    summary: 'The request was seen at one hop and not at the next captured one, nor later.',
    proves:
      'A pass proves that the request was seen at every captured hop of the path; hops that were not captured are named, not proven.',
    shows: 'The last capture that holds the request, and a capture further on that does not.',
    remedy: 'Read the diagnosis: the segment between the two hops names the candidates and the command to run next.',
    sources: [{ kind: 'rfc', number: 792, section: 'Echo or Echo Reply Message' }],
    required: true,
    samples: { pass: 'ok-ping', fail: 'bad-ipip-blocked' },
  },
  message: ({ partly, lastSeen, missingAt, segment }) =>
    partly
      ? `request whole at ${lastSeen}, not all of its fragments at ${missingAt} (${segment})`
      : `request last seen at ${lastSeen}, not seen at ${missingAt} (${segment})`,
  check({ request, reply, composite }) {
    if (composite) return unproven('frame', 'each capture holds another ping');
    const { lastSeen, firstMissing } = request;
    if (lastSeen === null) return unproven('frame', 'only the reply was captured');
    if (request.hops.some((h) => h.state === 'other-run'))
      return unproven('frame', 'some captures hold other pings of this flow');
    const seen = request.hops.filter((h) => h.state === 'seen');
    if (firstMissing === null || request.disposition === 'delivered') {
      if (seen.length < 2) return unproven('capture', gapText(request) ?? 'seen at one capture point only');
      const part = partlySeen(request);
      if (part !== null) {
        // Who answered had all of it.
        if (part.laterWhole || reply !== null || part.whole === null)
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
      const gap = gapText(request);
      if (gap !== null) return unproven('frame', gap);
      return request.hops.some((h) => h.state === 'blind')
        ? unproven('frame', 'a capture on the way does not hold it, although it was seen further on')
        : pass(seen.flatMap((h) => h.observations));
    }
    if (request.disposition === 'insufficient-evidence') return unproven('capture', 'the next capture is damaged');
    if (lastSeen.point === null || firstMissing.point === null) return notApplicable;
    return fail(
      {
        partly: false,
        lastSeen: lastSeen.point.label,
        missingAt: firstMissing.point.label,
        segment: segmentBetween(lastSeen.role, firstMissing.role),
      },
      ...lastSeen.observations.map((o) => o.ref),
    );
  },
});
