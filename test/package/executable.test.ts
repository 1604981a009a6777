/** The single executable, in an empty folder with an empty PATH: it needs neither Node nor a file of this project. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot, runTool, samplesFolder } from '../support/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'ipip-executable-'));
const executable = join(folder, 'ipip-trace');
const empty = join(folder, 'empty');
const ping = join(folder, 'ok-ping');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
  input: Uint8Array = Buffer.alloc(0),
) {
  const env = { PATH: '', COLUMNS: '100', TZ: 'UTC', ...more };
  const { status, stdout, stderr } = spawnSync(executable, words, { cwd: empty, encoding: 'utf8', env, input });
  return { status, stdout, stderr };
}

/** A copy of a capture with so many large frames of nothing behind its own that reading it is worth a thread. */
function enlarged(name: string): string {
  const file = join(folder, name);
  const record = Buffer.alloc(16 + 60_000);
  cpSync(join(ping, name), file);
  readFileSync(file).copy(record, 0, 24, 32);
  record.writeUInt32LE(60_000, 8);
  record.writeUInt32LE(60_000, 12);
  const handle = openSync(file, 'a');
  for (let i = 0; i < 900; i++) writeSync(handle, record);
  closeSync(handle);
  return file;
}

// Node makes one for the machine that it runs on, and this is the kind that is asked for.
describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('the executable (Linux on x64 only)', () => {
  beforeAll(() => {
    mkdirSync(empty);
    cpSync(join(samplesFolder, 'ok-ping'), ping, { recursive: true });
    const words = [join(projectRoot, 'tools/executable.mjs'), executable];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  }, 120_000);

  it.each<[string, readonly string[]]>([
    ['check', ['check', ping]],
    ['check with kernel state', ['check', ping, '--state', join(ping, 'state')]],
    ['check that fails', ['check', join(samplesFolder, 'bad-ipip-blocked'), '-v']],
    ['a page', ['check', ping, '--format', 'html']],
    ['explain', ['explain', 'IPT010']],
    ['the version', ['--version']],
    ['help', ['--help']],
    ['a mistake', ['chekc']],
  ])('says what the tool says: %s', (_, words) => {
    expect(run(words)).toEqual(runTool(words));
  });

  it('shows a saved report, which it holds against the schema', () => {
    const file = join(folder, 'report.json');
    expect(run(['check', ping, '--format', `json=${file}`]).status).toBe(0);
    expect(run(['report', file])).toEqual(runTool(['report', file]));
  });

  it('reads a pipe, and what is packed', () => {
    const input = readFileSync(join(ping, 'node1.cap'));
    const { status, stdout, stderr } = run(['decode', '-'], {}, input);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(runTool(['decode', join(ping, 'node1.cap')]).stdout);
    for (const kind of ['zstd', 'lz4', 'xz']) {
      const words = ['decode', join(projectRoot, `test/fixtures/capture/long.packed-${kind}`), '--frame', '3999'];
      expect(run(words)).toEqual(runTool(words));
    }
  });

  it('reads large captures with several threads', () => {
    const files = ['node1.cap', 'node2.cap'].map(enlarged);
    const ends = join(folder, 'ends');
    const hook = join(folder, 'hook.cjs');
    writeFileSync(
      hook,
      `const { threadId } = require('node:worker_threads');
       process.on('exit', (code) => require('node:fs').appendFileSync(${JSON.stringify(ends)}, threadId + ':' + code + ' '));`,
    );
    const seen = run(['check', ...files], { NODE_OPTIONS: `--require=${hook}` });
    expect(seen).toEqual(runTool(['check', ...files]));
    // A thread that cannot start leaves its files to the others, and ends with 1.
    expect(readFileSync(ends, 'utf8')).toMatch(availableParallelism() > 1 ? /^1:0 .*0:0 $/ : /^0:0 $/);
  });
});
