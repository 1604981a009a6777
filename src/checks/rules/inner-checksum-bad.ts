import { isSourceSide, type Journey, type Leg } from '../../follow/journey.js';
import { probeWords } from '../../path/probe-kinds.js';
import { firstSeen } from '../compare.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, notApplicable, pass, proof, unproven } from '../rule.js';

interface InnerChecksum {
  readonly which: string;
}

export default defineHopRule<InnerChecksum>({
  meta: {
    id: 'IPT305',
    name: 'inner-checksum-bad',
    severity: 'error',
    summary: 'The inner IP, ICMP, TCP or UDP checksum is wrong on the receiving side.',
    proves:
      'A pass proves that the inner datagram arrived as its checksums say. The sending side is not judged: an offload may fill them in later.',
    shows:
      'A checksum that does not sum up behind the wire; the destination drops such a message silently. TCP and UDP between machines of one host may leave it out: what was answered is not judged.',
    remedy: 'Damage on the wire, or a faulty tunnel offload (`ethtool -k` tx-ipxip4-segmentation, tx-checksumming).',
    sources: [
      { kind: 'rfc', number: 1071, section: '1' },
      { kind: 'rfc', number: 792, section: 'Echo or Echo Reply Message' },
    ],
    required: false,
    cell: 'inner',
    samples: { pass: 'ok-ping', fail: 'bad-corrupt' },
  },
  places: everywhere,
  message: ({ which }) => `the ${which} checksum is wrong behind the wire`,
  check(hop, leg, journey) {
    // At the wire and behind it a checksum that hardware fills in must be there.
    if (isSourceSide(hop.place)) return notApplicable;
    const header = hop.observations.find((o) => o.inner.checksumRight === false);
    if (header !== undefined)
      return fail({ which: 'inner IP header' }, proof(header.ref, 'inner header checksum', 'right', 'wrong'));
    const message = hop.observations.find((o) => o.messageChecksumRight === false);
    const { message: which } = probeWords(journey.path.flow.kind);
    if (message !== undefined && wasTaken(leg, journey))
      return pass(hop.observations, `the ${which} checksum was left to an offload, and a kernel took the message`);
    if (message !== undefined) return fail({ which }, proof(message.ref, `${which} checksum`, 'right', 'wrong'));
    return hop.observations.some((o) => o.messageChecksumRight === null)
      ? unproven('bytes', 'the message was not captured whole')
      : pass(hop.observations);
  },
});

/**
 * Virtual NICs of one host hand over a checksum that is still to be filled in, and the receiving kernel does not look at it
 * (CHECKSUM_PARTIAL, include/linux/skbuff.h). It was open where it was sent, and something shows that the message was taken.
 */
function wasTaken(leg: Leg, { path, request, reply }: Journey): boolean {
  if (path.flow.kind === 'icmp' || firstSeen(leg)?.observations[0]?.messageChecksumRight !== false) return false;
  if (leg.direction === 'request') return reply !== null;
  if (path.flow.kind === 'tcp') return path.octets.some((o) => o.direction === 'reply' && (o.received ?? -1) >= 0);
  // Of an answer nothing tells, but the question came in the same way and was taken.
  return request.hops.some(
    (h) => !isSourceSide(h.place) && h.observations.some((o) => o.messageChecksumRight === false),
  );
}
