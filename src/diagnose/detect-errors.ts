/** ICMP errors as evidence: who sent it, what it quotes, and what Linux makes of it. */
import { addressText } from '../decode/address.js';
import { errorMeaning } from '../follow/icmp-meaning.js';
import type { Journey } from '../follow/journey.js';
import type { CapturePoint } from '../observe/capture-point.js';
import { type ErrorSighting, refText } from '../observe/observation.js';
import { findDiagnosis } from './catalogue.js';
import type { Draft } from './draft.js';
import { avoidsTunnel, directionOf, isConsequence, isFar } from './refusals.js';
import type { FlowScene } from './scene.js';
import { probeName } from './words.js';

const prohibited = new Set([9, 10, 13]);

/** Segments are named in the request's direction: what refuses a reply stands at the other end. */
const mirrored: Readonly<Record<string, string>> = {
  S12: 'S56',
  'S12-S23': 'S45-S56',
  S23: 'S45',
  S45: 'S23',
  S56: 'S12',
};

export function detectErrors(scene: FlowScene): Draft[] {
  const drafts: Draft[] = [];
  for (const { journey } of scene.journeys) {
    for (const error of journey.refusals) drafts.push(...explain(scene, journey, error));
  }
  return drafts;
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a table of ICMP types and codes, one cause a line
function explain(scene: FlowScene, journey: Journey, error: ErrorSighting): Draft[] {
  const direction = directionOf(error);
  const what = probeName(scene, direction, journey.position);
  const places = journey.refusals
    .filter((e) => e.type === error.type && e.code === error.code && e.sender === error.sender)
    .map((e) => refText(e));
  const sender = addressText(error.sender);
  const outer = error.quotedOuter;
  const quotes = outer === null ? 'the inner datagram' : 'the outer datagram';
  const draft = (
    id: string,
    segment: string | null,
    message: string | null,
    confidence: Draft['confidence'] = 'certain',
  ): Draft => ({
    id,
    direction,
    segment: direction === 'request' || segment === null ? segment : (mirrored[segment] ?? segment),
    confidence,
    message,
    fact: `${sender} answered ${what} with ICMP ${errorMeaning(error.type, error.code)}, quoting ${quotes}; seen at ${[...new Set(places)].join(', ')}${outer === null || error.code === 4 ? '' : consequenceText(scene)}`,
    evidence: journey.refusals.filter((e) => e.type === error.type && e.code === error.code).map((e) => e.ref),
  });
  if (error.type === 11 && error.code === 1) return [draft('fragments-lost', 'S34', null)];
  if (error.type === 11) {
    const where = outer === null ? segmentOfSender(scene, journey, error) : 'S34';
    const said = `the TTL ran out at ${sender}${outer === null ? '' : ' in the underlay; the pod never hears of it'}`;
    return [withLoop(journey, draft('ttl-expired', where, said))];
  }
  if (error.type !== 3 || error.code === 4 || isConsequence(scene, journey.refusals, error)) return [];
  if (outer !== null) {
    // An error about the tunnel's datagram: from its destination, or from a machine on the way.
    const fromEnd = error.sender === outer.destination;
    if (error.code === 2) return [draft('ipip-handler-missing', 'S45', `${sender} knows no IP protocol 4`)];
    if (error.code === 3)
      return [
        draft('tunnel-down-at-decapsulator', 'S45', `${sender} has no tunnel that takes this datagram, or it is down`),
        // REJECT of iptables and nftables answers so by default, and nothing in the answer tells the two apart.
        draft(
          'decapsulator-input-reject',
          'S45',
          `or a firewall rule of ${sender} rejects it with its default answer`,
          'possible',
        ),
      ];
    if (prohibited.has(error.code)) {
      return fromEnd
        ? [draft('decapsulator-input-reject', 'S45', null)]
        : [
            draft(
              'proto4-blocked-in-underlay',
              'S34',
              `${sender}, a machine on the way, refuses the tunnel's datagram`,
            ),
          ];
    }
    return [
      draft(
        'neighbour-unresolved',
        'S34',
        `${sender} cannot reach ${addressText(outer.destination)}, the outer destination`,
      ),
    ];
  }
  const far = isFar(scene.summary.path, journey.refusals, error);
  const here = (id: string): Pick<Draft, 'first'> => ({
    first: findDiagnosis(id)!.causes.map((c) => ({ ...c, on: far ? 'receiver' : 'sender' })),
  });
  // No router answers a forwarded datagram with port unreachable: that is the default answer of a REJECT rule.
  const rejected = error.code === 3 && error.sender !== error.quotedInner?.destination;
  if (prohibited.has(error.code) || rejected) {
    const said = draft('forward-reject', far ? 'S56' : 'S12', `${sender} refuses to forward the inner datagram`);
    return [{ ...said, ...here('forward-reject') }];
  }
  const target = addressText(error.quotedInner?.destination ?? 0);
  const plain = scene.summary.path.encapsulation?.value !== 'none' && avoidsTunnel(scene, direction);
  if (!far && (error.code === 0 || error.code === 6 || plain)) {
    return [draft('tunnel-route-missing', 'S12', `${sender}, the own node, has no route to ${target}`)];
  }
  if (plain) {
    const said = `the datagram never entered the tunnel: it left plain, and ${sender}, a router on that way, knows no way to ${target}`;
    return [draft('tunnel-route-missing', 'S12-S23', said)];
  }
  const said = draft(
    'destination-unreachable',
    far ? 'S56' : 'S12',
    `${sender} cannot reach ${target}: ${errorMeaning(error.type, error.code)}`,
  );
  return [{ ...said, ...here('destination-unreachable') }];
}

/** So many times past one point is a loop: a datagram that another node forwards passes that node's NIC twice. */
const LAPS = 3;
/** Two nodes forward between the pods, each takes one, and 0 is not handed on (RFC 1812 section 5.3.1). */
const TTL_NEEDED = 3;
/** Paths are shorter than this: traceroute gives up at 30 hops. */
const LARGE_TTL = 32;

/** A datagram that passes one point over and over with a falling TTL runs in a loop; a TTL that began large was none that was too small. */
function withLoop(journey: Journey, draft: Draft): Draft {
  const message = draft.direction === 'reply' ? 'reply' : 'request';
  const leg = draft.direction === 'reply' ? journey.reply : journey.request;
  const seen = [...(leg?.hops ?? []).flatMap((h) => h.observations), ...journey.strays].filter(
    (o) => o.message === message,
  );
  const laps = new Map<CapturePoint, number[]>();
  for (const o of seen) laps.set(o.point, [...(laps.get(o.point) ?? []), o.inner.timeToLive]);
  const [where, ttls] = [...laps].sort((a, b) => b[1].length - a[1].length)[0] ?? [];
  const small = /uses a small TTL/;
  const highest = seen.reduce((most, o) => Math.max(most, o.inner.timeToLive), 0);
  if (where === undefined || ttls === undefined || new Set(ttls).size < LAPS) {
    if (highest >= LARGE_TTL) return { ...draft, without: small };
    // What the pod itself sends with less than the way takes needs no loop.
    const start = leg?.hops.find((h) => h.state === 'seen' && h.place === 'source-pod')?.observations[0];
    return start !== undefined && start.inner.timeToLive < TTL_NEEDED
      ? { ...draft, without: /^a routing loop$/ }
      : draft;
  }
  const ends = seen.find((o) => o.outer !== null)?.outer;
  const nodes = ends && { sender: addressText(ends.source), receiver: addressText(ends.destination) };
  const between = nodes ? ` between ${nodes.sender} and ${nodes.receiver}` : '';
  const said = `${where.label} shows it ${ttls.length} times, with TTL ${Math.max(...ttls)} down to ${Math.min(...ttls)}`;
  const loop = findDiagnosis('ttl-expired')!.causes.find((c) => c.cause === 'a routing loop')!;
  return {
    ...draft,
    segment: null,
    message: `routing loop${between}: ${said}`,
    fact: `${draft.fact}; ${said}`,
    first: [
      { ...loop, cause: `a routing loop: the route of the first node leads to the second`, on: 'sender' },
      { ...loop, cause: `a routing loop: the route of the second node leads back`, on: 'receiver' },
    ],
    without: /uses a small TTL|^a routing loop$/,
    ...(nodes ? { machines: nodes } : {}),
    evidence: [...draft.evidence, ...seen.filter((o) => o.point === where).map((o) => o.ref)],
  };
}

function segmentOfSender(scene: FlowScene, journey: Journey, error: ErrorSighting): string {
  return isFar(scene.summary.path, journey.refusals, error) ? 'S56' : 'S12';
}

/** What the own node made of an error about its tunnel: one more sentence, not one more cause. */
function consequenceText(scene: FlowScene): string {
  for (const { journey } of scene.journeys) {
    const told = journey.refusals.find((e) => isConsequence(scene, journey.refusals, e));
    if (told === undefined) continue;
    return `; ${addressText(told.sender)}, the own node, tells the pod 3/1 (host unreachable) because of it (${refText(told)})`;
  }
  return '';
}

/** The own node said "host unreachable" of what its tunnel had taken, and nothing else was found that would say why. */
export function unexplainedRefusal(scene: FlowScene): Draft[] {
  for (const { journey } of scene.journeys) {
    const told = journey.refusals.find((e) => isConsequence(scene, journey.refusals, e));
    if (told === undefined) continue;
    const direction = directionOf(told);
    return [
      {
        id: 'neighbour-unresolved',
        direction,
        segment: direction === 'request' ? 'S23' : 'S45',
        confidence: 'likely',
        message: `${addressText(told.sender)}, the own node, calls the pod unreachable although its tunnel took the datagram: the next hop of the outer one does not answer`,
        fact: `${addressText(told.sender)} answered ${probeName(scene, direction, journey.position)} with ICMP ${errorMeaning(3, 1)} (${refText(told)}), and the tunnel device had it`,
        evidence: [told.ref],
      },
    ];
  }
  return [];
}
