/** What is written: never over an input or another output, all that can be, and complete whatever the exit status. */
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { expect, it } from 'vitest';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, samplesFolder } from '../support/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'ipip-outputs-'));
const sample = join(samplesFolder, 'bad-ipip-blocked');
const captures = capturesIn(sample);
for (const name of captures) copyFileSync(join(sample, name), join(folder, name));
const before = new Map(captures.map((name) => [name, readFileSync(join(folder, name))]));
linkSync(join(folder, 'pod1.cap'), join(folder, 'hard-link'));

it.each<[string[], RegExp]>([
  [[...captures, '--format', 'json=pod1.cap'], /--format json: pod1\.cap is one of the captures/],
  [[...captures, '--format', 'json=./hard-link'], /hard-link is one of the captures/],
  [['.', '--evidence', 'node1.cap'], /--evidence: node1\.cap is one of the captures/],
  [
    [...captures, '--format', 'json=a', '--format', 'junit=./a'],
    /--format junit: \.\/a is written by --format json as well/,
  ],
  [[...captures, '--format', 'json=a', '--evidence', 'a'], /--evidence: a is written by --format json as well/],
  [[...captures, '--format', 'json=b.yaml', '--accepted', 'b.yaml'], /b\.yaml is the accepted findings/],
])('refuses %j, and leaves everything as it was', async (args, says) => {
  writeFileSync(join(folder, 'b.yaml'), '');
  const run = await runInProcess(['check', ...args], folder);
  expect([run.status, run.stdout]).toEqual([2, '']);
  expect(run.stderr).toMatch(says);
  expect(existsSync(join(folder, 'a'))).toBe(false);
  for (const [name, bytes] of before) expect(readFileSync(join(folder, name))).toEqual(bytes);
});

it('does not let one report that cannot be written take the others along', async () => {
  const run = await runInProcess(
    [
      'check',
      ...captures,
      '--format',
      'json=none/a.json',
      '--format',
      'junit=r.xml',
      '--format',
      'tap',
      '--evidence',
      'none/e',
    ],
    folder,
  );
  expect(run.status).toBe(2);
  expect(run.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^ipip-trace: cannot write none\/e: /),
    expect.stringMatching(/^ipip-trace: cannot write none\/a\.json: /),
  ]);
  expect(run.stdout).toMatch(/^TAP version 14\n/);
  expect(XMLValidator.validate(readFileSync(join(folder, 'r.xml'), 'utf8'))).toBe(true);
});

it('shows a saved report to devices and refuses to write over it', async () => {
  const saved = join(folder, 'saved.json');
  const check = [
    'check',
    ...captures,
    '--format',
    `json=${saved}`,
    '--format',
    'junit=/dev/null',
    '--format',
    'tap=/dev/null',
  ];
  expect((await runInProcess([...check, '-q'], folder)).status).toBe(1);
  const text = readFileSync(saved, 'utf8');
  const run = await runInProcess(['report', saved, '--format', `html=${saved}`], folder);
  expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/is the saved report/)]);
  expect(readFileSync(saved, 'utf8')).toBe(text);
});

it('is complete when a capture cannot be used, and when no request was found', async () => {
  mkdirSync(join(folder, 'more'), { recursive: true });
  writeFileSync(join(folder, 'more', 'notes.cap'), 'notes');
  const unusable = await runInProcess(
    ['check', ...captures, 'more/notes.cap', '--format', 'json=two.json', '-q'],
    folder,
  );
  expect(unusable.status).toBe(2);
  expect(JSON.parse(readFileSync(join(folder, 'two.json'), 'utf8')).outcome).toBe('fail');
  writeFileSync(join(folder, 'more', 'empty.cap'), before.get('pod1.cap')!.subarray(0, 24));
  const nothing = await runInProcess(['check', 'more/empty.cap', '--format', 'json=three.json', '-q'], folder);
  expect(nothing.status).toBe(3);
  expect(await runInProcess(['report', 'three.json', '-q'], folder)).toEqual(nothing);
});

it("--explain adds each failed rule's words", async () => {
  const words = (text: string): string => text.replace(/\s+/g, ' ');
  const rules = JSON.parse((await runInProcess(['rules', '--format', 'json'])).stdout) as {
    rules: { id: string; summary: string }[];
  };
  const summary = rules.rules.find(({ id }) => id === 'IPT010')!.summary;
  const plain = words((await runInProcess(['check', ...captures], folder)).stdout);
  const explained = words((await runInProcess(['check', ...captures, '--explain'], folder)).stdout);
  expect(plain).not.toContain(`rule ${summary}`);
  expect(explained.split(`rule ${summary}`)).toHaveLength(2);
});
