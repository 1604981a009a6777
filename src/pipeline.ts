/** The only file that joins the stages: captures → evidence → flows → paths → journeys → findings → diagnoses → report. */

import type { CaptureSummary } from './capture/capture.js';
import { expandCapturePaths } from './capture/capture-paths.js';
import { readCapture } from './capture/read-capture.js';
import { FlowSummary } from './checks/flow-summary.js';
import { type CheckOptions, checkCaptures, checkFlow, checkJourney, judgeJourney } from './checks/run-checks.js';
import { describeLayers, type LayerDescription } from './decode/describe-frame.js';
import { decodeFrame, type Fault, FrameView, faultOf } from './decode/frame.js';
import { diagnoseCaptures, diagnoseFlow } from './diagnose/diagnose.js';
import type { ExpectationSource } from './expect/expected-path.js';
import type { TopologyModel } from './expect/write-topology.js';
import type { Report } from './report/report.js';
import { buildReport, type FlowResult } from './result/build-report.js';
import { findPaths, type PathOptions } from './result/find-paths.js';
import { KeptJourneys } from './result/kept-journeys.js';
import { observedTopology } from './result/observed-topology.js';
import { type Evidence, type FileEvidence, gatherEvidence } from './trace/evidence.js';
import { buildCompositeJourney, buildJourney, type FlowPath } from './trace/journey.js';
import { timeText } from './trace/observation.js';
import { FileObserver } from './trace/observe.js';
import { reverseOuter } from './trace/reverse-outer.js';

export interface CheckRequest extends PathOptions, CheckOptions {
  readonly captures: readonly string[];
  readonly expectations: readonly ExpectationSource[];
  /** Journeys a flow keeps in the report, failing ones first; 0 = all. */
  readonly maxJourneys: number;
  readonly version: string;
  readonly onProgress?: (file: string, read: number, total: number | null) => void;
}

export async function check(request: CheckRequest): Promise<Report> {
  const evidence = gatherEvidence(await readAll(request));
  const { paths, notes, ignored } = findPaths(evidence, request);
  const flows = paths.map((path) => judgeFlow(evidence, path, request));
  const scene = {
    captures: evidence.captures,
    points: evidence.points,
    assignments: paths.map((p) => p.assignments),
    arps: evidence.arps,
    flows: flows.map((f) => f.summary),
  };
  const captureFindings = checkCaptures(scene, request);
  return buildReport({
    evidence,
    flows,
    captureFindings,
    diagnoses: diagnoseCaptures(
      scene,
      captureFindings.map((j) => j.finding),
      ignored,
    ),
    notes,
    options: request,
  });
}

/** The expectation file that these captures would satisfy, and the report of the run that it was taken from. */
export async function expectFromCaptures(request: CheckRequest): Promise<{ topology: TopologyModel; report: Report }> {
  const evidence = gatherEvidence(await readAll(request));
  const { paths } = findPaths(evidence, request);
  return { topology: observedTopology(paths, request.profile.name), report: await check(request) };
}

export interface DescribedFrame {
  readonly frame: number;
  /** Seconds since 1970 with nine decimals. */
  readonly time: string;
  readonly interface: string | null;
  readonly capturedLength: number;
  readonly wireLength: number;
  readonly layers: readonly LayerDescription[];
  readonly fault: Fault | null;
  readonly comments: readonly string[] | null;
}

/** Reads one capture and hands on each frame in words; `onFrame` is called as frames are read. */
export async function describeCapture(file: string, onFrame: (frame: DescribedFrame) => void): Promise<CaptureSummary> {
  const view = new FrameView();
  const names: (string | null)[] = [];
  return readCapture(file, (frame) => {
    decodeFrame(view, frame.bytes, frame.start, frame.end, frame.linkType);
    onFrame({
      frame: frame.frameNumber,
      time: timeText(frame),
      interface: names[frame.interfaceIndex] ?? null,
      capturedLength: frame.end - frame.start,
      wireLength: frame.wireLength,
      layers: describeLayers(view),
      fault: faultOf(view),
      comments: frame.comments,
    });
  });
}

async function readAll(request: CheckRequest): Promise<FileEvidence[]> {
  const files: FileEvidence[] = [];
  for (const file of expandCapturePaths(request.captures)) {
    const observer = new FileObserver(file);
    const { onProgress } = request;
    const summary = await readCapture(
      file,
      observer.visit,
      onProgress === undefined ? {} : { onProgress: (read, total) => onProgress(file, read, total) },
    );
    files.push({ summary, observations: observer.finish(summary.interfaces) });
  }
  return files;
}

function judgeFlow(evidence: Evidence, path: FlowPath, options: CheckRequest): FlowResult {
  const summary = new FlowSummary(path);
  const kept = new KeptJourneys(options.maxJourneys);
  const journeys =
    path.runs === null
      ? path.flow.probes.map((probe, n) => () => buildJourney(evidence, path, probe, n))
      : [() => buildCompositeJourney(evidence, path)];
  for (const build of journeys) {
    const journey = build();
    summary.add(journey);
    const findings = checkJourney(journey, options);
    kept.add(journey, findings, judgeJourney(journey, findings, options));
  }
  const flowFindings = checkFlow(summary, options);
  const diagnoses = diagnoseFlow({
    summary,
    journeys: kept.samples,
    failed: kept.failedRules,
    flowFindings: flowFindings.map((j) => j.finding),
    points: evidence.points,
    captures: evidence.captures,
    reverseOuter: reverseOuter(evidence, path),
  });
  return { path, summary, kept, flowFindings, diagnoses };
}
