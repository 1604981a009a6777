import { earlierOf, firstSeen, sameProbe } from '../compare.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof, unproven } from '../rule.js';

interface PayloadChanged {
  readonly since: string;
  /** ICMP code of the message, when that is what is wrong. */
  readonly code?: number;
}

export default defineHopRule<PayloadChanged>({
  meta: {
    id: 'IPT303',
    name: 'inner-payload-changed',
    severity: 'error',
    summary: 'The payload is not the same octets as at the first hop, or the ICMP code is not 0.',
    proves:
      'A pass proves that the payload arrived here octet for octet. Octets cut off by the snapshot length are not proven.',
    shows: 'Equal identifier and sequence, different payload; or an echo message with a code other than 0.',
    remedy:
      'Damage on the segment before this hop: look at error counters of the NICs, switches and virtual switches there.',
    sources: [{ kind: 'rfc', number: 792, section: 'Echo or Echo Reply Message' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-corrupt' },
  },
  places: everywhere,
  message: ({ since, code }) =>
    code === undefined
      ? `the payload differs from the one at ${since}`
      : `the ICMP code is ${code}, an echo message has 0`,
  check(hop, leg, journey) {
    const first = firstSeen(leg)!;
    for (const o of hop.observations) {
      const a = earlierOf(o, first);
      if (o.icmpCode !== 0)
        return fail(
          { since: first.point!.label, code: o.icmpCode },
          proof(o.ref, 'ICMP code', '0', String(o.icmpCode)),
        );
      if (!sameProbe(a, o, journey)) return unproven('frame', 'the captures hold different pings');
      if (!o.complete || !a.complete) return unproven('bytes', 'not all fragments were seen');
      if (o.payloadCaptured < o.payloadLength || a.payloadCaptured < a.payloadLength)
        return unproven('bytes', 'the payload was not captured whole');
      if (o.payloadLength === a.payloadLength && o.payloadDigest === a.payloadDigest) continue;
      return fail({ since: first.point!.label }, a.ref, proof(o.ref, 'payload', 'unchanged', 'changed'));
    }
    return pass(hop.observations);
  },
});
