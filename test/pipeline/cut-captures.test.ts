/** A capture that ends inside its last record lacks what was in it: nobody is convicted of that, and nothing passes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkCaptures } from '../../src/index.js';
import { projectRoot } from '../support/run-tool.js';

const sample = join(projectRoot, 'samples', 'ok-ping');
const names = readdirSync(sample).filter((name) => name.endsWith('.cap'));
const root = mkdtempSync(join(tmpdir(), 'cut-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each(names)('the last record of %s', async (name) => {
  const cut = join(root, name);
  const whole = readFileSync(join(sample, name));
  writeFileSync(cut, whole.subarray(0, whole.length - 20));
  const report = await checkCaptures([...names.filter((n) => n !== name).map((n) => join(sample, n)), cut]);
  expect(report.outcome).toBe('unproven');
  const findings = report.flows.flatMap((flow) => flow.journeys.flatMap((journey) => journey.findings));
  expect(findings.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
});
