/** Duplication, reordering, damage, and checksums that an offload spoils. */
import { isSourceSide } from '../follow/journey.js';
import { segmentBetween } from '../path/segments.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { corruptedSegment, firstFailure, labelOf, plural } from './words.js';

export function detectQuality(scene: FlowScene): Draft[] {
  const drafts: Draft[] = [];
  const { summary, failed } = scene;
  const copy = firstFailure(scene, 'IPT012');
  if (copy !== null) {
    const leg = copy.finding.direction === 'reply' ? copy.journey.reply! : copy.journey.request;
    const at = leg.hops.findIndex((h) => h.point?.id === copy.finding.point);
    const before = leg.hops.slice(0, at).findLast((h) => h.state === 'seen' && h.role !== leg.hops[at]!.role);
    const outerIds = new Set(leg.hops[at]?.observations.map((o) => o.outer?.identification ?? null));
    drafts.push({
      id: 'packet-duplicated',
      // Copies of one frame share the outer identification; each encapsulation has its own.
      without: outerIds.has(null) ? /^$/ : outerIds.size > 1 ? /mirrored port/ : /encapsulates the datagram twice/,
      direction: copy.finding.direction,
      segment: before === undefined ? null : segmentBetween(before.role, leg.hops[at]!.role),
      confidence: 'certain',
      message: null,
      fact: `${copy.finding.message} at ${labelOf(scene, copy.finding)}${before === undefined ? '' : `, one at ${before.point!.label} before it`}; ${failed.get('IPT012')} of ${summary.probes} probes`,
      evidence: copy.finding.evidence,
    });
  }
  const order = summary.reorderings[0];
  if (order !== undefined) {
    drafts.push({
      id: 'packet-reordered',
      direction: order.direction,
      segment: order.segment,
      confidence: 'certain',
      message: null,
      fact: `${order.count} of ${summary.probes} ${plural(order.direction)} arrive at ${order.after.label} after one that left ${order.before.label} behind them`,
      evidence: order.evidence,
    });
  }
  const damaged = summary.records.count((m) => m.corrupted);
  if (damaged > 0) {
    const failure = ['IPT208', 'IPT303', 'IPT305', 'IPT304'].map((r) => firstFailure(scene, r)).find((f) => f !== null);
    drafts.push({
      id: 'packet-corrupted',
      direction: failure?.finding.direction ?? 'request',
      segment: corruptedSegment(scene),
      confidence: 'certain',
      message: null,
      fact: `${damaged} of ${summary.probes} probes show wrong checksums or changed octets${failure ? `; first: ${failure.finding.message} at ${labelOf(scene, failure.finding)}` : ''}`,
      evidence: failure?.finding.evidence ?? [],
    });
  }
  drafts.push(...checksumOffload(scene));
  return drafts;
}

/** A SYN with a wrong checksum behind the wire that nobody acknowledged, where segments are not joined by GRO. */
function checksumOffload(scene: FlowScene): Draft[] {
  const { path } = scene.summary;
  const ends = new Set([path.flow.source, path.flow.destination]);
  for (const syn of path.syns) {
    if (syn.acknowledges || syn.checksumRight !== false || !ends.has(syn.source) || !ends.has(syn.destination))
      continue;
    const role = path.assignments.find((a) => a.point === syn.point)?.role;
    if (role === null || role === undefined) continue;
    const behind = isSourceSide(role) !== (syn.source === path.flow.source);
    if (!behind || syn.point.traffic.largestTcp > path.underlayMtu.value) continue;
    const answered = path.syns.some(
      (a) =>
        a.acknowledges &&
        a.source === syn.destination &&
        a.destinationPort === syn.sourcePort &&
        a.sourcePort === syn.destinationPort,
    );
    if (answered) continue;
    return [
      {
        id: 'checksum-offload-fault',
        direction: null,
        segment: 'S23-S45',
        confidence: 'likely',
        message: null,
        fact: `a TCP SYN arrives at ${syn.point.label} with a wrong checksum and nobody acknowledges it`,
        evidence: [syn.ref],
      },
    ];
  }
  return [];
}
