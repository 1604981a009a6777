import { arpsOfCapture } from '../../follow/arps-at.js';
import type { Hop, Journey, Leg } from '../../follow/journey.js';
import type { Observation } from '../../observe/observation.js';
import { isVirtualRouter } from '../../path/virtual-router.js';
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
      'A pass proves that both underlay captures show one frame, or that each side uses MACs that its own ARP, neighbour table or other direction names while a router or a network that rewrites MACs stands between.',
    shows:
      'A frame to a MAC that the sending side was not told, only one of the two MACs changed, or only one direction passes a router.',
    remedy:
      'A machine on the link answers or forwards for another: compare `ip neigh` on the sending node with the MAC of the receiving node.',
    sources: [
      { kind: 'rfc', number: 1812, section: '5.3.1' },
      { kind: 'rfc', number: 826, section: 'Packet Reception' },
    ],
    required: true,
    cell: 'mac',
    hasAlternative: true,
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
  const fell = timeToLive(a) - timeToLive(b);
  const [before, after] = [macPair(a), macPair(b)];
  const changes = `${before} becomes ${after}`;
  // Whoever forwards puts its own address first and the receiver's second: one of them alone is no forwarding.
  if (fell <= 0 && (a.ethernet.source === b.ethernet.source || a.ethernet.destination === b.ethernet.destination))
    return fail({ what: `${changes} without a router between` }, a.ref, proof(b.ref, 'MAC pair', before, after));
  const sending = leg.hops.find((h) => h.point?.series === a.point.series && h.place === 'encapsulator-underlay');
  const told = sending?.facts.destinationMac;
  if (told !== undefined && told.value !== a.ethernet.destination) {
    return fail(
      { what: `${changes}, and the frame was not addressed to ${told.value} (${told.from})` },
      proof(a.ref, 'destination MAC', told.value, a.ethernet.destination),
      b.ref,
    );
  }
  const other = leg.direction === 'request' ? journey.reply : journey.request;
  const direct = other === null ? undefined : overTheWire(other).find(([c, d]) => sameLink(c, d));
  if (direct !== undefined) {
    return fail(
      { what: `${changes}, although the other direction is one frame from node to node: one direction takes a detour` },
      proof(a.ref, 'destination MAC', direct[1].ethernet!.source, a.ethernet.destination),
      direct[1].ref,
    );
  }
  const between =
    fell > 0
      ? `${fell} ${fell === 1 ? 'router' : 'routers'} between`
      : 'a network that rewrites MACs and keeps the TTL';
  const strange = [
    ...(told === undefined && !isNeighbour(a, a.ethernet.destination, other, journey) ? [a.ethernet.destination] : []),
    ...(isNeighbour(b, b.ethernet.source, other, journey) ? [] : [b.ethernet.source]),
  ];
  if (strange.length === 0) return pass([a, b], between);
  return unproven('expectation', `${between}, and nothing captured tells whose MAC ${strange.join(' and ')} is`);
}

const timeToLive = (o: Observation): number => o.outer?.timeToLive ?? o.inner.timeToLive;
const macPair = (o: Observation): string => `${o.ethernet!.source} > ${o.ethernet!.destination}`;

/** Is this the MAC of a machine that this capture knows: by ARP, as a group of routers, or as the other direction's next hop? */
function isNeighbour(here: Observation, mac: string, other: Leg | null, journey: Journey): boolean {
  if (isVirtualRouter(mac)) return true;
  if (arpsOfCapture(journey.path.arps, here.point).some((arp) => arp.senderMac === mac)) return true;
  const back = other?.hops.find((h) => h.point?.series === here.point.series)?.observations ?? [];
  return back.some(
    ({ ethernet }) =>
      ethernet?.source === mac || ethernet?.destination === mac || isVirtualRouter(ethernet?.destination ?? ''),
  );
}

/** Only the receiving node was captured: an outer TTL below the inner one tells of a router, and its ARP of who the neighbours are. */
function judgeArrival(after: Hop, leg: Leg, journey: Journey): Verdict<UnderlayMacChanged> {
  const b = after.observations[0]!;
  if (b.ethernet === null || b.outer === null || b.encapsulation !== 'ipip') return notApplicable;
  const fell = b.inner.timeToLive - b.outer.timeToLive;
  const other = leg.direction === 'request' ? journey.reply : journey.request;
  const back = other?.hops.find((h) => h.point === after.point)?.observations[0];
  if (fell <= 0 || back?.ethernet === undefined || back.ethernet === null) return notApplicable;
  const passed = `the outer TTL is ${fell} below the inner one, so the datagram passed a router`;
  const source = b.outer.source;
  const direct = arpsOfCapture(journey.path.arps, b.point).find(
    (arp) => arp.senderAddress === source && arp.senderMac !== b.ethernet!.source,
  );
  if (direct !== undefined) {
    return fail(
      {
        what: `${passed}, and the sending node answers ARP on this link with ${direct.senderMac}: one direction takes a detour`,
      },
      proof(b.ref, 'source MAC', direct.senderMac, b.ethernet.source),
      direct.ref,
    );
  }
  if (isNeighbour(b, b.ethernet.source, other, journey))
    return pass([b], `${fell} ${fell === 1 ? 'router' : 'routers'} on the way`);
  return unproven('expectation', `${passed}, and nothing captured tells whose MAC ${b.ethernet.source} is`);
}
