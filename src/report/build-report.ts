/** Puts everything that was found into the report, in one fixed order whatever the order of the arguments. */

import type { Outcome } from '../checks/finding.js';
import type { FlowSummary } from '../checks/flow-summary.js';
import { type CheckOptions, failsGate, type Judged, openReason } from '../checks/run-checks.js';
import { addressText } from '../decode/address.js';
import type { PathOptions } from '../follow/find-paths.js';
import type { FlowPath } from '../follow/journey.js';
import type { Assignment } from '../follow/places/assign.js';
import type { CapturePoint } from '../observe/capture-point.js';
import { timeText } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import type { ExpectationSource } from '../path/facts.js';
import { linkTypeName } from '../path/link-types.js';
import { namedKinds, type ProbeKind, portFields, probeWords } from '../path/probe-kinds.js';
import { roleOrder } from '../path/segments.js';
import { flowName } from './flow-name.js';
import type { KeptJourneys } from './kept-journeys.js';
import { captureNotes, flowNotes } from './notes.js';
import type {
  ClockReport,
  Counts,
  Diagnosis,
  ExpectationReport,
  FlowReport,
  Note,
  PointReport,
  Report,
  SegmentReport,
} from './report.js';

export interface JudgedFlow {
  readonly path: FlowPath;
  readonly summary: FlowSummary;
  readonly kept: KeptJourneys;
  readonly flowFindings: readonly Judged[];
  readonly diagnoses: readonly Diagnosis[];
}

export interface FlowResult extends JudgedFlow {
  readonly report: FlowReport;
}

export interface ReportInput {
  readonly evidence: Sighted;
  readonly flows: readonly FlowResult[];
  readonly captureFindings: readonly Judged[];
  readonly diagnoses: readonly Diagnosis[];
  readonly notes: readonly string[];
  /** The kind of probes that `auto` came to; null: the kinds were named. */
  readonly chosen: ProbeKind | null;
  /** One line for each capture that was given and could not be used. */
  readonly unusable: readonly string[];
  /** Flows that memory had no room for. */
  readonly unjudged: number;
  readonly options: PathOptions & CheckOptions & { readonly version: string };
}

export function buildReport(input: ReportInput): Report {
  const { evidence, flows, captureFindings, options } = input;
  const flowReports = flows.map((f) => f.report);
  const reasons = new Set<string>();
  let outcome: Outcome = 'pass';
  const lower = (to: Outcome, why: string): void => {
    reasons.add(why);
    if (to === 'fail' || outcome === 'pass') outcome = to;
  };
  if (flows.length === 0 || flows.every((f) => f.summary.probes === 0))
    lower('unproven', `no ${namedKinds(options.probes)} between pods was found`);
  flows.forEach((f, i) => {
    const report = flowReports[i]!;
    if (report.outcome === 'pass') return;
    const name = flowName(report);
    for (const why of flowReasons(f, options)) lower(report.outcome, `${name}: ${why}`);
  });
  for (const { finding, blocks } of captureFindings) {
    const what = `${finding.rule} ${finding.name}${finding.point === null ? '' : ` (${finding.point})`}`;
    if (failsGate(finding, options)) lower('fail', what);
    else if (blocks) {
      const why = finding.verdict === 'fail' ? `${what}: ${finding.message}` : openReason(finding);
      lower(options.failOn === 'unproven' ? 'fail' : 'unproven', why);
    }
  }
  const unknown: readonly Note[] = [
    ...input.unusable.map((message): Note => ({ id: 'capture-unusable', message, points: [] })),
    ...limitsReached(input).map((message): Note => ({ id: 'limit-reached', message, points: [] })),
  ];
  for (const { message } of unknown) lower(options.failOn === 'unproven' ? 'fail' : 'unproven', message);
  return {
    schema: 1,
    tool: { name: 'ipip-trace', version: options.version },
    outcome,
    reasons: outcome === 'pass' ? [] : [...reasons],
    expectation: expectationReport(input),
    captures: evidence.captures.map((c) => ({
      file: c.file,
      format: c.format,
      compression: c.compression,
      frames: c.frames,
      linkTypes: [...new Set(c.interfaces.map((i) => linkTypeName(i.linkType)))],
      ending: c.ending,
      octetsUnread: c.octetsUnread,
      damageOffset: c.damageOffset,
      damage: c.damage,
      notes: c.notes,
    })),
    points: pointReports(evidence, flows),
    findings: captureFindings.map((j) => j.finding),
    diagnoses: input.diagnoses,
    notes: [
      ...captureNotes(
        evidence,
        flows.map((f) => f.path),
      ),
      ...(input.chosen === null
        ? []
        : [
            {
              id: 'probe-chosen',
              message: `--probe auto: ${probeWords(input.chosen).message} is followed`,
              points: [],
            },
          ]),
      ...input.notes.map((message): Note => ({ id: 'flow-not-judged', message, points: [] })),
      ...unknown,
      ...evidence.limits.map((message): Note => ({ id: 'limit-reached', message, points: [] })),
    ],
    clocks: clockReports(flows),
    flows: flowReports,
    counts: addCounts(captureFindings, flows),
  };
}

/** What was there and not judged, so that nothing passes by being too much. */
function limitsReached({ evidence, flows, unjudged }: ReportInput): string[] {
  return [
    ...(unjudged === 0
      ? []
      : [
          `${unjudged} more flows than the ${flows.length} that are judged at once (memory bounds them, and 2048 of those that one point alone saw are enough): choose some with --flow`,
        ]),
    ...flows
      .map(({ path }) => path.flow)
      .filter((flow) => flow.passedOver > 0)
      .map(
        ({ kind, source, destination, passedOver }) =>
          `${addressText(source)} > ${addressText(destination)}: more messages have the same ${probeWords(kind).name} than are judged, ${passedOver} were passed over`,
      ),
    ...[...evidence.incomplete].map(
      (file) => `${file}: holds more messages of probes, fragments or interfaces than are kept: split the capture`,
    ),
  ];
}

function flowReasons(flow: JudgedFlow, options: CheckOptions): string[] {
  const failed = flow.flowFindings
    .filter((j) => failsGate(j.finding, options))
    .map((j) => `${j.finding.rule} ${j.finding.name}`);
  const blocked = flow.flowFindings.filter((j) => j.blocks).map((j) => openReason(j.finding));
  const total = flow.kept.total;
  const journeys = [...flow.kept.reasons].map(([why, n]) => (total > 1 ? `${why} (${n} of ${total} probes)` : why));
  return failed.length > 0 || flow.kept.outcome === 'fail' ? [...failed, ...journeys] : [...journeys, ...blocked];
}

function flowOutcome(flow: JudgedFlow, options: CheckOptions): Outcome {
  if (flow.kept.outcome === 'fail' || flow.flowFindings.some((j) => failsGate(j.finding, options))) return 'fail';
  const blocked = flow.flowFindings.some((j) => j.blocks);
  if (blocked && options.failOn === 'unproven') return 'fail';
  return blocked ? 'unproven' : flow.kept.outcome;
}

/** One flow's part of the report, made as soon as it is judged: what it was made of need not be kept. */
export function flowReport(flow: JudgedFlow, options: CheckOptions): FlowReport {
  const { summary, kept, path } = flow;
  const journeys = kept.reports;
  return {
    source: addressText(path.flow.source),
    destination: addressText(path.flow.destination),
    probe: { kind: path.flow.kind, ...(path.flow.kind === 'icmp' ? {} : portFields(path.flow.ports)) },
    probes: path.flow.probes.length,
    delivered: summary.delivered,
    replied: summary.replied,
    outcome: flowOutcome(flow, options),
    largestInner: summary.largestInner,
    largestOuter: summary.largestOuter,
    segments: segmentReports(summary),
    notes: flowNotes(summary),
    findings: flow.flowFindings.map((j) => j.finding),
    diagnoses: flow.diagnoses,
    journeys,
    journeysOmitted: kept.total - journeys.length,
  };
}

function segmentReports(summary: FlowSummary): SegmentReport[] {
  return [...summary.segments.values()]
    .sort((a, b) => {
      if (a.direction !== b.direction) return a.direction === 'request' ? -1 : 1;
      const step = roleOrder(a.from) - roleOrder(b.from) || roleOrder(a.to) - roleOrder(b.to);
      return a.direction === 'request' ? step : -step;
    })
    .map((s) => {
      // Different pings have no time between them.
      const time = summary.path.runs === null ? summary.oneWay(s) : null;
      return {
        segment: s.segment,
        direction: s.direction,
        from: s.from,
        to: s.to,
        entered: s.entered,
        arrived: s.arrived,
        lost: s.lost,
        oneWay: time === null ? null : String(Math.round(time.time)),
        bound: time === null ? null : String(Math.round(time.bound)),
      };
    });
}

function pointReports(evidence: Sighted, flows: readonly FlowResult[]): PointReport[] {
  const places = new Map<CapturePoint, { path: FlowPath; summary: FlowSummary; assignment: Assignment }[]>();
  for (const { path, summary } of flows) {
    for (const assignment of path.assignments) {
      if (assignment.role === null) continue;
      const place = { path, summary, assignment };
      const list = places.get(assignment.point);
      if (list === undefined) places.set(assignment.point, [place]);
      else list.push(place);
    }
  }
  return evidence.points.map((point) => {
    const placed = places.get(point) ?? [];
    // The first flow that was really seen here names the point's role, else the first that counts on it.
    const first = placed.find((p) => p.summary.pointsSeen.has(point)) ?? placed[0];
    const side = first === undefined ? null : roleOrder(first.assignment.role!) < 4 ? 'source' : 'destination';
    const { traffic } = point;
    const stamp = (seconds: number, nanoseconds: number): string | null =>
      traffic.frames === 0 ? null : timeText({ seconds, nanoseconds });
    return {
      id: point.id,
      file: point.file,
      interface: point.interfaceName,
      linkType: linkTypeName(point.linkType),
      role: first?.assignment.role ?? null,
      node: first === undefined || side === null ? null : (first.assignment.node ?? first.path.nodes[side]),
      roleFrom: first?.assignment.from ?? null,
      roles: placed.map((p) => ({
        flow: `${addressText(p.path.flow.source)} > ${addressText(p.path.flow.destination)}`,
        role: p.assignment.role!,
      })),
      frames: traffic.frames,
      firstTime: stamp(traffic.firstSeconds, traffic.firstNanoseconds),
      lastTime: stamp(traffic.lastSeconds, traffic.lastNanoseconds),
      snapLength: point.snapLength,
    };
  });
}

function expectationReport({ options, flows }: ReportInput): ExpectationReport {
  const given: ExpectationSource | undefined = options.expectations[0];
  const path = flows[0]?.path;
  const tunnelMtu = path?.tunnelMtu.value ?? options.mtu ?? options.profile.tunnelMtu;
  const weaknesses: string[] = [];
  if (given === undefined || flows.some((f) => !f.path.nodesStated)) {
    weaknesses.push(
      'the captures agree with one another; nothing says that they agree with what the cluster should be',
      'a wrong node, route or MAC that both directions use alike cannot be noticed',
    );
  }
  if (path === undefined || path.tunnelMtu.source === 'profile') {
    weaknesses.push(
      `the tunnel MTU ${tunnelMtu} is the profile's default, not told by the captures (--mtu changes it)`,
    );
  }
  if (options.only !== null || options.skip.size > 0) {
    const left = options.only === null ? `without ${[...options.skip].sort().join(', ')}` : 'of a few chosen rules';
    weaknesses.push(`this is the verdict ${left} (--only, --skip): what the others would have found does not count`);
  }
  return {
    source: given === undefined ? 'inferred' : given.kind === 'declared' ? 'topology-file' : 'kernel-state',
    from: given?.from ?? null,
    profile: options.profile.name,
    tunnelMtu,
    underlayMtu: path?.underlayMtu.value ?? tunnelMtu + (options.profile.underlayMtu - options.profile.tunnelMtu),
    weaknesses,
  };
}

function clockReports(flows: readonly FlowResult[]): ClockReport[] {
  const best = new Map<string, ClockReport>();
  for (const { path, summary } of flows) {
    const between: readonly [string, string] = [
      path.nodes.source ?? 'source node',
      path.nodes.destination ?? 'destination node',
    ];
    const key = between.join(' ');
    const clock = path.runs === null ? summary.clock : null;
    const report: ClockReport =
      clock === null
        ? {
            between,
            offset: null,
            bound: null,
            exchanges: 0,
            reason:
              path.runs === null
                ? 'no exchange was seen on both nodes with request and reply'
                : 'the captures hold different pings',
          }
        : {
            between,
            offset: String(clock.offset),
            bound: String(clock.bound),
            exchanges: clock.exchanges,
            reason: null,
          };
    const known = best.get(key);
    if (
      known === undefined ||
      known.bound === null ||
      (report.bound !== null && Number(report.bound) < Number(known.bound))
    ) {
      best.set(key, report);
    }
  }
  return [...best.values()];
}

function addCounts(captureFindings: readonly Judged[], flows: readonly FlowResult[]): Counts {
  const sum = { pass: 0, fail: 0, unproven: 0, notApplicable: 0 };
  const add = (c: Counts): void => {
    sum.pass += c.pass;
    sum.fail += c.fail;
    sum.unproven += c.unproven;
    sum.notApplicable += c.notApplicable;
  };
  for (const { finding } of [...captureFindings, ...flows.flatMap((f) => f.flowFindings)]) {
    if (finding.verdict === 'not-applicable') sum.notApplicable++;
    else sum[finding.verdict]++;
  }
  for (const f of flows) add(f.kept.counts);
  return sum;
}
