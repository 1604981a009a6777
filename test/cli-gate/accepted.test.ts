/** Accepted findings: they fail nothing, are still told, and go stale aloud. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, samplesFolder } from '../support/run-tool.js';

const file = join(mkdtempSync(join(tmpdir(), 'ipip-accepted-')), 'accepted.yaml');
const sample = join(samplesFolder, 'bad-mtu-pod-fragments');

async function checkWith(accepted: string) {
  writeFileSync(file, accepted);
  const run = await runInProcess(['check', ...capturesIn(sample), '--accepted', file, '--format', 'json'], sample);
  return { ...run, report: JSON.parse(run.stdout || 'null') as Report };
}

function failed(report: Report) {
  return report.flows
    .flatMap((f) => [...f.findings, ...f.journeys.flatMap((j) => j.findings)])
    .filter((f) => f.verdict === 'fail');
}

const both = [
  "- { rule: IPT401, reason: jumbo frames come in May, expires: '2999-01-31' }",
  "- { rule: inner-fragmented, reason: jumbo frames come in May, expires: '2999-01-31' }",
];

it('lets the run pass when every failure is accepted, and keeps telling them', async () => {
  const { status, report, stderr } = await checkWith(both.join('\n'));
  expect([status, report.outcome]).toEqual([0, 'pass']);
  expect(new Set(failed(report).map((f) => `${f.rule} ${f.severity}`))).toEqual(
    new Set(['IPT401 info', 'IPT405 info']),
  );
  expect(report.notes.filter((n) => n.id === 'baseline-accepted')).toHaveLength(2);
  expect(stderr).toContain('IPT401 is accepted until 2999-01-31: jumbo frames come in May');
});

it('still fails by what is not accepted', async () => {
  const { status, report } = await checkWith(both[0]!);
  expect([status, report.outcome]).toEqual([1, 'fail']);
  expect(report.reasons.join()).toMatch(/IPT405/);
  expect(report.reasons.join()).not.toMatch(/IPT401/);
});

it('accepts nothing by an entry that expired, or that names another place', async () => {
  const { status, report, stderr } = await checkWith(
    [
      "- { rule: IPT401, reason: was to be gone, expires: '2020-01-31' }",
      "- { rule: IPT405, point: elsewhere.cap, reason: other place, expires: '2999-01-31' }",
      "- { rule: IPT405, role: destination-pod, reason: other role, expires: '2999-01-31' }",
    ].join('\n'),
  );
  expect(status).toBe(1);
  expect(failed(report).some((f) => f.rule === 'IPT401' && f.severity === 'error')).toBe(true);
  expect(report.notes.map((n) => n.id).filter((id) => id.startsWith('baseline'))).toContain('baseline-expired');
  expect(stderr).toMatch(/IPT401 expired on 2020-01-31/);
  expect(stderr).toMatch(/IPT405 at elsewhere\.cap accepted nothing in this run/);
});

it('takes a point without its folder for that capture in any, and a list without entries for none', async () => {
  const entry = (point: string): string => `- { rule: IPT401, point: ${point}, reason: x, expires: '2999-01-31' }`;
  writeFileSync(file, `${entry('pod1.cap')}\n${entry('other/pod1.cap')}\n`);
  const run = await runInProcess(['check', sample, '--accepted', file, '-q']);
  expect(run.stderr).toMatch(/IPT401 at pod1\.cap is accepted until/);
  expect(run.stderr).toMatch(/IPT401 at other\/pod1\.cap accepted nothing/);
  expect(await checkWith('# all gone\n')).toMatchObject({ status: 1, stderr: '' });
});

it('is still understood under the name that it had', async () => {
  writeFileSync(file, both.join('\n'));
  const run = await runInProcess(['check', ...capturesIn(sample), '--baseline', file, '-q'], sample);
  expect(run.status).toBe(0);
  const twice = await runInProcess(['check', sample, '--baseline', file, '--accepted', file]);
  expect(twice.stderr).toMatch(/--accepted and --baseline are one option/);
  expect(twice.status).toBe(2);
});

describe('refuses', () => {
  const wrong: [text: string, says: RegExp][] = [
    ['{}', /expected a list/],
    ["- { rule: IPT401, expires: '2999-01-31' }", /entry 1: reason is missing/],
    ['- { rule: IPT401, reason: x }', /entry 1: expires is missing/],
    ["- { rule: IPT401, reason: x, expires: 'soon' }", /expires soon is no day/],
    ["- { rule: IPT401, reason: x, expires: '2999-02-30' }", /expires 2999-02-30 is no day/],
    ['- [rule', /cannot be read/],
    ["- { rule: IPT999, reason: x, expires: '2999-01-31' }", /no rule is called IPT999/],
    ["- { rule: IPT401, roll: x, reason: x, expires: '2999-01-31' }", /there is no key roll; did you mean role\?/],
    ["- { rule: IPT401, role: pod, reason: x, expires: '2999-01-31' }", /role pod is none of/],
  ];
  it.each(wrong)('%s', async (text, says) => {
    const { status, stderr } = await checkWith(text);
    expect(stderr).toMatch(says);
    expect(status).toBe(2);
  });
});
