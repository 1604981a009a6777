/** What a rule is: it judges one thing at one place and says pass, fail, unproven or not-applicable, with the frames that show it. */

import type { CaptureSummary } from '../capture/capture.js';
import type { Hop, Journey, Leg } from '../follow/journey.js';
import type { Assignment } from '../follow/places/assign.js';
import type { CapturePoint } from '../observe/capture-point.js';
import type { ArpSighting, FrameRef, Observation } from '../observe/observation.js';
import type { HopRole } from '../path/facts.js';
import type { ProbeKind } from '../path/probe-kinds.js';
import type { Direction } from '../path/roles.js';
import type { FlowSummary } from './flow-summary.js';

export type Severity = 'error' | 'warning' | 'info';

export type Source =
  | { readonly kind: 'rfc'; readonly number: number; readonly section: string }
  | { readonly kind: 'code'; readonly project: string; readonly path: string; readonly symbol: string };

/** A frame, and what in it was looked at. */
export interface Proof extends FrameRef {
  readonly field?: string;
  readonly expected?: string;
  readonly found?: string;
}

/** 'unproven' says that the captures do not let anyone judge; it is never a pass. */
export type Verdict<Data> =
  | { readonly verdict: 'pass'; readonly evidence: readonly Proof[]; readonly remark?: string }
  | { readonly verdict: 'fail'; readonly data: Data; readonly evidence: readonly Proof[] }
  | {
      readonly verdict: 'unproven';
      readonly missing: 'capture' | 'frame' | 'bytes' | 'expectation';
      readonly remark?: string;
    }
  | { readonly verdict: 'not-applicable' };

/** Columns of the hop table. */
export type Cell = 'mac' | 'outer' | 'inner' | 'ttl' | 'length';

export interface RuleMeta {
  readonly id: `IPT${number}`;
  /** kebab-case, names the defect. */
  readonly name: string;
  readonly severity: Severity;
  /** One line. */
  readonly summary: string;
  /** What a pass lets the reader conclude, and what not. */
  readonly proves: string;
  /** How a failure shows in captures. */
  readonly shows: string;
  /** What to do when it fails. */
  readonly remedy: string;
  readonly sources: readonly Source[];
  /** A seen hop where this stays unproven leaves the journey unproven. */
  readonly required: boolean;
  /** Column of the hop table that shows it; none given: no column. */
  readonly cell?: Cell;
  /** Another rule of its cell judges the same by other proof: where that one passes, this one may stay open. */
  readonly hasAlternative?: true;
  /** What a rule on whole journeys is about; none given: the request. */
  readonly direction?: Direction;
  /** Kinds of probes that it judges; none given: all. */
  readonly probes?: readonly ProbeKind[];
  /** Real captures that pass and fail; null where a test builds them. */
  readonly samples: { readonly pass: string; readonly fail: string | null };
}

interface RuleBase<Data> {
  readonly meta: RuleMeta;
  message(data: Data): string;
}

/** Judges every seen hop at one of `places`, which count in the direction of travel. */
export interface HopRule<Data> extends RuleBase<Data> {
  readonly scope: 'hop';
  readonly places: readonly HopRole[];
  check(hop: Hop, leg: Leg, journey: Journey): Verdict<Data>;
}

/** Judges one direction of a journey. */
export interface LegRule<Data> extends RuleBase<Data> {
  readonly scope: 'leg';
  check(leg: Leg, journey: Journey): Verdict<Data>;
}

export interface JourneyRule<Data> extends RuleBase<Data> {
  readonly scope: 'journey';
  check(journey: Journey): Verdict<Data>;
}

/** Judges what only many probes show. */
export interface FlowRule<Data> extends RuleBase<Data> {
  readonly scope: 'flow';
  check(flow: FlowSummary): Verdict<Data>;
}

export interface CaptureScene {
  readonly captures: readonly CaptureSummary[];
  readonly points: readonly CapturePoint[];
  /** By flow, in the report's order. */
  readonly assignments: readonly (readonly Assignment[])[];
  readonly arps: readonly ArpSighting[];
  readonly flows: readonly FlowSummary[];
}

/** Judges captures, not journeys: one verdict per point or file, named by `about`. */
export interface CaptureRule<Data> extends RuleBase<Data> {
  readonly scope: 'capture';
  checkAll(scene: CaptureScene): readonly { readonly about: string; readonly verdict: Verdict<Data> }[];
}

type Rule<Data> = HopRule<Data> | LegRule<Data> | JourneyRule<Data> | FlowRule<Data> | CaptureRule<Data>;

// biome-ignore lint/suspicious/noExplicitAny: a registry holds rules of every data type, each checked where it is defined.
export type AnyRule = Rule<any>;

export function defineHopRule<Data>(rule: Omit<HopRule<Data>, 'scope'>): HopRule<Data> {
  return { scope: 'hop', ...rule };
}
export function defineLegRule<Data>(rule: Omit<LegRule<Data>, 'scope'>): LegRule<Data> {
  return { scope: 'leg', ...rule };
}
export function defineJourneyRule<Data>(rule: Omit<JourneyRule<Data>, 'scope'>): JourneyRule<Data> {
  return { scope: 'journey', ...rule };
}
export function defineFlowRule<Data>(rule: Omit<FlowRule<Data>, 'scope'>): FlowRule<Data> {
  return { scope: 'flow', ...rule };
}
export function defineCaptureRule<Data>(rule: Omit<CaptureRule<Data>, 'scope'>): CaptureRule<Data> {
  return { scope: 'capture', ...rule };
}

export function pass(seen: readonly Observation[], remark?: string): Verdict<never> {
  const evidence = seen.map((o) => o.ref);
  return remark === undefined ? { verdict: 'pass', evidence } : { verdict: 'pass', evidence, remark };
}

export function fail<Data>(data: Data, ...evidence: readonly Proof[]): Verdict<Data> {
  return { verdict: 'fail', data, evidence };
}

export function unproven(missing: 'capture' | 'frame' | 'bytes' | 'expectation', remark?: string): Verdict<never> {
  return remark === undefined ? { verdict: 'unproven', missing } : { verdict: 'unproven', missing, remark };
}

export const notApplicable: Verdict<never> = { verdict: 'not-applicable' };

/** The frame that shows a wrong field. */
export function proof(seen: FrameRef, field: string, expected: string, found: string): Proof {
  return { file: seen.file, frame: seen.frame, field, expected, found };
}
