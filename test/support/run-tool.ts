/** The built tool as users start it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const samplesFolder = join(projectRoot, 'samples');

export interface ToolRun {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs bin/ipip-trace.js in `cwd`, with a fixed width and zone and no colour wishes of the caller's. */
export function runTool(args: readonly string[], cwd: string = projectRoot): ToolRun {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(projectRoot, 'bin/ipip-trace.js'), ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...env, COLUMNS: '100', TZ: 'UTC' },
    maxBuffer: 256 * 1024 * 1024,
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

/** The captures of a folder as sorted relative names. */
export function capturesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(cap|pcap|pcapng)(\.(gz|zst))?$/.test(name))
    .sort();
}

/** Where a scenario lies: a published sample, or a fixture. */
export function scenarioFolder(name: string): string {
  const sample = join(samplesFolder, name);
  return existsSync(sample) ? sample : join(projectRoot, 'test/fixtures/scenarios', name);
}
