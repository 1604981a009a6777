/** The bundle that bin/ipip-trace.js starts: the same words as the modules that it was made of, and nothing but them whatever lies beside it. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runInProcess } from '../support/run-in-process.js';
import { projectRoot, runTool, samplesFolder, type ToolRun } from '../support/run-tool.js';

const junk: string[] = [];
afterAll(() => {
  for (const folder of junk) rmSync(folder, { recursive: true, force: true });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ipip-bundle-'));
  junk.push(folder);
  return folder;
}

function run(words: readonly string[], more: Readonly<Record<string, string>> = {}): ToolRun {
  const { FORCE_COLOR: _force, NO_COLOR: _no, NODE_OPTIONS: _options, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...env, COLUMNS: '100', TZ: 'UTC', ...more },
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

const mainModule = pathToFileURL(join(projectRoot, 'dist/cli/main.js')).href;
const unbundled = [
  '--input-type=module',
  '-e',
  `import { main } from ${JSON.stringify(mainModule)}; process.exitCode = await main(process.argv.slice(1));`,
  '--',
];
const bin = join(projectRoot, 'bin/ipip-trace.js');
const ping = join(samplesFolder, 'ok-ping');
const lost = join(samplesFolder, 'bad-ipip-blocked');

describe('the bundle says what the modules say', () => {
  it.each<[string, readonly string[], Record<string, string>?]>([
    ['a pass', ['check', ping]],
    ['a failure in colour, with all there is to say', ['check', lost, '--color', '--verbose', '--all', '--explain']],
    ['kernel state', ['check', ping, '--state', join(ping, 'state'), '--require', 'mtu']],
    ...['json', 'jsonl', 'junit', 'tap', 'sarif', 'github', 'gitlab', 'html', 'markdown'].map(
      (format): [string, readonly string[]] => [format, ['check', lost, '--format', format]],
    ),
    ['help', ['--help']],
    ['help of a command, in the words of the locale', ['check', '--help'], { LC_ALL: 'de_DE.UTF-8' }],
    ['the version', ['--version']],
    ['no command', []],
    ['a command that is nearly one', ['chekc', ping]],
    ['an option that is none', ['check', ping, '--colour']],
    ['an option without its value', ['check', ping, '--expect']],
    ['no captures', ['check']],
    ['a file that is not there', ['check', 'none.cap']],
    ['completion', ['completion']],
    ['what can be completed', ['--get-yargs-completions', 'check', '--re']],
    ['rules', ['rules', '--format', 'json']],
    ['a rule', ['explain', 'IPT204']],
    ['a rule that is none', ['explain', 'IPT20']],
    ['frames', ['decode', join(ping, 'node1.cap')]],
    ['an expectation', ['expect', ping]],
    ['collect', ['collect']],
  ])('%s', async (_, words, environment = {}) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const expected = await runInProcess(words).finally(() => vi.unstubAllEnvs());
    expect(run([bin, ...words], environment)).toEqual(expected);
    expect(expected.stdout + expected.stderr).not.toBe('');
    expect(expected.stderr).not.toContain('internal error');
  });

  it('a capture from a pipe, through the package that stays outside', () => {
    const input = readFileSync(join(ping, 'node1.cap'));
    const [one, other] = [[bin], unbundled].map((start) =>
      spawnSync(process.execPath, [...start, 'decode', '-'], { input, encoding: 'utf8' }),
    );
    expect(one!.stderr).toBe('');
    expect(one!.stdout).toContain('frame 1 ');
    expect(one!.stdout).toBe(other!.stdout);
  });
});

/** The package in a folder of its own, with what is needed to run it. */
function copyOfPackage(): { bin: string; dist: string; bundle: string } {
  const folder = temporaryFolder();
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(projectRoot, part), join(folder, part), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const dist = join(folder, 'dist');
  const [mark, ...others] = readdirSync(join(dist, 'bundle'));
  expect(others).toEqual([]);
  return { bin: join(folder, 'bin/ipip-trace.js'), dist, bundle: join(dist, 'bundle', mark!) };
}

/** Of every file below: its path, length and time. */
function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('node_modules'))
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    });
}

describe('which bundle is run', () => {
  it('the one that was built with dist, and after compiling anew none', () => {
    const { bin, dist } = copyOfPackage();
    const answer = run([bin, 'rules']);
    writeFileSync(
      join(dist, 'cli/main.js'),
      'export const main = async () => { process.stdout.write("modules"); return 7; };',
    );
    expect(run([bin, 'rules'])).toEqual(answer);
    const version = join(dist, 'version.js');
    const compiled = readFileSync(version, 'utf8').replace(/^\/\/ bundle .*\n/m, '');
    writeFileSync(version, compiled);
    expect(run([bin, 'rules'])).toEqual({ status: 7, stdout: 'modules', stderr: '' });
    appendFileSync(version, '// bundle 0123456789abcdef\n');
    expect(run([bin, 'rules'])).toEqual({ status: 7, stdout: 'modules', stderr: '' });
    rmSync(join(dist, 'bundle'), { recursive: true });
    writeFileSync(version, compiled);
    expect(run([bin, 'rules'])).toEqual({ status: 7, stdout: 'modules', stderr: '' });
  });

  it('a command line that ends without a status is no pass', () => {
    const { bin, dist } = copyOfPackage();
    rmSync(join(dist, 'bundle'), { recursive: true });
    writeFileSync(join(dist, 'cli/main.js'), 'export const main = () => new Promise(() => {});');
    expect(run([bin, 'rules']).status).toBe(4);
  });

  it('is started through a link, and writes nothing anywhere', () => {
    const { bin, dist } = copyOfPackage();
    const home = temporaryFolder();
    const link = join(temporaryFolder(), 'ipip-trace');
    symlinkSync(bin, link);
    const before = contents(join(dist, '..'));
    const places = { HOME: home, TMPDIR: home, XDG_CACHE_HOME: home };
    expect(run([link, 'check', ping], places)).toEqual(runTool(['check', ping]));
    expect(contents(join(dist, '..'))).toEqual(before);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('stored code', () => {
  const { bin, bundle } = copyOfPackage();
  const answer = runTool(['check', ping]);
  const stored = readdirSync(bundle).filter((name) => name.endsWith('.code'));
  const main = join(bundle, stored.find((name) => name.includes('usual'))!);
  const good = readFileSync(main);

  it.each([
    ['main', (script: string) => script],
    [
      'worker',
      (script: string) => `new (require('node:worker_threads').Worker)(${JSON.stringify(script)}, {
        eval: true, workerData: { files: [], maxMessages: 1, shared: new SharedArrayBuffer(8) } });`,
    ],
  ])('of %s is there, and V8 takes it', (entry, inItsThread) => {
    const ofEntry = stored.filter((name) => name.startsWith(entry));
    expect(ofEntry.length).toBeGreaterThan(1);
    const script = `const { load, scripts } = require(${JSON.stringify(join(bundle, 'load.cjs'))});
      load('${entry}.cjs');
      console.log([...scripts.values()].map((s) => s.cachedDataRejected).join());`;
    const { stdout } = run(['-e', inItsThread(script)]);
    expect(stdout.trim().split(',')).toEqual(ofEntry.map(() => 'false'));
  });

  it.each<[string, () => Uint8Array | null]>([
    ['none', () => null],
    ['empty', () => new Uint8Array()],
    ['cut', () => good.subarray(0, good.length / 3)],
    ['one half', () => good.subarray(0, good.length / 2)],
    ['of zeroes', () => new Uint8Array(good.length)],
    ['of another chunk', () => readFileSync(join(bundle, stored.find((name) => !name.includes('usual'))!))],
    ...[0.0001, 0.1, 0.3, 0.45].map((place): [string, () => Uint8Array] => [
      `with a bit turned at ${place}`,
      () => {
        const octets = Buffer.from(good);
        octets[Math.floor(octets.length * place)]! ^= 4;
        return octets;
      },
    ]),
    [
      'compiled under other options',
      () => {
        const script = `const { load, scripts } = require(${JSON.stringify(join(bundle, 'load.cjs'))});
          load('main.cjs');
          const [, script] = [...scripts].find(([file]) => file.includes('usual'));
          const code = script.createCachedData();
          require('fs').writeFileSync(process.argv[1], Buffer.concat([code, code]));`;
        const file = join(temporaryFolder(), 'code');
        run(['--no-opt', '-e', script, file]);
        return readFileSync(file);
      },
    ],
  ])('%s changes nothing', (_, octets) => {
    const bad = octets();
    if (bad === null) rmSync(main);
    else {
      expect(good.equals(bad)).toBe(false);
      writeFileSync(main, bad);
    }
    try {
      expect(run([bin, 'check', ping])).toEqual(answer);
    } finally {
      writeFileSync(main, good);
    }
  });

  it('is not asked for by a Node with other options', () => {
    expect(run(['--no-opt', '--max-lazy', bin, 'check', ping])).toEqual(answer);
  });
});
