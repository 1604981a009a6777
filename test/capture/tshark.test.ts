/** Frames, times, lengths and interfaces as tshark 4.0.17 tells them: from its stored answers, and live where it is installed. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { share } from '../support/budget.js';
import { fixtures, see } from './octets.js';

/** How the answers in tshark.json were asked for. */
const fields = [
  'frame.number',
  'frame.time_epoch',
  'frame.cap_len',
  'frame.len',
  'frame.interface_id',
  'frame.comment',
];
const answers = JSON.parse(readFileSync(join(fixtures, 'tshark.json'), 'utf8')) as Record<string, string[]>;
const captures = readdirSync(fixtures).filter((name) => /\.(cap|pcapng)$/.test(name));
const isInstalled = spawnSync('tshark', ['--version']).status === 0;

/** Our frames in tshark's words. `sections` are counted anew by tshark, so interfaces are compared in one-section files. */
async function inTsharksWords(name: string): Promise<string[]> {
  const { frames, summary } = await see(join(fixtures, name));
  return frames.map((frame) => {
    const below = frame.seconds < 0 ? `-${-frame.seconds}` : `${frame.seconds}`;
    const time = `${below}.${String(frame.nanoseconds).padStart(9, '0')}`;
    const interfaceId = summary.format === 'pcapng' ? frame.interfaceIndex : '';
    const comments = frame.comments?.join(',') ?? '';
    return [frame.number, time, frame.octets.length / 2, frame.wireLength, interfaceId, comments].join('|');
  });
}

function askTshark(name: string): string[] {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const args = ['-n', '-r', join(fixtures, name), '-T', 'fields', '-E', 'separator=|', ...wanted];
  const { stdout } = spawnSync('tshark', args, { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('tshark', () => {
  it('has a stored answer for every capture', () => {
    expect(Object.keys(answers).sort()).toEqual(captures.sort());
  });

  it.each(captures)('told the same of %s', async (name) => {
    expect(await inTsharksWords(name)).toEqual(answers[name]);
  });

  // What it is asked is in the stored answers already.
  it.skipIf(!isInstalled).each(share(captures, 12, 0))('tells the same of %s now', async (name) => {
    expect(await inTsharksWords(name)).toEqual(askTshark(name));
  });
});
