/** The only file that joins the stages: captures → evidence → flows → paths → journeys → findings → diagnoses → report. */

import { getHeapStatistics } from 'node:v8';
import type { CaptureSummary, FrameCursor } from './capture/capture.js';
import { expandCapturePaths } from './capture/capture-paths.js';
import { readCapture } from './capture/read-capture.js';
import type { Outcome } from './checks/finding.js';
import { FlowSummary, type JourneyTally, type ShapeTally } from './checks/flow-summary.js';
import { type CheckOptions, checkCaptures, checkFlow, checkJourney, judgeJourney } from './checks/run-checks.js';
import { describeLayers, type LayerDescription } from './decode/describe-frame.js';
import { decodeFrame, type Fault, FrameView, faultOf } from './decode/frame.js';
import { diagnoseCaptures, diagnoseFlow } from './diagnose/diagnose.js';
import { type Followed, followedFrames } from './evidence/followed-frames.js';
import { asTold } from './evidence/incomplete.js';
import type { TopologyModel } from './expect/write-topology.js';
import { findPaths, type PathOptions } from './follow/find-paths.js';
import { buildCompositeJourney, buildJourney, type FlowPath, type Journey } from './follow/journey.js';
import { observedTopology } from './follow/observed-topology.js';
import { ProbeShapes } from './follow/probe-shape.js';
import { reverseOuter } from './follow/reverse-outer.js';
import { talksSeen } from './follow/talks.js';
import { type IntakeOptions, observeCaptures } from './observe/intake.js';
import { timeText } from './observe/observation.js';
import { gatherSighted, type Sighted } from './observe/sighted.js';
import type { ExpectationSource } from './path/facts.js';
import { kindsOf } from './path/probe-kinds.js';
import { buildReport, type FlowResult, flowReport } from './report/build-report.js';
import { type JudgementTally, KeptJourneys } from './report/kept-journeys.js';
import type { Report } from './report/report.js';
import { UserError } from './user-error.js';

/** Journeys that a report holds over all flows, unless all are asked for; at least one of each flow. */
const MAX_JOURNEYS = 1_000;

/** Probes of one shape that are built and judged before the rest of them is only counted; evidence names at most 16 frames. */
const ALIKE_BUILT = 16;

/** Where there are more flows, probes in which no rule failed are built only as far as the report shows them. */
const FEW_FLOWS = 64;

export interface CheckRequest extends PathOptions, CheckOptions, Omit<IntakeOptions, 'probes'> {
  readonly captures: readonly string[];
  readonly expectations: readonly ExpectationSource[];
  /** Journeys a flow keeps in the report, failing ones first; 0 = all. */
  readonly maxJourneys: number;
  readonly version: string;
  /** Judges also each probe whose like was judged before. Both ways give the same report. */
  readonly judgeEach?: boolean;
  /**
   * Told of each capture that cannot be used, in one line, while the others are still judged; the report is then no pass.
   * Without it, and where no capture can be used, check() throws.
   */
  readonly onUnusable?: (message: string) => void;
}

interface Reading {
  readonly evidence: Sighted;
  /** What was wrong with each capture that could not be used. */
  readonly unusable: readonly string[];
}

export async function check(request: CheckRequest): Promise<Report> {
  return (await followAndJudge(request)).report;
}

interface Judgement {
  readonly evidence: Sighted;
  readonly paths: readonly FlowPath[];
  readonly report: Report;
}

async function followAndJudge(request: CheckRequest): Promise<Judgement> {
  const { evidence, unusable } = await readAll(request);
  // Half of the heap that Node allows; the rest is for the captures and for what comes and goes.
  const memory = request.memory ?? getHeapStatistics().heap_size_limit / 2;
  const { paths, notes, ignored, chosen, unjudged } = findPaths(evidence, { ...request, memory });
  const most = Math.max(1, Math.floor(MAX_JOURNEYS / Math.max(1, paths.length)));
  const kept = request.maxJourneys === 0 ? 0 : Math.min(request.maxJourneys, most);
  const cleanBuilt = kept === 0 ? Number.POSITIVE_INFINITY : paths.length > FEW_FLOWS ? kept : null;
  // Flows in which nothing failed show their journeys as long as these are few, those that passed and those that did not apart.
  const shown = { pass: 0, unproven: 0, fail: 0 };
  const flows = paths.map((path) => {
    const isShown = (outcome: Outcome): boolean => outcome === 'fail' || kept === 0 || shown[outcome] < MAX_JOURNEYS;
    const flow = judgeFlow(evidence, path, request, { maxJourneys: kept, cleanBuilt, isShown });
    shown[flow.kept.outcome] += flow.report.journeys.length;
    return flow;
  });
  const scene = {
    captures: evidence.captures,
    points: evidence.points,
    assignments: paths.map((p) => p.assignments),
    arps: evidence.arps,
    flows: flows.map((f) => f.summary),
  };
  const captureFindings = checkCaptures(scene, request);
  const report = buildReport({
    evidence,
    flows,
    captureFindings,
    diagnoses: diagnoseCaptures(
      scene,
      captureFindings.map((j) => j.finding),
      { passedOver: ignored, probes: request.probes ?? ['icmp'], talks: flows.length > 0 ? [] : talksSeen(evidence) },
    ),
    notes,
    chosen,
    unusable,
    unjudged,
    options: request,
  });
  return { evidence, paths, report };
}

interface Judges {
  readonly judge: (journey: Journey) => { journey: JourneyTally; judgement: JudgementTally };
  readonly summary: FlowSummary;
  readonly kept: KeptJourneys;
  /** Probes of one shape that are built when no rule failed in them; null: as many as of any other. */
  readonly cleanBuilt: number | null;
}

/** What of a flow's journeys is built and kept. */
interface Keeping {
  /** In the report; 0 = all. */
  readonly maxJourneys: number;
  readonly cleanBuilt: Judges['cleanBuilt'];
  /** Whether a flow of this outcome shows journeys at all. */
  readonly isShown: (outcome: Outcome) => boolean;
}

/** Builds and judges the flow's probes one by one; once enough of a shape were, the rest of it is only counted. */
function judgeProbes(
  evidence: Sighted,
  path: FlowPath,
  each: boolean,
  { judge, summary, kept, cleanBuilt }: Judges,
): void {
  const { probes } = path.flow;
  const { columns } = evidence.sightings;
  const shapes = new ProbeShapes(evidence, path.errors, path.witness);
  const judged: { judgement: JudgementTally; tally: ShapeTally; built: number; alike: number }[] = [];
  for (let position = 0; position < probes.length; position++) {
    const shape = each ? -1 : shapes.of(probes, position);
    const known = shape === -1 ? undefined : judged[shape];
    const isClean = known?.judgement.verdict.outcome === 'pass' && known.judgement.failed.size === 0;
    const isEnough =
      known !== undefined &&
      (isClean && cleanBuilt !== null
        ? known.built >= cleanBuilt
        : known.built >= ALIKE_BUILT && kept.isFull(known.judgement.verdict.outcome));
    if (known !== undefined && isEnough) {
      summary.addAlike(known.tally, position, shapes.rows, columns);
      known.alike++;
      continue;
    }
    const { journey, judgement } = judge(buildJourney(evidence, path, probes.at(position), position));
    if (known !== undefined) known.built++;
    else if (shape !== -1) {
      judged[shape] = { judgement, tally: summary.shapeTally(journey, shapes, evidence), built: 1, alike: 0 };
    }
  }
  for (const { judgement, alike } of judged) kept.addAlike(judgement, alike);
}

/** The report, and the frames that its flows are made of, for whoever wants to keep them. */
export async function checkAndFollow(request: CheckRequest): Promise<{ report: Report; followed: Followed }> {
  const { evidence, paths, report } = await followAndJudge(request);
  return { report, followed: followedFrames(evidence, paths, report) };
}

/** The expectation file that these captures would satisfy, and the report of the run that it was taken from. */
export async function expectFromCaptures(request: CheckRequest): Promise<{ topology: TopologyModel; report: Report }> {
  const { paths, report } = await followAndJudge(request);
  return { topology: observedTopology(paths, request.profile.name), report };
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

/**
 * Reads one capture and hands on each frame in words; `onFrame` is called as frames are read. What `ready` returns is waited for
 * before more is read.
 */
export async function describeCapture(
  file: string,
  onFrame: (frame: DescribedFrame) => void,
  ready: () => Promise<void> | null = () => null,
): Promise<CaptureSummary> {
  const view = new FrameView();
  const visit = (frame: FrameCursor): void => {
    decodeFrame(view, frame.bytes, frame.start, frame.end, frame.linkType);
    onFrame({
      frame: frame.frameNumber,
      time: timeText(frame),
      interface: frame.interfaceName,
      capturedLength: frame.end - frame.start,
      wireLength: frame.wireLength,
      layers: describeLayers(view),
      fault: faultOf(view),
      comments: frame.comments,
    });
  };
  return readCapture(file, visit, { ready });
}

/** Reads every capture, so that one bad file does not hide what the others say. */
async function readAll(request: CheckRequest): Promise<Reading> {
  const { paths, problems } = expandCapturePaths(request.captures);
  const intake = await observeCaptures(paths, {
    ...request,
    probes: kindsOf(request.probes),
  });
  // The same words whatever the order of the arguments.
  const unusable = [...problems, ...intake.problems].sort();
  if (unusable.length > 0 && (intake.files.length === 0 || request.onUnusable === undefined)) {
    throw new UserError(unusable.join('\n'));
  }
  for (const message of unusable) request.onUnusable?.(message);
  return { evidence: gatherSighted(intake.files.map((f) => ({ ...f, summary: asTold(f.summary) }))), unusable };
}

function judgeFlow(
  evidence: Sighted,
  path: FlowPath,
  options: CheckRequest,
  { maxJourneys, cleanBuilt, isShown }: Keeping,
): FlowResult {
  const summary = new FlowSummary(path);
  const kept = new KeptJourneys(maxJourneys);
  const judge = (journey: Journey): { journey: JourneyTally; judgement: JudgementTally } => {
    const tally = summary.add(journey);
    const findings = checkJourney(journey, options);
    return { journey: tally, judgement: kept.add(journey, findings, judgeJourney(journey, findings, options)) };
  };
  if (path.runs !== null) judge(buildCompositeJourney(evidence, path));
  else {
    judgeProbes(evidence, path, options.judgeEach === true, { judge, summary, kept, cleanBuilt });
  }
  const flowFindings = checkFlow(summary, options);
  const diagnoses = diagnoseFlow({
    summary,
    journeys: kept.samples,
    failed: kept.failedRules,
    flowFindings: flowFindings.map((j) => j.finding),
    points: evidence.points,
    captures: evidence.captures,
    // Looks at every sighting of the run, and few flows ask.
    get reverseOuter() {
      return reverseOuter(evidence, path);
    },
  });
  kept.release(isShown(kept.outcome));
  const judged = { path, summary, kept, flowFindings, diagnoses };
  const report = flowReport(judged, options);
  summary.release();
  return { ...judged, report };
}
