/** --evidence: what it writes is read by tshark and by the tool itself, and both must say what the captures said. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, samplesFolder } from '../support/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'ipip-evidence-'));
const haveTshark = spawnSync('tshark', ['--version']).status === 0;

interface Judged {
  status: number | null;
  stderr: string;
  report: Report;
}

async function check(cwd: string, captures: readonly string[], ...more: string[]): Promise<Judged> {
  const { status, stdout, stderr } = await runInProcess(['check', ...captures, '--format', 'json', ...more], cwd);
  return { status, stderr, report: JSON.parse(stdout || 'null') as Report };
}

function failing({ report }: Judged): string[] {
  const findings = [
    ...report.findings,
    ...report.flows.flatMap((f) => [...f.findings, ...f.journeys.flatMap((j) => j.findings)]),
  ];
  return [...new Set(findings.filter((f) => f.verdict === 'fail').map((f) => f.rule))].sort();
}

function diagnoses({ report }: Judged): string[] {
  return [...report.diagnoses, ...report.flows.flatMap((f) => f.diagnoses)].map((d) => d.id);
}

function tsharkFields(file: string, ...fields: string[]): string[][] {
  const run = spawnSync('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((f) => ['-e', f])], {
    encoding: 'utf8',
  });
  expect(run.status, run.stderr).toBe(0);
  expect(run.stderr.replace(/^Running as user .*\n/, '')).toBe('');
  return run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

/** A classic little-endian pcap with every second count moved. */
function movedInTime(bytes: Uint8Array, seconds: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  for (let at = 24; at + 16 <= out.length; at += 16 + view.getUint32(at + 8, true)) {
    view.setUint32(at, view.getUint32(at, true) + seconds, true);
  }
  return out;
}

/** Puts the records of a second classic pcap in front of the first's. */
function withNoise(bytes: Uint8Array, noise: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, 24), noise.subarray(24), bytes.subarray(24)]);
}

const samples = [
  'ok-ping',
  'ok-pcapng',
  'ok-router',
  'bad-ipip-blocked',
  'bad-stale-arp',
  'bad-wrong-remote',
  'bad-mtu-pod-fragments',
];

describe.each(samples)('the evidence of samples/%s', async (sample) => {
  const cwd = join(samplesFolder, sample);
  const captures = sample === 'ok-pcapng' ? ['all.pcapng'] : capturesIn(cwd);
  const out = join(folder, `${sample}.pcapng`);
  const first = await check(cwd, captures, '--evidence', out);

  it('gives the same outcome, failing rules and diagnoses when it is checked', async () => {
    const again = await check(folder, [`${sample}.pcapng`]);
    expect(again.report.outcome).toBe(first.report.outcome);
    expect(failing(again)).toEqual(failing(first));
    expect(diagnoses(again)).toEqual(diagnoses(first));
    expect(again.status).toBe(first.status);
  });

  it.runIf(haveTshark)('opens in tshark without complaint, with a comment on every frame that names its origin', () => {
    const rows = tsharkFields(out, 'frame.number', 'frame.comment', 'frame.interface_name');
    expect(rows.length).toBeGreaterThan(0);
    for (const [, comment] of rows) expect(comment).toMatch(/ frame \d+, .*original time \d+\.\d{9}/);
    // Every frame that a failed finding names says so.
    const named = first.report.flows.flatMap((f) => f.journeys.flatMap((j) => j.findings));
    for (const finding of named.filter((f) => f.verdict === 'fail')) {
      for (const { file, frame } of finding.evidence) {
        const row = rows.find(([, comment]) => comment!.includes(`${file} frame ${frame},`));
        expect(row?.[1], `${file} #${frame}`).toContain(`${finding.rule} ${finding.name} FAIL`);
      }
    }
  });
});

it('has one interface for each point, in path order, with its role, and keeps link types', async () => {
  const cwd = join(samplesFolder, 'bad-ipip-blocked');
  await check(cwd, capturesIn(cwd), '--evidence', join(folder, 'order.pcapng'));
  const { points } = (await check(folder, ['order.pcapng'])).report;
  expect(points.map((p) => [p.interface, p.linkType, p.role])).toEqual([
    ['pod1.cap', 'ethernet', 'source-pod'],
    ['pod1-ipip.cap', 'raw', 'encapsulator-tunnel'],
    ['node1.cap', 'ethernet', 'encapsulator-underlay'],
    ['node2.cap', 'ethernet', 'decapsulator-underlay'],
    ['pod2-ipip.cap', 'raw', 'decapsulator-tunnel'],
    ['pod2.cap', 'ethernet', 'destination-pod'],
  ]);
});

it('leaves out frames of flows that are not followed', async () => {
  const cwd = join(samplesFolder, 'ok-ping-3');
  const noise = readFileSync(join(samplesFolder, 'ok-ping', 'node1.cap'));
  const captures = capturesIn(cwd);
  for (const name of captures) copyFileSync(join(cwd, name), join(folder, name));
  // TCP between strangers, in two frames made of one: another protocol number and port, same lengths.
  const strangers = Uint8Array.from(noise);
  const view = new DataView(strangers.buffer);
  let count = 0;
  for (let at = 24; at + 16 <= strangers.length; at += 16 + view.getUint32(at + 8, true)) {
    const isIpv4 = view.getUint16(at + 16 + 12) === 0x0800;
    if (isIpv4) strangers[at + 16 + 14 + 9] = 17;
    if (isIpv4) count++;
  }
  expect(count).toBeGreaterThan(0);
  const own = readFileSync(join(cwd, 'node1.cap'));
  writeFileSync(join(folder, 'node1.cap'), withNoise(own, strangers));
  await check(folder, captures, '--evidence', join(folder, 'few.pcapng'));
  const few = (await check(folder, ['few.pcapng'])).report;
  const all = (await check(folder, captures)).report;
  expect(all.captures.find((c) => c.file === 'node1.cap')!.frames).toBeGreaterThan(
    few.points.find((p) => p.interface === 'node1.cap')!.frames,
  );
  expect(few.outcome).toBe(all.outcome);
  expect(few.flows.map((f) => f.probes)).toEqual(all.flows.map((f) => f.probes));
});

it("takes the other node's clock offset off, and tells the original time", async () => {
  const cwd = join(samplesFolder, 'ok-ping');
  const far = ['node2.cap', 'pod2-ipip.cap', 'pod2.cap'];
  for (const name of capturesIn(cwd)) {
    const bytes = readFileSync(join(cwd, name));
    writeFileSync(join(folder, name), far.includes(name) ? movedInTime(bytes, 7) : bytes);
  }
  const skewed = await check(folder, capturesIn(cwd), '--evidence', join(folder, 'skewed.pcapng'));
  expect(Number(skewed.report.clocks[0]!.offset) / 1e9).toBeCloseTo(7, 1);
  const again = (await check(folder, ['skewed.pcapng'])).report;
  expect(again.outcome).toBe('pass');
  expect(Math.abs(Number(again.clocks[0]!.offset))).toBeLessThanOrEqual(Number(again.clocks[0]!.bound));
  // In time order a request's six sightings follow its way.
  const seen = (p: string) => again.flows[0]!.journeys[0]!.request.hops.find((h) => h.point?.endsWith(p))!;
  const frames = ['pod1.cap', 'node1.cap', 'node2.cap', 'pod2.cap'].map((p) => seen(p).observations[0]!.frame);
  expect(frames).toEqual([...frames].sort((a, b) => a - b));
  if (!haveTshark) return;
  const row = tsharkFields(join(folder, 'skewed.pcapng'), 'frame.time_epoch', 'frame.comment').find(([, comment]) =>
    comment!.startsWith('node2.cap frame 3,'),
  )!;
  const original = Number(/original time (\d+\.\d+)/.exec(row[1]!)![1]);
  expect(original - Number(row[0])).toBeCloseTo(7, 1);
});

it('refuses to write over a capture, to read a pipe twice, and a folder that is not there', async () => {
  const cwd = join(samplesFolder, 'ok-ping');
  copyFileSync(join(cwd, 'pod1.cap'), join(folder, 'own.cap'));
  const before = readFileSync(join(folder, 'own.cap'));
  const own = await check(folder, ['own.cap'], '--evidence', './own.cap');
  expect([own.status, own.stderr]).toEqual([2, expect.stringMatching(/is one of the captures/)]);
  const all = await check(folder, ['.'], '--evidence', './own.cap');
  expect([all.status, all.stderr]).toEqual([2, expect.stringMatching(/is one of the captures/)]);
  expect(readFileSync(join(folder, 'own.cap'))).toEqual(before);
  expect((await check(folder, ['-'], '--evidence', 'x.pcapng')).stderr).toMatch(/cannot be read a second time/);
  expect((await check(cwd, capturesIn(cwd), '--evidence', join(folder, 'no/x.pcapng'))).stderr).toMatch(/cannot write/);
});
