/** What people paste and pipe in a capture's stead: told by its cause, with the way to take it again. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expandCapturePaths } from '../../src/capture/capture-paths.js';
import { readCapture } from '../../src/capture/read-capture.js';
import type { Report } from '../../src/report/report.js';
import { runInProcess } from '../support/run-in-process.js';
import { samplesFolder } from '../support/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'ipip-trace-words-'));
const capture = readFileSync(join(samplesFolder, 'ok-ping-3/node1.cap'));
const crlf = Buffer.from(capture.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');

function written(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

it.each([
  [
    'listening',
    'tcpdump: listening on ens33, link-type EN10MB\n',
    /begins with words for a terminal .*without a terminal \(no -t\)/,
  ],
  ['prompt', "If you don't see a command prompt, try pressing enter.\n", /begins with words for a terminal .*no -t/],
])('%s before a capture', async (name, words, told) => {
  const path = written(`${name}.cap`, Buffer.concat([Buffer.from(words), capture]));
  await expect(readCapture(path, () => {})).rejects.toThrow(told);
});

it.each([
  [
    'listing',
    '12:00:00.123456 IP 10.1.1.1 > 10.2.2.2: ICMP echo request\n',
    /is what tcpdump prints, .*tcpdump -w FILE/,
  ],
  ['utf16', Buffer.from('\ufeffd\u00d4', 'utf16le'), /is UTF-16/],
  ['pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1\n', /Git LFS pointer.*git lfs pull/],
])('%s in the stead of a capture', async (name, content, told) => {
  await expect(readCapture(written(`${name}.cap`, content), () => {})).rejects.toThrow(told);
});

it('says that a terminal destroyed a capture, and not that no request was found', async () => {
  const path = written('crlf.cap', crlf);
  const run = await runInProcess(['check', path, '--format', 'json'], folder);
  expect(run.status).toBe(3);
  const report = JSON.parse(run.stdout) as Report;
  expect(report.captures[0]!.damage).toMatch(/as a terminal writes them: take it again without one \(no -t/);
  expect(report.diagnoses.map(({ id }) => id)).toEqual(['capture-incomplete']);
});

it('says nothing of terminals where a capture is cut otherwise', async () => {
  const summary = await readCapture(written('cut.cap', capture.subarray(0, capture.length - 20)), () => {});
  expect(summary.ending).toBe('cut');
  expect(summary.damage).not.toMatch(/terminal/);
});

it('a folder stands for rotated captures too, and for nothing else', () => {
  const rotated = join(folder, 'rotated');
  mkdirSync(rotated);
  const names = ['x.cap', 'x.cap0', 'x.cap12', 'x.pcap3.gz', 'x_00001_20260101.pcapng'];
  for (const name of [...names, 'x.capture', 'x.cap.txt', 'x.cap1a']) writeFileSync(join(rotated, name), '');
  expect(expandCapturePaths([rotated]).paths).toEqual(names.map((name) => join(rotated, name)).sort());
  expect(expandCapturePaths([join(rotated, '*.snoop')]).problems.join()).toMatch(/no file matches this pattern/);
});
