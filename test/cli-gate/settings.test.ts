/** ipip-trace.config.yaml, IPIP_TRACE_<OPTION> and the command line: which wins, and what is refused. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { options } from '../../src/cli/options.js';
import { runInProcess } from '../support/run-in-process.js';
import { samplesFolder } from '../support/run-tool.js';

const root = mkdtempSync(join(tmpdir(), 'ipip-settings-'));
const inner = join(root, 'a', 'b');
mkdirSync(inner, { recursive: true });
const config = join(root, 'ipip-trace.config.yaml');
const captures = ['pod1.cap', 'node1.cap', 'node2.cap', 'pod2.cap'].map((name) =>
  join(samplesFolder, 'bad-ipip-blocked', name),
);

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('IPIP_TRACE_')) delete process.env[name];
});

it('takes every long option of check', async () => {
  const help = (await runInProcess(['check', '--help'])).stdout;
  const shown = [...help.matchAll(/^\s+(?:-\w, )?--([a-z-]+)/gm)].map((m) => m[1]!);
  expect(shown.filter((name) => !['help', 'version'].includes(name))).toEqual(Object.keys(options.check));
  writeFileSync(
    config,
    `${Object.entries(options.check)
      .filter(([name]) => name !== 'print-config')
      .map(
        ([name, option]) => `${name}: ${{ text: 'error', number: '68', boolean: 'yes', list: '[reply]' }[option.type]}`,
      )
      .filter((line) => !line.startsWith('profile'))
      .join('\n')}\n`,
  );
  const printed = await runInProcess(['check', '--print-config'], inner);
  expect(printed.stderr).toBe('');
  const lines = printed.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(shown.length - 4);
  for (const line of lines) expect(line.endsWith(` # ${config}`)).toBe(true);
});

it('is found upwards, overridden by the environment, and both by the command line', async () => {
  writeFileSync(config, 'format: tap\nquiet: true\n');
  expect((await runInProcess(['check', ...captures], inner)).stdout).toMatch(/^FAIL {2}.*\n$/);
  process.env.IPIP_TRACE_QUIET = 'no';
  expect((await runInProcess(['check', ...captures], inner)).stdout).toMatch(/^TAP version 14/);
  process.env.IPIP_TRACE_FORMAT = 'markdown';
  expect((await runInProcess(['check', ...captures], inner)).stdout).toMatch(/^# /);
  expect((await runInProcess(['check', ...captures, '--format', 'json'], inner)).stdout).toMatch(/^\{/);
  expect((await runInProcess(['check', ...captures, '--format=json', '-q'], inner)).stdout).toMatch(/^FAIL/);
});

it('changes the verdict as the option would', async () => {
  writeFileSync(config, 'skip: [IPT010]\nrequire: [reply]\n');
  const run = await runInProcess(['check', ...captures, '--format', 'json'], inner);
  expect(run.status).toBe(3);
  expect(run.stdout).toContain('no reply was captured');
});

it('prints what holds and where it comes from, as a file that says the same', async () => {
  writeFileSync(config, 'expect: path.yaml\nrequire: [mtu, reply]\n');
  process.env.IPIP_TRACE_MTU = '8980';
  const run = await runInProcess(['check', '--print-config', '--strict', '--format', 'json=x y.json'], inner);
  expect(run.status).toBe(0);
  expect(run.stdout.split('\n')).toEqual([
    `expect: "${join(root, 'path.yaml')}" # ${config}`,
    'mtu: 8980 # IPIP_TRACE_MTU',
    `require: ["mtu", "reply"] # ${config}`,
    'strict: true # command line',
    'format: ["json=x y.json"] # command line',
    '',
  ]);
});

describe('refuses', () => {
  const wrong: [file: string, says: RegExp][] = [
    ['requires: [mtu]', /requires: check has no such option; did you mean require\?/],
    ['strict: maybe', /strict: expected true or false, got maybe/],
    ['mtu: [1, 2]', /mtu: expected one value, not a list/],
    ['mtu: big', /mtu: expected a number, got big/],
    ['- mtu', /expected options with their values/],
    ['format: [a', /config\.yaml:\d+: is no YAML/],
    ['profile: { a: 1 }', /profile: expected a text/],
    ['mtu: 12', /--mtu 12: expected a whole number/],
  ];
  it.each(wrong)('%s', async (file, says) => {
    writeFileSync(config, `${file}\n`);
    const run = await runInProcess(['check', ...captures], inner);
    expect(run.stderr).toMatch(says);
    expect(run.status).toBe(2);
  });

  it('a variable that is no option', async () => {
    writeFileSync(config, '');
    process.env.IPIP_TRACE_FAILON = 'warning';
    const run = await runInProcess(['check', ...captures], inner);
    expect(run.stderr).toMatch(/IPIP_TRACE_FAILON: check has no such option; did you mean IPIP_TRACE_FAIL_ON\?/);
    expect(run.status).toBe(2);
  });
});

it('leaves other commands and captures that look like options alone', async () => {
  writeFileSync(config, 'skip: [IPT010]\nformat: json\n');
  expect((await runInProcess(['rules'], inner)).stdout).toMatch(/^Rules\n/);
  const run = await runInProcess(['check', '--print-config', '--', '--skip'], inner);
  expect(run.stdout).toContain(`skip: ["IPT010"] # ${config}`);
});

it('reads joined short options as the command line does', async () => {
  writeFileSync(config, 'verbose: false\nquiet: false\n');
  const run = await runInProcess(['check', '--print-config', '-vq'], inner);
  expect(run.stdout).toBe('verbose: true # command line\nquiet: true # command line\n');
});

it('knows an option under the name that it had', async () => {
  writeFileSync(config, 'baseline: known.yaml\n');
  const run = await runInProcess(['check', '--print-config'], inner);
  expect(run.stdout).toBe(`accepted: "${join(root, 'known.yaml')}" # ${config}\n`);
  process.env.IPIP_TRACE_BASELINE = 'other.yaml';
  expect((await runInProcess(['check', '--print-config'], inner)).stdout).toBe(
    'accepted: "other.yaml" # IPIP_TRACE_BASELINE\n',
  );
});

it('refuses one value that is given twice', async () => {
  writeFileSync(config, '');
  const run = await runInProcess(['check', ...captures, '--mtu', '1480', '--mtu', '1400'], inner);
  expect(run.stderr).toMatch(/--mtu is given 2 times/);
  expect(run.status).toBe(2);
});

it('says in one line that a file is too deep or multiplies its aliases', async () => {
  let bomb = 'a: &a [x, x, x, x, x, x, x, x, x]\n';
  for (const [before, name] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh']) {
    bomb += `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]\n`;
  }
  for (const text of [bomb, `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`]) {
    writeFileSync(config, text);
    const run = await runInProcess(['check', ...captures], inner);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/^ipip-trace: \S*ipip-trace\.config\.yaml.*\n$/);
  }
});
