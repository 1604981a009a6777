import { segmentBetween } from '../../path/segments.js';
import { hopGapText } from '../compare.js';
import { defineJourneyRule, fail, notApplicable, pass, unproven } from '../rule.js';

interface NoReply {
  /** The request's last sighting; null: at the destination pod itself. */
  readonly lastSeen: string | null;
  /** The destination pod got all fragments of it. */
  readonly whole: boolean;
  /** A capture that ran and has no answer. */
  readonly noneAt: string;
  readonly segment: string;
}

export default defineJourneyRule<NoReply>({
  meta: {
    id: 'IPT501',
    name: 'no-reply',
    severity: 'error',
    summary: 'The request was delivered, or seen as far as there are captures, and no answer came while they ran.',
    proves: 'A pass proves that the destination answered.',
    shows:
      "The request at the destination pod and no reply in that pod's capture; or the request at its last captured hop, and no reply in captures that ran when it was due and would show it.",
    remedy:
      'In the destination pod: a firewall, `net.ipv4.icmp_echo_ignore_all`, or a wrong checksum that its kernel drops. Without a capture of the destination pod: take one there, it halves what is left.',
    sources: [{ kind: 'rfc', number: 1122, section: '3.2.2.6' }],
    required: true,
    samples: { pass: 'ok-ping', fail: 'bad-no-reply' },
  },
  message: ({ lastSeen, whole, noneAt, segment }) => {
    if (lastSeen !== null)
      return `no reply at ${noneAt} while it ran, and the request was last seen at ${lastSeen}: lost behind it (${segment}), not answered, or the reply was lost before it was captured`;
    return whole
      ? 'the request reached the destination pod, which sent no reply'
      : 'fragments of the request reached the destination pod, not all of which were seen there, and it sent no reply';
  },
  check({ path, request, reply, awaited, composite }) {
    if (reply !== null) return pass(reply.hops.flatMap((h) => h.observations.slice(0, 1)));
    if (composite) return unproven('frame');
    if (!path.answerIsDue)
      return unproven('frame', 'a UDP datagram need not be answered, and this flow shows no answer');
    if (request.firstMissing !== null || request.disposition === 'refused') return notApplicable;
    const last = request.lastSeen;
    const asleep = request.hops.find((h) => h.state === 'not-running');
    const none = awaited[0];
    if (last === null || none === undefined) {
      if (last?.place === 'destination-pod')
        return unproven('frame', `${last.point!.label} ends before an answer was due there`);
      if (asleep !== undefined) return unproven('frame', hopGapText(asleep, 'request'));
      return unproven('capture', 'no reply was captured, and the destination pod was not either');
    }
    const arrived = last.place === 'destination-pod';
    return fail(
      {
        lastSeen: arrived && awaited.includes(last) ? null : last.point!.label,
        whole: last.observations.some((o) => o.complete),
        noneAt: none.point!.label,
        segment: arrived ? 'the destination pod' : segmentBetween(last.role, 'destination-pod'),
      },
      ...last.observations.map((o) => o.ref),
    );
  },
});
