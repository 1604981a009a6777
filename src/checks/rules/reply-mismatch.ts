import { defineJourneyRule, fail, notApplicable, pass, proof, unproven } from '../rule.js';

export default defineJourneyRule<Record<string, never>>({
  meta: {
    id: 'IPT504',
    name: 'reply-mismatch',
    severity: 'error',
    summary: "The reply does not return the request's payload.",
    proves: 'A pass proves that the reply echoes what the destination received.',
    shows: 'Equal identifier and sequence, another payload in the reply.',
    remedy:
      'Compare the request at the destination pod with its reply there: damage on the way, or something else answers for the pod.',
    sources: [{ kind: 'rfc', number: 1122, section: '3.2.2.6' }],
    required: false,
    direction: 'reply',
    probes: ['icmp'],
    samples: { pass: 'ok-ping', fail: null },
  },
  message: () => "the reply's payload is not the request's",
  check({ request, reply, composite }) {
    if (reply === null) return notApplicable;
    if (composite) return unproven('frame', 'the captures hold different pings');
    // Where both were seen at one point, the one nearest to the destination compares like with like.
    for (const back of reply.hops) {
      const there = request.hops.find((h) => h.point === back.point && h.state === 'seen');
      if (back.state !== 'seen' || there === undefined) continue;
      const pairs = back.observations.map((b) => {
        const match = there.observations.find(
          (o) => o.payloadDigest === b.payloadDigest && o.payloadCaptured === b.payloadCaptured,
        );
        return { a: match ?? there.observations[0]!, b, match: match !== undefined };
      });
      if (pairs.some(({ a, b }) => !a.complete || !b.complete)) return unproven('bytes', 'not all fragments were seen');
      if (pairs.some(({ a, b }) => a.payloadCaptured < a.payloadLength || b.payloadCaptured < b.payloadLength))
        return unproven('bytes', 'the payload was not captured whole');
      const { a, b, match } = pairs.find((p) => !p.match) ?? pairs[0]!;
      if (match) return pass([a, b]);
      return fail({}, a.ref, proof(b.ref, 'ICMP payload', "the request's", 'another'));
    }
    return unproven('capture', 'no point shows both request and reply');
  },
});
