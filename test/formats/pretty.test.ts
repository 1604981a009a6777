/** The terminal report: golden text at three widths, and what it must say whatever the layout. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { columns } from '../../src/formats/layout.js';
import { reportPretty } from '../../src/formats/pretty.js';
import { frameCommand } from '../../src/report/reading.js';
import type { FlowReport, Report } from '../../src/report/report.js';
import { safeText, shellQuote } from '../../src/report/safe-text.js';
import { verdictLine } from '../../src/report/story.js';
import { nastyReport } from './nasty-report.js';
import { fixture, fixtureNames, options } from './support.js';

describe.each(fixtureNames)('%s', (name) => {
  test.each([80, 100, 160])('at %d columns', async (width) => {
    await expect(reportPretty(fixture(name), options({ width }))).toMatchFileSnapshot(
      `../fixtures/report/golden/${name}.${width}.txt`,
    );
  });

  test.each([80, 100, 160])('no line is wider than %d columns, and none breaks an address', (width) => {
    const text = reportPretty(fixture(name), options({ width, all: true, verbose: true, explainFailures: true }));
    // The verdict is one line, for those who take the last one.
    const lines = text.trimEnd().split('\n').slice(0, -1);
    expect(lines.filter((line) => columns(line) > width)).toEqual([]);
    expect(lines.filter((line) => /\d{1,3}\.\d{1,3}\.$|(?:[0-9a-f]{2}:)+$/.test(line))).toEqual([]);
  });

  test('the last line is the verdict', () => {
    const report = fixture(name);
    const last = reportPretty(report, options()).trimEnd().split('\n').at(-1);
    expect(last).toBe(verdictLine(report));
    expect(last).toMatch(/^(PASS|FAIL|UNPROVEN) {2}\S/);
  });
});

const withFlow = (report: Report, change: (flow: FlowReport) => FlowReport): Report => ({
  ...report,
  flows: report.flows.map((flow, i) => (i === 0 ? change(flow) : flow)),
});

/** The report as if nobody had captured this hop. */
const withoutPoint = (report: Report, role: string): Report =>
  withFlow(report, (flow) => ({
    ...flow,
    journeys: flow.journeys.map((journey) => ({
      ...journey,
      request: {
        ...journey.request,
        hops: journey.request.hops.map((hop) =>
          hop.role === role ? { ...hop, point: null, state: 'not-captured' as const, observations: [] } : hop,
        ),
      },
    })),
  }));

test('a hop that nobody captured and one that saw nothing are told apart', () => {
  const text = reportPretty(fixture('blocked'), options({ verbose: true }));
  expect(text).toMatch(/source-bridge +· not captured/);
  expect(text).toMatch(/decapsulator-underlay +✗ captured, not seen: lost between node1 and node2/);
  const short = reportPretty(withoutPoint(fixture('blocked'), 'encapsulator-tunnel'), options());
  expect(short).toMatch(/^node2 +✗ captured, not seen: lost between node1 and node2$/m);
  expect(short).toMatch(/^Not captured +encapsulator tunnel: /m);
});

test('the MTU is called exercised only when a rule says so', () => {
  const healthy = fixture('healthy');
  expect(reportPretty(healthy, options())).toMatch(
    /MTU +not exceeded \(84 of 1480 seen\); to try more: ping -M do -s 1452/,
  );
  const exercised = withFlow(healthy, (flow) => ({
    ...flow,
    largestInner: 1480,
    largestOuter: 1500,
    findings: flow.findings.map((finding) =>
      finding.rule === 'IPT404' ? { ...finding, verdict: 'pass' as const } : finding,
    ),
  }));
  expect(reportPretty(exercised, options())).toMatch(/MTU +exercised: largest datagram 1480 of 1480/);
});

test('a failed check marks its own cell and no other', () => {
  const report = withFlow(fixture('healthy'), (flow) => ({
    ...flow,
    journeys: flow.journeys.map((journey) => ({
      ...journey,
      findings: journey.findings.map((finding) =>
        finding.rule === 'IPT302' && finding.point === 'pod2-ipip.cap' && finding.direction === 'request'
          ? { ...finding, verdict: 'fail' as const }
          : finding,
      ),
    })),
  }));
  const rowsOf = (told: Report, verbose: boolean): string[] =>
    reportPretty(told, options({ width: 100, verbose })).split('\n');
  const tables = rowsOf(report, true);
  const before = rowsOf(fixture('healthy'), true);
  const rows = tables.filter((line) => !before.includes(line) && /^decapsulator-tunnel/.test(line));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(/· +· +✓ 10\.244\.1\.2 +✗ 63 +✓ 84 of 1480/);
  const short = rowsOf(report, false).filter((line) => /^pod2-ipip .*[✓✗]/.test(line));
  expect(short).toHaveLength(1);
  expect(short[0]).toMatch(/^pod2-ipip +✓ +✓ +✗ 63 +✓ 84 of 1480$/);
});

test('one journey is shown and the rest counted; all shows all', () => {
  const report = fixture('cut');
  const flow = report.flows[0];
  expect(reportPretty(report, options())).toContain(`${(flow?.probes ?? 0) - 1} more requests of this flow`);
  const all = reportPretty(report, options({ all: true }));
  expect(all.match(/identifier \d+, sequence \d+/g)?.length).toBe(flow?.journeys.length);
});

test.each([80, 100, 160])('names of wide and combining characters leave every column where it was, at %d', (width) => {
  const plain = fixture('refused');
  // As many columns as the names that they stand for, and other numbers of characters.
  const renamed = JSON.parse(
    JSON.stringify(plain).replaceAll('pod1.cap', '節点.cap').replaceAll('node1.cap', 'no\u0308d🚀.cap'),
  ) as Report;
  const columnOf = (report: Report, what: RegExp): number[] =>
    reportPretty(report, options({ width, verbose: true }))
      .split('\n')
      .flatMap((line) => {
        const at = what.exec(line)?.index;
        return at === undefined ? [] : [columns(line.slice(0, at))];
      });
  const addresses = /(?<=^\S+(?: #\d+)?(?: {2}\S+ \S+)? {2,}(?:\S+ {2,})?)(?:→|inner|outer|MAC) /;
  const here = columnOf(renamed, addresses);
  expect(here.length).toBeGreaterThan(5);
  expect(here).toEqual(columnOf(plain, addresses));
});

test('--explain adds what the rule says; without it the diagnosis tells what to do, or else the rule', () => {
  const blocked = fixture('blocked');
  const said = 'What IPT010 says.';
  const cure = 'What to do about IPT010.';
  const explained = reportPretty(blocked, options({ explainFailures: true }));
  expect(explained).toContain(`rule  ${said}`);
  expect(explained).toContain(`cure  ${cure}`);
  const short = reportPretty(blocked, options());
  expect(short).not.toContain(said);
  expect(short).not.toContain(cure);
  const undiagnosed = withFlow({ ...blocked, diagnoses: [] }, (flow) => ({ ...flow, diagnoses: [] }));
  expect(reportPretty(undiagnosed, options())).toMatch(new RegExp(`^Cure +${cure}$`, 'm'));
  expect(reportPretty(blocked, options({ verbose: true }))).toContain('ipip-trace explain IPT010');
});

test('a datagram in fragments has as many as the report lists', () => {
  const report = withFlow(fixture('healthy'), (flow) => ({
    ...flow,
    journeys: flow.journeys.map((journey) => ({
      ...journey,
      request: {
        ...journey.request,
        hops: journey.request.hops.map((hop) => ({
          ...hop,
          observations: hop.observations.map((seen) => ({
            ...seen,
            fragments: [0, 1456].map((offset, i) => ({ file: seen.file, frame: seen.frame + i, offset, length: 64 })),
          })),
        })),
      },
    })),
  }));
  expect(reportPretty(report, options({ verbose: true })).match(/\d+ fragments/g)?.[0]).toBe('2 fragments');
});

test('a name longer than a line does not make the line longer', () => {
  const name = `${'a-long-name-'.repeat(9)}節点.cap`;
  const long = JSON.parse(JSON.stringify(fixture('blocked')).replaceAll('node1.cap', name)) as Report;
  const lines = reportPretty(long, options({ width: 80, verbose: true }))
    .trimEnd()
    .split('\n')
    .slice(0, -1);
  expect(lines.filter((line) => columns(line) > 80 && !/tshark -r/.test(line))).toEqual([]);
});

test('verbose names the frames that a pass rests on', () => {
  const text = reportPretty(fixture('healthy'), options({ verbose: true }));
  expect(text).toMatch(/✓ IPT302 inner-ttl-wrong.*\n.*\n {4}- request at source-pod \(pod1\.cap\): pod1\.cap #\d+\n/);
});

test('a command too long for a line is broken where a shell reads on', () => {
  const file = `${'folder/'.repeat(9)}node1.cap`;
  const long = JSON.parse(JSON.stringify(fixture('blocked')).replaceAll('node1.cap', file)) as Report;
  const text = reportPretty(long, options({ width: 80, verbose: true }));
  const command = /^ +tshark -r \S+ \\\n +-Y 'frame\.number == \d+'$/m.exec(text)?.[0];
  const words = spawnSync('sh', ['-c', `tshark() { printf '%s|' "$@"; }; ${command}`], { encoding: 'utf8' });
  expect(words.stdout).toMatch(/^-r\|(?:folder\/){9}node1\.cap\|-Y\|frame\.number == \d+\|$/);
});

test('colour changes no word', () => {
  for (const name of fixtureNames) {
    const coloured = reportPretty(fixture(name), options({ color: true }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences are what is taken out
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, '')).toBe(reportPretty(fixture(name), options()));
  }
});

test('hostile names do not widen the table without end', () => {
  const longest = Math.max(
    ...reportPretty(nastyReport(), options())
      .split('\n')
      .filter((line) => /^(hop|source-pod|encapsulator)/.test(line))
      .map(columns),
  );
  expect(longest).toBeLessThan(400);
});

describe('commands', () => {
  test.each([
    ['node1.cap', 'node1.cap'],
    ['my captures/a.cap', "'my captures/a.cap'"],
    ["it's.cap", "'it'\\''s.cap'"],
    ['-rf.cap', "'./-rf.cap'"],
    ['a\u001b[31m\n.cap', "$'a\\x1b[31m\\x0a.cap'"],
    ['a\u202e\u0085.cap', "$'a\\u202e\\u0085.cap'"],
  ])('%j is quoted for a shell', (name, quoted) => {
    expect(shellQuote(name)).toBe(quoted);
    expect(frameCommand(name, 3)).toBe(`tshark -r ${quoted} -Y 'frame.number == 3'`);
    expect(safeText(quoted)).toBe(quoted);
  });
});
