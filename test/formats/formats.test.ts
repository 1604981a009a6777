/** Every machine format read by somebody else's parser or held against its published schema. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import AjvDraft04 from 'ajv-draft-04';
import formats from 'ajv-formats';
import { XMLParser } from 'fast-xml-parser';
import type { Log } from 'sarif';
import { Parser } from 'tap-parser';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { githubStepSummary, reportGithub } from '../../src/formats/github.js';
import { reportGitlab } from '../../src/formats/gitlab.js';
import { pageScript, pageStyle, scriptHash, styleHash } from '../../src/formats/html/assets.js';
import { reportHtml } from '../../src/formats/html.js';
import { reportJson } from '../../src/formats/json.js';
import { reportJsonLines } from '../../src/formats/jsonl.js';
import { reportJUnit } from '../../src/formats/junit.js';
import { reportMarkdown } from '../../src/formats/markdown.js';
import { reportSarif } from '../../src/formats/sarif.js';
import { reportTap } from '../../src/formats/tap.js';
import type { Report } from '../../src/report/report.js';
import { nastyReport } from './nasty-report.js';
import { fixture, fixtureNames, options } from './support.js';

const reports: [string, Report][] = [
  ...fixtureNames.map((name): [string, Report] => [name, fixture(name)]),
  ['nasty', nastyReport()],
];
const read = (path: string): object => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as object;

/** A run that no flow of which failed only because a warning was asked to count. */
function withWarningsCounting(): Report {
  const report = structuredClone(fixture('blocked')) as unknown as {
    flows: { journeys: { findings: { verdict: string; severity: string }[] }[] }[];
  };
  for (const flow of report.flows) {
    for (const journey of flow.journeys) {
      for (const finding of journey.findings) if (finding.verdict === 'fail') finding.severity = 'warning';
    }
  }
  return report as unknown as Report;
}

describe('JSON', () => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  formats.default(ajv);
  const schema = read('../../schema/report.schema.json');
  const validate = ajv.compile(schema);

  test.each(reports.slice(0, -1))('%s fits the published schema', (_, report) => {
    validate(JSON.parse(reportJson(report, options())));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('the schema names every field of the reports', () => {
    const closed = JSON.parse(JSON.stringify(schema), (_key, value: unknown) =>
      value !== null && typeof value === 'object' && 'properties' in value
        ? { ...value, additionalProperties: false }
        : value,
    ) as object;
    const strict = new Ajv2020({ allErrors: true, allowUnionTypes: true });
    formats.default(strict);
    const check = strict.compile(closed);
    for (const [, report] of reports.slice(0, -1)) {
      check(report);
      expect(check.errors ?? []).toEqual([]);
    }
  });

  test('a report that lost a field or holds a wrong word does not fit', () => {
    const { counts, ...rest } = fixture('healthy');
    expect(validate(rest)).toBe(false);
    expect(validate({ ...rest, counts, outcome: 'green' })).toBe(false);
  });

  test('key order does not depend on how the report was built', () => {
    const shuffle = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffle);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, shuffle(inner)]),
      );
    };
    for (const [, report] of reports) {
      expect(reportJson(shuffle(report) as Report, options())).toBe(reportJson(report, options()));
    }
  });

  test.each(reports)('%s: lines hold all findings and diagnoses', (_, report) => {
    const lines = reportJsonLines(report, options())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    const count = (type: string): number => lines.filter((line) => line.type === type).length;
    const journeys = report.flows.flatMap((flow) => flow.journeys);
    expect(lines[0]?.type).toBe('report');
    expect(count('journey')).toBe(journeys.length);
    expect(count('finding')).toBe(
      report.findings.length +
        report.flows.reduce((sum, flow) => sum + flow.findings.length, 0) +
        journeys.reduce((sum, journey) => sum + journey.findings.length, 0),
    );
    expect(count('diagnosis')).toBe(
      report.diagnoses.length + report.flows.reduce((sum, flow) => sum + flow.diagnoses.length, 0),
    );
  });
});

interface Suite {
  readonly name: string;
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly id: number;
  readonly timestamp: string;
  readonly testcase: {
    name: string;
    classname: string;
    time: number;
    failure?: unknown;
    error?: unknown;
    skipped?: unknown;
  }[];
}

function junit(report: Report): Suite[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: true,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  return (parser.parse(reportJUnit(report, options())) as { testsuites: { testsuite: Suite[] } }).testsuites.testsuite;
}

describe('JUnit', () => {
  test.each(reports)('%s has the structure of the Ant schema and counts that add up', (_, report) => {
    const suites = junit(report);
    expect(suites.map(({ id }) => id)).toEqual(suites.map((_suite, i) => i));
    for (const suite of suites) {
      expect(Object.keys(suite)).toEqual(
        expect.arrayContaining(['properties', 'system-out', 'system-err', 'hostname', 'package', 'time']),
      );
      expect(suite.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
      expect(suite.testcase).toHaveLength(suite.tests);
      const having = (key: 'failure' | 'error' | 'skipped'): number =>
        suite.testcase.filter((one) => key in one).length;
      expect([having('failure'), having('error'), having('skipped')]).toEqual([
        suite.failures,
        suite.errors,
        suite.skipped,
      ]);
      for (const one of suite.testcase) {
        expect(String(one.name).trim()).not.toBe('');
        expect(['failure', 'error', 'skipped'].filter((key) => key in one).length).toBeLessThanOrEqual(1);
      }
    }
    const bad = suites.reduce((sum, suite) => sum + suite.failures + suite.errors, 0);
    expect(bad > 0).toBe(report.outcome !== 'pass');
  });

  const schema = readFileSync(new URL('../fixtures/report/schemas/jenkins-junit.xsd', import.meta.url), 'utf8');

  test("all fit Jenkins' schema in libxml2's judgement, which tells a wrong one", async () => {
    const xml = reports.map(([name, report]) => ({
      fileName: `${name}.xml`,
      contents: reportJUnit(report, options()),
    }));
    const { errors } = await validateXML({ xml, schema });
    expect(errors).toEqual([]);
    const wrong = xml[0]!.contents.replace('<testcase name=', '<testcase called=');
    expect((await validateXML({ xml: wrong, schema })).valid).toBe(false);
  });

  test('names its cases alike, whatever the outcome', () => {
    const verdicts = ['healthy', 'blocked', 'cut'].map((name) => junit(fixture(name))[0]!.testcase[0]!.name);
    expect(new Set(verdicts).size).toBe(1);
  });

  test('a failure tells expected, found, frame and the command that shows it', () => {
    const xml = reportJUnit(fixture('blocked'), options());
    expect(xml).toMatch(/<failure message="[^"]+" type="request-lost">/);
    expect(xml).toContain('node1.cap frame 3');
    expect(xml).toContain('tshark -r node1.cap -Y &#39;frame.number == 3&#39;');
  });

  test('an unproven run is an error, not a row of skipped cases', () => {
    expect(junit(fixture('cut'))[0]?.errors).toBe(1);
  });

  test('a warning fails a case only when warnings made the run fail', () => {
    expect(
      junit(withWarningsCounting())
        .slice(1)
        .some(({ failures }) => failures > 0),
    ).toBe(true);
    // Beside an error only a warning that a reason names as a failure counts; one that merely blocks a pass says why.
    const warning = { ...fixture('blocked').flows[0]!.journeys[0]!.findings.find((f) => f.verdict === 'fail')! };
    const told = (reason: string): number =>
      junit({
        ...fixture('blocked'),
        reasons: [...fixture('blocked').reasons, reason],
        findings: [{ ...warning, rule: 'IPT001', name: 'capture-cut', severity: 'warning' }],
      }).find((suite) => suite.name === 'captures')!.failures;
    expect(told('IPT001 capture-cut (all.pcapng:eth0)')).toBe(1);
    expect(told('IPT001 capture-cut (node2.cap): the file ends inside frame 8 (of 9)')).toBe(0);
  });
});

describe('TAP', () => {
  test.each(reports)('%s parses as TAP, with as many points as planned and ok only when all is proven', (_, report) => {
    const text = reportTap(report, options());
    let result: {
      ok: boolean;
      count: number;
      plan: { end: number | null };
      failures: unknown[];
      bailout: unknown;
    } | null = null;
    const extra: string[] = [];
    const parser = new Parser({ strict: true }, (results) => {
      result = results as unknown as typeof result;
    });
    parser.on('extra', (line: string) => extra.push(line));
    parser.end(text);
    expect(extra).toEqual([]);
    const { ok, count, plan, bailout } = result as unknown as {
      ok: boolean;
      count: number;
      plan: { end: number };
      bailout: unknown;
    };
    expect(count).toBe(plan.end);
    expect(bailout).toBeFalsy();
    expect(ok).toBe(report.outcome === 'pass');
  });
});

describe('SARIF', () => {
  const ajv = new AjvDraft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv as never);
  const validate = ajv.compile(read('../fixtures/report/schemas/sarif-2.1.0-rtm.5.json'));

  test.each(reports)('%s fits the published schema', (_, report) => {
    const log = JSON.parse(reportSarif(report, options())) as Log;
    validate({ ...log, $schema: undefined });
    expect(validate.errors ?? []).toEqual([]);
    const rules = log.runs[0]?.tool.driver.rules ?? [];
    for (const result of log.runs[0]?.results ?? []) {
      expect(rules[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
      expect(rules[result.ruleIndex ?? -1]?.help?.text).toBeTruthy();
    }
  });

  test('fingerprints stay when frames, times and folders change, and differ between findings', () => {
    const report = fixture('blocked');
    const moved = JSON.parse(
      JSON.stringify(report)
        .replaceAll('"frame":3', '"frame":77')
        .replaceAll('.cap"', '.cap"')
        .replaceAll('"node1.cap"', '"other/node1.cap"'),
    ) as Report;
    const prints = (one: Report): string[] =>
      ((JSON.parse(reportSarif(one, options())) as Log).runs[0]?.results ?? []).map(
        (result) => result.partialFingerprints?.['ipipTraceFinding/v1'] ?? '',
      );
    expect(prints(moved)).toEqual(prints(report));
    expect(new Set(prints(report)).size).toBe(prints(report).length);
  });
});

test('captures of one name in two folders stay two cases, with a fingerprint each', () => {
  const one = fixture('cut').findings.find((f) => f.verdict === 'fail')!;
  const report: Report = {
    ...fixture('cut'),
    captures: ['run/a/eth0.cap', 'run/b/eth0.cap'].map((file) => ({ ...fixture('cut').captures[0]!, file })),
    findings: ['run/a/eth0.cap', 'run/b/eth0.cap'].map((point) => ({ ...one, point })),
  };
  expect(junit(report).find((suite) => suite.name === 'captures')!.tests).toBe(2);
  const prints = (of: Report): string[] =>
    ((JSON.parse(reportSarif(of, options())) as Log).runs[0]?.results ?? [])
      .filter((r) => r.ruleId === one.rule)
      .map((r) => r.partialFingerprints!['ipipTraceFinding/v1']!);
  expect(new Set(prints(report)).size).toBe(2);
  expect(prints(JSON.parse(JSON.stringify(report).replaceAll('run/', '/tmp/other/')) as Report)).toEqual(
    prints(report),
  );
});

describe('GitLab', () => {
  test.each(reports)('%s: issues have what GitLab reads, with unique fingerprints', (_, report) => {
    const issues = JSON.parse(reportGitlab(report, options())) as {
      fingerprint: string;
      severity: string;
      description: string;
      check_name: string;
      location: { path: string; lines: { begin: number } };
    }[];
    for (const issue of issues) {
      expect(issue.description).not.toBe('');
      expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(issue.severity);
      expect(issue.location.path).not.toMatch(/^\.\//);
      expect(issue.location.lines.begin).toBeGreaterThanOrEqual(1);
    }
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
    expect(issues.some(({ severity }) => severity === 'critical')).toBe(report.outcome !== 'pass');
  });
});

describe('GitHub', () => {
  test('the worst comes first and names file, line and rule', () => {
    const lines = reportGithub(fixture('blocked'), options()).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^::error title=FAIL::/);
    expect(lines[1]).toMatch(/^::error file=node1\.cap,line=3,title=IPT010 request-lost::/);
    const kinds = lines.map((line) => ['error', 'warning', 'notice'].indexOf(line.split(/[: ]+/)[1] ?? ''));
    expect(kinds).toEqual([...kinds].sort());
  });

  test('a job summary is short enough to be kept, whatever the report holds', () => {
    const many = fixture('twelve-flows');
    const flows = Array.from({ length: 100 }, () => many.flows).flat();
    const long = { ...many, flows, reasons: ['…'.repeat(600_000)] };
    for (const report of [{ ...many, flows }, long]) {
      const text = githubStepSummary(report, options({ all: true }));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
      expect(text).toMatch(/^# /);
    }
  });

  test('a pass has no error and an unproven run has one', () => {
    expect(reportGithub(fixture('healthy'), options())).not.toContain('::error');
    expect(reportGithub(fixture('cut'), options())).toMatch(/^::error title=UNPROVEN::/);
  });
});

describe('HTML', () => {
  test('the policy allows exactly the style sheet and the script of the page', () => {
    const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    expect([styleHash, scriptHash]).toEqual([hash(pageStyle), hash(pageScript)]);
    const page = reportHtml(fixture('blocked'), options());
    expect(page).toContain(`content="default-src 'none'; style-src '${styleHash}'; script-src '${scriptHash}';`);
    expect(page).toContain(`<style>${pageStyle}</style>`);
    expect(page).toContain(`<script>${pageScript}</script>`);
    expect(page).not.toMatch(/https?:\/\//);
  });

  test('the broken segment, the way round it and the next command are on the page', () => {
    const page = reportHtml(fixture('blocked'), options());
    expect(page).toContain('✗ request lost');
    expect(page.match(/<svg /g)?.length).toBe(4);
    for (const next of fixture('blocked').flows[0]?.diagnoses[0]?.causes ?? [])
      expect(page).toContain(`on ${next.where}`);
  });

  test('many flows have a filterable table and a heat map that links to the details', () => {
    const page = reportHtml(fixture('twelve-flows'), options());
    expect(page.match(/<a href="#flow-\d+" title="node\d → node\d:/g)).toHaveLength(12);
    const bad = fixture('twelve-flows').flows.findIndex((flow) => flow.outcome === 'fail');
    expect(page).toContain(`<section id="flow-${bad}">`);
    expect(page).toMatch(/<td class="fail"><a href="#flow-\d+" title="node2 → node3:/);
  });
});

describe('Markdown', () => {
  test.each(reports)('%s: every table row has as many cells as its head', (_, report) => {
    const lines = reportMarkdown(report, options({ all: true })).split('\n');
    let columns = 0;
    for (const line of lines) {
      if (!line.startsWith('|')) columns = 0;
      else {
        const cells = line.replace(/\\\|/g, '').split('|').length;
        if (columns === 0) columns = cells;
        expect(cells).toBe(columns);
      }
    }
  });
});
