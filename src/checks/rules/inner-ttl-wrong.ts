import { forwardsBetween, previousSeen } from '../compare.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof, unproven } from '../rule.js';

interface InnerTtl {
  readonly expected: number;
  readonly found: number;
  readonly since: string;
}

export default defineHopRule<InnerTtl>({
  meta: {
    id: 'IPT302',
    name: 'inner-ttl-wrong',
    severity: 'error',
    summary: 'The inner TTL did not fall by one at each forwarding node, or fell elsewhere.',
    proves: 'A pass proves that exactly the two nodes forwarded the inner datagram: no router looked at it in between.',
    shows: 'An inner TTL that is not the one of the hop before, less one for each node that forwards.',
    remedy:
      'An extra step between the nodes means that a third node decapsulated and forwarded it: compare the outer destinations.',
    sources: [
      { kind: 'rfc', number: 1812, section: '5.3.1' },
      { kind: 'rfc', number: 2003, section: '3.1' },
      { kind: 'code', project: 'torvalds/linux', path: 'net/ipv4/ip_forward.c', symbol: 'ip_forward' },
    ],
    required: true,
    cell: 'ttl',
    samples: { pass: 'ok-ping', fail: 'bad-wrong-remote' },
  },
  places: everywhere,
  message: ({ expected, found, since }) => `inner TTL is ${found}, expected ${expected} (from ${since})`,
  check(hop, leg) {
    const before = previousSeen(hop, leg);
    if (before === null) {
      const alone = leg.hops.every((h) => h.state !== 'seen' || h.place === hop.place);
      if (alone) return unproven('frame', 'seen at one hop only: nothing to compare with');
      return pass(
        hop.observations,
        `TTL ${hop.observations[0]!.inner.timeToLive} is what the next hops are compared with`,
      );
    }
    const expected = before.observations[0]!.inner.timeToLive - forwardsBetween(before.place, hop.place);
    const wrong = hop.observations.filter((o) => o.inner.timeToLive !== expected);
    if (wrong.length === 0) return pass(hop.observations);
    const found = wrong[0]!.inner.timeToLive;
    return fail(
      { expected, found, since: before.point!.label },
      ...wrong.map((o) => proof(o.ref, 'inner TTL', String(expected), String(o.inner.timeToLive))),
    );
  },
});
