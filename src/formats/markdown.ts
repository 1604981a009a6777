/** The report in GitHub-flavoured Markdown, for job summaries, issues and wikis. Nothing from a capture becomes markup. */

import type { Direction } from '../path/roles.js';
import {
  boundedDuration,
  captureTroubles,
  flowToShow,
  frameCommand,
  journeyToShow,
  markSign,
  mtuStatement,
  noteText,
  refusalGroups,
  refusalText,
  shortNames,
  tallyLine,
  verdictLine,
  worstOf,
} from '../report/reading.js';
import type { Diagnosis, FlowReport, JourneyReport, LegReport, Report } from '../report/report.js';
import { guardLines, markdownCode, markdownText, safeText } from '../report/safe-text.js';
import { type FindingGroup, flowName, groupFindings, groupPlace, worstGroupsFirst } from './grouping.js';
import type { Reporter, ReporterOptions } from './reporter.js';
import { type HopRow, hopRows } from './table.js';

const sign = { pass: '✅', fail: '❌', unproven: '❓' } as const;

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row), ''];
}

function codeBlock(lines: readonly string[]): string[] {
  const safe = lines.map(safeText);
  const longest = Math.max(2, ...safe.flatMap((line) => [...line.matchAll(/`+/g)].map((run) => run[0].length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sh`, ...safe, fence, ''];
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
  const { source, destination, identifier, sequence } = journey.probe;
  const nameOf = shortNames(report);
  const legs: [Direction, LegReport][] = [['request', journey.request]];
  if (journey.reply !== null) legs.push(['reply', journey.reply]);
  const lines = [
    `### ${sign[journey.outcome]} ${markdownText(source)} → ${markdownText(destination)}, identifier ${identifier}, sequence ${sequence}`,
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

function diagnosisBlock(diagnosis: Diagnosis): string[] {
  const where = [diagnosis.segment, diagnosis.direction, diagnosis.confidence]
    .filter((part) => part !== null)
    .join(', ');
  const lines = [`### ${markdownText(diagnosis.id)} (${markdownText(where)})`, '', markdownText(diagnosis.message), ''];
  if (diagnosis.fact !== '') lines.push(`**Seen:** ${markdownText(diagnosis.fact)}`, '');
  diagnosis.causes.forEach((cause, i) => {
    const confirm = cause.confirm === '' ? '' : ` Confirmed if ${markdownText(cause.confirm)}.`;
    lines.push(`${i + 1}. ${markdownText(cause.cause)}.${confirm}`);
    if (cause.command !== '') lines.push(`   On ${markdownText(cause.where)}: ${markdownCode(cause.command)}`);
  });
  const named = new Set(diagnosis.causes.map(({ cause }) => cause));
  for (const candidate of diagnosis.candidates) if (!named.has(candidate)) lines.push(`- ${markdownText(candidate)}`);
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
        markdownText(flow.source),
        markdownText(flow.destination),
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
      lines.push(`- ${group.rule} ${markdownText(`${groupPlace(group)}: ${group.finding.message}`)}`);
    }
    lines.push('', '</details>', '');
  }
  return lines;
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a page from its top to its end
export const reportMarkdown: Reporter = (report, options) => {
  const lines = [`# ${sign[report.outcome]} ${markdownText(verdictLine(report))}`, '', tallyLine(report), ''];
  const main = flowToShow(report);
  if (report.flows.length > 1) lines.push(`## Flows (${report.flows.length})`, '', ...flowsTable(report.flows));
  const diagnoses = [...report.diagnoses, ...report.flows.flatMap((flow) => flow.diagnoses)];
  if (diagnoses.length > 0) {
    lines.push(`## Diagnosis`, '');
    for (const diagnosis of options.all ? diagnoses : diagnoses.slice(0, 10)) lines.push(...diagnosisBlock(diagnosis));
    const next = [...new Set(diagnoses.slice(0, 10).flatMap((diagnosis) => diagnosis.next))];
    if (next.length > 0) lines.push('**Next**', '', ...codeBlock(next));
  }
  lines.push(...failures(report, options));
  if (main !== null) {
    const one = journeyToShow(main);
    const journeys = options.all ? report.flows.flatMap((flow) => flow.journeys) : one === null ? [] : [one];
    lines.push('## Journey', '');
    for (const journey of journeys) lines.push(...journeyBlock(report, journey));
  }
  const { expectation } = report;
  const from = expectation.from === null ? '' : ` (${expectation.from})`;
  lines.push('## What this rests on', '');
  if (main !== null) lines.push(`- MTU: ${markdownText(mtuStatement(report, main))}`);
  lines.push(`- Expectation: ${markdownText(`${expectation.source}${from}, profile ${expectation.profile}`)}`);
  for (const weakness of expectation.weaknesses) lines.push(`  - ${markdownText(weakness)}`);
  for (const clock of report.clocks) {
    const offset =
      boundedDuration(clock.offset, clock.bound) ?? `offset unknown${clock.reason === null ? '' : `, ${clock.reason}`}`;
    lines.push(`- Clocks of ${markdownText(clock.between.join(' and '))}: ${markdownText(offset)}`);
  }
  for (const note of [...report.notes, ...(main?.notes ?? [])])
    lines.push(`- Note: ${markdownText(noteText(note, shortNames(report)))}`);
  for (const trouble of captureTroubles(report, shortNames(report)))
    lines.push(`- ✗ Capture: ${markdownText(trouble)}`);
  return guardLines(`${lines.join('\n')}\n`);
};
