/**
 * What a report says to people, in which sentences, which of them and in what order: the one place from which every format that
 * prints sentences takes them. Pure data out of a report. Texts hold names from captures: each format makes them safe.
 */
import type { EvidenceReport, Finding, Outcome } from '../checks/finding.js';
import { basisOf, type Fact } from './basis.js';
import { type OpenQuestion, openQuestions } from './open-questions.js';
import {
  allDiagnoses,
  allFindings,
  breakOf,
  commonFolder,
  evidencePlace,
  flowToShow,
  furtherFact,
  hopName,
  isFailure,
  journeyToShow,
  type NameOf,
  noteText,
  shortNames,
  worstFirst,
} from './reading.js';
import type { Diagnosis, FlowReport, JourneyReport, Note, Report } from './report.js';
import { fingerprint, safeText } from './safe-text.js';
import { whatHappened } from './sentence.js';

/** A cause that may be the one, what would confirm it, and what to type on which machine. */
export interface Step {
  readonly cause: string;
  readonly confirm: string;
  /** "on node1", "where the capture was taken" */
  readonly machine: string;
  readonly command: string;
}

export interface CauseStory {
  /** null: it concerns no single flow. */
  readonly flow: FlowReport | null;
  /** "Cause", "Likely cause", "Perhaps": one that is not certain is never told as if it were. */
  readonly title: string;
  /** The diagnosis's id, or the rule's where there is none. */
  readonly id: string;
  readonly text: string;
  /** "between node1 and node2, in the network between the nodes (S34)"; empty where no place is known. */
  readonly where: string;
  readonly shown: string;
  readonly frames: readonly EvidenceReport[];
  /** Most likely first. */
  readonly steps: readonly Step[];
  readonly diagnosis: Diagnosis | null;
}

export interface Story {
  readonly outcome: Outcome;
  readonly word: string;
  /** What happened, as a person would say it. */
  readonly sentence: string;
  /** Failed rules and diagnoses by id, for those who look them up. */
  readonly codes: string;
  readonly flow: FlowReport | null;
  readonly journey: JourneyReport | null;
  readonly cause: CauseStory | null;
  /** Further diagnoses, of this flow and of others. */
  readonly others: readonly CauseStory[];
  readonly basis: readonly Fact[];
  readonly open: readonly OpenQuestion[];
  /** What else a reader has to know to trust the verdict. */
  readonly notes: readonly string[];
}

const words: Record<Outcome, string> = { pass: 'PASS', fail: 'FAIL', unproven: 'UNPROVEN' };
const titles: Record<Diagnosis['confidence'], string> = {
  certain: 'Cause',
  likely: 'Likely cause',
  possible: 'Perhaps',
};

export function storyOf(report: Report): Story {
  const flow = flowToShow(report);
  const journey = flow === null ? null : journeyToShow(flow);
  const nameOf = shortNames(report);
  const brief = briefNames(report);
  const diagnoses = inOrder(report, flow);
  const [leading, ...others] = diagnoses.map(({ diagnosis, of }) => causeOf(diagnosis, of, nameOf, brief));
  return {
    outcome: report.outcome,
    word: words[report.outcome],
    sentence: brief(whatHappened(report, { flow, journey, leading: diagnoses[0]?.diagnosis ?? null })),
    codes: codesOf(report, diagnoses[0]?.diagnosis),
    flow,
    journey,
    cause: leading ?? undiagnosed(report, flow, journey, nameOf, brief),
    others,
    basis: basisOf(report, flow, caseOf(report)),
    open: openQuestions(report, flow, journey).map((one) => ({ ...one, reason: brief(one.reason) })),
    notes: notesOf(report, flow, nameOf).map(brief),
  };
}

/** Notes of one kind stand together: the first in its words, the captures of the others by name. */
function notesOf(report: Report, flow: FlowReport | null, nameOf: NameOf): string[] {
  const kinds = new Map<string, Note[]>();
  for (const note of [...report.notes, ...(flow?.notes ?? [])]) {
    if (minor.has(note.id)) continue;
    const kind = note.points.length === 0 ? note.message : note.id;
    kinds.set(kind, [...(kinds.get(kind) ?? []), note]);
  }
  return [...kinds.values()].map(([first, ...rest]) => {
    const also = rest.flatMap(({ points }) => points).map(nameOf);
    return `${noteText(first!, nameOf)}${also.length === 0 ? '' : `; the like of ${also.join(', ')}`}`;
  });
}

/** Artefacts that take nothing from the verdict, and what the sentence or the basis has said. */
export const minor: ReadonlySet<string> = new Set([
  'transmit-checksum-offload',
  'segmentation-offload',
  'vlan-tag',
  'any-capture',
  'empty-capture',
  'clock-offset',
  'different-runs',
  'capture-unusable',
]);

/** "FAIL  10.244.1.2 → 10.244.2.2: the request left node1 and never reached node2 [IPT010 request-lost; …]", safe to print. */
export function verdictLine(report: Report, { word, sentence, codes }: Story = storyOf(report)): string {
  return safeText(`${word}  ${sentence}${codes === '' ? '' : ` [${codes}]`}`);
}

const same = (text: string): string => text;

/** Captures by their short names wherever a sentence holds the whole path. */
function briefNames(report: Report): (text: string) => string {
  const folder = commonFolder(report);
  if (folder === '') return same;
  const nameOf = shortNames(report);
  const files = report.captures.map(({ file }) => file).sort((a, b) => b.length - a.length);
  return (text) =>
    text.includes(folder) ? files.reduce((brief, file) => brief.replaceAll(file, () => nameOf(file)), text) : text;
}

interface Told {
  readonly diagnosis: Diagnosis;
  readonly of: FlowReport | null;
}

/** The shown flow's first; those of no flow lead where nothing of a flow failed. */
function inOrder(report: Report, flow: FlowReport | null): Told[] {
  const all = allDiagnoses(report).map(({ diagnosis, flow: of }): Told => ({ diagnosis, of }));
  const own = all.filter(({ of }) => of !== null && of === flow);
  const general = all.filter(({ of }) => of === null);
  const rest = all.filter(({ of }) => of !== null && of !== flow);
  const generalFails = report.findings.some((f) => f.verdict === 'fail' && f.severity === 'error');
  const flowFails = flow?.outcome === 'fail' && !generalFails;
  return flowFails ? [...own, ...general, ...rest] : [...general, ...own, ...rest];
}

/** A diagnosis as it is told: `flow` is the one that it stands under. */
export function causeOf(diagnosis: Diagnosis, flow: FlowReport | null, nameOf: NameOf, brief = same): CauseStory {
  const fact = brief(furtherFact(diagnosis));
  const named = new Set(diagnosis.causes.map(({ cause }) => cause));
  return {
    flow,
    title: titles[diagnosis.confidence],
    id: diagnosis.id,
    text: brief(diagnosis.message),
    where: whereOf(diagnosis, flow, nameOf),
    shown:
      fact === ''
        ? diagnosis.evidence
            .slice(0, 3)
            .map((one) => evidencePlace(one, nameOf))
            .join(', ')
        : fact,
    frames: diagnosis.evidence,
    steps: [
      ...diagnosis.causes.map(({ cause, confirm, command, where }) => ({
        cause,
        confirm,
        command,
        machine: where.startsWith('where ') ? where : `on ${where}`,
      })),
      ...diagnosis.candidates
        .filter((candidate) => !named.has(candidate))
        .map((cause) => ({ cause, confirm: '', command: '', machine: '' })),
    ],
    diagnosis,
  };
}

/** Nothing was diagnosed: the worst rule that failed says it, in the words of its message. */
function undiagnosed(
  report: Report,
  flow: FlowReport | null,
  journey: JourneyReport | null,
  nameOf: NameOf,
  brief: (text: string) => string,
): CauseStory | null {
  const [worst] = worstFirst(
    [...report.findings, ...(journey?.findings ?? []), ...(flow?.findings ?? [])].filter(isFailure),
  );
  if (report.outcome !== 'fail' || worst === undefined) return null;
  const place = [worst.direction, worst.point === null ? null : `at ${nameOf(worst.point)}`];
  return {
    flow,
    title: 'Failed',
    id: worst.rule,
    text: brief(worst.message),
    where: place.filter((part) => part !== null).join(' '),
    shown: expectedAndFound(worst.evidence[0]),
    frames: worst.evidence.filter(({ frame }) => frame > 0),
    steps: [],
    diagnosis: null,
  };
}

function expectedAndFound(evidence: EvidenceReport | undefined): string {
  if (evidence?.expected === undefined && evidence?.found === undefined) return '';
  const field = evidence.field === undefined ? '' : `${evidence.field}: `;
  return `${field}expected ${evidence.expected ?? 'nothing'}, found ${evidence.found ?? 'nothing'}`;
}

/** On whose side of the path each segment lies, as the request travels, and what part of it that is. */
const owners: Record<string, readonly [string, string]> = {
  S12: ['on the source node', 'from the pod to the tunnel device'],
  S23: ['on the source node', 'from the tunnel device to the network card'],
  S34: ['in the network between the nodes', ''],
  S45: ['on the destination node', 'from the network card to the tunnel device'],
  S56: ['on the destination node', 'from the tunnel device to the pod'],
};

const ends: Record<string, string> = {
  1: 'the source pod',
  2: "the source node's tunnel device",
  3: "the source node's underlay interface",
  4: "the destination node's underlay interface",
  5: "the destination node's tunnel device",
  6: 'the destination pod',
};

/** The two places of a segment, "S34" or a wider "S12-S34", in words; null where it is none. */
function endsOf(segment: string): readonly [string, string] | null {
  const parts = /^S([1-6])([1-6])(?:-S[1-6]([1-6]))?$/.exec(segment);
  return parts === null ? null : [ends[parts[1]!]!, ends[parts[3] ?? parts[2]!]!];
}

/** "S34: between the source node's underlay interface and …". Segments keep the request's numbers both ways. */
export function segmentName(segment: string): string {
  const places = endsOf(segment);
  return places === null ? segment : `${segment}: between ${places.join(' and ')}`;
}

/** "in the network between the nodes, between node1 and node2 (S34)" */
function whereOf({ segment, direction }: Diagnosis, flow: FlowReport | null, nameOf: NameOf): string {
  const places = segment === null ? null : endsOf(segment);
  if (segment === null || places === null) return segment ?? '';
  const journey = flow === null ? null : journeyToShow(flow);
  const leg = direction === 'reply' ? journey?.reply : journey?.request;
  const end = leg == null ? null : breakOf(leg);
  const broken = flow?.segments.find((one) => one.segment === segment && one.direction === direction && one.lost > 0);
  const isHere =
    end?.last != null && end.missing !== null && broken?.from === end.last.role && broken.to === end.missing.role;
  const [owner, part] = owners[segment] ?? [];
  const between = isHere
    ? `between ${hopName(end.last!, nameOf)} and ${hopName(end.missing!, nameOf)}`
    : (part ?? `between ${places.join(' and ')}`);
  return `${[owner, between].filter((words) => words !== undefined && words !== '').join(', ')} (${segment})`;
}

/** Rules that failed, worst first, and what was diagnosed first. */
function codesOf(report: Report, leading: Diagnosis | undefined): string {
  const failed = worstFirst(allFindings(report).map(({ finding }) => finding)).filter(isFailure);
  const worst = failed.filter(({ severity }) => severity === failed[0]?.severity);
  const often = new Map<string, number>();
  for (const { rule, name } of report.outcome === 'fail' ? worst : [])
    often.set(`${rule} ${name}`, (often.get(`${rule} ${name}`) ?? 0) + 1);
  const rules = [...often].sort((a, b) => b[1] - a[1]).map(([rule]) => rule);
  const shown = rules.length > 3 ? [...rules.slice(0, 3), `${rules.length - 3} more`] : rules;
  const diagnosis =
    leading === undefined || report.outcome === 'pass'
      ? []
      : [`${leading.id}${leading.segment === null ? '' : `, ${leading.segment}`}`];
  return [shown.join(', '), ...diagnosis].filter((part) => part !== '').join('; ');
}

/** The same for every run that ends in the same way: flows, failed rules and diagnoses enter; frames, times, names of files do not. */
function caseOf(report: Report): string {
  const flows = report.flows
    .filter(({ outcome }) => outcome !== 'pass')
    .map((flow) => [
      flow.source,
      flow.destination,
      [...new Set(rulesOf(flow))].sort(),
      flow.diagnoses.map(({ id, segment, direction }) => [id, segment, direction]),
    ]);
  const captures = [report.findings.filter(isFailure).map(({ rule }) => rule), report.diagnoses.map(({ id }) => id)];
  return fingerprint(JSON.stringify([report.outcome, flows, captures])).slice(0, 8);
}

function rulesOf(flow: FlowReport): string[] {
  return [...flow.findings, ...flow.journeys.flatMap(({ findings }) => findings)]
    .filter(isFailure)
    .map((f: Finding) => f.rule);
}

/** A cause in plain lines: what, where, what shows it, and each suspect with its command. */
export function causeText(cause: CauseStory): string[] {
  const lines = [`${cause.title}: ${cause.text} (${cause.id})`];
  if (cause.where !== '') lines.push(`Where: ${cause.where}`);
  if (cause.shown !== '') lines.push(`Shown by: ${cause.shown}`);
  for (const { cause: suspect, confirm, machine, command } of cause.steps) {
    lines.push(`Suspect: ${suspect}${confirm === '' ? '' : `; confirmed if ${confirm}`}`);
    if (command !== '') lines.push(`Next, ${machine}: ${command}`);
  }
  return lines;
}

/** The whole story in plain lines, for formats that have a text field and no layout. */
export function storyText(story: Story): string[] {
  return [
    story.sentence,
    ...(story.cause === null ? [] : causeText(story.cause)),
    ...story.basis.map(({ label, text }) => `${label}: ${text}`),
    ...story.open.map(({ reason, proof, checks }) => openText({ reason, proof, checks })),
    ...story.notes.map((note) => `Note: ${note}`),
  ];
}

/** "19 checks not judged: the request is not in node2, pod2 → …" */
export function openText({ reason, proof, checks }: OpenQuestion): string {
  return `${checks} check${checks === 1 ? '' : 's'} not judged: ${reason}${proof === '' ? '' : ` → ${proof}`}`;
}
