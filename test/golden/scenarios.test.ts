/** Real captures of healthy and broken paths, against the table of what is to be found in them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { readExpectedTable } from '../support/expected-table.js';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, projectRoot, samplesFolder } from '../support/run-tool.js';

const fixturesFolder = join(projectRoot, 'test/fixtures/scenarios');
const exitStatuses = { pass: 0, fail: 1, unproven: 3 } as const;

describe('check on real captures', () => {
  const rows = readExpectedTable().map((row) => {
    const given = row.captures.length === capturesIn(row.folder).length ? '' : ` (${row.captures.join(' ')})`;
    return { ...row, title: [`${row.scenario}${given}`, ...row.options].join(' ') };
  });

  it('knows every scenario there is', () => {
    const folders = [samplesFolder, fixturesFolder].flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()),
    );
    expect([...new Set(rows.map((row) => row.scenario))].sort()).toEqual(folders.map((entry) => entry.name).sort());
  });

  it.each(rows)('$title: $outcome', async ({ folder, captures, options, outcome, diagnoses, rules }) => {
    const run = await runInProcess(['check', ...captures, ...options, '--format', 'json'], folder);
    expect(run.stdout, run.stderr).toMatch(/^\{/);
    const report = JSON.parse(run.stdout) as Report;
    const journeyFindings = report.flows.flatMap((flow) => flow.journeys.flatMap((journey) => journey.findings));
    const findings = [...report.findings, ...report.flows.flatMap((flow) => flow.findings), ...journeyFindings];
    const failing = findings.filter((finding) => finding.verdict === 'fail');
    const failingRules = [...new Set(failing.map((finding) => finding.rule))].sort();
    const found = [...report.diagnoses, ...report.flows.flatMap((flow) => flow.diagnoses)].map(({ id }) => id);

    const misses: string[] = [];
    if (report.outcome !== outcome) misses.push(`outcome ${report.outcome}: ${report.reasons.join('; ')}`);
    if (run.status !== exitStatuses[outcome]) misses.push(`exit status ${run.status}`);
    const absent = rules.filter((rule) => !failingRules.includes(rule));
    if (absent.length > 0) misses.push(`${absent} did not fail, but [${failingRules}]`);
    if (diagnoses.length > 0 && !diagnoses.some((id) => found.includes(id))) {
      misses.push(`diagnosed [${found}] and none of [${diagnoses}]`);
    }
    if (outcome === 'pass') {
      const errors = failing.filter((finding) => finding.severity === 'error');
      misses.push(...errors.map((finding) => `healthy, yet ${finding.rule} fails: ${finding.message}`));
    }
    expect(misses).toEqual([]);
  });
});
