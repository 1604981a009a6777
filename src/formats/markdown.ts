/** The report in GitHub-flavoured Markdown, for job summaries, issues and wikis. Nothing from a capture becomes markup. */

import { probeText } from '../path/probe-kinds.js';
import type { Direction } from '../path/roles.js';
import { flowEnds, flowName } from '../report/flow-name.js';
import {
  boundedDuration,
  captureTroubles,
  frameCommand,
  markSign,
  noteText,
  refusalGroups,
  refusalText,
  shortNames,
  tallyLine,
  worstOf,
} from '../report/reading.js';
import type { FlowReport, JourneyReport, LegReport, Report } from '../report/report.js';
import { guardLines, markdownCode, markdownText } from '../report/safe-text.js';
import { type CauseStory, minor, openText, storyOf, verdictLine } from '../report/story.js';
import { type FindingGroup, groupFindings, groupPlace, worstGroupsFirst } from './grouping.js';
import type { Reporter, ReporterOptions } from './reporter.js';
import { type HopRow, hopRows } from './table.js';

const sign = { pass: '✅', fail: '❌', unproven: '❓' } as const;

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row), ''];
}

function hopCells(hop: HopRow): string[] {
  const head = [`${hop.role}`, hop.place === '' ? '–' : markdownCode(hop.place)];
  if (hop.state !== 'seen')
    return [
      ...head,
      hop.state === 'lost-before' ? `**✗ ${markdownText(hop.absence)}**` : markdownText(hop.absence),
      '',
      '',
      '',
      '',
    ];
  const pair = (addresses: readonly string[] | null): string =>
    addresses === null ? '' : addresses.map(markdownText).join(' → ');
  const { marks } = hop;
  return [
    ...head,
    `${markSign[marks.mac]} ${pair(hop.mac)}`,
    `${markSign[marks.outer]} ${pair(hop.outer)}`,
    `${markSign[marks.inner]} ${pair(hop.inner)}`,
    `${markSign[marks.ttl]} ${hop.ttl.join(', ')}`,
    `${markSign[marks.length]} ${hop.length.join(', ')}`,
  ];
}

function journeyBlock(report: Report, journey: JourneyReport): string[] {
  const { source, destination } = journey.probe;
  const nameOf = shortNames(report);
  const legs: [Direction, LegReport][] = [['request', journey.request]];
  if (journey.reply !== null) legs.push(['reply', journey.reply]);
  const lines = [
    `### ${sign[journey.outcome]} ${markdownText(source)} → ${markdownText(destination)}, ${probeText(journey.probe)}`,
    '',
  ];
  for (const [direction, leg] of legs) {
    lines.push(`**${direction === 'request' ? 'Request' : 'Reply'}**`, '');
    lines.push(
      ...table(
        ['hop', 'frame', 'MAC', 'outer IP', 'inner IP', 'TTL', 'length of MTU'],
        hopRows(report, journey, direction, leg, nameOf).map(hopCells),
      ),
    );
  }
  if (journey.reply === null) lines.push('No reply was seen.', '');
  for (const group of refusalGroups(journey)) {
    const refusal = group[0];
    if (refusal === undefined) continue;
    const frames = group.map(({ file, frame }) => `${markdownCode(nameOf(file))} frame ${frame}`).join(', ');
    lines.push(`- ✗ ${markdownText(refusal.sender)} answered with ${markdownText(refusalText(refusal))}: ${frames}`);
  }
  if (journey.refusals.length > 0) lines.push('');
  return lines;
}

function causeBlock(cause: CauseStory): string[] {
  const lines = [`### ${markdownText(cause.title)}: ${markdownText(cause.text)} (${markdownText(cause.id)})`, ''];
  if (cause.where !== '') lines.push(`**Where:** ${markdownText(cause.where)}`, '');
  if (cause.shown !== '') lines.push(`**Shown by:** ${markdownText(cause.shown)}`, '');
  cause.steps.forEach(({ cause: suspect, confirm, machine, command }, i) => {
    const confirmed = confirm === '' ? '' : ` Confirmed if ${markdownText(confirm)}.`;
    lines.push(`${i + 1}. ${markdownText(suspect)}.${confirmed}`);
    if (command !== '')
      lines.push('', `   ${markdownText(machine.replace(/^on /, 'On '))}: ${markdownCode(command)}`, '');
  });
  lines.push('');
  return lines;
}

function flowsTable(flows: readonly FlowReport[]): string[] {
  const rank = { fail: 0, unproven: 1, pass: 2 } as const;
  const sorted = [...flows].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
  const shown = sorted.slice(0, 100);
  const lines = table(
    ['', 'source', 'destination', 'probes', 'delivered', 'replied', 'worst finding'],
    shown.map((flow) => {
      const worst = worstOf(flow);
      const counts = [flow.probes, flow.delivered, flow.replied].map(String);
      return [
        sign[flow.outcome],
        markdownText(flowEnds(flow).source),
        markdownText(flowEnds(flow).destination),
        ...counts,
        worst === null ? '–' : `${worst.rule} ${markdownText(worst.name)}`,
      ];
    }),
  );
  if (sorted.length > shown.length) lines.push(`… and ${sorted.length - shown.length} more flows.`, '');
  return lines;
}

/** A finding as many times as it was found, with what was expected and the frames that show it. */
function failureLines(group: FindingGroup, options: ReporterOptions): string[] {
  const lines: string[] = [];
  const { finding } = group;
  const flow = group.flow === null ? '' : `${flowName(group.flow)} `;
  const times = group.members.filter((member) => member.finding.verdict === 'fail').length;
  lines.push(
    `- ✗ **${group.rule} ${markdownText(group.name)}** ${markdownText(`${flow}${groupPlace(group)}`)}${group.severity === 'error' ? '' : ` (${group.severity})`}`,
  );
  lines.push(`  ${markdownText(finding.message)}${times > 1 ? ` (${times} requests)` : ''}`);
  for (const evidence of finding.evidence.slice(0, 3)) {
    if (evidence.expected !== undefined || evidence.found !== undefined) {
      lines.push(
        `  - ${markdownText(evidence.field ?? 'value')}: expected ${markdownCode(evidence.expected ?? 'nothing')}, found ${markdownCode(evidence.found ?? 'nothing')}`,
      );
    }
    if (evidence.frame > 0) lines.push(`  - ${markdownCode(frameCommand(evidence.file, evidence.frame))}`);
  }
  const text = options.explain(group.rule);
  if (text !== null) lines.push(`  - Cure: ${markdownText(text.remedy)}`);
  return lines;
}

function failures(report: Report, options: ReporterOptions): string[] {
  const groups = worstGroupsFirst(groupFindings(report));
  const failed = groups.filter((group) => group.verdict === 'fail' && group.severity !== 'info');
  const unproven = groups.filter((group) => group.verdict === 'unproven');
  const lines: string[] = [];
  if (failed.length > 0) {
    lines.push(`## Failed (${failed.length})`, '');
    const shown = options.all ? failed : failed.slice(0, 50);
    for (const group of shown) lines.push(...failureLines(group, options));
    if (shown.length < failed.length) lines.push(`- … and ${failed.length - shown.length} more`);
    lines.push('');
  }
  if (unproven.length > 0) {
    lines.push('<details>', `<summary>Unproven (${unproven.length})</summary>`, '');
    for (const group of unproven.slice(0, 200)) {
      lines.push(`- ${group.rule} not judged ${markdownText(`${groupPlace(group)}: ${group.finding.message}`)}`);
    }
    lines.push('', '</details>', '');
  }
  return lines;
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a page from its top to its end
export const reportMarkdown: Reporter = (report, options) => {
  const story = storyOf(report);
  const lines = [`# ${sign[report.outcome]} ${markdownText(verdictLine(report, story))}`, ''];
  const main = story.flow;
  const causes = [story.cause, ...story.others].filter((cause) => cause !== null);
  for (const cause of options.all ? causes : causes.slice(0, 10)) lines.push(...causeBlock(cause));
  if (causes.length > 10 && !options.all) lines.push(`… and ${causes.length - 10} more diagnoses.`, '');
  for (const { label, text } of story.basis) lines.push(`- **${label}:** ${markdownText(text)}`);
  for (const note of story.notes) lines.push(`- **Note:** ${markdownText(note)}`);
  for (const question of report.outcome === 'pass' ? [] : story.open.slice(0, 5))
    lines.push(`- ❓ ${markdownText(openText(question))}`);
  lines.push(`- ${tallyLine(report)}`, '');
  if (report.flows.length > 1) lines.push(`## Flows (${report.flows.length})`, '', ...flowsTable(report.flows));
  lines.push(...failures(report, options));
  if (main !== null) {
    const one = story.journey;
    const journeys = options.all ? report.flows.flatMap((flow) => flow.journeys) : one === null ? [] : [one];
    lines.push('## Journey', '');
    for (const journey of journeys) lines.push(...journeyBlock(report, journey));
  }
  const { expectation } = report;
  const from = expectation.from === null ? '' : ` (${expectation.from})`;
  lines.push('## What this rests on', '');
  lines.push(`- Expectation: ${markdownText(`${expectation.source}${from}, profile ${expectation.profile}`)}`);
  for (const weakness of expectation.weaknesses) lines.push(`  - ${markdownText(weakness)}`);
  for (const clock of report.clocks) {
    const offset =
      boundedDuration(clock.offset, clock.bound) ?? `offset unknown${clock.reason === null ? '' : `, ${clock.reason}`}`;
    lines.push(`- Clocks of ${markdownText(clock.between.join(' and '))}: ${markdownText(offset)}`);
  }
  for (const note of [...report.notes, ...(main?.notes ?? [])].filter(({ id }) => minor.has(id)))
    lines.push(`- Note: ${markdownText(noteText(note, shortNames(report)))}`);
  for (const trouble of captureTroubles(report, shortNames(report)))
    lines.push(`- ✗ Capture: ${markdownText(trouble)}`);
  return guardLines(`${lines.join('\n')}\n`);
};
