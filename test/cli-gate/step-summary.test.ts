/** On a GitHub runner the summary goes where $GITHUB_STEP_SUMMARY says, behind what earlier steps wrote. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../support/run-in-process.js';
import { samplesFolder } from '../support/run-tool.js';

const summary = join(mkdtempSync(join(tmpdir(), 'ipip-summary-')), 'summary.md');
const sample = join(samplesFolder, 'bad-ipip-blocked');
const captures = ['pod1.cap', 'node1.cap', 'node2.cap', 'pod2.cap'];

afterEach(() => {
  delete process.env.GITHUB_STEP_SUMMARY;
});

it('appends Markdown with format github, and with no other', async () => {
  writeFileSync(summary, 'earlier step\n');
  process.env.GITHUB_STEP_SUMMARY = summary;
  expect((await runInProcess(['check', ...captures, '--format', 'tap'], sample)).status).toBe(1);
  expect(readFileSync(summary, 'utf8')).toBe('earlier step\n');
  const run = await runInProcess(['check', ...captures, '--format', 'github'], sample);
  expect(run.stdout).toMatch(/^::error /);
  expect(readFileSync(summary, 'utf8')).toMatch(/^earlier step\n# .*FAIL/);
});

it('says which file cannot be written', async () => {
  process.env.GITHUB_STEP_SUMMARY = join(summary, 'no', 'such');
  const run = await runInProcess(['check', ...captures, '--format', 'github'], sample);
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/cannot write .*such/);
});
