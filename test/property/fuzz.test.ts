/** A short run of the fuzzer with a fixed seed, and every input that once made the tool fail. `npm run fuzz` runs longer. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../support/run-tool.js';

function fuzz(...args: string[]): { status: number | null; said: string } {
  const run = spawnSync(process.execPath, [join(projectRoot, 'tools/fuzz.mjs'), ...args], { encoding: 'utf8' });
  return { status: run.status, said: run.stdout + run.stderr };
}

describe('fuzzer', () => {
  it('finds nothing in five seconds', () => {
    const { status, said } = fuzz('--seconds', '5', '--seed', '1');
    expect(status, said).toBe(0);
    expect(said).toMatch(/^[1-9]\d* inputs in /);
  });

  it('finds nothing in what once failed', () => {
    const { status, said } = fuzz('--replay', join(projectRoot, 'test/fixtures/crashers'));
    expect(status, said).toBe(0);
  });
});
