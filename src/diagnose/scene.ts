/** What the detectors look at: one flow with its journeys, findings and counts. */
import type { CaptureSummary } from '../capture/capture.js';
import type { Finding } from '../checks/finding.js';
import type { FlowSummary } from '../checks/flow-summary.js';
import type { Journey } from '../follow/journey.js';
import type { CapturePoint } from '../observe/capture-point.js';

export interface FlowScene {
  readonly summary: FlowSummary;
  /** The worst journeys as wholes, with their findings. */
  readonly journeys: readonly {
    readonly journey: Journey;
    readonly findings: readonly { readonly finding: Finding }[];
  }[];
  /** Rule id → number of journeys in which it failed. */
  readonly failed: ReadonlyMap<string, number>;
  readonly flowFindings: readonly Finding[];
  readonly points: readonly CapturePoint[];
  readonly captures: readonly CaptureSummary[];
  /** Encapsulated datagrams seen against the flow's direction, of any flow: when, and at which point. */
  readonly reverseOuter: readonly {
    readonly point: CapturePoint;
    readonly seconds: number;
    readonly nanoseconds: number;
  }[];
}
