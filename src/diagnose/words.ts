/** Sentences about what was seen, for the fact level of a diagnosis. */

import type { Loss } from '../checks/flow-summary.js';
import type { Hop } from '../follow/journey.js';
import { isSourceSide } from '../follow/journey.js';
import type { CapturePoint } from '../observe/capture-point.js';
import { type Instant, refText, timeText } from '../observe/observation.js';
import type { FlowScene } from './scene.js';

/** "request 7 of 10", or "the request" when there is only one. */
export function probeName(scene: FlowScene, direction: 'request' | 'reply', position: number): string {
  const { probes } = scene.summary.path.flow;
  return probes.length === 1 ? `the ${direction}` : `${direction} ${position + 1} of ${probes.length}`;
}

/** "requests", "replies". */
export function plural(direction: 'request' | 'reply'): string {
  return direction === 'request' ? 'requests' : 'replies';
}

/** "1 frame", "2 frames" */
export function plainCount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A share in percent: never 0 of something, never 100 of less than all. */
export function shareText(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 1) return 'less than 1 %';
  if (part < whole && percent > 99) return 'more than 99 %';
  return `${percent.toFixed(0)} %`;
}

/** Date and time of day as journalctl takes them, whatever a capture claims. */
export function clockText(at: Instant): string {
  const date = new Date(at.seconds * 1000 + Math.floor(at.nanoseconds / 1e6));
  // Beyond the years that a Date knows (ECMA-262, time values) the number itself is said.
  return Number.isNaN(date.getTime()) ? timeText(at) : date.toISOString().replace('T', ' ').replace('Z', ' UTC');
}

export function seenAt(hop: Hop): string {
  const o = hop.observations[0];
  return o === undefined ? hop.role : `${hop.role} (${refText(o)})`;
}

/** Says whether the capture that lacks the datagram was running at all. */
export function absentFrom(scene: FlowScene, point: CapturePoint): string {
  if (scene.summary.pointsSeen.has(point)) return `${point.label} holds other datagrams of this flow and not this one`;
  if (point.traffic.frames === 0) return `${point.label} is empty: nothing in it shows that it was running`;
  return `${point.label} holds ${plainCount(point.traffic.frames, 'other frame')} and not this one`;
}

/** A finding names its point by id; people read the label. */
export function labelOf(scene: FlowScene, finding: { readonly point: string | null }): string {
  return scene.points.find((p) => p.id === finding.point)?.label ?? finding.point ?? 'the capture';
}

/**
 * Does a rule fail often enough to speak of the path? Where datagrams are damaged, a flipped bit can look like any wrong
 * address for a single probe; a wrong route or entry concerns most of them.
 */
export function isSystematic(scene: FlowScene, rule: string): boolean {
  const damaged = scene.summary.records.manners.some((m) => m.corrupted);
  return !damaged || (scene.failed.get(rule) ?? 0) * 2 > scene.summary.probes;
}

/** First failing finding of a rule among the sampled journeys, with its journey. */
export function firstFailure(
  scene: FlowScene,
  rule: string,
  where: (finding: FlowScene['journeys'][number]['findings'][number]['finding']) => boolean = () => true,
): {
  journey: FlowScene['journeys'][number]['journey'];
  finding: FlowScene['journeys'][number]['findings'][number]['finding'];
} | null {
  for (const { journey, findings } of scene.journeys) {
    for (const { finding } of findings) {
      if (finding.rule === rule && finding.verdict === 'fail' && where(finding)) return { journey, finding };
    }
  }
  return null;
}

export function corruptedSegment(scene: FlowScene): string | null {
  for (const rule of ['IPT208', 'IPT303', 'IPT305', 'IPT304']) {
    const first = firstFailure(scene, rule);
    if (first?.finding.role) {
      const far = !isSourceSide(first.finding.role);
      const request = first.finding.direction === 'request';
      if (first.finding.role.endsWith('underlay')) return far === request ? 'S34' : null;
    }
  }
  return null;
}

export function bySegment(losses: readonly Loss[]): Map<string, Loss[]> {
  const map = new Map<string, Loss[]>();
  for (const loss of losses) {
    const list = map.get(loss.segment);
    if (list === undefined) map.set(loss.segment, [loss]);
    else list.push(loss);
  }
  return map;
}
