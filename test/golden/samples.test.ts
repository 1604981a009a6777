/**
 * Every sample's answer, word for word: expected.json and expected.txt beside the captures. `npm run update:golden`
 * writes them anew; the difference is what a reviewer reads.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExpectedTable } from '../support/expected-table.js';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, samplesFolder } from '../support/run-tool.js';

const isUpdate = process.env.UPDATE_GOLDEN === '1';
const table = readExpectedTable();
const samples = readdirSync(samplesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const formats = [
  { file: 'expected.json', args: ['--format', 'json'] },
  { file: 'expected.txt', args: ['--format', 'pretty', '--no-color'] },
] as const;

describe.each(samples)('samples/%s', (name) => {
  const folder = join(samplesFolder, name);
  // Which captures belong together is said once, in the table; a sample without a row takes all.
  const captures = [...(table.find((row) => row.scenario === name)?.captures ?? capturesIn(folder))].sort();

  it('has a README that says what it shows and where it comes from', () => {
    const text = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(text).toMatch(new RegExp(`^# ${name}\n`));
    for (const capture of capturesIn(folder)) expect(text).toContain(`| ${capture} |`);
  });

  it.each(formats)('gives $file', async ({ file, args }) => {
    const run = await runInProcess(['check', ...captures, ...args], folder);
    // A run that broke must not become the expectation.
    expect([0, 1, 3], run.stderr).toContain(run.status);
    const path = join(folder, file);
    if (isUpdate) writeFileSync(path, run.stdout);
    expect(existsSync(path), `${file} is missing: npm run update:golden`).toBe(true);
    expect(run.stdout).toBe(readFileSync(path, 'utf8'));
  });

  it('gives the same report whatever the order of the arguments', async () => {
    const forward = await runInProcess(['check', ...captures, '--format', 'json'], folder);
    const backward = await runInProcess(['check', ...[...captures].reverse(), '--format', 'json'], folder);
    expect(forward.stdout, forward.stderr).toMatch(/^\{/);
    expect(backward.stdout).toBe(forward.stdout);
  });
});
