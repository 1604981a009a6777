/** Silent losses: which segment, all or some, and what its silence can mean. */

import { partlySeen } from '../checks/compare.js';
import type { Loss } from '../checks/flow-summary.js';
import { addressText } from '../decode/address.js';
import { type FlowPath, type Hop, isUnderlay, type Journey } from '../follow/journey.js';
import { elapsed, isCeOverNotEct, refText } from '../observe/observation.js';
import type { ProbeKind } from '../path/probe-kinds.js';
import type { Direction } from '../path/roles.js';
import { segmentBetween } from '../path/segments.js';
import { findDiagnosis } from './catalogue.js';
import { segmentOfStage, segmentStage, stagesOf } from './detect-mtu.js';
import type { Draft } from './draft.js';
import { type LossPattern, lossPattern } from './loss-pattern.js';
import { directionOf, isConsequence, tunnelErrors } from './refusals.js';
import type { FlowScene } from './scene.js';
import type { CauseText } from './text.js';
import {
  absentFrom,
  bySegment,
  clockText,
  corruptedSegment,
  firstFailure,
  plural,
  probeName,
  seenAt,
  shareText,
} from './words.js';

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
  const unanswered = firstFailure(scene, 'IPT501');
  if (unanswered !== null) {
    const arrived = unanswered.journey.request.lastSeen!.place === 'destination-pod';
    // Where others of them were seen to be lost, that is why.
    if (!arrived && !summary.losses.some((l) => l.direction === 'request')) drafts.push(...noAnswer(scene, unanswered));
    else if (arrived && summary.path.nodeIsSource === false) drafts.push(...silent(scene));
  }
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

/** What a silent loss at a stage is called. A plain datagram meets no tunnel and no filter of protocol 4. */
function stageId(stage: number, loss: Loss): string {
  if (!isPlain(loss)) return stageIds[stage]!;
  if (stage === 3) return 'underlay-source-dest-check';
  return stageIds[stage === 4 ? 5 : stage]!;
}

/** It left its node, or came to the other one, without an outer header. */
function isPlain({ lastSeen }: Loss): boolean {
  return isUnderlay(lastSeen.role) && lastSeen.observations[0]?.encapsulation === 'none';
}

/** In another tunnel than IPIP: no rule about protocol 4 drops it. */
function isOtherTunnel({ lastSeen }: Loss): boolean {
  const encapsulation = lastSeen.observations[0]?.encapsulation ?? 'none';
  return isUnderlay(lastSeen.role) && encapsulation !== 'none' && encapsulation !== 'ipip';
}

/** A plain reply that its receiver drops came in where the route back does not lead: strict filtering goes first. */
function firstOf(stage: number, loss: Loss): Pick<Draft, 'first'> {
  if (!isPlain(loss) || stage < 4) return {};
  return { first: findDiagnosis('forward-drop-or-rp-filter')!.causes.filter((c) => c.cause.includes('rp_filter')) };
}

function allLost(
  scene: FlowScene,
  direction: Direction,
  segment: string,
  list: readonly Loss[],
  said: (...ids: string[]) => boolean,
): Draft[] {
  if (isExplained(scene, direction, list, said)) return [];
  const all = stagesOf(segment, direction);
  const first = list[0]!;
  // Without a tunnel there is no decapsulation: what comes in is forwarded at once.
  const stages = isPlain(first) && all.includes(5) ? all.filter((stage) => stage !== 4) : all;
  const base = {
    direction,
    segment,
    fact: factOf(scene, direction, list),
    evidence: evidenceOf(list),
    message: null,
    confidence: stages.length === 1 ? ('likely' as const) : ('possible' as const),
  };
  return stages.flatMap((stage): Draft[] => {
    if (stage === 2) return notSent(scene, direction, list, base);
    if (stage === 3) return lostBetween(scene.summary.path, list, base, said);
    if (stage === 4 && ecnExplains(scene, direction, list)) {
      const fact = `${base.fact}; its outer header has CE and its inner one Not-ECT`;
      return [{ ...base, id: 'ecn-drop', confidence: 'certain', fact }];
    }
    // IPT208 says it.
    if (stage === 4 && list.some((l) => l.lastSeen.observations.some((o) => o.outer?.checksumRight === false)))
      return [];
    return [{ ...base, id: stageId(stage, first), ...firstOf(stage, first) }];
  });
}

/** An error, a size or a wrong address has already said why. */
function isExplained(
  scene: FlowScene,
  direction: Direction,
  list: readonly Loss[],
  said: (...ids: string[]) => boolean,
): boolean {
  if (list.every((l) => isAnswered(scene, l))) return true;
  if (said('tunnel-route-missing', 'pmtu-black-hole', 'tunnel-mtu-exceeds-underlay')) return true;
  // A reply to the address that NAT put there has nobody to go to, and a tunnel is looked up by the addresses that NAT changed.
  if (said('underlay-nat') && (direction === 'reply' || segmentStage(list[0]!.segment, direction) >= 4)) return true;
  // What is addressed to its own sender arrives nowhere else.
  return list.every((l) =>
    l.lastSeen.observations.some((o) => o.outer !== null && o.outer.source === o.outer.destination),
  );
}

type LossBase = Omit<Draft, 'id'> & { readonly direction: Direction };

/** It entered the tunnel device, and nothing left the node. */
function notSent(scene: FlowScene, direction: Direction, list: readonly Loss[], base: LossBase): Draft[] {
  const drop: Draft = { ...base, id: stageIds[2]! };
  const unanswered = unansweredArp(scene, direction, list[0]!);
  if (unanswered === null) return [drop];
  const unresolved: Draft = {
    ...base,
    id: 'neighbour-unresolved',
    confidence: unanswered.sure ? 'likely' : 'possible',
    message: `nobody answers ARP for ${unanswered.address}`,
    peer: unanswered.address,
    fact: `${base.fact}; ${unanswered.fact}`,
    evidence: [...base.evidence, ...unanswered.refs],
  };
  return unanswered.sure ? [unresolved] : [unresolved, drop];
}

/** A MAC that ARP confirms is no stale entry, and whoever answers ARP for the outer destination is on one link with the sender, without NAT. */
function refutedBetween(path: FlowPath, { lastSeen }: Loss): RegExp {
  const o = lastSeen.observations[0];
  const owner = path.arps.find((a) => a.point === o?.point && a.senderAddress === o?.outer?.destination);
  if (owner === undefined || owner.senderMac !== o?.ethernet?.destination) return /^$/;
  return /MAC that is not the receiver's|NAT between the nodes/;
}

/** It left one node and did not reach the other. How it travelled says what can have dropped it. */
function lostBetween(
  path: FlowPath,
  list: readonly Loss[],
  base: LossBase,
  said: (...ids: string[]) => boolean,
): Draft[] {
  const first = list[0]!;
  // A wrong MAC, or another tunnel than the expected one, has been named: that it does not arrive is what comes of it.
  if (said('stale-neighbour') || (isOtherTunnel(first) && said('wrong-tunnel-protocol'))) return [];
  const mac = first.lastSeen.observations[0]?.ethernet?.destination ?? null;
  const unknown = mac !== null && first.lastSeen.facts.destinationMac === undefined;
  const fact = unknown ? `${base.fact}; no ARP in the captures tells whose MAC ${mac} is` : base.fact;
  const message = isOtherTunnel(first)
    ? `the datagram left in ${first.lastSeen.observations[0]!.encapsulation} and did not arrive`
    : null;
  return [{ ...base, id: stageId(3, first), fact, message, without: refutedBetween(path, first) }];
}

function isAnswered(scene: FlowScene, loss: Loss): boolean {
  const journey = scene.journeys.find((j) => j.journey.position === loss.position)?.journey;
  return (
    journey?.refusals.some(
      (e) =>
        e.type !== 5 &&
        (e.quotedMessage === null || directionOf(e) === loss.direction) &&
        // The own node's "host unreachable" is the echo of an error about its tunnel, or of a silence that is to be explained.
        (tunnelErrors(scene).length > 0 || !isConsequence(scene, journey.refusals, e)),
    ) ?? false
  );
}

/** Each lost one carries CE over Not-ECT, and none does that went on. */
function ecnExplains(scene: FlowScene, direction: Direction, list: readonly Loss[]): boolean {
  if (!list.every((l) => l.lastSeen.observations.some(isCeOverNotEct))) return false;
  const lost = new Set(list.map((l) => l.position));
  const { records } = scene.summary;
  for (let position = 0; position < records.length; position++) {
    if (!lost.has(position) && records.manner(position).marked[direction]) return false;
  }
  return true;
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
    const answered = path.arps.some(
      (a) => a.point.series === ask.point.series && a.senderAddress === ask.targetAddress,
    );
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
  const fact = `${list.length} of ${total} ${plural(direction)} that reached ${list[0]!.lastSeen.point!.label} are not at ${list[0]!.firstMissing.point!.label} (${segment}); first: ${factOf(scene, direction, list)}`;
  const stage = segmentStage(segment, direction);
  const base = { direction, segment, confidence: 'likely' as const, fact, evidence: evidenceOf(list) };
  const filter =
    direction === 'request' && (stage === 3 || stage === 4)
      ? openedFilter(
          scene,
          list.map((l) => l.position),
        )
      : null;
  if (filter !== null) {
    return [{ ...base, id: 'proto4-stateful-filter', message: filter.message, fact: `${fact}; ${filter.fact}` }];
  }
  if (ecnExplains(scene, direction, list)) {
    const said = 'each lost one has CE in its outer header and Not-ECT in its inner one, and none that passed has';
    return [
      {
        ...base,
        id: 'ecn-drop',
        segment: segmentOfStage(4, direction),
        confidence: 'certain',
        message: null,
        fact: `${fact}; ${said}`,
      },
    ];
  }
  if (scene.summary.records.manners.some((m) => m.corrupted)) {
    return [
      {
        ...base,
        id: 'packet-corrupted',
        segment: corruptedSegment(scene) ?? segment,
        message: `${list.length} of ${total} ${plural(direction)} are lost where datagrams are damaged: a wrong checksum is dropped silently`,
      },
    ];
  }
  const pattern = patternOf(scene, direction, segment, list);
  if (pattern?.kind === 'periodic') {
    const { period, lost } = pattern;
    const which =
      lost > 1 ? `${lost} of every ${period} ${plural(direction)} are` : `every ${ordinal(period)} ${direction} is`;
    return [
      {
        ...base,
        id: 'parallel-path-loss',
        message: `${which} lost on ${segment}, in turn: one of ${period} parallel ways drops what it gets`,
        first: onSide('parallel-path-loss', stage),
      },
    ];
  }
  if (pattern !== null) return stretchLost(scene, segment, list, pattern, base);
  const alone = list.length === 1 ? '' : ', without a pattern in size or time';
  return [
    {
      ...base,
      id: 'random-loss',
      confidence: list.length > 1 ? 'likely' : 'possible',
      message: `${list.length} of ${total} ${plural(direction)} (${shareText(list.length, total)}) ${list.length === 1 ? 'is' : 'are'} lost on ${segment}${alone}`,
      first: onSide('random-loss', stage),
    },
  ];
}

function onSide(id: string, stage: number): readonly CauseText[] {
  // Loss on a node points at that node's queues, loss on the wire at those that send into it.
  return (findDiagnosis(id)?.causes ?? []).map((c) => ({ ...c, on: stage > 3 ? 'receiver' : 'sender' }));
}

function ordinal(n: number): string {
  return ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'][n - 2]!;
}

/** How the losses of this segment lie among all that came so far. */
function patternOf(scene: FlowScene, direction: Direction, segment: string, list: readonly Loss[]): LossPattern | null {
  const { records, losses } = scene.summary;
  const here = new Set(list.map((l) => l.position));
  const stage = segmentStage(segment, direction);
  const further = new Set(
    losses
      .filter((l) => l.direction === direction && segmentStage(l.segment, direction) > stage)
      .map((l) => l.position),
  );
  return lossPattern(records.length, (position) => {
    if (here.has(position)) return true;
    const manner = records.manner(position);
    const arrived = direction === 'request' ? manner.delivered : manner.replied && manner.lossSegment === null;
    return arrived || further.has(position) ? false : null;
  });
}

/** Lost in one stretch of time, or a few: what drops all of a stretch, and what began and ended then. */
function stretchLost(
  scene: FlowScene,
  segment: string,
  list: readonly Loss[],
  pattern: Extract<LossPattern, { kind: 'stretches' }>,
  base: Omit<Draft, 'id' | 'message'> & { readonly direction: Direction },
): Draft[] {
  const { direction } = base;
  const { records } = scene.summary;
  const time = (position: number): string | null => {
    const at = records.sentAt(position);
    return at === null ? null : clockText(at);
  };
  const [from, to] = [pattern.stretches[0]![0], pattern.stretches.at(-1)![1]];
  const [since, until] = [time(from), time(to)];
  const several = pattern.stretches.length > 1;
  const numbers = pattern.stretches.map(([a, b]) => (a === b ? `${a + 1}` : `${a + 1} to ${b + 1}`)).join(', ');
  const which = `${plural(direction)} ${numbers} of ${records.length} are lost on ${segment}${several ? `, in ${pattern.stretches.length} stretches` : ''}`;
  const began = pattern.fromStart || since === null ? '' : `, from ${since}`;
  const ended =
    pattern.toEnd || until === null
      ? pattern.toEnd && !pattern.fromStart
        ? ' on'
        : ''
      : `${began === '' ? ',' : ''} until ${until}`;
  const others = several
    ? ''
    : pattern.fromStart
      ? '; all later ones pass'
      : pattern.toEnd
        ? '; all before pass'
        : '; those before and after pass';
  const message = `${which}${began}${ended}${others}`;
  const changed: CauseText = {
    cause:
      'something that began or ended at that time: a link or bond member, a rule or policy, a route, an agent that restarted',
    confirm: 'the logs of that time say so',
    on: segmentStage(segment, direction) > 3 ? 'receiver' : 'sender',
    command: () =>
      `journalctl --utc${since === null ? '' : ` --since "${since}"`}${until === null ? '' : ` --until "${until}"`}; ip -s link`,
  };
  const stages = stagesOf(segment, direction);
  return stages.map((stage) => ({
    ...base,
    id: stageId(stage, list[0]!),
    confidence: stages.length === 1 ? 'likely' : 'possible',
    message,
    first: [changed],
  }));
}

function sizesExplain(scene: FlowScene, list: readonly Loss[]): boolean {
  const lost = new Set(list.map((l) => l.position));
  const { largest } = scene.summary.records.sizes(lost, (m) => (m.delivered ? m.size : null));
  return list.every((l) => l.size > largest);
}

/**
 * Losses that form the beginning and stop for good, or return after a long pause only, and the first tunnel datagram of the other
 * direction stands right before the first that passes: a stateful filter opened. One that came while they were still lost opened nothing.
 */
function openedFilter(scene: FlowScene, lost: readonly number[]): { message: string; fact: string } | null {
  const positions = [...lost].sort((a, b) => a - b);
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
  const before = scene.reverseOuter.filter((o) => {
    const role = assignments.find((a) => a.point === o.point)?.role;
    return role === 'encapsulator-underlay' && elapsed(o, sentAt) > 0;
  });
  const opened = before.find((o) => elapsed(lostAt, o) > 0);
  if (opened === undefined || before.some((o) => elapsed(o, lostAt) > 0)) return null;
  return {
    message: `loss stops at the first tunnel datagram from the other node: protocol 4 is let in only as an answer`,
    fact: `probes 1 to ${last + 1} are lost, ${until}; the first reverse tunnel datagram stands between them, ${(elapsed(lostAt, opened) / 1e6).toFixed(1)} ms after the last lost one`,
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
      fact: `${probeName(scene, direction, journey.position)} is ${before} at ${seenAt(whole)}, and ${pieces(hop)}${pieces(whole) > 0 ? '' : pieces(hop) === 1 ? ' fragment' : ' fragments'} of ${pieces(whole) === 0 ? 'it' : 'them'} at ${seenAt(hop)}`,
      evidence: [...whole.observations, ...hop.observations].flatMap((o): Draft['evidence'] =>
        o.fragments.length === 0 ? [o.ref] : o.fragments,
      ),
    },
  ];
}

/** Not answered, and nobody captured where the request or its answer ended: what is left, and where to look next. */
function noAnswer(scene: FlowScene, { journey, finding }: NonNullable<ReturnType<typeof firstFailure>>): Draft[] {
  const last = journey.request.lastSeen!;
  const segment = segmentBetween(last.role, 'destination-pod');
  const { records } = scene.summary;
  const positions = [...records].filter((r) => r.unanswered).map((r) => r.position);
  const none = journey.awaited[0]!;
  const more = positions.length > 1 ? ` (and ${positions.length - 1} more)` : '';
  const fact = `${probeName(scene, 'request', journey.position)}${more} last seen at ${seenAt(last)}; no answer at ${none.point!.label}, which ran on`;
  const base = { direction: 'request', segment, fact, evidence: finding.evidence } as const;
  const filter = openedFilter(scene, positions);
  const open = stagesOf(segment, 'request').filter((stage) => stage >= 3);
  return [
    {
      ...base,
      id: 'no-answer',
      confidence: 'certain',
      message: `${positions.length} of ${records.length} request${records.length === 1 ? '' : 's'} got no answer: lost behind ${last.point!.label} (${segment}), not answered by the pod, or the reply was lost before it was captured`,
    },
    ...(filter === null
      ? []
      : [
          {
            ...base,
            id: 'proto4-stateful-filter',
            confidence: 'likely' as const,
            message: filter.message,
            fact: `${fact}; ${filter.fact}`,
          },
        ]),
    ...open.map((stage): Draft => ({ ...base, id: stageIds[stage]!, confidence: 'possible', message: null })),
  ];
}

/** Of a server that does not answer other things are the cause than of a pod that does not answer pings. */
function serverCauses(kind: ProbeKind): Pick<Draft, 'first'> {
  const first = serverTexts[kind];
  return first === undefined ? {} : { first: [first] };
}

const serverTexts: Readonly<Partial<Record<ProbeKind, CauseText>>> = {
  tcp: {
    cause: "the server's queue of connections is full, or a filter in the pod drops the SYN",
    confirm: 'TcpExtListenOverflows or TcpExtListenDrops grows with each SYN',
    on: 'receiverPod',
    command: () => 'ss -tlnp; nstat -az TcpExtListenOverflows TcpExtListenDrops TcpInCsumErrors',
  },
  udp: {
    cause: 'the server does not read its socket, or a filter in the pod drops the query',
    confirm: 'UdpRcvbufErrors or UdpInCsumErrors grows, or Recv-Q of the socket is not 0',
    on: 'receiverPod',
    command: () => 'ss -ulnp; nstat -az UdpInErrors UdpRcvbufErrors UdpInCsumErrors',
  },
};

function withoutCauses(kind: ProbeKind, isChecksumRight: boolean): RegExp {
  if (kind !== 'icmp') return /echo requests|wrong checksum/;
  return isChecksumRight ? /wrong checksum/ : /^$/;
}

function silent(scene: FlowScene): Draft[] {
  const failure = firstFailure(scene, 'IPT501')!;
  const o = failure.journey.request.lastSeen!.observations[0]!;
  if (fragmentsLost(scene, failure.journey, 'request').length > 0) return [];
  // A wrong checksum is why: packet-corrupted says so.
  if (o.messageChecksumRight === false || o.inner.checksumRight === false) return [];
  return [
    {
      id: 'destination-silent',
      direction: 'request',
      segment: null,
      confidence: 'certain',
      message: null,
      fact: `${probeName(scene, 'request', failure.journey.position)} is at the destination pod (${refText(o)}), whose capture holds no reply`,
      evidence: failure.finding.evidence,
      ...serverCauses(scene.summary.path.flow.kind),
      without: withoutCauses(scene.summary.path.flow.kind, o.messageChecksumRight === true),
    },
  ];
}
