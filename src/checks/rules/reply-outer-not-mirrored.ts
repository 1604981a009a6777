import { addressText } from '../../decode/address.js';
import { isUnderlay } from '../../follow/journey.js';
import type { Observation } from '../../observe/observation.js';
import { defineJourneyRule, fail, notApplicable, pass, proof, type Verdict } from '../rule.js';

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
    direction: 'reply',
    samples: { pass: 'ok-ping', fail: 'bad-outer-src' },
  },
  message: ({ request, reply }) => `request travels ${request}, reply ${reply}`,
  check({ request, reply }) {
    if (reply === null) return notApplicable;
    let mirrored: readonly [Observation, Observation] | null = null;
    for (const there of request.hops) {
      if (!isUnderlay(there.role) || there.state !== 'seen') continue;
      const back = reply.hops.find((h) => h.point === there.point && h.state === 'seen');
      if (back === undefined) continue;
      // Each copy of either direction needs a counterpart in the other.
      const requests = there.observations.filter((o) => o.outer !== null);
      const replies = back.observations.filter((o) => o.outer !== null);
      if (requests.length === 0 || replies.length === 0) continue;
      for (const b of replies) {
        const pair = requests.find((r) => isMirror(r, b));
        if (pair === undefined) return notMirrored(requests[0]!, b);
        mirrored ??= [pair, b];
      }
      const alone = requests.find((r) => !replies.some((b) => isMirror(r, b)));
      if (alone !== undefined) return notMirrored(alone, replies[0]!);
    }
    return mirrored === null ? notApplicable : pass(mirrored);
  },
});

function isMirror(request: Observation, reply: Observation): boolean {
  return request.outer!.source === reply.outer!.destination && request.outer!.destination === reply.outer!.source;
}

function notMirrored(request: Observation, reply: Observation): Verdict<NotMirrored> {
  const text = (source: number, destination: number): string => `${addressText(source)} > ${addressText(destination)}`;
  const found = text(reply.outer!.source, reply.outer!.destination);
  return fail(
    { request: text(request.outer!.source, request.outer!.destination), reply: found },
    request.ref,
    proof(reply.ref, 'outer addresses', text(request.outer!.destination, request.outer!.source), found),
  );
}
