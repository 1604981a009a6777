/** The collecting script runs in a plain POSIX shell, and what it gathers is what `--state` reads. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { collectScript } from '../../src/expect/collect-script.js';
import { readKernelState } from '../../src/expect/kernel-state.js';
import { emptyFolder } from './support.js';

const run = (args: readonly string[]): ReturnType<typeof spawnSync> =>
  spawnSync('sh', ['-s', ...args], { input: collectScript(), env: { PATH: process.env.PATH ?? '' } });

it('is what a plain shell takes', () => {
  expect(spawnSync('sh', ['-n'], { input: collectScript() }).status).toBe(0);
});

describe.skipIf(spawnSync('ip', ['-V']).status !== 0)('with ip at hand', () => {
  it('fills a folder that --state reads', () => {
    const folder = emptyFolder();
    expect(run(['this-host', folder]).status).toBe(0);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['this-host.addr.json', 'this-host.link.json']));
    expect(readKernelState(folder).problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  });
  it('writes a tar to standard output, as kubectl exec needs it', () => {
    const { stdout, status } = run(['pod', '-']);
    expect(status).toBe(0);
    expect(execFileSync('tar', ['-tf', '-'], { input: stdout as Buffer, encoding: 'utf8' })).toContain(
      './pod.link.json',
    );
  });
});

it('refuses a name that would leave the folder', () => {
  const { status, stderr } = run(['../x', emptyFolder()]);
  expect([status, String(stderr)]).toEqual([2, expect.stringContaining('cannot be a file name')]);
});
