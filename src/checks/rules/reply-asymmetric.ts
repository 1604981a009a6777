import type { Leg } from '../../trace/journey.js';
import { isTunnel, isUnderlay } from '../../trace/journey.js';
import { elapsed } from '../../trace/observation.js';
import { defineJourneyRule, fail, notApplicable, pass, proof, unproven } from '../rule.js';

interface ReplyAsymmetric {
  readonly request: string;
  readonly reply: string;
  readonly at: string;
}

function seenEncapsulation(leg: Leg): { value: string; hop: Leg['hops'][number] } | null {
  const hop = leg.hops.find((h) => isUnderlay(h.role) && h.state === 'seen');
  return hop === undefined ? null : { value: hop.observations[0]!.encapsulation, hop };
}

export default defineJourneyRule<ReplyAsymmetric>({
  meta: {
    id: 'IPT503',
    name: 'reply-asymmetric',
    severity: 'error',
    summary: 'The reply does not come back the way the request went.',
    proves:
      'A pass proves that both directions travel between the nodes in the same way, through the same captured devices.',
    shows: 'One direction encapsulated and the other plain, or a tunnel device that only one direction uses.',
    remedy:
      'On the answering node: `ip route get` for the source pod. It must leave by the tunnel device as the request did; reverse path filtering drops it otherwise.',
    sources: [{ kind: 'rfc', number: 3704, section: '2.2' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-asymmetric' },
  },
  message: ({ request, reply, at }) => `the request travels as ${request}, the reply as ${reply} (${at})`,
  check({ request, reply, composite, path }) {
    if (reply === null) return notApplicable;
    const there = seenEncapsulation(request);
    const back = seenEncapsulation(reply);
    if (there === null || back === null) return unproven('capture', 'no underlay capture shows both directions');
    if (there.value !== back.value) {
      const o = back.hop.observations[0]!;
      return fail(
        {
          request: there.value === 'none' ? 'plain IP' : there.value,
          reply: back.value === 'none' ? 'plain IP' : back.value,
          at: o.point.label,
        },
        there.hop.observations[0]!.ref,
        proof(o.ref, 'encapsulation', there.value, back.value),
      );
    }
    const skipped = composite
      ? undefined
      : reply.hops.find(
          (h) =>
            isTunnel(h.role) &&
            h.state === 'blind' &&
            request.hops.some((r) => r.point === h.point && r.state === 'seen'),
        );
    if (skipped !== undefined) {
      const o = request.hops.find((r) => r.point === skipped.point)!.observations[0]!;
      // Nothing at all is there after the last of several requests: the capture may have been stopped before the reply.
      const { lastSeconds, lastNanoseconds } = o.point.traffic;
      const ended = elapsed(o, { seconds: lastSeconds, nanoseconds: lastNanoseconds }) <= 0;
      if (ended && path.flow.probes.length > 1) {
        return unproven('frame', `${o.point.label} ends with this request: it may have been stopped before the reply`);
      }
      return fail(
        {
          request: `${there.value} through ${skipped.point!.label}`,
          reply: `${back.value} past it`,
          at: skipped.point!.label,
        },
        o.ref,
        back.hop.observations[0]!.ref,
      );
    }
    return pass([there.hop.observations[0]!, back.hop.observations[0]!]);
  },
});
