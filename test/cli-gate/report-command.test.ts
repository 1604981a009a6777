/** A saved report shown again: the same text as at the check itself, the same exit status, and one line for what is no report. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, projectRoot, runTool, samplesFolder } from '../support/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'ipip-report-'));
const samples = ['ok-ping', 'bad-ipip-blocked', 'bad-truncated-file'];

async function check(sample: string, ...args: string[]) {
  const cwd = join(samplesFolder, sample);
  return await runInProcess(['check', ...capturesIn(cwd), ...args], cwd);
}

describe.each(samples)('a saved report of samples/%s', async (sample) => {
  const saved = join(folder, `${sample}.json`);
  const direct = await check(sample, '--format', `json=${saved}`, '--format', 'pretty', '--no-color');

  it.each(['pretty', 'json', 'junit', 'sarif', 'markdown', 'html'])(
    'gives the same %s without the captures',
    async (format) => {
      const again = await runInProcess(['report', saved, '--format', format, '--no-color'], folder);
      expect(again.status, again.stderr).toBe(direct.status);
      expect(again.stdout).toBe((await check(sample, '--format', format, '--no-color')).stdout);
    },
  );
});

it('quiet prints the verdict line, and nothing else, of a check and of a saved report', async () => {
  const saved = join(folder, 'quiet.json');
  const direct = await check('bad-ipip-blocked', '--quiet', '--format', `json=${saved}`, '--format', 'pretty');
  expect(direct.stdout).toMatch(/^FAIL {2}.*IPT010 request-lost.*\n$/);
  expect(direct.stdout.split('\n')).toHaveLength(2);
  expect(JSON.parse(readFileSync(saved, 'utf8')).outcome).toBe('fail');
  expect(await runInProcess(['report', saved, '-q'], folder)).toEqual(direct);
});

it('reads a report from a pipe whose writer takes its time', () => {
  const saved = join(folder, 'quiet.json');
  const script = `(head -c 1000 '${saved}'; sleep 1; tail -c +1001 '${saved}') | '${process.execPath}' '${join(projectRoot, 'bin/ipip-trace.js')}' report - -q`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual(runTool(['report', saved, '-q'], folder));
});

const whole = JSON.parse((await check('ok-ping', '--format', 'json')).stdout) as Record<string, unknown>;
const spoilt: [name: string, text: string, says: RegExp][] = [
  ['no JSON', '{"schema": 1,', /it is not JSON/],
  ['a list', '[]', /it is not an object/],
  ['another schema', JSON.stringify({ ...whole, schema: 2 }), /its schema is 2/],
  ['no outcome', JSON.stringify({ ...whole, outcome: 'fine' }), /its outcome is none of/],
  ['no flows', JSON.stringify({ ...whole, flows: null }), /flows is no list/],
  ['a flow without journeys', JSON.stringify({ ...whole, flows: [{}] }), /flows\[0\]\.segments is no list/],
  [
    'a journey without legs',
    JSON.stringify({ ...whole, flows: [{ ...(whole.flows as object[])[0], journeys: [{}] }] }),
    /a part of the report is missing/,
  ],
  [
    'a text where a number belongs',
    JSON.stringify(whole).replace(/"ttl":64/, '"ttl":"\\u001b[31m64"'),
    /inner\/ttl must be integer/,
  ],
  [
    'a pass that its flow denies',
    JSON.stringify({ ...whole, flows: (whole.flows as object[]).map((flow) => ({ ...flow, outcome: 'fail' })) }),
    /its outcome is pass, and that of a flow is not/,
  ],
];

it('reads no more than a report can be long', async () => {
  const run = await runInProcess(['report', '/dev/zero'], folder);
  expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(/is longer than \d+ octets/) });
});

it.each(spoilt)('refuses %s in one line, with the cure', async (name, text, says) => {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, text);
  const run = await runInProcess(['report', file], folder);
  expect(run.stderr).toMatch(says);
  expect(run.stderr).toMatch(/^ipip-trace: .*--format json=FILE`\n$/);
  expect(run.status).toBe(2);
});
