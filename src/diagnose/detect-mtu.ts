import { addressText } from '../decode/address.js';
import { type Journey, placeIn } from '../follow/journey.js';
import { type ErrorSighting, refText } from '../observe/observation.js';
import { type HopRole, OUTER_HEADER } from '../path/facts.js';
import type { Direction } from '../path/roles.js';
import type { Draft } from './draft.js';
import { avoidsTunnel, directionOf, isFar } from './refusals.js';
import type { FlowScene } from './scene.js';
import { bySegment, firstFailure, labelOf, plural, seenAt } from './words.js';

export function detectMtu(scene: FlowScene): Draft[] {
  const { summary } = scene;
  const drafts: Draft[] = [];
  const outer = summary.tooBig.filter((e) => e.quotedOuter !== null);
  const own = outer.find((e) => e.sender === e.quotedOuter!.source);
  const onTheWay = outer.filter((e) => e.sender !== e.quotedOuter!.source);
  drafts.push(...toldPod(scene, onTheWay));
  if (own !== undefined) {
    drafts.push({
      ...encapsulatorTooSmall(directionOf(own), `takes only ${own.nextHopMtu} octets`),
      fact: `${addressText(own.sender)}, the sending node, told itself a next-hop MTU of ${own.nextHopMtu} (${refText(own)})`,
      evidence: [own.ref],
    });
  }
  const first = onTheWay[0];
  if (first !== undefined && !drafts.some((d) => d.id === 'pmtu-reduced')) {
    drafts.push({
      id: 'pmtu-black-hole',
      direction: directionOf(first),
      segment: 'S34',
      confidence: summary.longAfter(first) ? 'likely' : 'possible',
      message: `a machine on the way takes only ${first.nextHopMtu} octets, and the pod was not told`,
      fact: `${addressText(first.sender)} told the node a next-hop MTU of ${first.nextHopMtu} (${refText(first)}); no ICMP 3/4 with ${first.nextHopMtu - OUTER_HEADER} was seen at the pod`,
      evidence: onTheWay.map((e) => e.ref),
      without: /filtered or never sent/,
    });
  }
  drafts.push(...cutOuter(scene));
  const cut = firstFailure(scene, 'IPT405');
  if (cut !== null) {
    drafts.push({
      id: 'pod-mtu-exceeds-tunnel',
      direction: cut.finding.direction,
      segment: cut.finding.direction === 'reply' ? 'S56' : 'S12',
      confidence: 'certain',
      message:
        "the node cuts what the pod sends: its MTU is larger than the tunnel's, and each long datagram becomes several",
      fact: cut.finding.message,
      evidence: cut.finding.evidence,
    });
  }
  drafts.push(...thresholds(scene));
  return drafts;
}

/** ICMP 3/4 about the inner datagram: who sent it says which MTU it is about. `outer`: what machines on the way told the node. */
function toldPod(scene: FlowScene, outer: readonly ErrorSighting[]): Draft[] {
  const { path, tooBig } = scene.summary;
  const { tunnelMtu } = path;
  const drafts: Draft[] = [];
  const inner = tooBig.filter((e) => e.quotedOuter === null && e.nextHopMtu > 0 && quotesFlow(scene, e));
  for (const direction of ['request', 'reply'] as const) {
    const mine = inner.filter((e) => directionOf(e) === direction);
    const far = mine.find((e) => isFar(path, mine, e));
    const near = mine.filter((e) => !isFar(path, mine, e));
    const said = (e: ErrorSighting): string =>
      `${addressText(e.sender)} refused a datagram of ${e.quotedInner?.totalLength ?? '?'} octets with next-hop MTU ${e.nextHopMtu} (${refText(e)})`;
    if (far !== undefined) {
      drafts.push({
        id: 'receiver-mtu-too-small',
        direction,
        segment: segmentOfStage(5, direction),
        confidence: 'certain',
        message: `${addressText(far.sender)}, the receiving node, hands on only ${far.nextHopMtu} octets of what the tunnel brought`,
        fact: `${said(far)}; it had come through the tunnel`,
        evidence: mine.map((e) => e.ref),
      });
    }
    // The profile's MTU is a guess: what never enters the tunnel device is refused for the device's own, larger or smaller.
    const ofTunnel = (e: ErrorSighting): boolean =>
      e.nextHopMtu === tunnelMtu.value || (tunnelMtu.source === 'profile' && avoidsTunnel(scene, direction));
    const told = near.find(ofTunnel);
    if (told !== undefined) {
      drafts.push({
        id: 'pod-mtu-exceeds-tunnel',
        direction,
        segment: segmentOfStage(1, direction),
        confidence: 'certain',
        message: null,
        fact: `${said(told)}, the tunnel's`,
        evidence: near.map((e) => e.ref),
      });
    }
    const reduced = near.find((e) => !ofTunnel(e) && e.nextHopMtu < tunnelMtu.value);
    if (reduced === undefined) continue;
    const source = outer.find((e) => e.nextHopMtu === reduced.nextHopMtu + OUTER_HEADER);
    if (source === undefined) {
      drafts.push({
        ...encapsulatorTooSmall(direction, `leaves only ${reduced.nextHopMtu} octets inside, not ${tunnelMtu.value}`),
        fact: `${said(reduced)}, and no capture shows that any machine on the way had told it so`,
        evidence: near.map((e) => e.ref),
      });
      continue;
    }
    drafts.push({
      id: 'pmtu-reduced',
      direction,
      segment: 'S34',
      confidence: 'certain',
      message: `the path takes ${reduced.nextHopMtu} octets inside, not ${tunnelMtu.value}`,
      fact: `${addressText(source.sender)} told the node ${source.nextHopMtu} (${refText(source)}), the node told the pod ${reduced.nextHopMtu} (${refText(reduced)}): ${source.nextHopMtu} − ${OUTER_HEADER}, relayed as it should be`,
      evidence: [...outer, ...near].map((e) => e.ref),
    });
  }
  return drafts;
}

function encapsulatorTooSmall(direction: Direction, what: string): Omit<Draft, 'fact' | 'evidence'> {
  return {
    id: 'tunnel-mtu-exceeds-underlay',
    direction,
    segment: segmentOfStage(2, direction),
    confidence: 'likely',
    message: `the node interface under the tunnel ${what}: the tunnel MTU plus ${OUTER_HEADER} is more than its MTU`,
  };
}

/** The outer datagram travels in fragments: cut where it left its node, or by a machine on the way. */
function cutOuter(scene: FlowScene): Draft[] {
  const drafts: Draft[] = [];
  for (const direction of ['request', 'reply'] as const) {
    const at = (place: HopRole): ReturnType<typeof firstFailure> =>
      firstFailure(
        scene,
        'IPT210',
        (f) => f.direction === direction && f.role !== null && placeIn(direction, f.role) === place,
      );
    const left = at('encapsulator-underlay');
    const came = at('decapsulator-underlay');
    if (left !== null) {
      drafts.push({
        ...encapsulatorTooSmall(direction, 'takes less than the tunnel sends'),
        confidence: 'certain',
        fact: `${left.finding.message} where it leaves its node, at ${labelOf(scene, left.finding)}`,
        evidence: left.finding.evidence,
      });
    } else if (came !== null) {
      const whole = leavesWhole(came.journey, direction);
      drafts.push({
        id: 'pmtu-reduced',
        direction,
        segment: 'S34',
        confidence: whole ? 'certain' : 'possible',
        message: 'a machine on the way cuts the outer datagram: a link between the nodes takes less than they send',
        fact: `${came.finding.message} where it arrives, at ${labelOf(scene, came.finding)}${whole ? ', and it left its node whole' : ''}`,
        evidence: came.finding.evidence,
      });
    }
  }
  return drafts;
}

function leavesWhole(journey: Journey, direction: Direction): boolean {
  const leg = direction === 'request' ? journey.request : journey.reply;
  return leg?.hops.some((h) => h.place === 'encapsulator-underlay' && h.state === 'seen') ?? false;
}

function quotesFlow(scene: FlowScene, error: FlowScene['summary']['tooBig'][number]): boolean {
  const { flow } = scene.summary.path;
  const q = error.quotedInner;
  return (
    q !== null &&
    [flow.source, flow.destination].includes(q.source) &&
    [flow.source, flow.destination].includes(q.destination)
  );
}

/** What a size threshold means at each stage. */
export const thresholdIds: Readonly<Record<number, string>> = {
  1: 'pod-mtu-exceeds-tunnel',
  2: 'tunnel-mtu-exceeds-underlay',
  3: 'pmtu-black-hole',
};

/** Every lost datagram longer than every one that passed, at one segment. */
function thresholds(scene: FlowScene): Draft[] {
  const { summary } = scene;
  const drafts: Draft[] = [];
  for (const direction of ['request', 'reply'] as const) {
    const losses = summary.losses.filter((l) => l.direction === direction);
    for (const [segment, list] of bySegment(losses)) {
      const lost = new Set(list.map((l) => l.position));
      const { count: passed, largest: largestPassed } = summary.records.sizes(lost, (m) => {
        if (direction === 'request') return m.delivered ? m.size : null;
        return m.replied ? m.replySize : null;
      });
      const smallestLost = list.reduce((least, l) => Math.min(least, l.size), Number.POSITIVE_INFINITY);
      if (passed === 0 || smallestLost <= largestPassed) continue;
      // Where the captures leave several stages open, each is a candidate.
      const ids = stagesOf(segment, direction).flatMap((stage) => thresholdIds[stage] ?? []);
      const first = list[0]!;
      const base = {
        direction,
        segment,
        confidence: ids.length === 1 ? ('likely' as const) : ('possible' as const),
        message: `datagrams of ${smallestLost} octets and more are lost, ${largestPassed} and less pass`,
        fact: `${list.length} ${plural(direction)} of ${smallestLost} to ${list.reduce((most, l) => Math.max(most, l.size), 0)} octets last seen at ${seenAt(first.lastSeen)}, not at ${first.firstMissing.point!.label}; ${passed} of at most ${largestPassed} octets passed`,
        evidence: list.flatMap((l) => l.lastSeen.observations.slice(0, 1).map((o) => o.ref)),
        // The sending node's underlay was captured, and no message of that kind is in it.
        ...(segment === 'S34' && !summary.tooBig.some((e) => e.quotedOuter !== null)
          ? { without: /^ICMP 3\/4 reaches the node/ }
          : {}),
      };
      drafts.push(...ids.map((id) => ({ ...base, id })));
    }
  }
  return drafts;
}

/** 1 forwarding at the sender … 5 forwarding at the receiver, in the direction of travel; the first stage of a wider stretch. */
export function segmentStage(segment: string, direction: 'request' | 'reply'): number {
  const first = Number(segment[1]);
  const last = Number(segment.at(-2));
  return direction === 'request' ? first : 6 - last;
}

/** The segment of one stage, in the direction of travel. */
export function segmentOfStage(stage: number, direction: 'request' | 'reply'): string {
  const first = direction === 'request' ? stage : 6 - stage;
  return `S${first}${first + 1}`;
}

/** All stages that a segment covers, in ascending order. */
export function stagesOf(segment: string, direction: 'request' | 'reply'): number[] {
  const first = segmentStage(segment, direction);
  const length = Number(segment.at(-2)) - Number(segment[1]);
  return Array.from({ length: length + 1 }, (_, i) => first + i);
}
