/**
 * JUnit XML as CI servers read it (Ant's structure): a suite for the verdict, one for the captures, one for each flow;
 * a case for each rule at each hop. Unproven is skipped with its reason; an unproven run is an error of the verdict's case.
 */

import { probeText } from '../path/probe-kinds.js';
import { flowName } from '../report/flow-name.js';
import { frameCommand } from '../report/reading.js';
import type { Report } from '../report/report.js';
import { markupText, safeText } from '../report/safe-text.js';
import { storyOf, storyText, verdictLine } from '../report/story.js';
import { type FindingGroup, failsTheRun, groupFindings, groupPlace } from './grouping.js';
import type { Reporter, ReporterOptions } from './reporter.js';

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${markupText(String(value))}"`)
    .join('');
}

function element(name: string, values: Readonly<Record<string, string | number>>, content: string): string {
  return content === '' ? `<${name}${attributes(values)}/>` : `<${name}${attributes(values)}>${content}</${name}>`;
}

const shownMembers = 20;

/** Plain text for the body of a failure: message, expected and found, frame and the command that shows it. */
function failureBody(group: FindingGroup, options: ReporterOptions): string {
  const lines: string[] = [];
  const failed = group.members.filter(({ finding }) => finding.verdict === 'fail');
  for (const { finding, journey } of failed.slice(0, shownMembers)) {
    const probe = journey === null ? '' : `${probeText(journey.probe)}: `;
    lines.push(`${probe}${finding.message}`);
    for (const evidence of finding.evidence) {
      const field = evidence.field === undefined ? '' : `${evidence.field}: `;
      if (evidence.expected !== undefined) lines.push(`  expected ${field}${evidence.expected}`);
      if (evidence.found !== undefined) lines.push(`  found    ${field}${evidence.found}`);
      if (evidence.frame > 0) {
        lines.push(
          `  frame    ${evidence.file} frame ${evidence.frame}`,
          `  show     ${frameCommand(evidence.file, evidence.frame)}`,
        );
      }
    }
  }
  if (failed.length > shownMembers) lines.push(`and ${failed.length - shownMembers} more requests`);
  const text = options.explain(group.rule);
  if (text !== null) lines.push(`rule: ${text.summary}`, `cure: ${text.remedy}`);
  return lines.map(safeText).join('\n');
}

interface Suite {
  readonly name: string;
  readonly cases: readonly string[];
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

function testCase(classname: string, name: string, content: string): string {
  return element('testcase', { name, classname, time: 0 }, content);
}

function suiteOf(
  name: string,
  groups: readonly FindingGroup[],
  fails: (group: FindingGroup) => boolean,
  options: ReporterOptions,
): Suite {
  let failures = 0;
  let skipped = 0;
  const cases = groups.map((group) => {
    const place = groupPlace(group);
    const title = `${group.rule} ${group.name}${place === '' ? '' : ` ${place}`}`;
    let content = '';
    if (fails(group)) {
      failures++;
      content = element(
        'failure',
        { message: group.finding.message, type: group.name },
        markupLines(failureBody(group, options)),
      );
    } else if (group.verdict === 'fail') {
      skipped++;
      content = element('skipped', { message: `${group.severity}: ${group.finding.message}` }, '');
    } else if (group.verdict === 'unproven' || group.verdict === 'not-applicable') {
      skipped++;
      const missing = group.finding.missing === undefined ? '' : ` (missing: ${group.finding.missing})`;
      content = element('skipped', { message: `${group.verdict}: ${group.finding.message}${missing}` }, '');
    }
    return testCase(name, title, content);
  });
  return { name, cases, failures, errors: 0, skipped };
}

/** Element content whose own line breaks stay. */
function markupLines(lines: string): string {
  return lines.split('\n').map(markupText).join('\n');
}

/** One case that fails closed: a run that proved too little is not green because all its cases were skipped. */
function verdictSuite(report: Report): Suite {
  const story = storyOf(report);
  const line = verdictLine(report, story);
  const told = markupLines(storyText(story).map(safeText).join('\n'));
  const failed = report.outcome === 'fail';
  const unproven = report.outcome === 'unproven';
  const content =
    report.outcome === 'pass'
      ? ''
      : element(failed ? 'failure' : 'error', { message: line, type: report.outcome }, told);
  return {
    name: 'verdict',
    cases: [testCase('verdict', 'everything required is proven', content)],
    failures: failed ? 1 : 0,
    errors: unproven ? 1 : 0,
    skipped: 0,
  };
}

/** When the first frame was taken, without zone as the schema wants it (UTC). */
function timestampOf(report: Report): string {
  const times = report.points
    .map((point) => Number(point.firstTime ?? Number.NaN))
    .filter((time) => Number.isFinite(time));
  const first = times.length === 0 ? 0 : times.reduce((a, b) => Math.min(a, b));
  const latest = 253402300799; // 9999-12-31: later years have no four-digit form
  return new Date(Math.min(Math.max(first, 0), latest) * 1000).toISOString().slice(0, 19);
}

export const reportJUnit: Reporter = (report, options) => {
  const groups = groupFindings(report);
  const fails = failsTheRun(report, groups);
  const suites: Suite[] = [verdictSuite(report)];
  const byFlow = new Map<FindingGroup['flow'], FindingGroup[]>();
  for (const group of groups) {
    const known = byFlow.get(group.flow);
    if (known === undefined) byFlow.set(group.flow, [group]);
    else known.push(group);
  }
  const ofCaptures = byFlow.get(null);
  if (ofCaptures !== undefined) suites.push(suiteOf('captures', ofCaptures, fails, options));
  for (const flow of report.flows) suites.push(suiteOf(flowName(flow), byFlow.get(flow) ?? [], fails, options));
  const timestamp = timestampOf(report);
  const properties = element(
    'properties',
    {},
    [
      ['profile', report.expectation.profile],
      ['expectation', report.expectation.source],
      ['outcome', report.outcome],
    ]
      .map(([name = '', value = '']) => element('property', { name, value }, ''))
      .join(''),
  );
  const body = suites.map((suite, id) => {
    const values = {
      name: suite.name,
      package: report.tool.name,
      id,
      timestamp,
      hostname: 'localhost',
      tests: suite.cases.length,
      failures: suite.failures,
      errors: suite.errors,
      skipped: suite.skipped,
      time: 0,
    };
    const content = [properties, ...suite.cases, '<system-out/>', '<system-err/>']
      .map((line) => `    ${line}\n`)
      .join('');
    return `  <testsuite${attributes(values)}>\n${content}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body.join('')}</testsuites>\n`;
};
