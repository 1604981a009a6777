import { addressText } from '../../decode/address.js';
import { isUnderlay } from '../../trace/journey.js';
import { defineJourneyRule, fail, notApplicable, pass, proof } from '../rule.js';

interface NotMirrored {
  readonly request: string;
  readonly reply: string;
}

export default defineJourneyRule<NotMirrored>({
  meta: {
    id: 'IPT505',
    name: 'reply-outer-not-mirrored',
    severity: 'error',
    summary: "The reply's outer addresses are not the request's, swapped.",
    proves: 'A pass proves that both nodes use one pair of underlay addresses for the tunnel.',
    shows: 'An outer source or destination in the reply that the request does not have.',
    remedy:
      "Compare each node's tunnel `local` with the address to which the other node's route for the pod subnet points.",
    sources: [{ kind: 'rfc', number: 2003, section: '3.1' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-outer-src' },
  },
  message: ({ request, reply }) => `request travels ${request}, reply ${reply}`,
  check({ request, reply }) {
    if (reply === null) return notApplicable;
    for (const there of request.hops) {
      if (!isUnderlay(there.role) || there.state !== 'seen') continue;
      const back = reply.hops.find((h) => h.point === there.point && h.state === 'seen');
      const a = there.observations[0]?.outer;
      const b = back?.observations[0]?.outer;
      if (a === undefined || a === null || b === undefined || b === null) continue;
      if (a.source === b.destination && a.destination === b.source)
        return pass([there.observations[0]!, back!.observations[0]!]);
      const text = (h: typeof a): string => `${addressText(h.source)} > ${addressText(h.destination)}`;
      return fail(
        { request: text(a), reply: text(b) },
        there.observations[0]!.ref,
        proof(
          back!.observations[0]!.ref,
          'outer addresses',
          `${addressText(a.destination)} > ${addressText(a.source)}`,
          text(b),
        ),
      );
    }
    return notApplicable;
  },
});
