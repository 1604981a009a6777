import { defineJourneyRule, fail, notApplicable, pass, unproven } from '../rule.js';

export default defineJourneyRule<{ readonly whole: boolean }>({
  meta: {
    id: 'IPT501',
    name: 'no-reply',
    severity: 'error',
    summary: 'The request was delivered and the destination did not answer.',
    proves: 'A pass proves that the destination answered.',
    shows: "The request at the destination pod, and no reply in that pod's capture.",
    remedy:
      'In the destination pod: a firewall, `net.ipv4.icmp_echo_ignore_all`, or a wrong checksum that its kernel drops.',
    sources: [{ kind: 'rfc', number: 1122, section: '3.2.2.6' }],
    required: true,
    samples: { pass: 'ok-ping', fail: 'bad-no-reply' },
  },
  message: ({ whole }) =>
    whole
      ? 'the request reached the destination pod, which sent no reply'
      : 'fragments of the request reached the destination pod, not all of which were seen there, and it sent no reply',
  check({ request, reply, composite }) {
    if (reply !== null) return pass(reply.hops.flatMap((h) => h.observations.slice(0, 1)));
    if (composite) return unproven('frame');
    const arrived = request.hops.find((h) => h.place === 'destination-pod' && h.state === 'seen');
    if (arrived !== undefined) {
      const whole = arrived.observations.some((o) => o.complete);
      return fail({ whole }, ...arrived.observations.map((o) => o.ref));
    }
    if (request.firstMissing !== null) return notApplicable;
    return unproven('capture', 'no reply was captured, and the destination pod was not either');
  },
});
