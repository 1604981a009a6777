/** Plain, wrong or asymmetric: how the datagram travels between the nodes. */
import { addressText } from '../decode/address.js';
import { isUnderlay, type Journey, type Leg } from '../follow/journey.js';
import { type Observation, refText } from '../observe/observation.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { firstFailure, probeName } from './words.js';

function underlaySightings(leg: Leg | null): Observation[] {
  return (leg?.hops ?? []).filter((h) => isUnderlay(h.role) && h.state === 'seen').flatMap((h) => h.observations);
}

export function detectEncapsulation(scene: FlowScene): Draft[] {
  const drafts: Draft[] = [];
  const other = firstFailure(scene, 'IPT202');
  if (other !== null) {
    const found = other.finding.evidence[0]?.found ?? 'another tunnel';
    const plainWanted = scene.summary.path.encapsulation?.value === 'none';
    drafts.push({
      id: plainWanted ? 'direct-routing' : 'wrong-tunnel-protocol',
      direction: other.finding.direction,
      segment: 'S34',
      confidence: 'certain',
      message: plainWanted
        ? `the nodes share a link and should route directly, yet the datagram travels in ${found}`
        : `the datagram travels ${found.startsWith('UDP') ? 'inside' : 'in'} ${found}, not in IPv4 protocol 4`,
      fact: other.finding.message,
      evidence: other.finding.evidence,
    });
  }
  const asymmetric = firstFailure(scene, 'IPT503');
  if (asymmetric !== null) {
    drafts.push({
      id: 'reply-path-asymmetric',
      // The direction that is not as it should be points at the node that sends it.
      direction:
        strays(scene, asymmetric.journey.request) && !strays(scene, asymmetric.journey.reply) ? 'request' : 'reply',
      segment: null,
      confidence: 'certain',
      message: asymmetric.finding.message,
      fact: asymmetric.finding.message,
      evidence: asymmetric.finding.evidence,
    });
  }
  const plain = firstFailure(scene, 'IPT201', (f) => f.direction === 'request');
  const moved = changeOfMode(scene);
  if (plain !== null && asymmetric === null && moved.length === 0) drafts.push(...explainPlain(scene, plain.journey));
  drafts.push(...moved);
  return drafts;
}

function strays(scene: FlowScene, leg: Leg | null): boolean {
  const wanted = scene.summary.path.encapsulation?.value;
  return wanted !== undefined && underlaySightings(leg).some((o) => o.encapsulation !== wanted);
}

function explainPlain(scene: FlowScene, journey: Journey): Draft[] {
  const there = underlaySightings(journey.request);
  const back = underlaySightings(journey.reply);
  const first = there[0]!;
  const evidence = [...there, ...back].map((o) => o.ref);
  const what = probeName(scene, 'request', journey.position);
  const arrived =
    journey.request.hops.some((h) => h.role === 'decapsulator-underlay' && h.state === 'seen') || back.length > 0;
  if (arrived && journey.request.disposition === 'delivered') {
    return [
      {
        id: 'direct-routing',
        direction: null,
        segment: 'S34',
        confidence: 'certain',
        message: null,
        fact: `${what}${back.length > 0 ? ' and its reply travel' : ' travels'} plain between the nodes (${[...there, ...back].map(refText).join(', ')})`,
        evidence,
      },
    ];
  }
  const mac = first.ethernet?.destination ?? null;
  // Whose MAC is it? The gateway's points at a missing route, the peer node's at a fabric that drops pod addresses.
  const owner =
    mac === null
      ? undefined
      : scene.summary.path.arps.find((a) => a.senderMac === mac && a.point.series === first.point.series);
  const gateway = owner === undefined ? '' : `, the MAC of ${addressText(owner.senderAddress)}`;
  const fact = `${what} leaves ${first.point.label} plain${mac === null ? '' : ` to ${mac}${gateway}`} (${refText(first)}) and was not seen at the other node`;
  return [
    {
      id: 'tunnel-route-missing',
      direction: 'request',
      segment: 'S12-S23',
      confidence: 'likely',
      message: null,
      fact,
      evidence,
    },
    {
      id: 'underlay-source-dest-check',
      direction: 'request',
      segment: 'S34',
      confidence: 'possible',
      message: null,
      fact,
      evidence,
    },
  ];
}

/** Encapsulated at first and plain later (or the other way): routes moved while the ping ran. */
function changeOfMode(scene: FlowScene): Draft[] {
  const { records } = scene.summary;
  const modes = new Set(records.manners.map((m) => m.encapsulation).filter((e) => e !== null));
  if (modes.size < 2) return [];
  const known = [...records].filter((r) => r.encapsulation !== null);
  const from = known.findIndex((r) => r.encapsulation !== known[0]!.encapsulation);
  const changed = known[from]!;
  return [
    {
      id: 'tunnel-route-missing',
      direction: 'request',
      segment: 'S12-S23',
      confidence: 'likely',
      message: `encapsulation changes from ${known[0]!.encapsulation} to ${changed.encapsulation} while the ping runs: the routes moved`,
      fact: `probes 1 to ${changed.position} travel as ${known[0]!.encapsulation}, from probe ${changed.position + 1} on as ${changed.encapsulation}`,
      evidence: [],
    },
  ];
}
