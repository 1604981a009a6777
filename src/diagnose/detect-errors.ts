/** ICMP errors as evidence: who sent it, what it quotes, and what Linux makes of it. */
import { addressText } from '../decode/address.js';
import { errorMeaning } from '../follow/icmp-meaning.js';
import { isSourceSide, type Journey } from '../follow/journey.js';
import { type ErrorSighting, refText } from '../observe/observation.js';
import { findDiagnosis } from './catalogue.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { probeName } from './words.js';

const prohibited = new Set([9, 10, 13]);

/** Segments are named in the request's direction: what refuses a reply stands at the other end. */
const mirrored: Readonly<Record<string, string>> = { S12: 'S56', S23: 'S45', S45: 'S23', S56: 'S12' };

export function detectErrors(scene: FlowScene): Draft[] {
  const drafts: Draft[] = [];
  for (const { journey } of scene.journeys) {
    for (const error of journey.refusals) drafts.push(...explain(scene, journey, error));
  }
  return drafts;
}

function explain(scene: FlowScene, journey: Journey, error: ErrorSighting): Draft[] {
  const direction = error.quotedEcho?.reply ? 'reply' : 'request';
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
    fact: `${sender} answered ${what} with ICMP ${errorMeaning(error.type, error.code)}, quoting ${quotes}; seen at ${[...new Set(places)].join(', ')}`,
    evidence: journey.refusals.filter((e) => e.type === error.type && e.code === error.code).map((e) => e.ref),
  });
  if (error.type === 11 && error.code === 1) return [draft('fragments-lost', 'S34', null)];
  if (error.type === 11) {
    const where = outer === null ? segmentOfSender(journey, error) : 'S34';
    return [
      draft(
        'ttl-expired',
        where,
        `the TTL ran out at ${sender}${outer === null ? '' : ' in the underlay; the pod never hears of it'}`,
      ),
    ];
  }
  if (error.type !== 3 || error.code === 4) return [];
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
  const far = isFar(journey, error);
  const here = (id: string): Pick<Draft, 'first'> => ({
    first: findDiagnosis(id)!.causes.map((c) => ({ ...c, on: far ? 'receiver' : 'sender' })),
  });
  // No router answers a forwarded datagram with port unreachable: that is the default answer of a REJECT rule.
  const rejected = error.code === 3 && error.sender !== error.quotedInner?.destination;
  if (prohibited.has(error.code) || rejected) {
    const said = draft('forward-reject', far ? 'S56' : 'S12', `${sender} refuses to forward the inner datagram`);
    return [{ ...said, ...here('forward-reject') }];
  }
  if (!far && (error.code === 0 || error.code === 6)) {
    return [
      draft(
        'tunnel-route-missing',
        'S12',
        `${sender}, the own node, has no route to ${addressText(error.quotedInner!.destination)}`,
      ),
    ];
  }
  const said = draft(
    'destination-unreachable',
    far ? 'S56' : 'S12',
    `${sender} cannot reach ${addressText(error.quotedInner!.destination)}: ${errorMeaning(error.type, error.code)}`,
  );
  return [{ ...said, ...here('destination-unreachable') }];
}

/** Did the error come from behind the wire? It then came back encapsulated, or was seen on the far side. */
function isFar(journey: Journey, error: ErrorSighting): boolean {
  const same = journey.refusals.filter(
    (e) => e.type === error.type && e.code === error.code && e.sender === error.sender,
  );
  return same.some((e) => {
    const role = journey.path.assignments.find((a) => a.point === e.point)?.role;
    const sourceSide = role === null || role === undefined || isSourceSide(role);
    return e.outer !== null || (error.quotedEcho?.reply ? sourceSide : !sourceSide);
  });
}

function segmentOfSender(journey: Journey, error: ErrorSighting): string {
  return isFar(journey, error) ? 'S56' : 'S12';
}
