/** Addresses and MACs that are not the expected ones, and what that says. */
import { addressText } from '../decode/address.js';
import { placeIn } from '../follow/journey.js';
import { refText } from '../observe/observation.js';
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
  for (const direction of ['request', 'reply'] as const) {
    const here = (f: { direction: Direction | null; role: string | null }): boolean =>
      f.direction === direction && f.role !== null && placeIn(direction, f.role as never) === 'encapsulator-underlay';
    const relayed = isRelayed(scene, direction);
    const destination = firstFailure(scene, 'IPT204', here);
    if (destination !== null) {
      const nat = !relayed && changesInTransit(scene, direction, 'outer destination');
      drafts.push({
        id: nat ? 'underlay-nat' : 'wrong-decapsulator',
        direction,
        segment: 'S34',
        confidence: relayed || nat ? 'certain' : 'likely',
        message: destination.finding.message,
        fact: `${destination.finding.message}, at ${labelOf(scene, destination.finding)}${relayed ? '; the inner TTL fell once more than it should: another node decapsulated and forwarded it' : ''}`,
        evidence: destination.finding.evidence,
      });
    }
    const source = firstFailure(scene, 'IPT203', here);
    if (source !== null) {
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
    if (
      !relayed &&
      destination === null &&
      (changesInTransit(scene, direction, 'outer source') || changesInTransit(scene, direction, 'outer destination'))
    ) {
      const changed = firstFailure(scene, 'IPT211', (f) => f.direction === direction)!;
      drafts.push({
        id: 'underlay-nat',
        direction,
        segment: 'S34',
        confidence: 'certain',
        message: changed.finding.message,
        fact: changed.finding.message,
        evidence: changed.finding.evidence,
      });
    }
    drafts.push(...loopedOuter(scene, direction));
    // To a wrong destination the MAC is that of another machine by right.
    if (destination === null) drafts.push(...staleNeighbour(scene, direction));
  }
  return drafts;
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

function changesInTransit(scene: FlowScene, direction: Direction, field: string): boolean {
  return (
    firstFailure(scene, 'IPT211', (f) => f.direction === direction && f.evidence.some((e) => e.field === field)) !==
    null
  );
}

/** Both ends of the outer header are one address: every node was given the same one (NAT interface of a VM). */
function loopedOuter(scene: FlowScene, direction: Direction): Draft[] {
  for (const { journey } of scene.journeys) {
    const leg = direction === 'request' ? journey.request : journey.reply;
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
