/**
 * What people ask at three in the morning, each answered by what stands on the first screen: 24 lines of 80 columns, over every
 * scenario that does not pass; and what a healthy run may take.
 */
import { describe, expect, it } from 'vitest';
import { explanationOf } from '../../src/cli/explain.js';
import { columns } from '../../src/formats/layout.js';
import { reportPretty } from '../../src/formats/pretty.js';
import type { Report } from '../../src/report/report.js';
import { readExpectedTable } from '../support/expected-table.js';
import { runInProcess } from '../support/run-in-process.js';
import { options } from './support.js';

const rows = readExpectedTable()
  .filter((row) => row.options.length === 0)
  .map((row) => ({ ...row, title: `${row.scenario} ${row.captures.length}` }));

interface Screen {
  lines: string[];
  first: string;
}
const screens = new Map<string, Promise<Screen>>();
function screenOf(row: (typeof rows)[number]): Promise<Screen> {
  const shown = screens.get(row.title) ?? show(row);
  screens.set(row.title, shown);
  return shown;
}
async function show(row: (typeof rows)[number]): Promise<Screen> {
  const run = await runInProcess(['check', ...row.captures, '--format', 'json'], row.folder);
  const report = JSON.parse(run.stdout) as Report;
  const lines = reportPretty(report, options({ width: 80, explain: explanationOf }))
    .trimEnd()
    .split('\n');
  return { lines, first: lines.slice(0, 24).join('\n') };
}

describe.each(rows.filter(({ outcome }) => outcome !== 'pass'))('$title', (row) => {
  it('answers the ten questions on the first screen', async () => {
    const { lines, first } = await screenOf(row);
    const asked: Record<string, RegExp> = {
      'is it broken?': row.outcome === 'fail' ? /^FAIL {2}\S/ : /^UNPROVEN {2}\S/,
      'whose fault?': /^(Cause|Likely cause|Perhaps|Failed) +\S/m,
      'what do I type, on which machine?': /^(Next|Cure) +\S/m,
      'can I trust it?': /^Expected +(from the captures alone\b|by )/m,
      'were my files good?': /^Files +\S.*whole|^Files +\S.*\n +.*whole/m,
      'is it the same as yesterday? what do I send?':
        /^Known as +case [0-9a-f]{8} each time; --evidence FILE\.pcapng /m,
      // Without a request nothing has a place, an MTU or a hop that could be missing.
      ...(row.diagnoses.includes('no-request-found')
        ? {}
        : {
            'where?': /^\S+ {2}10\.\d+\.\d+\.\d+ → 10\.\d+\.\d+\.\d+: \S/,
            'is my MTU right?': /^MTU +(not exceeded|exceeded|exercised|contradicted|not proven|not judged)/m,
            'what was not looked at?': /^Not captured +\S/m,
            'how far did it come?': /^request +\S.*\n(?: {14}.*\n)*reply +\S/m,
          }),
    };
    const unanswered = Object.entries(asked).filter(([, answer]) => !answer.test(first));
    expect(
      unanswered.map(([question]) => question),
      first,
    ).toEqual([]);
    expect(lines.at(-1)).toMatch(/^(FAIL|UNPROVEN) {2}\S.* \[\S.*\]$/);
  });

  it('names no rule that could not be judged, and gives at most five reasons for what is open', async () => {
    const { lines } = await screenOf(row);
    const from = lines.findIndex((line) => line.startsWith('Not judged'));
    if (from < 0) return;
    const block = lines.slice(from + 1, lines.indexOf('', from));
    expect(block.join('\n')).not.toMatch(/IPT\d/);
    expect(block.filter((line) => line.startsWith('?')).length).toBeLessThanOrEqual(5);
  });
});

/** One ping or a few of one flow, captured at six hops, and nothing to note. */
const healthy = ['ok-ping', 'ok-ping-3', 'ok-full-mtu', 'ok-reverse', 'ok-nanosecond', 'ok-router', 'ok-clock-skew'];

it.each(rows.filter(({ scenario }) => [...healthy, 'ok-fragmented-inner'].includes(scenario)))(
  '$title: a healthy run takes at most 20 lines, one for a hop',
  async (row) => {
    const { lines } = await screenOf(row);
    expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(20);
    expect(lines[0]).toMatch(/^PASS {2}\S/);
    expect(lines.at(-1)).toBe(lines[0]);
    expect(lines.filter((line) => / ✓ .* of \d+$/.test(line))).toHaveLength(6);
    expect(lines.filter((line) => columns(line) > 80)).toEqual([]);
  },
);
