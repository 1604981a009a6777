/** Addresses and MACs that are not the expected ones, and what that says. */

import { overTheWire, sameProbe } from '../checks/compare.js';
import { addressText } from '../decode/address.js';
import { type Journey, type Leg, placeIn } from '../follow/journey.js';
import { type Ipv4Header, type Observation, refText } from '../observe/observation.js';
import type { Direction } from '../path/roles.js';
import { segmentOfStage } from './detect-mtu.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { firstFailure as firstOf, isSystematic, labelOf } from './words.js';

/** Only what concerns most probes is the path's fault; see isSystematic. */
const firstFailure: typeof firstOf = (scene, rule, where) =>
  isSystematic(scene, rule) ? firstOf(scene, rule, where) : null;

export function detectAddressing(scene: FlowScene): Draft[] {
  const drafts: Draft[] = [];
  drafts.push(...masquerade(scene));
  const nat = (['request', 'reply'] as const)
    .map((direction) => translated(scene, direction))
    .filter((d) => d !== null);
  drafts.push(...nat);
  for (const direction of ['request', 'reply'] as const) {
    const here = (f: { direction: Direction | null; role: string | null }): boolean =>
      f.direction === direction && f.role !== null && placeIn(direction, f.role as never) === 'encapsulator-underlay';
    const destination = firstFailure(scene, 'IPT204', here);
    // Behind a translation each side rightly knows the other by another address.
    if (destination !== null && nat.length === 0) drafts.push(...wrongDestination(scene, direction, destination));
    const source = firstFailure(scene, 'IPT203', here);
    if (source !== null && nat.length === 0) {
      drafts.push({
        id: 'wrong-outer-source',
        direction,
        segment: segmentOfStage(2, direction),
        confidence: 'certain',
        message: source.finding.message,
        fact: `${source.finding.message}, at ${labelOf(scene, source.finding)}`,
        evidence: source.finding.evidence,
      });
    }
    drafts.push(...loopedOuter(scene, direction));
    // To a wrong destination the MAC is that of another machine by right.
    if (destination === null) drafts.push(...staleNeighbour(scene, direction));
  }
  if (drafts.length === 0) drafts.push(...answeredByAnother(scene));
  return drafts;
}

/** One NIC alone shows that the answers come from another address than the one that was asked. */
function answeredByAnother(scene: FlowScene): Draft[] {
  const unlike = firstFailure(scene, 'IPT505');
  if (unlike === null) return [];
  const { finding, journey } = unlike;
  const at = (leg: Leg | null): Observation | undefined =>
    leg?.hops.find((h) => h.role === 'encapsulator-underlay' && h.state === 'seen')?.observations[0];
  const [asked, answer] = [at(journey.request), at(journey.reply)];
  if (!asked?.outer || !answer?.outer || asked.outer.destination === answer.outer.source) return [];
  return otherNode(scene, asked.outer.destination, {
    direction: 'request',
    segment: 'S34',
    message: finding.message,
    fact: `${finding.message} (${refText(asked)}, ${refText(answer)})`,
    evidence: finding.evidence,
  });
}

/** A datagram is addressed to what is not the node that owns the pod: another node, if anything shows one there, else perhaps NAT. */
function otherNode(scene: FlowScene, address: number, base: Omit<Draft, 'id' | 'confidence'>): Draft[] {
  const neighbour = scene.summary.path.arps.find((a) => a.senderAddress === address);
  if (neighbour !== undefined) {
    const fact = `${base.fact}; a machine of this link has that address (${refText(neighbour)})`;
    return [{ ...base, id: 'wrong-decapsulator', confidence: 'likely', fact }];
  }
  const fact = `${base.fact}; nothing captured tells whose address ${addressText(address)} is`;
  return ['wrong-decapsulator', 'underlay-nat'].map((id) => ({ ...base, id, confidence: 'possible', fact }));
}

/** The outer destination is not the expected one: which other node it is, as far as anything tells. */
function wrongDestination(
  scene: FlowScene,
  direction: Direction,
  { journey, finding }: NonNullable<ReturnType<typeof firstFailure>>,
): Draft[] {
  const relayed = isRelayed(scene, direction);
  const base = { direction, segment: 'S34', message: finding.message, evidence: finding.evidence };
  const fact = `${finding.message}, at ${labelOf(scene, finding)}`;
  if (relayed) {
    const why = '; the inner TTL fell once more than it should: another node decapsulated and forwarded it';
    return [{ ...base, id: 'wrong-decapsulator', confidence: 'certain', fact: `${fact}${why}` }];
  }
  const hop = legOf(journey, direction)?.hops.find((h) => h.point?.id === finding.point);
  const found = hop?.observations.find((o) => o.outer !== null)?.outer?.destination;
  if (found === undefined || hop?.facts.outerDestination?.source !== 'inferred')
    return [{ ...base, id: 'wrong-decapsulator', confidence: 'likely', fact }];
  return otherNode(scene, found, { ...base, fact });
}

function legOf(journey: Journey, direction: Direction): Leg | null {
  return direction === 'request' ? journey.request : journey.reply;
}

/** One datagram with other outer addresses on the two sides of the wire, and the inner one as it was: NAT of one end or of both. */
function translated(scene: FlowScene, direction: Direction): Draft | null {
  if (isRelayed(scene, direction) || !isSystematic(scene, 'IPT211')) return null;
  for (const { journey } of scene.journeys) {
    const leg = legOf(journey, direction);
    if (leg === null) continue;
    const changed = overTheWire(leg).find(
      ([a, b]) => a.outer !== null && b.outer !== null && sameProbe(a, b, journey) && !sameEnds(a.outer, b.outer),
    );
    if (changed === undefined) continue;
    const [a, b] = changed;
    const ends = (['source', 'destination'] as const)
      .filter((end) => a.outer![end] !== b.outer![end])
      .map(
        (end) => `outer ${end} changed on the way from ${addressText(a.outer![end])} to ${addressText(b.outer![end])}`,
      );
    const message = ends.join(', ');
    return {
      id: 'underlay-nat',
      direction,
      segment: 'S34',
      confidence: 'certain',
      message,
      fact: `${message} (${refText(a)}, ${refText(b)}); the inner datagram is the same`,
      evidence: [a.ref, b.ref],
    };
  }
  return null;
}

function sameEnds(a: Ipv4Header, b: Ipv4Header): boolean {
  return a.source === b.source && a.destination === b.destination;
}

function masquerade(scene: FlowScene): Draft[] {
  const first = firstFailure(scene, 'IPT301', (f) => f.direction === 'request');
  if (first === null || first.finding.role === null) return [];
  const role = first.finding.role;
  const before = first.journey.request.hops.filter((h) => h.state === 'seen').map((h) => h.role);
  const at = before.indexOf(role);
  const far = role === 'destination-pod' || role === 'destination-bridge';
  return [
    {
      id: far ? 'destination-node-masquerade' : 'source-node-masquerade',
      direction: 'request',
      segment: far ? 'S56' : 'S12',
      confidence: at > 0 ? 'certain' : 'likely',
      message: `${first.finding.message}: rewritten before ${labelOf(scene, first.finding)}`,
      fact: `${first.finding.message} at ${labelOf(scene, first.finding)}${at > 0 ? `, still unchanged at ${first.journey.request.hops.find((h) => h.role === before[at - 1])!.point!.label}` : ''}`,
      evidence: first.finding.evidence,
    },
  ];
}

/** The inner TTL fell between the underlay captures: someone in between decapsulated and forwarded. */
function isRelayed(scene: FlowScene, direction: Direction): boolean {
  return (
    firstFailure(
      scene,
      'IPT302',
      (f) => f.direction === direction && f.role !== null && placeIn(direction, f.role) === 'decapsulator-underlay',
    ) !== null
  );
}

/** Both ends of the outer header are one address: every node was given the same one (NAT interface of a VM). */
function loopedOuter(scene: FlowScene, direction: Direction): Draft[] {
  for (const { journey } of scene.journeys) {
    const leg = legOf(journey, direction);
    for (const hop of leg?.hops ?? []) {
      const o = hop.observations.find((x) => x.outer !== null && x.outer.source === x.outer.destination);
      if (o === undefined) continue;
      return [
        {
          id: 'wrong-outer-source',
          direction,
          segment: segmentOfStage(2, direction),
          confidence: 'certain',
          message: `outer source and destination are both ${addressText(o.outer!.source)}: the nodes were given one address`,
          fact: `${refText(o)} is addressed from ${addressText(o.outer!.source)} to itself`,
          evidence: [o.ref],
        },
      ];
    }
  }
  return [];
}

function staleNeighbour(scene: FlowScene, direction: Direction): Draft[] {
  const here = (f: { direction: Direction | null; role: string | null }): boolean =>
    f.direction === direction && f.role !== null && placeIn(direction, f.role as never) === 'encapsulator-underlay';
  const mac = firstFailure(scene, 'IPT103', here);
  const changed = firstFailure(scene, 'IPT104', (f) => f.direction === direction);
  const failure = mac ?? changed;
  if (failure === null) return [];
  const redirect = failure.journey.refusals.find((e) => e.type === 5);
  const found = mac?.finding.evidence.find((e) => e.found !== undefined)?.found;
  const owner = found === undefined ? undefined : scene.summary.path.arps.find((a) => a.senderMac === found);
  const whose =
    owner === undefined ? '' : `; ARP gives that MAC to ${addressText(owner.senderAddress)} (${refText(owner)})`;
  const hint =
    redirect === undefined ? '' : `; ${addressText(redirect.sender)} sent an ICMP redirect (${refText(redirect)})`;
  return [
    {
      id: 'stale-neighbour',
      direction,
      segment: 'S34',
      confidence: mac !== null && changed !== null ? 'certain' : 'likely',
      message: failure.finding.message,
      fact: `${failure.finding.message}${whose}${hint}`,
      evidence: [...failure.finding.evidence, ...(redirect === undefined ? [] : [redirect.ref])],
    },
  ];
}
