import type { Leg } from '../../follow/journey.js';
import { isSourceSide, isTunnel, isUnderlay } from '../../follow/journey.js';
import { elapsed, type Observation } from '../../observe/observation.js';
import { defineJourneyRule, fail, notApplicable, pass, proof, unproven } from '../rule.js';

interface ReplyAsymmetric {
  readonly request: string;
  readonly reply: string;
  readonly at: string;
}

function onTheWire(leg: Leg): Observation[] {
  return leg.hops.filter((h) => isUnderlay(h.role)).flatMap((h) => h.observations);
}

const inWords = (o: Observation): string => (o.encapsulation === 'none' ? 'plain IP' : o.encapsulation);

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
    direction: 'reply',
    samples: { pass: 'ok-ping', fail: 'bad-asymmetric' },
  },
  message: ({ request, reply, at }) => `the request travels as ${request}, the reply as ${reply} (${at})`,
  check({ request, reply, composite, path, strays }) {
    if (reply === null) return notApplicable;
    const requests = onTheWire(request);
    const replies = onTheWire(reply);
    const there = requests[0];
    const back = replies[0];
    if (there === undefined || back === undefined)
      return unproven('capture', 'no underlay capture shows both directions');
    const other = replies.find((o) => requests.every((r) => r.encapsulation !== o.encapsulation));
    if (other !== undefined) {
      return fail(
        { request: inWords(there), reply: inWords(other), at: other.point.label },
        there.ref,
        proof(other.ref, 'encapsulation', there.encapsulation, other.encapsulation),
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
      if (path.damaged.has(skipped.point!.file))
        return unproven('frame', `${skipped.point!.file} is damaged: the reply may be in what was lost of it`);
      // Where the node's own interface misses the reply as well, its captures ended early, or saw only a part.
      const missed = reply.hops.find(
        (h) => isUnderlay(h.role) && h.state === 'blind' && isSourceSide(h.role) === isSourceSide(skipped.role),
      );
      if (missed !== undefined) {
        return unproven('frame', `${missed.point!.label} misses the reply as well as ${skipped.point!.label} does`);
      }
      // A device that other replies took is on their way: what it lacks of them, its capture dropped.
      if (path.witness.seesReplies(skipped.point!.series))
        return unproven('frame', `${skipped.point!.label} holds other replies, so its capture missed this one`);
      // `-i any` shows every device of the node: another one that took the reply would be there, too.
      const { namespace } = skipped.point!;
      const taken = [...strays, ...reply.hops.flatMap((h) => h.observations)].some(
        (o) => o.message === 'reply' && o.point.namespace === namespace && o.point.link === 'cooked-tunnel',
      );
      if (namespace !== null && !taken)
        return unproven(
          'frame',
          `no tunnel device in ${skipped.point!.file} shows the reply, so its capture misses frames`,
        );
      // Nothing at all is there after the last of several requests: the capture may have been stopped before the reply.
      const { lastSeconds, lastNanoseconds } = o.point.traffic;
      const ended = elapsed(o, { seconds: lastSeconds, nanoseconds: lastNanoseconds }) <= 0;
      if (ended && path.flow.probes.length > 1) {
        return unproven('frame', `${o.point.label} ends with this request: it may have been stopped before the reply`);
      }
      return fail(
        {
          request: `${there.encapsulation} through ${skipped.point!.label}`,
          reply: `${back.encapsulation} past it`,
          at: skipped.point!.label,
        },
        o.ref,
        back.ref,
      );
    }
    return pass([there, back]);
  },
});
