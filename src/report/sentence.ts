/** What happened, in one sentence that a person would say of it. */
import type { HopRole } from '../path/facts.js';
import { type ProbeWords, probeKinds, probeWords } from '../path/probe-kinds.js';
import type { Direction } from '../path/roles.js';
import { flowName, flowTitle } from './flow-name.js';
import {
  breakOf,
  hopName,
  isFailure,
  type NameOf,
  refusalText,
  shortNames,
  sideOf,
  unusableFiles,
  worstFirst,
} from './reading.js';
import type { Diagnosis, FlowReport, HopReport, JourneyReport, LegReport, Report } from './report.js';

/** The flow and the journey that the sentence is about, and what was diagnosed first; null where there are none. */
export interface Shown {
  readonly flow: FlowReport | null;
  readonly journey: JourneyReport | null;
  readonly leading: Diagnosis | null;
}

export function whatHappened(report: Report, { flow, journey, leading }: Shown): string {
  const { outcome, flows } = report;
  if (outcome === 'pass') return whatPassed(report);
  const bad = flows.filter((one) => one.outcome === outcome).length;
  const many =
    flows.length > 1 && bad > 0
      ? `${bad} of ${flows.length} flows ${outcome === 'fail' ? 'failed' : 'could not be proven'}; `
      : '';
  const broken = flow?.outcome === 'fail' ? brokenFlow(flow, journey, shortNames(report)) : null;
  if (flow !== null && broken !== null) return `${many}${flowTitle(flow)}: ${broken}`;
  const [worst] = outcome === 'fail' ? worstFirst(report.findings.filter(isFailure)) : [];
  return worst === undefined ? `${many}${whyOpen(report, flow, leading)}` : lowerFirst(worst.message);
}

/** Why nothing can be said for certain: files that cannot be read, what the captures lack, or the first of the report's reasons. */
function whyOpen(report: Report, flow: FlowReport | null, leading: Diagnosis | null): string {
  const unusable = unusableFiles(report);
  const files = report.captures.length + unusable.length;
  if (flow === null && unusable.length > 0)
    return `${unusable.length} of ${files} files cannot be used (${unusable.join(', ')}), and no ${probeWords('icmp').request} is in the others`;
  const [first, ...rest] = report.reasons;
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more reason${rest.length === 1 ? '' : 's'})`;
  const name = flow === null ? '' : `${flowName(flow)}: `;
  const ofFlow = flow !== null && (first?.startsWith(name) ?? false);
  const said = first === undefined ? 'no reason was recorded' : ofFlow ? first.slice(name.length) : first;
  // The way out of different pings stands in the reason; otherwise a certain diagnosis says more than the first rule that stays open.
  const certain = leading?.confidence === 'certain' && !said.includes('--by-flow');
  const why = certain ? lowerFirst(leading.message.replace(/\.$/, '')) : `${said}${more}`;
  if (flow === null) return why;
  const failed = [...flow.findings, ...flow.journeys.flatMap(({ findings }) => findings)].some(isFailure);
  const known = failed || said.includes('--by-flow') ? '' : 'nothing that was captured failed, yet ';
  return `${flowTitle(flow)}: ${known}${why}`;
}

/** "the request", "all 3 requests", "2 of 3 requests" */
function subject(count: number, of: number, direction: Direction, words: ProbeWords): string {
  const [one, many] = direction === 'request' ? [words.request, words.requests] : [words.reply, words.replies];
  if (of === 1) return `the ${one}`;
  return count >= of ? `all ${of} ${many}` : `${count} of ${of} ${many}`;
}

/** A flow that failed: where it broke, or what was wrong although it arrived. */
function brokenFlow(flow: FlowReport, journey: JourneyReport | null, nameOf: NameOf): string | null {
  const words = wordsOf(flow);
  if (journey !== null && journey.outcome === 'fail') {
    for (const [direction, leg] of [
      ['request', journey.request],
      ['reply', journey.reply],
    ] as const) {
      const said = leg === null ? null : brokenLeg(flow, journey, direction, leg, nameOf);
      if (said !== null) return said;
    }
    if (isUnanswered(journey)) {
      const last = journey.request.hops.findLast(({ state }) => state === 'seen');
      const counted =
        flow.journeysOmitted === 0 ? flow.journeys.filter(isUnanswered).length : flow.probes - flow.replied;
      const who = subject(counted, flow.probes, 'request', words);
      const where = last === undefined ? 'was sent' : reached(last, 'request', nameOf);
      return `${who} ${where}, and no ${words.reply} came`;
    }
  }
  const worst = worstFirst([...(journey?.findings ?? []), ...flow.findings].filter(isFailure))[0];
  const cause = flow.diagnoses.find(({ confidence }) => confidence !== 'possible')?.message.replace(/\.$/, '');
  const message = cause ?? worst?.message;
  if (message === undefined) return null;
  const who = subject(flow.delivered, flow.probes, 'request', words);
  // A connection that was set up, or refused by the pod, says so itself.
  if (flow.delivered === 0 || flow.probe?.kind === 'tcp') return lowerFirst(message);
  return `${who} arrived, but not as expected: ${lowerFirst(message)}`;
}

/** Of a connection that was open before the captures began. */
const middle = {
  request: 'segment',
  requests: 'segments',
  reply: 'segment back',
  replies: 'segments back',
} as const;

function wordsOf({ probe, notes }: FlowReport): ProbeWords {
  const words = probeWords(probe?.kind ?? 'icmp');
  return notes.some(({ id }) => id === 'no-handshake') ? { ...words, ...middle } : words;
}

const isUnanswered = ({ findings }: JourneyReport): boolean =>
  findings.some(({ rule, verdict }) => rule === 'IPT501' && verdict === 'fail');

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]* /.test(text) ? `${text[0]!.toLowerCase()}${text.slice(1)}` : text;

function brokenLeg(
  flow: FlowReport,
  journey: JourneyReport,
  direction: Direction,
  leg: LegReport,
  nameOf: NameOf,
): string | null {
  const end = breakOf(leg);
  if (end === null || end.last === null || !['lost', 'refused', 'misrouted'].includes(leg.disposition)) return null;
  const { last, missing } = end;
  const segment = flow.segments.find(
    (one) => one.direction === direction && one.from === last.role && one.to === missing?.role,
  );
  const count = segment?.lost ?? (direction === 'request' ? flow.probes - flow.delivered : 1);
  const who = subject(count, flow.probes, direction, wordsOf(flow));
  const refusal = leg.disposition === 'refused' ? journey.refusals[0] : undefined;
  if (refusal !== undefined) {
    return `${who} ${reached(last, direction, nameOf)} and ${count > 1 ? 'were' : 'was'} refused: ${refusal.sender} answered ${refusalText(refusal)}`;
  }
  const place = missing === null ? 'was not seen again' : `never reached ${hopName(missing, nameOf)}`;
  const astray = leg.disposition === 'misrouted' ? ', but turned up off the path' : '';
  return `${who} ${reached(last, direction, nameOf)} and ${place}${astray}`;
}

/** "left node1", "came as far as node2", "entered the tunnel device pod1-ipip" */
function reached(hop: HopReport, direction: Direction, nameOf: NameOf): string {
  const name = hopName(hop, nameOf);
  const starting = (sideOf(hop.role) === 'source') === (direction === 'request');
  if (hop.role.endsWith('-tunnel')) return starting ? `entered ${name}` : `came as far as ${name}`;
  return starting ? `left ${name}` : `reached ${name}`;
}

/** Hops of a path that nobody captured, bridges aside, and tunnel devices where the path goes past them. */
export function rolesNotCaptured(flows: readonly FlowReport[]): HopRole[] {
  const roles = new Set<HopRole>();
  for (const flow of flows) {
    for (const journey of flow.journeys.slice(0, 1)) {
      const plain = journey.request.hops.some((h) => h.role.endsWith('-underlay') && h.encapsulation === 'none');
      for (const hop of journey.request.hops) {
        if (hop.point !== null || hop.role.endsWith('-bridge') || (plain && hop.role.endsWith('-tunnel'))) continue;
        roles.add(hop.role);
      }
    }
  }
  return [...roles];
}

/** What a pass says: with rules left out, or hop by hop, not all of the requests need have arrived. */
function whatPassed(report: Report): string {
  const kinds = probeKinds.filter((kind) => report.flows.some((flow) => (flow.probe?.kind ?? 'icmp') === kind));
  const { request, requests, reply, replies } =
    report.flows.length === 1 ? wordsOf(report.flows[0]!) : probeWords(kinds.length === 1 ? kinds[0]! : 'icmp');
  const sum = (read: (flow: FlowReport) => number): number =>
    report.flows.reduce((total, flow) => total + read(flow), 0);
  const [probes, delivered, replied] = [sum((f) => f.probes), sum((f) => f.delivered), sum((f) => f.replied)];
  const [only] = report.flows;
  const of =
    only !== undefined && report.flows.length === 1 ? `${flowTitle(only)}: ` : `${report.flows.length} flows, `;
  if (delivered !== probes) {
    const followed = `${delivered} ${delivered === 1 ? 'was' : 'were'} followed to the end`;
    return `${of}nothing that was judged failed; of ${probes} ${probes === 1 ? request : requests}, ${followed}`;
  }
  const sent = probes > 1 ? `${probes} ${requests}` : report.flows.length === 1 ? request : `1 ${request}`;
  const came = replied > 1 ? replies : reply;
  const back = replied === 0 ? '' : ` and ${replied === probes ? '' : `${replied} `}${came}`;
  const gaps = rolesNotCaptured(report.flows).length > 0 ? ' as far as it was captured' : '';
  return `${of}${sent}${back} took the expected path${gaps}`;
}
