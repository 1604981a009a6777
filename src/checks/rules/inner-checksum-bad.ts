import { isReceiveSide } from '../compare.js';
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
    summary: 'The inner IP or ICMP checksum is wrong on the receiving side.',
    proves:
      'A pass proves that the inner datagram arrived as its checksums say. The sending side is not judged: an offload may fill them in later.',
    shows: 'A checksum that does not sum up behind the wire; the destination drops such a message silently.',
    remedy: 'Damage on the wire, or a faulty tunnel offload (`ethtool -k` tx-ipxip4-segmentation, tx-checksumming).',
    sources: [
      { kind: 'rfc', number: 1071, section: '1' },
      { kind: 'rfc', number: 792, section: 'Echo or Echo Reply Message' },
    ],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-corrupt' },
  },
  places: everywhere,
  message: ({ which }) => `the ${which} checksum is wrong behind the wire`,
  check(hop) {
    if (!isReceiveSide(hop.place)) return notApplicable;
    const header = hop.observations.find((o) => o.inner.checksumRight === false);
    if (header !== undefined)
      return fail({ which: 'inner IP header' }, proof(header.ref, 'inner header checksum', 'right', 'wrong'));
    const message = hop.observations.find((o) => o.icmpChecksumRight === false);
    if (message !== undefined) return fail({ which: 'ICMP' }, proof(message.ref, 'ICMP checksum', 'right', 'wrong'));
    return hop.observations.some((o) => o.icmpChecksumRight === null)
      ? unproven('bytes', 'the message was not captured whole')
      : pass(hop.observations);
  },
});
