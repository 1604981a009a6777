import type { Hop, Journey, Leg } from '../../follow/journey.js';
import { isVirtualRouter } from '../../follow/virtual-router.js';
import type { Observation } from '../../observe/observation.js';
import { overTheWire, sameLink, sameProbe } from '../compare.js';
import { defineLegRule, fail, notApplicable, pass, proof, unproven, type Verdict } from '../rule.js';

interface UnderlayMacChanged {
  readonly what: string;
}

export default defineLegRule<UnderlayMacChanged>({
  meta: {
    id: 'IPT104',
    name: 'underlay-mac-changed',
    severity: 'error',
    summary: 'The MAC addresses change between the two underlay captures, and no router accounts for it.',
    proves:
      'A pass proves that both underlay captures show one frame, or that a router between them accounts for new MACs in both directions.',
    shows:
      'Different MACs at the two nodes although the outer TTL did not fall, or only one direction passes a router.',
    remedy:
      'A machine on the link answers or forwards for another: compare `ip neigh` on the sending node with the MAC of the receiving node.',
    sources: [
      { kind: 'rfc', number: 1812, section: '5.3.1' },
      { kind: 'rfc', number: 826, section: 'Packet Reception' },
    ],
    required: true,
    samples: { pass: 'ok-ping', fail: 'bad-stale-arp' },
  },
  message: ({ what }) => what,
  check(leg, journey) {
    const pairs = overTheWire(leg);
    if (pairs.length === 0) {
      const after = leg.hops.find((h) => h.place === 'decapsulator-underlay' && h.state === 'seen');
      return after === undefined ? notApplicable : judgeArrival(after, leg, journey);
    }
    const verdicts = pairs.map(([a, b]) => judgePair(a, b, leg, journey));
    return (
      verdicts.find((v) => v.verdict === 'fail') ??
      verdicts.find((v) => v.verdict === 'unproven') ??
      verdicts.find((v) => v.verdict === 'pass') ??
      notApplicable
    );
  },
});

function judgePair(a: Observation, b: Observation, leg: Leg, journey: Journey): Verdict<UnderlayMacChanged> {
  if (a.ethernet === null || b.ethernet === null) return notApplicable;
  // Another outer pair is another datagram: outer-changed-in-transit speaks of that.
  if (a.outer?.source !== b.outer?.source || a.outer?.destination !== b.outer?.destination) return notApplicable;
  if (!sameProbe(a, b, journey)) return unproven('frame', 'the two captures hold different pings');
  if (sameLink(a, b)) return pass([a, b]);
  const ttlA = a.outer?.timeToLive ?? a.inner.timeToLive;
  const ttlB = b.outer?.timeToLive ?? b.inner.timeToLive;
  if (ttlB >= ttlA) {
    return fail(
      {
        what: `${a.ethernet.source} > ${a.ethernet.destination} becomes ${b.ethernet.source} > ${b.ethernet.destination} without a router between`,
      },
      a.ref,
      proof(
        b.ref,
        'MAC pair',
        `${a.ethernet.source} > ${a.ethernet.destination}`,
        `${b.ethernet.source} > ${b.ethernet.destination}`,
      ),
    );
  }
  const other = leg.direction === 'request' ? journey.reply : journey.request;
  // A router serves both directions: at each point the other direction must come back through the same pair of MACs.
  for (const here of [a, b]) {
    const returned = other?.hops.find((h) => h.point === here.point)?.observations ?? [];
    const back = returned.find((o) => o.ethernet?.source === here.ethernet!.destination) ?? returned[0];
    if (back === undefined || back.ethernet === null) continue;
    if (isVirtualRouter(here.ethernet!.destination) || isVirtualRouter(back.ethernet.destination)) continue;
    if (back.ethernet.source === here.ethernet!.destination && back.ethernet.destination === here.ethernet!.source)
      continue;
    return fail(
      {
        what: `the outer TTL fell by ${ttlA - ttlB} and at ${here.point.label} the other direction uses ${back.ethernet.source} > ${back.ethernet.destination}: one direction takes a detour`,
      },
      proof(here.ref, 'destination MAC', back.ethernet.source, here.ethernet!.destination),
      back.ref,
    );
  }
  return pass([a, b], `${ttlA - ttlB} router(s) between`);
}

/** Only the receiving node was captured: an outer TTL below the inner one tells of a router, which must serve both directions. */
function judgeArrival(after: Hop, leg: Leg, journey: Journey): Verdict<UnderlayMacChanged> {
  const b = after.observations[0]!;
  if (b.ethernet === null || b.outer === null || b.encapsulation !== 'ipip') return notApplicable;
  const fell = b.inner.timeToLive - b.outer.timeToLive;
  const other = leg.direction === 'request' ? journey.reply : journey.request;
  const back = other?.hops.find((h) => h.point === after.point)?.observations[0];
  if (fell <= 0 || back?.ethernet === undefined || back.ethernet === null) return notApplicable;
  if (back.ethernet.destination === b.ethernet.source || isVirtualRouter(back.ethernet.destination)) {
    return pass([b], `${fell} router(s) on the way, the same for both directions`);
  }
  return fail(
    {
      what: `the outer TTL is ${fell} below the inner one, so the datagram passed a router, and the other direction does not go back to it: it goes to ${back.ethernet.destination}, this one came from ${b.ethernet.source}`,
    },
    proof(b.ref, 'source MAC', back.ethernet.destination, b.ethernet.source),
    back.ref,
  );
}
