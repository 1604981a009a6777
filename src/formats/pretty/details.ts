/** What `-v` adds: every header, finding and frame. */

import type { Finding } from '../../checks/finding.js';
import { probeShortText } from '../../path/probe-kinds.js';
import type { Direction } from '../../path/roles.js';
import {
  boundedDuration,
  captureTroubles,
  durationText,
  evidencePlace,
  frameCommand,
  furtherFact,
  isFailure,
  noteText,
  refusalGroups,
  refusalText,
  worstFirst,
} from '../../report/reading.js';
import type { Diagnosis, FlowReport, JourneyReport, LegReport } from '../../report/report.js';
import { safeText } from '../../report/safe-text.js';
import { segmentName } from '../../report/story.js';
import { columns, pack, pad, wrap } from '../layout.js';
import { hopRows, hopTable } from '../table.js';
import { commandLines, markOfFinding, type Page } from './page.js';

export function hopTables({ report, paint, width, nameOf }: Page, journey: JourneyReport): string[] {
  const legs: [Direction, LegReport | null][] = [
    ['request', journey.request],
    ['reply', journey.reply],
  ];
  return legs.flatMap(([direction, leg]) =>
    leg === null
      ? []
      : [
          paint.strong(direction === 'request' ? 'Request' : 'Reply'),
          hopTable(hopRows(report, journey, direction, leg, nameOf), width, paint),
          '',
        ],
  );
}

/** ICMP errors about this probe, and sightings off its path. */
export function refusalsAndStrays(page: Page, journey: JourneyReport): string[] {
  const { options, paint, width, nameOf } = page;
  const lines: string[] = [];
  // What shows the cause holds the errors already.
  for (const group of options.verbose ? refusalGroups(journey) : []) {
    const refusal = group[0];
    if (refusal === undefined) continue;
    const what = `${refusal.sender} answered with ${refusalText(refusal)}, quoting the ${refusal.quotes} header`;
    lines.push(wrap(safeText(what), width, `${paint.sign('fail')} `));
    for (const one of group) {
      lines.push(...commandLines(page, '    ', evidencePlace(one, nameOf), frameCommand(one.file, one.frame)));
    }
  }
  for (const point of new Set(journey.strays.map((stray) => stray.point))) {
    const strays = journey.strays.filter((stray) => stray.point === point);
    const [first] = strays;
    if (first === undefined) continue;
    const often = strays.length > 1 ? ` ${strays.length} times` : '';
    const what = `seen off the path at ${nameOf(point)}${often}: ${nameOf(first.file)} frame ${strays
      .slice(0, 3)
      .map((s) => s.frame)
      .join(', ')}${strays.length > 3 ? ', …' : ''}, ${first.inner.source} → ${first.inner.destination}`;
    lines.push(wrap(safeText(what), width, `${paint.sign('warning')} `));
  }
  return lines.length === 0 ? [] : [...lines, ''];
}

/** Where a finding stands: "sequence 2, request at encapsulator-underlay (node1.cap)". */
function findingPlace({ nameOf }: Page, finding: Finding, whose: string): string {
  const place = [
    finding.direction,
    finding.role === null ? null : `at ${finding.role}`,
    finding.point === null ? null : `(${safeText(nameOf(finding.point))})`,
  ].filter((part) => part !== null);
  return [whose, place.join(' ')].filter((part) => part !== '').join(', ');
}

/** One rule that came out the same way, wherever it did: the message once, then each place with its frames. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a block of the report from its top to its end
function findingBlock(page: Page, group: readonly PlacedByProbe[], diagnosed: boolean): string[] {
  const { options, paint, width, nameOf } = page;
  const [first] = group;
  if (first === undefined) return [];
  const { finding } = first;
  const mark = markOfFinding(finding);
  const severity = finding.severity === 'error' ? '' : ` [${finding.severity}]`;
  const place = group.length === 1 ? findingPlace(page, finding, first.whose) : `at ${group.length} places`;
  const head = `${paint.sign(mark)} ${paint.as(mark, `${finding.rule} ${safeText(finding.name)}`)}${severity}`;
  const beside = columns(head) + 2 + columns(place) <= width;
  const lines = [
    ...(place === '' || beside ? [place === '' ? head : `${head}  ${place}`] : [head, wrap(place, width, '    ')]),
    wrap(safeText(finding.message), width, '    '),
  ];
  const shownPlaces = options.all || options.verbose ? group : group.slice(0, 8);
  for (const member of shownPlaces) {
    const { evidence } = member.finding;
    if (member.finding.verdict === 'pass') {
      // What a pass rests on is looked at more rarely than what failed: the frames, without a command for each.
      const frames = evidence
        .filter(({ frame }) => frame > 0)
        .map((one) => `${safeText(nameOf(one.file))} #${one.frame}`);
      const parts = [group.length > 1 ? findingPlace(page, member.finding, member.whose) : '', frames.join(', ')];
      const text = parts.filter((part) => part !== '').join(': ');
      if (text !== '') lines.push(wrap(text, width, group.length > 1 ? '    - ' : '    frames  '));
      continue;
    }
    if (group.length > 1) lines.push(wrap(findingPlace(page, member.finding, member.whose), width, '    - '));
    const shown = options.verbose ? evidence : evidence.slice(0, group.length > 1 ? 2 : 3);
    const indent = group.length > 1 ? '      ' : '    ';
    for (const { file, frame, field, expected, found } of shown) {
      const said = [expected, found].every((value) => value !== undefined && member.finding.message.includes(value));
      if (!said && (expected !== undefined || found !== undefined)) {
        const name = field === undefined ? '' : `${safeText(field)}: `;
        const text = `${name}expected ${safeText(expected ?? 'nothing')}, found ${safeText(found ?? 'nothing')}`;
        lines.push(wrap(text, width, indent));
      }
      if (frame > 0) {
        lines.push(...commandLines(page, indent, evidencePlace({ file, frame }, nameOf), frameCommand(file, frame)));
      }
    }
    if (shown.length < evidence.length) lines.push(`${indent}… and ${evidence.length - shown.length} more frames`);
  }
  if (shownPlaces.length < group.length) lines.push(`    … and ${group.length - shownPlaces.length} more places`);
  const text = finding.verdict === 'fail' ? options.explain(finding.rule) : null;
  if (text !== null && options.explainFailures) lines.push(wrap(safeText(text.summary), width, '    rule  '));
  // A diagnosis tells what to do next; without one the rule does.
  if (text !== null && (options.explainFailures || !diagnosed)) {
    lines.push(wrap(safeText(text.remedy), width, '    cure  '));
  }
  return lines;
}

interface PlacedByProbe {
  readonly finding: Finding;
  readonly whose: string;
}

/** Findings of one rule with one message, together; groups in the order of their first member. */
function alike(placed: readonly PlacedByProbe[]): PlacedByProbe[][] {
  const groups = new Map<string, PlacedByProbe[]>();
  for (const one of placed) {
    const key = `${one.finding.rule} ${one.finding.severity} ${one.finding.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function diagnosisBlock(page: Page, diagnosis: Diagnosis): string[] {
  const { options, paint, width, nameOf } = page;
  const where = [diagnosis.segment, diagnosis.direction, diagnosis.confidence]
    .filter((part) => part !== null)
    .join(', ');
  const lines = [
    `${paint.strong(safeText(diagnosis.id))}  (${safeText(where)})`,
    wrap(safeText(diagnosis.message), width, '    '),
  ];
  const fact = furtherFact(diagnosis);
  if (fact !== '') lines.push(wrap(safeText(fact), width, '    seen     '));
  if (diagnosis.evidence.length > 0) {
    const frames = diagnosis.evidence
      .slice(0, 4)
      .map((evidence) => evidencePlace(evidence, nameOf))
      .join(', ');
    lines.push(wrap(`${frames}${diagnosis.evidence.length > 4 ? ', …' : ''}`, width, '    frames   '));
  }
  if (diagnosis.segment !== null) {
    lines.push(wrap(safeText(segmentName(diagnosis.segment)), width, '    segment  '));
  }
  diagnosis.causes.forEach((cause, i) => {
    lines.push(wrap(safeText(cause.cause), width, `    ${i + 1}. `));
    if (cause.confirm !== '') lines.push(wrap(safeText(cause.confirm), width, '       confirmed if  '));
    if (cause.command !== '') lines.push(...commandLines(page, '       ', `on ${cause.where}`, cause.command));
  });
  const named = new Set(diagnosis.causes.map(({ cause }) => cause));
  diagnosis.candidates
    .filter((candidate) => !named.has(candidate))
    .forEach((candidate, i) => {
      lines.push(wrap(safeText(candidate), width, `    ${diagnosis.causes.length + i + 1}. `));
    });
  const text = options.verbose ? options.explain(diagnosis.id) : null;
  if (text !== null) lines.push(wrap(safeText(text.summary), width, '    about  '));
  return lines;
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a part of the report from its top to its end
export function findingsBlocks(page: Page, flow: FlowReport | null, journeys: readonly JourneyReport[]): string[] {
  const { report, options, paint, width, nameOf } = page;
  const placed = [
    ...report.findings.map((finding) => ({ finding, whose: '' })),
    ...(flow?.findings ?? []).map((finding) => ({ finding, whose: '' })),
    ...journeys.flatMap((journey) =>
      journey.findings.map((finding) => ({
        finding,
        whose: journeys.length > 1 ? probeShortText(journey.probe, journeys.indexOf(journey)) : '',
      })),
    ),
  ];
  const diagnosed = report.diagnoses.length + (flow?.diagnoses.length ?? 0) > 0;
  const whoseOf = new Map(placed.map(({ finding, whose }) => [finding, whose]));
  const sorted = worstFirst([...whoseOf.keys()]);
  const lines: string[] = [];
  const place = (finding: Finding): PlacedByProbe => ({ finding, whose: whoseOf.get(finding) ?? '' });
  for (const [title, severity] of [
    ['Failed', 'error'],
    ['Warnings', 'warning'],
  ] as const) {
    const failed = sorted.filter((finding) => isFailure(finding) && finding.severity === severity);
    if (failed.length === 0) continue;
    lines.push(paint.strong(`${title} (${failed.length})`));
    const groups = alike(failed.map(place));
    const shown = options.all || options.verbose ? groups : groups.slice(0, 12);
    for (const group of shown) lines.push(...findingBlock(page, group, diagnosed));
    if (shown.length < groups.length) lines.push(`  … and ${groups.length - shown.length} more`);
    if (!options.explainFailures) {
      const [first] = failed;
      lines.push(paint.faint(wrap(`more on each: --explain, or ipip-trace explain ${first?.rule ?? ''}`, width, '  ')));
    }
    lines.push('');
  }
  if (flow !== null && flow.diagnoses.length > 0) {
    lines.push(paint.strong(`Diagnosis${flow.diagnoses.length > 1 ? ` (${flow.diagnoses.length})` : ''}`));
    for (const diagnosis of flow.diagnoses) lines.push(...diagnosisBlock(page, diagnosis));
    lines.push('');
  }
  const unproven = sorted.filter((finding) => finding.verdict === 'unproven');
  if (unproven.length > 0) {
    lines.push(paint.strong(`Unproven (${unproven.length})`));
    const groups = new Map<string, Finding[]>();
    for (const finding of unproven) {
      const key = `${finding.message}\n${finding.missing ?? ''}`;
      groups.set(key, [...(groups.get(key) ?? []), finding]);
    }
    for (const group of groups.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const all = [...new Set(group.map((finding) => finding.rule))];
      // Where the request did not come, every rule says so: the first few stand for all.
      const named = options.verbose || all.length <= 6 ? all : all.slice(0, 4);
      const rules = `${named.join(', ')}${named.length < all.length ? ` and ${all.length - named.length} more rules` : ''}`;
      const points = [...new Set(group.map((finding) => finding.point).filter((point) => point !== null))].map(
        (point) => safeText(nameOf(point)),
      );
      const at = points.length === 0 ? '' : ` (${points.slice(0, 6).join(', ')}${points.length > 6 ? ', …' : ''})`;
      const missing = first.missing === undefined ? '' : `; missing: ${first.missing}`;
      lines.push(wrap(`${rules}: ${safeText(first.message)}${at}${missing}`, width, `${paint.sign('unproven')} `));
    }
    lines.push('');
  }
  if (options.verbose) {
    const passed = sorted.filter(
      (finding) => !isFailure(finding) && finding.verdict !== 'unproven' && finding.verdict !== 'not-applicable',
    );
    if (passed.length > 0) {
      lines.push(paint.strong(`Passed and noted (${passed.length})`));
      for (const group of alike(passed.map(place))) lines.push(...findingBlock(page, group, diagnosed));
      lines.push('');
    }
  }
  return lines;
}

/** Segment times and losses of a flow, request first. */
function segmentLines({ width, paint }: Page, flow: FlowReport): string[] {
  const lines: string[] = [];
  for (const direction of ['request', 'reply'] as const) {
    const chunks = flow.segments
      .filter((segment) => segment.direction === direction)
      .map((segment) => {
        const time = boundedDuration(segment.oneWay, segment.bound);
        const lost = segment.lost > 0 ? paint.as('fail', ` ✗ ${segment.lost} of ${segment.entered} lost`) : '';
        return `${safeText(segment.segment)}${time === null ? (lost === '' ? ' –' : '') : ` ${time}`}${lost}`;
      });
    pack(chunks, width - 20, '  ').forEach((line, i) => {
      lines.push(pad(i === 0 ? `One-way, ${direction}` : '', 20) + line);
    });
  }
  return lines;
}

export function basisDetails(page: Page, flow: FlowReport | null): string[] {
  const { report, width, paint, nameOf } = page;
  const { expectation } = report;
  const lines: string[] = [];
  const fact = (label: string, text: string): void => {
    lines.push(wrap(text, width, pad(label, 13)));
  };
  const from = expectation.from === null ? '' : ` ${safeText(expectation.from)}`;
  const source = {
    inferred: 'inferred from the captures',
    'topology-file': `from file${from}`,
    'kernel-state': `from kernel state in${from}`,
  };
  fact('Expectation', `${source[expectation.source]}, profile ${safeText(expectation.profile)}`);
  for (const weakness of expectation.weaknesses) lines.push(wrap(safeText(weakness), width, `${pad('', 13)}- `));
  for (const clock of report.clocks) {
    const [first, second] = clock.between.map(safeText);
    const offset = boundedDuration(clock.offset, clock.bound);
    const text =
      offset === null
        ? `${first} and ${second}: offset unknown${clock.reason === null ? '' : `, ${safeText(clock.reason)}`}`
        : `${second} minus ${first}: ${offset}${clock.bound === '0' ? ` ± ${durationText(0n)}` : ''} (${clock.exchanges} exchange${clock.exchanges === 1 ? '' : 's'})`;
    fact('Clocks', text);
  }
  if (flow !== null) lines.push(...segmentLines(page, flow));
  for (const note of [...report.notes, ...(flow?.notes ?? [])]) fact('Note', safeText(noteText(note, nameOf)));
  for (const trouble of captureTroubles(report, nameOf))
    lines.push(wrap(trouble, width, `${paint.sign('fail')} Capture    `));
  for (const capture of report.captures) {
    for (const note of capture.notes) fact('Note', safeText(`${nameOf(capture.file)}: ${note}`));
  }
  if (lines.length > 0) lines.push('');
  return lines;
}
