import { addressText } from '../decode/address.js';
import { refText } from '../observe/observation.js';
import { OUTER_HEADER } from '../path/facts.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { bySegment, firstFailure, seenAt } from './words.js';

export function detectMtu(scene: FlowScene): Draft[] {
  const { summary } = scene;
  const { tunnelMtu } = summary.path;
  const drafts: Draft[] = [];
  const tooBig = summary.tooBig;
  const inner = tooBig.filter((e) => e.quotedOuter === null && quotesFlow(scene, e));
  const outer = tooBig.filter((e) => e.quotedOuter !== null);
  const direction = (e: (typeof tooBig)[number]): 'request' | 'reply' => (e.quotedEcho?.reply ? 'reply' : 'request');
  const told = inner.find((e) => e.nextHopMtu === tunnelMtu.value);
  if (told !== undefined) {
    drafts.push({
      id: 'pod-mtu-exceeds-tunnel',
      direction: direction(told),
      segment: direction(told) === 'request' ? 'S12' : 'S56',
      confidence: 'certain',
      message: null,
      fact: `${addressText(told.sender)} refused a datagram of ${told.quotedInner?.totalLength ?? '?'} octets with next-hop MTU ${told.nextHopMtu}, the tunnel's (${refText(told)})`,
      evidence: inner.map((e) => e.ref),
    });
  }
  const reduced = inner.find((e) => e.nextHopMtu > 0 && e.nextHopMtu < tunnelMtu.value);
  if (reduced !== undefined) {
    const source = outer.find((e) => e.nextHopMtu === reduced.nextHopMtu + OUTER_HEADER);
    drafts.push({
      id: 'pmtu-reduced',
      direction: direction(reduced),
      segment: 'S34',
      confidence: source === undefined ? 'likely' : 'certain',
      message: `the path takes ${reduced.nextHopMtu} octets inside, not ${tunnelMtu.value}`,
      fact:
        source === undefined
          ? `${addressText(reduced.sender)} told the pod a next-hop MTU of ${reduced.nextHopMtu} (${refText(reduced)}); no capture shows who told the node`
          : `${addressText(source.sender)} told the node ${source.nextHopMtu} (${refText(source)}), the node told the pod ${reduced.nextHopMtu} (${refText(reduced)}): ${source.nextHopMtu} − ${OUTER_HEADER}, relayed as it should be`,
      evidence: [...outer, ...inner].map((e) => e.ref),
    });
  } else if (outer.length > 0) {
    const first = outer[0]!;
    drafts.push({
      id: 'pmtu-black-hole',
      direction: direction(first),
      segment: 'S34',
      confidence: summary.longAfter(first) ? 'likely' : 'possible',
      message: `a machine on the way takes only ${first.nextHopMtu} octets, and the pod was not told`,
      fact: `${addressText(first.sender)} told the node a next-hop MTU of ${first.nextHopMtu} (${refText(first)}); no ICMP 3/4 with ${first.nextHopMtu - OUTER_HEADER} was seen at the pod`,
      evidence: outer.map((e) => e.ref),
    });
  }
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
const thresholdIds: Readonly<Record<number, string>> = {
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
        fact: `${list.length} ${direction}(s) of ${smallestLost} to ${list.reduce((most, l) => Math.max(most, l.size), 0)} octets last seen at ${seenAt(first.lastSeen)}, not at ${first.firstMissing.point!.label}; ${passed} of at most ${largestPassed} octets passed`,
        evidence: list.flatMap((l) => l.lastSeen.observations.slice(0, 1).map((o) => o.ref)),
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
