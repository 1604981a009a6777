/** Runs the rules over captures, flows and journeys, and turns verdicts into findings. */

import type { FlowPath, Hop, Journey, Leg } from '../follow/journey.js';
import { isSourceSide, isTunnel, isUnderlay } from '../follow/journey.js';
import type { Direction } from '../path/roles.js';
import { hopGapText } from './compare.js';
import type { Finding, Outcome } from './finding.js';
import type { FlowSummary } from './flow-summary.js';
import { rules } from './registry.js';
import type { AnyRule, CaptureScene, RuleMeta, Severity, Verdict } from './rule.js';

export interface CheckOptions {
  /** null: all rules. Ids. */
  readonly only: ReadonlySet<string> | null;
  readonly skip: ReadonlySet<string>;
  readonly failOn: 'error' | 'warning' | 'unproven';
  readonly require: ReadonlySet<string>;
  /** Damaged captures are errors, not warnings. */
  readonly strict: boolean;
  /** Failed findings that somebody accepted: they are told as information and fail nothing. */
  readonly accepts?: (finding: Finding) => boolean;
}

/** A finding, and whether it keeps what it belongs to from passing. */
export interface Judged {
  readonly finding: Finding;
  /** An unproven verdict on something that is required. */
  readonly blocks: boolean;
}

function chosen(options: CheckOptions): readonly AnyRule[] {
  return rules.filter((r) => (options.only === null || options.only.has(r.meta.id)) && !options.skip.has(r.meta.id));
}

function judges({ probes }: RuleMeta, path: FlowPath): boolean {
  return probes === undefined || probes.includes(path.flow.kind);
}

function withAccepted(found: Judged[], { accepts }: CheckOptions): Judged[] {
  if (accepts === undefined) return found;
  return found.map((j) =>
    j.finding.verdict === 'fail' && accepts(j.finding) ? { ...j, finding: { ...j.finding, severity: 'info' } } : j,
  );
}

export function checkJourney(journey: Journey, options: CheckOptions): Judged[] {
  const legs = journey.reply === null ? [journey.request] : [journey.request, journey.reply];
  const out: Judged[] = [];
  for (const rule of chosen(options)) {
    if (!judges(rule.meta, journey.path)) continue;
    switch (rule.scope) {
      case 'hop':
        for (const leg of legs) checkHops(rule, leg, journey, out);
        break;
      case 'leg':
        for (const leg of legs) {
          const verdict = rule.check(leg, journey) as Verdict<unknown>;
          out.push(judged(rule, verdict, leg.direction, null, blocksJourney(rule.meta, verdict, journey)));
        }
        break;
      case 'journey': {
        const verdict = rule.check(journey) as Verdict<unknown>;
        out.push(
          judged(rule, verdict, rule.meta.direction ?? 'request', null, blocksJourney(rule.meta, verdict, journey)),
        );
        break;
      }
      default:
    }
  }
  return withAccepted(out, options);
}

function blocksJourney(meta: RuleMeta, verdict: Verdict<unknown>, journey: Journey): boolean {
  // Hop-by-hop proof was accepted: what needs one probe at two hops cannot be had and is not asked for.
  if (journey.composite && journey.path.byFlow) return false;
  return meta.required && verdict.verdict === 'unproven';
}

function checkHops(rule: AnyRule & { scope: 'hop' }, leg: Leg, journey: Journey, out: Judged[]): void {
  for (const hop of leg.hops) {
    if (!rule.places.includes(hop.place)) continue;
    if (hop.state === 'seen') {
      const verdict = rule.check(hop, leg, journey) as Verdict<unknown>;
      const comparing =
        journey.composite && journey.path.byFlow && verdict.verdict === 'unproven' && verdict.missing === 'frame';
      out.push(
        judged(rule, verdict, leg.direction, hop, rule.meta.required && verdict.verdict === 'unproven' && !comparing),
      );
      continue;
    }
    // A bridge that nobody captured is no gap: six places make a path.
    const optional = hop.role === 'source-bridge' || hop.role === 'destination-bridge';
    if (hop.state === 'not-captured' && (optional || (hop.point === null && isSkipped(hop, journey)))) continue;
    const verdict: Verdict<unknown> =
      hop.state === 'not-captured'
        ? { verdict: 'unproven', missing: 'capture' }
        : { verdict: 'unproven', missing: 'frame' };
    // A tunnel device that the reply passed by is judged by reply-asymmetric, not called blind.
    const blind = hop.state === 'not-running' || (hop.state === 'blind' && !usedOtherWay(hop, journey));
    out.push(judged(rule, verdict, leg.direction, hop, rule.meta.required && blind));
  }
}

function isSkipped(hop: Hop, journey: Journey): boolean {
  if (isTunnel(hop.role)) return journey.path.encapsulation?.value === 'none';
  return journey.path.nodeIsSource && hop.role === 'source-pod';
}

/** The point saw the other direction: it is not blind, this direction goes another way. */
function usedOtherWay(hop: Hop, journey: Journey): boolean {
  const other = hop.direction === 'request' ? journey.reply : journey.request;
  return other?.hops.some((h) => h.point === hop.point && h.state === 'seen') ?? false;
}

export function checkFlow(flow: FlowSummary, options: CheckOptions): Judged[] {
  const out: Judged[] = [];
  for (const rule of chosen(options)) {
    if (rule.scope !== 'flow' || !judges(rule.meta, flow.path)) continue;
    const verdict = rule.check(flow) as Verdict<unknown>;
    const wanted = rule.meta.id === 'IPT403' && options.require.has('mtu');
    out.push(judged(rule, verdict, null, null, wanted || rule.meta.required));
  }
  return withAccepted(out, options);
}

export function checkCaptures(scene: CaptureScene, options: CheckOptions): Judged[] {
  const out: Judged[] = [];
  for (const rule of chosen(options)) {
    if (rule.scope !== 'capture') continue;
    for (const { about, verdict } of rule.checkAll(scene)) {
      const damage = rule.meta.id === 'IPT001' || rule.meta.id === 'IPT002';
      const severity = damage && options.strict ? 'error' : rule.meta.severity;
      const blocks = blocksAll(rule.meta, verdict, damage);
      const result = judged(rule, verdict, null, null, blocks, severity);
      // A damaged capture blocks a pass although it fails nothing by itself: what it lost may have been there.
      out.push({ finding: { ...result.finding, point: about }, blocks });
    }
  }
  return withAccepted(out, options);
}

function blocksAll(meta: RuleMeta, verdict: Verdict<unknown>, damage: boolean): boolean {
  if (damage) return verdict.verdict === 'fail';
  return meta.required && verdict.verdict === 'unproven';
}

function judged(
  rule: AnyRule,
  verdict: Verdict<unknown>,
  direction: Direction | null,
  hop: Hop | null,
  blocks: boolean,
  severity: Severity = rule.meta.severity,
): Judged {
  let message: string;
  let evidence: Finding['evidence'] = [];
  switch (verdict.verdict) {
    case 'pass':
      message = verdict.remark ?? 'as expected';
      evidence = verdict.evidence;
      break;
    case 'fail':
      message = rule.message(verdict.data);
      evidence = verdict.evidence;
      break;
    case 'unproven':
      message = verdict.remark ?? whyUnproven(verdict.missing, hop);
      break;
    default:
      message = 'does not apply here';
  }
  const { id, name } = rule.meta;
  const role = hop?.role ?? null;
  const point = hop?.point?.id ?? null;
  const { verdict: word } = verdict;
  // Written out, twice: a spread takes longer than a rule does, and each probe that is built gets a hundred findings.
  const finding: Finding =
    word === 'unproven'
      ? { rule: id, name, severity, verdict: word, direction, role, point, message, missing: verdict.missing, evidence }
      : { rule: id, name, severity, verdict: word, direction, role, point, message, evidence };
  return { finding, blocks: blocks && word === 'unproven' };
}

function whyUnproven(missing: 'capture' | 'frame' | 'bytes' | 'expectation', hop: Hop | null): string {
  switch (missing) {
    case 'capture':
      return 'this hop was not captured';
    case 'frame':
      if (hop?.state === 'blind') return 'this capture does not hold the datagram, although it was seen further on';
      if (hop?.state === 'not-running') return hopGapText(hop, hop.direction);
      if (hop?.state === 'other-run') return 'this capture holds other pings of the flow';
      return 'this capture does not hold the datagram';
    case 'bytes':
      return 'the octets needed were not captured';
    default:
      return 'nothing tells what to expect';
  }
}

/** Why something required stays open. The rule's own name would read as its defect. */
export function openReason({ rule, point, message }: Finding): string {
  const at = point === null || message.includes(point) ? '' : ` at ${point}`;
  return `${message}${at} (${rule} not judged)`;
}

/** What --by-flow would say of captures that hold different pings. */
function differentPings(journey: Journey, findings: readonly Judged[]): string {
  const whole = [journey.request, journey.reply].every((leg) => leg?.hops.every((h) => h.state !== 'absent') ?? false);
  const comparesOnly = findings.every((j) => !j.blocks || j.finding.missing === 'frame');
  return whole && comparesOnly
    ? 'the captures hold different pings, and hop by hop nothing is wrong: --by-flow accepts that and leaves open whether any one ping travelled the whole way'
    : 'the captures hold different pings; --by-flow judges them hop by hop';
}

const rank: Record<Severity, number> = { info: 0, warning: 1, error: 2 };

export function failsGate(finding: Finding, options: CheckOptions): boolean {
  if (finding.verdict !== 'fail') return false;
  const needed = options.failOn === 'error' ? 2 : 1;
  return rank[finding.severity] >= needed;
}

export interface JourneyVerdict {
  readonly outcome: Outcome;
  /** Why it is not a pass; empty when it is. */
  readonly reasons: readonly string[];
}

export function judgeJourney(journey: Journey, findings: readonly Judged[], options: CheckOptions): JourneyVerdict {
  const failed = findings.filter((j) => failsGate(j.finding, options));
  if (failed.length > 0)
    return { outcome: 'fail', reasons: [...new Set(failed.map((j) => `${j.finding.rule} ${j.finding.name}`))] };
  const reasons: string[] = [];
  if (!journey.request.hops.some((h) => isUnderlay(h.role) && h.state === 'seen')) {
    reasons.push('no underlay capture shows how the request travelled between the nodes');
  }
  const gaps = [journey.request, journey.reply].flatMap((leg) => leg?.hops.filter((h) => h.gap !== null) ?? []);
  const told = new Set(gaps.map((hop) => hopGapText(hop, hop.direction)));
  for (const { point, gap, direction } of gaps) {
    // The same words for each probe, so that they are counted.
    const when = gap!.end === 'end' ? 'ends before' : 'begins after';
    reasons.push(`${point!.label} ${when} the ${direction} was due there`);
  }
  for (const j of findings) {
    if (j.blocks && !told.has(j.finding.message)) reasons.push(openReason(j.finding));
  }
  if (journey.composite && !journey.path.byFlow) reasons.unshift(differentPings(journey, findings));
  if (journey.composite && journey.path.byFlow) reasons.push(...emptyCaptures(journey));
  if (options.require.has('all-hops')) reasons.push(...uncapturedHops(journey));
  if (options.require.has('reply')) {
    // An answer that was sent is no answer that came.
    const came = journey.reply?.hops.some((h) => h.state === 'seen' && isSourceSide(h.role));
    if (came === undefined) reasons.push('no reply was captured');
    else if (!came) reasons.push("the reply was captured on the destination's side only");
  }
  if (reasons.length === 0) return { outcome: 'pass', reasons };
  return { outcome: options.failOn === 'unproven' ? 'fail' : 'unproven', reasons: [...new Set(reasons)] };
}

/** Hop-by-hop proof has no probe that could get lost between two captures: each of them must hold one. */
function emptyCaptures(journey: Journey): string[] {
  return [journey.request, journey.reply].flatMap((leg) => {
    if (leg === null) return ['no capture holds a reply'];
    const empty = leg.hops.filter((hop) => hop.state === 'absent');
    return empty.map((hop) => `${hop.point!.id} holds no ${leg.direction} of this flow`);
  });
}

function uncapturedHops(journey: Journey): string[] {
  return journey.request.hops
    .filter(({ role, state }) => state === 'not-captured' && role !== 'source-bridge' && role !== 'destination-bridge')
    .filter((hop) => !isSkipped(hop, journey))
    .map((hop) => `${hop.role} was not captured`);
}
