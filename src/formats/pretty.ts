/** The report for people at a terminal: what happened, why and what to do next; the path; what it rests on; the verdict last. */

import { probeText } from '../path/probe-kinds.js';
import type { Direction } from '../path/roles.js';
import { isFailure, shortNames, tallyLine, worstFirst } from '../report/reading.js';
import type { FlowReport, JourneyReport, LegReport } from '../report/report.js';
import { guardLines, safeText } from '../report/safe-text.js';
import { type CauseStory, openText, type Step, type Story, storyOf, verdictLine } from '../report/story.js';
import { columns, pad, wrap } from './layout.js';
import { paintFor } from './paint.js';
import { basisDetails, findingsBlocks, hopTables, refusalsAndStrays } from './pretty/details.js';
import { flowsTable, restOfJourneys } from './pretty/flows.js';
import { hopLines } from './pretty/hop-lines.js';
import { commandLines, markOfFinding, outcomeMark, type Page } from './pretty/page.js';
import { pathLine } from './pretty/path-line.js';
import type { Reporter } from './reporter.js';

/** Columns of the labels at the left: the longest, "Not captured", and two spaces. */
const labelWidth = 14;

function labelled({ width, paint }: Page, label: string, text: string): string {
  const lines = wrap(safeText(text), width, ' '.repeat(labelWidth)).slice(labelWidth);
  return `${paint.strong(pad(label, labelWidth))}${lines}`;
}

function stepLines(page: Page, label: string, { machine, command }: Step): string[] {
  if (command === '') return [];
  return commandLines(page, ' '.repeat(labelWidth), machine, command, label);
}

/** What a diagnosis saw may be long; the first lines are enough to know where to look. */
const shownAtMost = 130;

function shortened(text: string): string {
  if (text.length <= shownAtMost) return text;
  const cut = text.slice(0, shownAtMost);
  return `${cut.slice(0, cut.lastIndexOf(' '))} … (-v)`;
}

function causeBlock(page: Page, story: Story, cause: CauseStory): string[] {
  const [step] = cause.steps;
  const text = cause.text.replace(/\.$/, '');
  const lines = [
    labelled(
      page,
      cause.title,
      story.sentence.toLowerCase().includes(text.toLowerCase()) ? cause.id : `${text} (${cause.id})`,
    ),
  ];
  if (cause.where !== '') lines.push(labelled(page, 'Where', cause.where));
  if (cause.shown !== '') lines.push(labelled(page, 'Shown by', shortened(cause.shown)));
  if (step !== undefined) {
    lines.push(labelled(page, 'Suspect', step.cause), ...stepLines(page, 'Next', step));
    if (step.confirm !== '') lines.push(labelled(page, 'Confirmed if', step.confirm));
  } else {
    const text = page.options.explain(cause.id);
    if (text !== null) lines.push(labelled(page, 'Cure', text.remedy));
  }
  return [...lines, ''];
}

/** Further suspects with their commands, and what else was diagnosed, each in as few lines as it takes. */
function otherCauses(page: Page, story: Story): string[] {
  const lines: string[] = [];
  for (const step of story.cause?.steps.slice(1) ?? [])
    lines.push(labelled(page, 'Else', step.cause), ...stepLines(page, '', step));
  const others = story.others.filter(({ flow }) => flow === null || flow === story.flow);
  for (const other of others.slice(0, 4)) {
    const about = [other.id, other.title.toLowerCase()].filter((part) => part !== 'cause').join(', ');
    lines.push(labelled(page, 'Also', `${other.text.replace(/\.$/, '')} (${about})`));
    if (other.steps[0] !== undefined) lines.push(...stepLines(page, '', other.steps[0]));
  }
  if (others.length > 4) lines.push(labelled(page, '', `and ${others.length - 4} more: -v shows all`));
  return lines.length === 0 ? [] : [...lines, ''];
}

function pathLines(page: Page, journey: JourneyReport): string[] {
  const { paint, width } = page;
  const lines: string[] = [];
  const legs: [Direction, LegReport | null][] = [
    ['request', journey.request],
    ['reply', journey.reply],
  ];
  for (const [direction, leg] of legs) {
    const drawn =
      leg === null ? [paint.faint('none seen')] : pathLine(page, journey, direction, leg, width - labelWidth);
    drawn.forEach((line, i) => {
      lines.push((i === 0 ? paint.strong(pad(direction, labelWidth)) : ' '.repeat(labelWidth)) + line);
    });
  }
  return [...lines, ''];
}

/** One line for each rule that failed with one message; the frames are for `-v`. */
function failedRules(page: Page, flow: FlowReport | null, journeys: readonly JourneyReport[]): string[] {
  const { report, options, paint, width, nameOf } = page;
  const findings = [report.findings, flow?.findings ?? [], ...journeys.map((journey) => journey.findings)].flat();
  const groups = new Map<string, { head: string; text: string; places: Set<string> }>();
  for (const finding of worstFirst(findings.filter(isFailure))) {
    const mark = markOfFinding(finding);
    const head = `${paint.sign(mark)} ${paint.as(mark, `${finding.rule} ${safeText(finding.name)}`)}`;
    const key = `${finding.rule} ${finding.severity} ${finding.message}`;
    const group = groups.get(key) ?? { head, text: finding.message, places: new Set<string>() };
    if (finding.point !== null) group.places.add(nameOf(finding.point));
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const shown = options.all ? all : all.slice(0, 8);
  const lines = shown.map(({ head, text, places }) => {
    const at = places.size === 0 ? '' : ` (${[...places].slice(0, 3).join(', ')}${places.size > 3 ? ', …' : ''})`;
    const line = `${head}  ${safeText(text + at)}`;
    return columns(line) <= width ? line : `${head}\n${wrap(safeText(text + at), width, '    ')}`;
  });
  if (shown.length < all.length) lines.push(`  … and ${all.length - shown.length} more: -v shows all`);
  return lines.length === 0 ? [] : [...lines, ''];
}

function noteLines(page: Page, { notes }: Story): string[] {
  const lines = notes.slice(0, 4).map((note) => labelled(page, 'Note', note));
  if (notes.length > 4) lines.push(labelled(page, '', `and ${notes.length - 4} more notes: -v shows all`));
  return lines;
}

function openLines({ paint, width }: Page, { open, flow }: Story): string[] {
  const most = open.length > 5 ? 4 : 5;
  const lines = open.slice(0, most).map((question) => {
    return wrap(safeText(openText(question)), width, `${paint.sign('unproven')} `);
  });
  if (open.length > most) {
    const rest = open.slice(most).reduce((sum, { checks }) => sum + checks, 0);
    lines.push(
      `${paint.sign('unproven')} ${rest} checks not judged for ${open.length - most} more reasons: -v shows them`,
    );
  }
  const whose = (flow?.probes ?? 0) > 1 ? 'Not judged, of the request shown' : 'Not judged';
  return lines.length === 0 ? [] : [paint.strong(whose), ...lines, ''];
}

function journeyTitle(journey: JourneyReport): string {
  const { source, destination } = journey.probe;
  return `${safeText(source)} → ${safeText(destination)}  ${probeText(journey.probe)}`;
}

/** Every journey of a flow, or the one that is shown. */
function journeyBlocks(page: Page, flow: FlowReport, journeys: readonly JourneyReport[]): string[] {
  const { options, paint } = page;
  const lines: string[] = [];
  for (const journey of journeys) {
    if (options.all) {
      lines.push(`${paint.sign(outcomeMark[journey.outcome])} ${paint.strong(journeyTitle(journey))}`);
      lines.push(...pathLines(page, journey));
    }
    lines.push(...(options.verbose ? hopTables(page, journey) : hopLines(page, journey)));
    lines.push(...refusalsAndStrays(page, journey));
  }
  // That the others passed as well is what the verdict says.
  return page.report.outcome === 'pass' && flow.journeysOmitted === 0
    ? lines
    : [...lines, ...restOfJourneys(flow, journeys)];
}

/** ✓ and ✗ explain themselves. */
function needsLegend(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences are what is taken out
  return /(^|[ ─])[?!·]([ ─]|$)/m.test(text.replace(/\u001b\[[0-9;]*m/g, ''));
}

/** One flow's journeys hop by hop, and what failed on them; null: what failed of the captures alone. */
function flowBlock(page: Page, story: Story, flow: FlowReport | null): string[] {
  const { options } = page;
  const shown = flow === story.flow && story.journey !== null ? [story.journey] : [];
  const journeys = options.all && flow !== null ? flow.journeys : shown;
  const failed = options.verbose || options.explainFailures ? findingsBlocks : failedRules;
  return [...(flow === null ? [] : journeyBlocks(page, flow, journeys)), ...failed(page, flow, journeys)];
}

/** What did not pass is explained before it is shown. */
function answer(page: Page, story: Story): string[] {
  const basis = story.basis.map(({ label, text }) => labelled(page, label, text));
  const path = page.options.all || story.journey === null ? [] : pathLines(page, story.journey);
  const flows = page.options.all ? page.report.flows : [story.flow];
  const hops = (flows.length === 0 ? [null] : flows).flatMap((flow) => flowBlock(page, story, flow));
  const table = page.report.flows.length > 1 ? flowsTable(page) : [];
  if (story.outcome === 'pass') return [...path, ...table, ...hops, ...basis];
  const cause = story.cause === null ? [] : causeBlock(page, story, story.cause);
  return [...cause, ...path, ...basis, '', ...otherCauses(page, story), ...table, ...hops];
}

export const reportPretty: Reporter = (report, options) => {
  const width = Math.max(60, Math.min(options.width, 240));
  const paint = paintFor(options.color);
  const page: Page = { report, options, width, paint, nameOf: shortNames(report) };
  const story = storyOf(report);
  const mark = outcomeMark[report.outcome];
  const head = wrap(safeText(`${story.word}  ${story.sentence}`), width).split('\n');
  const lines = [...head.map((line) => paint.as(mark, line)), '', ...answer(page, story)];
  if (options.verbose) lines.push(...basisDetails(page, story.flow));
  else lines.push(...noteLines(page, story), ...(report.outcome === 'pass' ? [] : openLines(page, story)));
  if (options.verbose || needsLegend(lines.join('\n')))
    lines.push(paint.faint(wrap('✓ passed  ✗ failed  ! warning  ? unproven  · not judged here', width)));
  lines.push(tallyLine(report), paint.as(mark, verdictLine(report, story)));
  return guardLines(`${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`);
};
