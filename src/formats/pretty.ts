/** The report for people at a terminal: path, hop table, what failed and why, what to do next, the verdict last. */
import Table from 'cli-table3';
import type { Finding } from '../checks/finding.js';
import type { Direction } from '../path/roles.js';
import {
  boundedDuration,
  breakOf,
  captureTroubles,
  commonFolder,
  durationText,
  evidencePlace,
  flowToShow,
  frameCommand,
  furtherFact,
  hopMark,
  hopName,
  hopsByRole,
  isFailure,
  journeyToShow,
  type Mark,
  mtuStatement,
  type NameOf,
  noteText,
  refusalGroups,
  refusalText,
  roleName,
  shortNames,
  tallyLine,
  verdictLine,
  worstFirst,
  worstMark,
  worstOf,
} from '../report/reading.js';
import type { Diagnosis, FlowReport, JourneyReport, LegReport, Report } from '../report/report.js';
import { guardLines, safeText } from '../report/safe-text.js';
import { columns, pack, pad, shorten, wrap } from './layout.js';
import { type Paint, paintFor } from './paint.js';
import type { Reporter, ReporterOptions } from './reporter.js';
import { hopRows, hopTable, noRules } from './table.js';

interface Page {
  readonly report: Report;
  readonly options: ReporterOptions;
  readonly width: number;
  readonly paint: Paint;
  readonly nameOf: NameOf;
}

const outcomeMark = { pass: 'pass', fail: 'fail', unproven: 'unproven' } as const;

const broken = {
  lost: 'lost',
  refused: 'refused',
  misrouted: 'misrouted',
  'insufficient-evidence': 'not seen',
  delivered: '',
};

/** "pod1 ─✓─ flannel.ipip ─✓─ node1 ─✗ lost ┄ node2 ┄ pod2", in lines that break only between hops. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one line of the report from its left to its right
function pathLine(
  { paint, nameOf }: Page,
  journey: JourneyReport,
  direction: Direction,
  leg: LegReport,
  width: number,
): string[] {
  const end = breakOf(leg);
  let past = false;
  const chunks: string[] = [];
  let uncaptured: string[] = [];
  /** Hops that nobody captured, in one chunk. */
  const skip = (): void => {
    const [only] = uncaptured;
    if (only === undefined) return;
    const what = uncaptured.length === 1 ? `${only}: not captured` : `${uncaptured.length} hops not captured`;
    const lead = chunks.length === 0 ? '' : past ? '┄ ' : '─── ';
    chunks.push(`${past ? paint.faint(lead) : lead}${paint.faint(`(${what})`)}`);
    uncaptured = [];
  };
  for (const place of hopsByRole(leg)) {
    const hop =
      place.find((one) => one === end?.missing) ?? place.find((one) => one.observations.length > 0) ?? place[0];
    if (hop === undefined || (hop.point === null && hop.role.endsWith('bridge'))) continue;
    if (hop.point === null) {
      uncaptured.push(roleName(hop.role));
      continue;
    }
    skip();
    const more = place.length > 1 ? ` (+${place.length - 1})` : '';
    const name = `${shorten(safeText(hopName(hop, nameOf)), 30)}${more}`;
    const shown =
      hop.state === 'blind' ? `(${name}: not seen)` : hop.state === 'not-running' ? `(${name}: not running)` : name;
    const mark = worstMark(place.map((one) => hopMark(journey, direction, one)));
    if (end !== null && hop === end.missing) {
      past = true;
      chunks.push(`${paint.as('fail', `─✗ ${broken[leg.disposition]} ┄`)} ${paint.faint(name)}`);
    } else if (past) chunks.push(paint.faint(`┄ ${name}`));
    else if (chunks.length === 0) chunks.push(mark === 'pass' ? shown : `${paint.sign(mark)} ${shown}`);
    else chunks.push(`─${paint.sign(mark)}─ ${shown}`);
  }
  skip();
  return pack(chunks, width);
}

function journeyTitle(journey: JourneyReport): string {
  const { source, destination, identifier, sequence } = journey.probe;
  return `${safeText(source)} → ${safeText(destination)}  identifier ${identifier}, sequence ${sequence}`;
}

function legBlock(page: Page, journey: JourneyReport, direction: Direction, leg: LegReport): string[] {
  const { paint, width, nameOf } = page;
  return [
    paint.strong(direction === 'request' ? 'Request' : 'Reply'),
    hopTable(hopRows(page.report, journey, direction, leg, nameOf), width, paint),
    '',
  ];
}

function journeyBlock(page: Page, journey: JourneyReport): string[] {
  const { paint, width, nameOf } = page;
  const lines: string[] = [];
  const legs: [Direction, LegReport][] = [['request', journey.request]];
  if (journey.reply !== null) legs.push(['reply', journey.reply]);
  for (const [direction, leg] of legs) {
    const label = pad(direction, 9);
    pathLine(page, journey, direction, leg, width - 9).forEach((line, i) => {
      lines.push((i === 0 ? paint.strong(label) : ' '.repeat(9)) + line);
    });
  }
  if (journey.reply === null) lines.push(`${paint.strong(pad('reply', 9))}${paint.faint('none seen')}`);
  lines.push('');
  for (const [direction, leg] of legs) lines.push(...legBlock(page, journey, direction, leg));
  for (const group of refusalGroups(journey)) {
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
  if (journey.refusals.length + journey.strays.length > 0) lines.push('');
  return lines;
}

const markOfFinding = ({ verdict, severity }: Finding): Mark => {
  if (verdict === 'fail') return severity === 'error' ? 'fail' : severity === 'warning' ? 'warning' : 'none';
  return verdict === 'not-applicable' ? 'none' : verdict;
};

/** Where a finding stands: "sequence 2, request at encapsulator-underlay (node1.cap)". */
function findingPlace({ nameOf }: Page, finding: Finding, whose: string): string {
  const place = [
    finding.direction,
    finding.role === null ? null : `at ${finding.role}`,
    finding.point === null ? null : `(${safeText(nameOf(finding.point))})`,
  ].filter((part) => part !== null);
  return [whose, place.join(' ')].filter((part) => part !== '').join(', ');
}

/**
 * A command behind its place, on lines of its own where it does not fit; broken only where a shell reads on: before an option
 * with a backslash, behind a semicolon or a pipe.
 */
function commandLines({ width, paint }: Page, indent: string, place: string, command: string): string[] {
  const [where, text] = [safeText(place), safeText(command)];
  const line = `${indent}${where}:  ${text}`;
  if (columns(line) <= width) return [`${indent}${paint.faint(`${where}:`)}  ${paint.code(text)}`];
  const inner = `${indent}  `;
  const room = width - columns(inner);
  const pieces = text.startsWith('tshark ')
    ? text.replace(/ -Y (?='[^']*'$)/, ' \\\n  -Y ').split('\n')
    : text.split(/(?<=[;|]) /);
  const lines = columns(text) <= room ? [text] : text.startsWith('tshark ') ? pieces : pack(pieces, room);
  return [paint.faint(wrap(`${where}:`, width, indent)), ...lines.map((piece) => `${inner}${paint.code(piece)}`)];
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
    lines.push(wrap(segmentName(diagnosis.segment), width, '    segment  '));
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

const places: Record<string, string> = {
  1: 'the source pod',
  2: "the source node's tunnel device",
  3: "the source node's underlay interface",
  4: "the destination node's underlay interface",
  5: "the destination node's tunnel device",
  6: 'the destination pod',
};

/** "S34: between the source node's underlay interface and …". Segments keep the request's numbers both ways. */
export function segmentName(segment: string): string {
  const ends = /^S([1-6])([1-6])(?:-S[1-6]([1-6]))?$/.exec(segment);
  if (ends === null) return safeText(segment);
  return `${segment}: between ${places[ends[1] ?? ''] ?? '?'} and ${places[ends[3] ?? ends[2] ?? ''] ?? '?'}`;
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a part of the report from its top to its end
function findingsBlocks(page: Page, flow: FlowReport | null, journeys: readonly JourneyReport[]): string[] {
  const { report, options, paint, width, nameOf } = page;
  const placed = [
    ...report.findings.map((finding) => ({ finding, whose: '' })),
    ...(flow?.findings ?? []).map((finding) => ({ finding, whose: '' })),
    ...journeys.flatMap((journey) =>
      journey.findings.map((finding) => ({
        finding,
        whose: journeys.length > 1 ? `sequence ${journey.probe.sequence}` : '',
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

function factsBlock(page: Page, flow: FlowReport | null): string[] {
  const { report, width, paint, nameOf } = page;
  const { expectation } = report;
  const lines: string[] = [];
  const fact = (label: string, text: string): void => {
    lines.push(wrap(text, width, pad(label, 13)));
  };
  if (flow !== null) fact('MTU', mtuStatement(report, flow));
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

function flowsTable({ report, options, paint, width }: Page): string[] {
  const rank = { fail: 0, unproven: 1, pass: 2 } as const;
  const sorted = [...report.flows].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
  // What is wrong is what is looked for; a few of those that passed stand for the rest.
  const wrong = sorted.filter((flow) => flow.outcome !== 'pass').length;
  const shown = options.all ? sorted : sorted.slice(0, Math.min(30, Math.max(wrong + 3, 12)));
  const table = new Table({
    chars: noRules,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'left'],
    head: ['', 'source', 'destination', 'probes', 'delivered', 'replied', 'worst finding'].map((head) =>
      paint.strong(head),
    ),
  });
  for (const flow of shown) {
    const worst = worstOf(flow);
    const mark = outcomeMark[flow.outcome];
    const why = flow.outcome === 'pass' ? '–' : flow.outcome;
    table.push([
      paint.sign(mark),
      shorten(safeText(flow.source), 40),
      shorten(safeText(flow.destination), 40),
      flow.probes,
      flow.delivered,
      flow.replied,
      worst === null
        ? why
        : paint.as(markOfFinding(worst), shorten(`${worst.rule} ${safeText(worst.name)}`, Math.max(12, width - 60))),
    ]);
  }
  const rest = sorted.slice(shown.length);
  const lines = [
    paint.strong(`Flows (${report.flows.length})`),
    ...table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd()),
  ];
  if (rest.length > 0) {
    const parts = [
      ['fail', 'failed'],
      ['unproven', 'unproven'],
      ['pass', 'passed'],
    ].flatMap(([outcome, what]) => {
      const count = rest.filter((flow) => flow.outcome === outcome).length;
      return count === 0 ? [] : [`${count} ${what}`];
    });
    lines.push(`… and ${rest.length} more flow${rest.length === 1 ? '' : 's'}: ${parts.join(', ')}`);
  }
  lines.push('');
  return lines;
}

/** "4 more requests: 2 failed, 2 passed" */
function restOfJourneys(flow: FlowReport, shown: readonly JourneyReport[]): string[] {
  const rest = flow.journeys.filter((journey) => !shown.includes(journey));
  if (rest.length + flow.journeysOmitted === 0) return [];
  const count = (outcome: string): number => rest.filter((journey) => journey.outcome === outcome).length;
  const parts = [
    [count('fail'), 'failed'] as const,
    [count('unproven'), 'unproven'] as const,
    [count('pass'), 'passed'] as const,
    [flow.journeysOmitted, 'left out of the report'] as const,
  ].filter(([n]) => n > 0);
  const n = rest.length + flow.journeysOmitted;
  return [
    `${n} more request${n === 1 ? '' : 's'} of this flow: ${parts.map(([m, what]) => `${m} ${what}`).join(', ')}`,
    '',
  ];
}

function flowBlock(page: Page, flow: FlowReport): string[] {
  const { options, paint } = page;
  const one = journeyToShow(flow);
  const journeys = options.all ? flow.journeys : one === null ? [] : [one];
  const lines: string[] = [];
  for (const journey of journeys) {
    const mark = outcomeMark[journey.outcome];
    lines.push(`${paint.sign(mark)} ${paint.strong(journeyTitle(journey))}`, ...journeyBlock(page, journey));
  }
  lines.push(...restOfJourneys(flow, journeys), ...findingsBlocks(page, flow, journeys));
  return lines;
}

export const reportPretty: Reporter = (report, options) => {
  const width = Math.max(60, Math.min(options.width, 240));
  const paint = paintFor(options.color);
  const page: Page = { report, options, width, paint, nameOf: shortNames(report) };
  const folder = commonFolder(report);
  const captures = `${report.captures.length} capture${report.captures.length === 1 ? '' : 's'}`;
  const title = `${report.tool.name} ${report.tool.version}: ${captures}${folder === '' ? '' : ` in ${folder}`}`;
  const lines: string[] = [wrap(safeText(title), width), ''];
  const main = flowToShow(report);
  if (report.diagnoses.length > 0) {
    lines.push(paint.strong('Diagnosis'));
    for (const diagnosis of report.diagnoses) lines.push(...diagnosisBlock(page, diagnosis));
    lines.push('');
  }
  if (report.flows.length > 1) lines.push(...flowsTable(page));
  const flows = options.all ? report.flows : main === null ? [] : [main];
  for (const flow of flows) lines.push(...flowBlock(page, flow));
  if (flows.length === 0) lines.push(...findingsBlocks(page, null, []));
  lines.push(...factsBlock(page, main));
  lines.push(
    paint.faint(wrap('✓ passed  ✗ failed  ! warning  ? unproven  · not judged here', width)),
    tallyLine(report),
    paint.as(outcomeMark[report.outcome], verdictLine(report)),
  );
  return guardLines(`${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`);
};
