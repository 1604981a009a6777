import { expectField, type Mismatch, macAsText, mismatchText } from '../compare.js';
import { defineHopRule, notApplicable } from '../rule.js';

export default defineHopRule<Mismatch>({
  meta: {
    id: 'IPT103',
    name: 'next-hop-mac-mismatch',
    severity: 'error',
    summary: 'The outer frame is not addressed to the MAC of the underlay next hop.',
    proves:
      'A pass proves that the frame on the wire is addressed to the machine that ARP, the kernel state or the mirrored direction names.',
    shows: 'The destination MAC on the underlay is the one of another machine, or of none.',
    remedy: 'On the sending node: `ip neigh show` for the next hop; delete a stale or permanent entry and ping again.',
    sources: [
      { kind: 'rfc', number: 826, section: 'Packet Reception' },
      { kind: 'rfc', number: 1122, section: '2.3.2.1' },
    ],
    required: true,
    cell: 'mac',
    hasAlternative: true,
    samples: { pass: 'ok-ping', fail: 'bad-stale-arp' },
  },
  places: ['encapsulator-underlay', 'decapsulator-underlay'],
  message: mismatchText,
  check(hop) {
    if (hop.observations.every((o) => o.ethernet === null)) return notApplicable;
    return expectField(
      hop.observations,
      hop.facts.destinationMac,
      'destination MAC',
      (o) => o.ethernet?.destination ?? null,
      macAsText,
    );
  },
});
