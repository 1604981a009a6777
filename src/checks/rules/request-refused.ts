import { addressText } from '../../decode/address.js';
import { errorMeaning } from '../../follow/icmp-meaning.js';
import { defineJourneyRule, fail, pass } from '../rule.js';

interface RequestRefused {
  readonly sender: string;
  readonly meaning: string;
  readonly quotes: string;
  readonly what: string;
}

export default defineJourneyRule<RequestRefused>({
  meta: {
    id: 'IPT013',
    name: 'request-refused',
    severity: 'error',
    summary: 'An ICMP error quotes the probe.',
    proves:
      'A pass proves that no captured ICMP error quotes the request or its reply. An error that no capture holds cannot be excluded.',
    shows: 'An ICMP message of type 3, 4, 11 or 12 whose quoted packet is the probe, alone or inside the outer header.',
    remedy:
      'Look at who sent it and what it quotes: an error about the outer datagram ends at the encapsulator and never reaches the pod.',
    sources: [
      { kind: 'rfc', number: 792, section: 'Destination Unreachable Message' },
      { kind: 'rfc', number: 2003, section: '4' },
      { kind: 'code', project: 'torvalds/linux', path: 'net/ipv4/ipip.c', symbol: 'ipip_err' },
    ],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-ipip-rejected-at-node2' },
  },
  message: ({ sender, meaning, quotes, what }) =>
    `${sender} answered the ${what} with ICMP ${meaning}, quoting the ${quotes}`,
  check({ refusals, request, reply }) {
    const errors = refusals.filter((e) => e.type !== 5 && e.type !== 4);
    const first = errors[0];
    if (first === undefined) {
      return pass(
        [request, ...(reply === null ? [] : [reply])].flatMap((leg) =>
          leg.hops.flatMap((h) => h.observations.slice(0, 1)),
        ),
      );
    }
    return fail(
      {
        sender: addressText(first.sender),
        meaning: errorMeaning(first.type, first.code),
        quotes: first.quotedOuter === null ? 'inner datagram' : 'outer datagram',
        what: first.quotedMessage?.reply ? 'reply' : 'request',
      },
      ...errors.map((e) => e.ref),
    );
  },
});
