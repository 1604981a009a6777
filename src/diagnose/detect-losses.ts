/** Silent losses: which segment, all or some, and what its silence can mean. */

import { partlySeen } from '../checks/compare.js';
import type { Loss } from '../checks/flow-summary.js';
import { addressText } from '../decode/address.js';
import type { Hop, Journey } from '../follow/journey.js';
import { elapsed, refText } from '../observe/observation.js';
import type { Direction } from '../path/roles.js';
import { segmentBetween } from '../path/segments.js';
import { type CauseText, findDiagnosis } from './catalogue.js';
import { segmentOfStage, segmentStage, stagesOf } from './detect-mtu.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { absentFrom, bySegment, corruptedSegment, firstFailure, probeName, seenAt } from './words.js';

const stageIds: Readonly<Record<number, string>> = {
  1: 'source-node-forwarding-drop',
  2: 'encapsulator-output-drop',
  3: 'proto4-blocked-in-underlay',
  4: 'decapsulator-input-drop',
  5: 'forward-drop-or-rp-filter',
};

export function detectLosses(scene: FlowScene, said: (...ids: string[]) => boolean): Draft[] {
  const drafts: Draft[] = [];
  const { summary } = scene;
  for (const direction of ['request', 'reply'] as const) {
    const losses = summary.losses.filter((l) => l.direction === direction);
    for (const [segment, list] of bySegment(losses)) {
      const passed = passedSegment(scene, list[0]!, direction);
      if (passed === 0) drafts.push(...allLost(scene, direction, segment, list, said));
      else drafts.push(...someLost(scene, direction, segment, list, passed, said));
    }
  }
  for (const [rule, direction] of [
    ['IPT010', 'request'],
    ['IPT502', 'reply'],
  ] as const) {
    const partly = firstFailure(scene, rule);
    if (partly !== null) drafts.push(...fragmentsLost(scene, partly.journey, direction));
  }
  if (summary.path.nodeIsSource === false && firstFailure(scene, 'IPT501') !== null) drafts.push(...silent(scene));
  return drafts;
}

/** How many others of this direction got past the place where these were lost. */
function passedSegment(scene: FlowScene, loss: Loss, direction: Direction): number {
  const count = [...scene.summary.segments.values()].find(
    (s) => s.direction === direction && s.from === loss.lastSeen.role && s.to === loss.firstMissing.role,
  );
  return count?.arrived ?? 0;
}

function factOf(scene: FlowScene, direction: Direction, list: readonly Loss[]): string {
  const first = list[0]!;
  const more = list.length > 1 ? ` (and ${list.length - 1} more)` : '';
  return `${probeName(scene, direction, first.position)}${more} last seen at ${seenAt(first.lastSeen)}; ${absentFrom(scene, first.firstMissing.point!)}`;
}

function evidenceOf(list: readonly Loss[]): Draft['evidence'] {
  return list.flatMap((l) => l.lastSeen.observations.slice(0, 1).map((o) => o.ref));
}

function allLost(
  scene: FlowScene,
  direction: Direction,
  segment: string,
  list: readonly Loss[],
  said: (...ids: string[]) => boolean,
): Draft[] {
  // An error, a size or a wrong address has already explained it.
  if (list.every((l) => isAnswered(scene, l))) return [];
  if (said('tunnel-route-missing', 'pmtu-black-hole', 'tunnel-mtu-exceeds-underlay')) return [];
  // A reply to the address that NAT put there has nobody to go to.
  if (said('underlay-nat') && direction === 'reply') return [];
  // What is addressed to its own sender arrives nowhere else.
  if (
    list.every((l) => l.lastSeen.observations.some((o) => o.outer !== null && o.outer.source === o.outer.destination))
  )
    return [];
  // `-i any` shows every device of a node: where the datagram went no further on it, it did not pass the next one.
  const everyDevice = list.every((l) => l.lastSeen.point?.namespace != null);
  const stages = stagesOf(segment, direction).slice(0, everyDevice ? 1 : undefined);
  const where = everyDevice ? segmentOfStage(stages[0]!, direction) : segment;
  const base = {
    direction,
    segment: where,
    fact: factOf(scene, direction, list),
    evidence: evidenceOf(list),
    message: null,
  };
  const drafts: Draft[] = [];
  for (const stage of stages) {
    const confidence = stages.length === 1 ? 'likely' : 'possible';
    if (stage === 2) {
      const unanswered = unansweredArp(scene, direction, list[0]!);
      if (unanswered !== null) {
        drafts.push({
          ...base,
          id: 'neighbour-unresolved',
          confidence: unanswered.sure ? 'likely' : 'possible',
          message: `nobody answers ARP for ${unanswered.address}`,
          peer: unanswered.address,
          fact: `${base.fact}; ${unanswered.fact}`,
          evidence: [...base.evidence, ...unanswered.refs],
        });
        if (unanswered.sure) continue;
      }
    }
    if (stage === 3) {
      const mac = list[0]!.lastSeen.observations[0]?.ethernet?.destination ?? null;
      const unknown = mac !== null && list[0]!.lastSeen.facts.destinationMac === undefined;
      const stale = said('stale-neighbour');
      if (!stale) {
        drafts.push({
          ...base,
          id: stageIds[3]!,
          confidence,
          ...(unknown ? { fact: `${base.fact}; no ARP in the captures tells whose MAC ${mac} is` } : {}),
        });
      }
      if (unknown && !stale) {
        drafts.push({
          ...base,
          id: 'stale-neighbour',
          confidence: 'possible',
          message: `the frame is addressed to ${mac}, and no captured ARP says that this is the next hop`,
        });
      }
      continue;
    }
    if (stage === 4 && list.some((l) => isEcnDrop(l))) {
      drafts.push({
        ...base,
        id: 'ecn-drop',
        confidence: 'certain',
        fact: `${base.fact}; its outer header has CE and its inner one Not-ECT`,
      });
      continue;
    }
    if (stage === 4 && !said('stale-neighbour')) {
      const o = list[0]!.lastSeen.observations[0];
      const mac = o?.ethernet?.destination ?? null;
      // Its own ARP told, wherever it was heard.
      const known = scene.summary.path.arps.some(
        (a) => a.senderMac === mac && a.senderAddress === o!.outer?.destination,
      );
      if (mac !== null && !known && list[0]!.lastSeen.facts.destinationMac === undefined) {
        drafts.push({
          ...base,
          id: 'stale-neighbour',
          segment: 'S34',
          confidence: 'possible',
          message: `the frame is addressed to ${mac}, and nothing captured says that this is the receiving node's: a switch shows it frames for others as well`,
        });
      }
    }
    if (stage === 4) {
      const bad = list.find((l) => l.lastSeen.observations.some((o) => o.outer?.checksumRight === false));
      if (bad !== undefined) continue;
    }
    drafts.push({ ...base, id: stageIds[stage]!, confidence });
  }
  return drafts;
}

function isAnswered(scene: FlowScene, loss: Loss): boolean {
  const journey = scene.journeys.find((j) => j.journey.position === loss.position)?.journey;
  return (
    journey?.refusals.some(
      (e) => e.type !== 5 && (e.quotedEcho === null || e.quotedEcho.reply === (loss.direction === 'reply')),
    ) ?? false
  );
}

function isEcnDrop(loss: Loss): boolean {
  return loss.lastSeen.observations.some(
    (o) => o.outer !== null && (o.outer.typeOfService & 3) === 3 && (o.inner.typeOfService & 3) === 0,
  );
}

/**
 * who-has of the sending node without an is-at, at its own underlay capture. Everybody's questions are heard there, and the
 * answers to others are not: a question counts when the node is known to ask it, or when it follows the datagram and is repeated.
 */
function unansweredArp(
  scene: FlowScene,
  direction: Direction,
  loss: Loss,
): { address: string; fact: string; refs: Draft['evidence']; sure: boolean } | null {
  const role = direction === 'request' ? 'encapsulator-underlay' : 'decapsulator-underlay';
  const { path } = scene.summary;
  const points = new Set(path.assignments.filter((a) => a.role === role).map((a) => a.point));
  const self = path.facts[direction][role]?.outerSource?.value ?? null;
  let found: ReturnType<typeof unansweredArp> = null;
  for (const ask of path.arps) {
    if (
      ask.operation !== 1 ||
      !points.has(ask.point) ||
      ask.senderAddress === 0 ||
      ask.senderAddress === ask.targetAddress
    )
      continue;
    const answered = path.arps.some((a) => a.point === ask.point && a.senderAddress === ask.targetAddress);
    if (answered || (self !== null && ask.senderAddress !== self)) continue;
    const follows = elapsed(loss.lastSeen.observations[0]!, ask.first) >= 0;
    const repeated = ask.count > 1;
    if (self === null && !follows && !repeated) continue;
    const sure = self !== null || (follows && repeated);
    if (found !== null && !sure) continue;
    const address = addressText(ask.targetAddress);
    found = {
      address,
      sure,
      fact: `${ask.point.label} holds ${ask.count} who-has ${address} from ${addressText(ask.senderAddress)} and no answer (${refText(ask)})`,
      refs: [ask.ref],
    };
    if (sure) return found;
  }
  return found;
}

function someLost(
  scene: FlowScene,
  direction: Direction,
  segment: string,
  list: readonly Loss[],
  passed: number,
  said: (...ids: string[]) => boolean,
): Draft[] {
  const sized = said('pmtu-black-hole', 'tunnel-mtu-exceeds-underlay', 'pod-mtu-exceeds-tunnel', 'pmtu-reduced');
  if (sized && sizesExplain(scene, list)) return [];
  if (list.every((l) => isAnswered(scene, l))) return [];
  const total = list.length + passed;
  const fact = `${list.length} of ${total} ${direction}s that reached ${list[0]!.lastSeen.point!.label} are not at ${list[0]!.firstMissing.point!.label} (${segment}); first: ${factOf(scene, direction, list)}`;
  const stage = segmentStage(segment, direction);
  const filter = stage === 3 || stage === 4 ? changePoint(scene, direction, list) : null;
  if (filter !== null) {
    return [
      {
        id: 'proto4-stateful-filter',
        direction,
        segment,
        confidence: 'likely',
        message: filter.message,
        fact: `${fact}; ${filter.fact}`,
        evidence: evidenceOf(list),
      },
    ];
  }
  if (scene.summary.records.manners.some((m) => m.corrupted)) {
    return [
      {
        id: 'packet-corrupted',
        direction,
        segment: corruptedSegment(scene) ?? segment,
        confidence: 'likely',
        message: `${list.length} of ${total} ${direction}s are lost where datagrams are damaged: a wrong checksum is dropped silently`,
        fact,
        evidence: evidenceOf(list),
      },
    ];
  }
  const share = ((100 * list.length) / total).toFixed(0);
  return [
    {
      id: 'random-loss',
      direction,
      segment,
      confidence: list.length > 1 ? 'likely' : 'possible',
      message: `${list.length} of ${total} ${direction}s (${share} %) are lost on ${segment}, without a pattern in size or time`,
      fact,
      evidence: evidenceOf(list),
      first: stageCauses(stage),
    },
  ];
}

function stageCauses(stage: number): readonly CauseText[] {
  // Loss on a node points at that node's queues, loss on the wire at those that send into it.
  return (findDiagnosis('random-loss')?.causes ?? []).map((c) => ({ ...c, on: stage > 3 ? 'receiver' : 'sender' }));
}

function sizesExplain(scene: FlowScene, list: readonly Loss[]): boolean {
  const lost = new Set(list.map((l) => l.position));
  const { largest } = scene.summary.records.sizes(lost, (m) => (m.delivered ? m.size : null));
  return list.every((l) => l.size > largest);
}

/**
 * Losses that form the beginning and stop for good, or return after a long pause only. When a tunnel datagram in the other
 * direction stands right before the first that passes, a stateful filter opened.
 */
function changePoint(
  scene: FlowScene,
  direction: Direction,
  list: readonly Loss[],
): { message: string; fact: string } | null {
  if (direction !== 'request') return null;
  const positions = list.map((l) => l.position).sort((a, b) => a - b);
  const ends = positions.findIndex((p, i) => p !== i);
  const last = ends < 0 ? positions.length - 1 : ends - 1;
  if (last < 0) return null;
  // Losses that come back are the filter's only when it had time to forget.
  const idle = ends < 0 ? null : idleBefore(scene, positions.slice(ends));
  if (ends >= 0 && idle === null) return null;
  const again = idle === null ? '' : `, and losses return after ${(idle / 1e9).toFixed(0)} s without a datagram`;
  const until = idle === null ? 'all later ones pass' : `later ones pass${again}`;
  const { records } = scene.summary;
  const sentAt = records.sentAt(last + 1);
  const lostAt = records.sentAt(last);
  if (sentAt === null || lostAt === null) return null;
  // Only a point of the sending node shares its clock.
  const { assignments } = scene.summary.path;
  const opened = scene.reverseOuter.find((o) => {
    const role = assignments.find((a) => a.point === o.point)?.role;
    if (role !== 'encapsulator-underlay') return false;
    return elapsed(lostAt, o) > 0 && elapsed(o, sentAt) > 0;
  });
  if (opened !== undefined) {
    return {
      message: `loss stops at the first tunnel datagram from the other node: protocol 4 is let in only as an answer`,
      fact: `probes 1 to ${last + 1} are lost, ${until}; the first reverse tunnel datagram stands between them, ${(elapsed(lostAt, opened) / 1e6).toFixed(1)} ms after the last lost one`,
    };
  }
  if (last < 1) return null;
  const pattern =
    idle === null ? 'loss stops for good after the first probes' : 'the first probes after each pause are lost';
  return {
    message: `${pattern}, as with a stateful filter that opens (no capture shows what opened it)`,
    fact: `probes 1 to ${last + 1} are lost, ${until}`,
  };
}

/** A pause this many times longer than the pauses that datagrams passed after is one in which a filter may forget. */
const IDLE_FACTOR = 5;

/** The pause before losses that came back, in nanoseconds; null when any of their stretches began without a long one. */
function idleBefore(scene: FlowScene, positions: readonly number[]): number | null {
  const lost = new Set(positions);
  const { records } = scene.summary;
  const pause = (position: number): number | null => {
    const before = records.sentAt(position - 1);
    const here = records.sentAt(position);
    return before && here ? elapsed(before, here) : null;
  };
  let usual = 0;
  for (let position = 0; position < records.length; position++) {
    if (!lost.has(position)) usual = Math.max(usual, pause(position) ?? 0);
  }
  const starts = positions.filter((p) => !lost.has(p - 1)).map(pause);
  if (starts.some((p) => p === null || p < IDLE_FACTOR * usual)) return null;
  return starts.reduce<number>((least, p) => Math.min(least, p!), Number.POSITIVE_INFINITY);
}

/** The first fragments went on and later ones did not, which an earlier hop shows: there was nothing whole to take up or to answer. */
function fragmentsLost(scene: FlowScene, journey: Journey, direction: Direction): Draft[] {
  const leg = direction === 'request' ? journey.request : journey.reply;
  const part = leg === null ? null : partlySeen(leg);
  if (part === null || part.whole === null || part.laterWhole) return [];
  const { whole, hop } = part;
  const pieces = (h: Hop): number => h.observations.reduce((most, o) => Math.max(most, o.fragments.length), 0);
  const before = pieces(whole) === 0 ? 'whole' : `in ${pieces(whole)} fragments`;
  return [
    {
      id: 'fragments-lost',
      direction,
      segment: segmentBetween(whole.role, hop.role),
      confidence: 'likely',
      message: null,
      fact: `${probeName(scene, direction, journey.position)} is ${before} at ${seenAt(whole)}, and ${pieces(hop)}${pieces(whole) === 0 ? ' fragment(s)' : ''} of ${pieces(whole) === 0 ? 'it' : 'them'} at ${seenAt(hop)}`,
      evidence: [...whole.observations, ...hop.observations].flatMap((o): Draft['evidence'] =>
        o.fragments.length === 0 ? [o.ref] : o.fragments,
      ),
    },
  ];
}

function silent(scene: FlowScene): Draft[] {
  const failure = firstFailure(scene, 'IPT501')!;
  const o = failure.journey.request.lastSeen!.observations[0]!;
  if (fragmentsLost(scene, failure.journey, 'request').length > 0) return [];
  // A wrong checksum is why: packet-corrupted says so.
  if (o.icmpChecksumRight === false || o.inner.checksumRight === false) return [];
  return [
    {
      id: 'destination-silent',
      direction: 'request',
      segment: null,
      confidence: 'certain',
      message: null,
      fact: `${probeName(scene, 'request', failure.journey.position)} is at the destination pod (${refText(o)}), whose capture holds no reply`,
      evidence: failure.finding.evidence,
    },
  ];
}
