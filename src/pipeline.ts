/** The only file that joins the stages: captures → evidence → flows → paths → journeys → findings → diagnoses → report. */

import type { CaptureSummary } from './capture/capture.js';
import { expandCapturePaths } from './capture/capture-paths.js';
import { readCapture } from './capture/read-capture.js';
import { FlowSummary, type JourneyTally } from './checks/flow-summary.js';
import { type CheckOptions, checkCaptures, checkFlow, checkJourney, judgeJourney } from './checks/run-checks.js';
import { describeLayers, type LayerDescription } from './decode/describe-frame.js';
import { decodeFrame, type Fault, FrameView, faultOf } from './decode/frame.js';
import { diagnoseCaptures, diagnoseFlow } from './diagnose/diagnose.js';
import { type Followed, followedFrames } from './evidence/followed-frames.js';
import { asTold } from './evidence/incomplete.js';
import type { ExpectationSource } from './expect/expected-path.js';
import type { TopologyModel } from './expect/write-topology.js';
import type { Report } from './report/report.js';
import { buildReport, type FlowResult } from './result/build-report.js';
import { findPaths, type PathOptions } from './result/find-paths.js';
import { type JudgementTally, KeptJourneys } from './result/kept-journeys.js';
import { observedTopology } from './result/observed-topology.js';
import { type Evidence, type FileEvidence, gatherEvidence } from './trace/evidence.js';
import { buildCompositeJourney, buildJourney, type FlowPath, type Journey } from './trace/journey.js';
import { timeText } from './trace/observation.js';
import { FileObserver } from './trace/observe.js';
import { ProbeShapes } from './trace/probe-shape.js';
import { reverseOuter } from './trace/reverse-outer.js';
import { UserError } from './user-error.js';

/** Journeys that a report holds over all flows, unless all are asked for; at least one of each flow. */
const MAX_JOURNEYS = 1_000;

/** Probes of one shape that are built and judged before the rest of them is only counted; evidence names at most 16 frames. */
const ALIKE_BUILT = 16;
/** Shapes that are remembered; captures made to have more get slower, not larger. */
const MAX_SHAPES = 4096;

export interface CheckRequest extends PathOptions, CheckOptions {
  readonly captures: readonly string[];
  readonly expectations: readonly ExpectationSource[];
  /** Journeys a flow keeps in the report, failing ones first; 0 = all. */
  readonly maxJourneys: number;
  readonly version: string;
  /** Judges also each probe whose like was judged before. Both ways give the same report. */
  readonly judgeEach?: boolean;
  readonly onProgress?: (file: string, read: number, total: number | null) => void;
  /**
   * Told of each capture that cannot be used, in one line, while the others are still judged; the report is then no pass.
   * Without it, and where no capture can be used, check() throws.
   */
  readonly onUnusable?: (message: string) => void;
}

interface Reading {
  readonly evidence: Evidence;
  /** What was wrong with each capture that could not be used. */
  readonly unusable: readonly string[];
}

export async function check(request: CheckRequest): Promise<Report> {
  return judge(await readAll(request), request);
}

function judge({ evidence, unusable }: Reading, request: CheckRequest): Report {
  const { paths, notes, ignored, unjudged } = findPaths(evidence, request);
  const most = Math.max(1, Math.floor(MAX_JOURNEYS / Math.max(1, paths.length)));
  const kept = request.maxJourneys === 0 ? 0 : Math.min(request.maxJourneys, most);
  const flows = paths.map((path) => judgeFlow(evidence, path, request, kept));
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
    unusable,
    unjudged,
    options: request,
  });
}

/** The report, and the frames that its flows are made of, for whoever wants to keep them. */
export async function checkAndFollow(request: CheckRequest): Promise<{ report: Report; followed: Followed }> {
  const reading = await readAll(request);
  const report = judge(reading, request);
  const { paths } = findPaths(reading.evidence, request);
  return { report, followed: followedFrames(reading.evidence, paths, report) };
}

/** The expectation file that these captures would satisfy, and the report of the run that it was taken from. */
export async function expectFromCaptures(request: CheckRequest): Promise<{ topology: TopologyModel; report: Report }> {
  const reading = await readAll(request);
  const { paths } = findPaths(reading.evidence, request);
  return { topology: observedTopology(paths, request.profile.name), report: judge(reading, request) };
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

/** Reads every capture, so that one bad file does not hide what the others say. */
async function readAll(request: CheckRequest): Promise<Reading> {
  const files: FileEvidence[] = [];
  const { paths, problems } = expandCapturePaths(request.captures);
  const unusable = [...problems];
  for (const file of paths) {
    const observer = new FileObserver(file);
    const { onProgress } = request;
    try {
      const summary = await readCapture(
        file,
        observer.visit,
        onProgress === undefined ? {} : { onProgress: (read, total) => onProgress(file, read, total) },
      );
      files.push({ summary: asTold(summary), observations: observer.finish(summary.interfaces) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unusable.push(error.message);
    }
  }
  // The same words whatever the order of the arguments.
  unusable.sort();
  if (unusable.length > 0 && (files.length === 0 || request.onUnusable === undefined)) {
    throw new UserError(unusable.join('\n'));
  }
  for (const message of unusable) request.onUnusable?.(message);
  return { evidence: gatherEvidence(files), unusable };
}

function judgeFlow(evidence: Evidence, path: FlowPath, options: CheckRequest, maxJourneys: number): FlowResult {
  const summary = new FlowSummary(path);
  const kept = new KeptJourneys(maxJourneys);
  const judge = (journey: Journey): { journey: JourneyTally; judgement: JudgementTally } => {
    const tally = summary.add(journey);
    const findings = checkJourney(journey, options);
    return { journey: tally, judgement: kept.add(journey, findings, judgeJourney(journey, findings, options)) };
  };
  if (path.runs !== null) judge(buildCompositeJourney(evidence, path));
  else {
    const shapes = new ProbeShapes(evidence, path.errors);
    const judged = new Map<string, ReturnType<typeof judge> & { count: number }>();
    path.flow.probes.forEach((probe, position) => {
      const shape = options.judgeEach === true ? null : shapes.of(probe);
      const known = shape === null ? undefined : judged.get(shape);
      if (known !== undefined && known.count >= ALIKE_BUILT && kept.isFull(known.judgement.verdict.outcome)) {
        summary.addAlike(known.journey, position, shapes, evidence.sightings.columns);
        kept.addAlike(known.judgement);
        return;
      }
      const tallies = judge(buildJourney(evidence, path, probe, position));
      if (known !== undefined) known.count++;
      else if (shape !== null && judged.size < MAX_SHAPES) judged.set(shape, { ...tallies, count: 1 });
    });
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
  kept.release();
  return { path, summary, kept, flowFindings, diagnoses };
}
