/** What is too much to be judged is said, and keeps the run from passing. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mesh } from '../../bench/generate.mjs';
import { interfaceTextLimit, nameLength } from '../../src/capture/pcapng-reader.js';
import { checkCaptures } from '../../src/index.js';
import { check } from '../../src/pipeline.js';
import type { Report } from '../../src/report/report.js';
import { octetsOf } from '../../tools/odd-captures.mjs';
import { defaultRequest } from '../support/default-request.js';

const folder = mkdtempSync(join(tmpdir(), 'limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function reportOf(kind: string, count: number): Promise<Report> {
  const file = join(folder, `${kind}-${count}.cap`);
  writeFileSync(file, Buffer.concat([...octetsOf(kind, count)]));
  return checkCaptures([file]);
}

function limitsIn(report: Report): string[] {
  return report.notes.filter((n) => n.id === 'limit-reached').map((n) => n.message);
}

describe('more than is judged', () => {
  it('of requests under one identifier and sequence number is said; copies of one request are not more', async () => {
    const report = await reportOf('payloads', 100);
    expect(report.outcome).toBe('unproven');
    expect(limitsIn(report)).toEqual([
      expect.stringMatching(/have the same ICMP identifier\/sequence .* 68 were passed over$/),
    ]);
    expect(limitsIn(await reportOf('payloads', 32))).toEqual([]);
    expect(limitsIn(await reportOf('copies', 100))).toEqual([]);
  });

  it('of devices is said, and the rest is not taken for the last of them', async () => {
    const report = await reportOf('devices', 5_000);
    expect(report.points).toHaveLength(4_096);
    expect(Math.max(...report.points.map((p) => p.frames))).toBe(1);
    expect(report.outcome).not.toBe('pass');
    expect(limitsIn(report).join('\n')).toMatch(/: 904 more frames of further interfaces than are kept/);
  });

  it('of flows that one point alone saw is said', async () => {
    const report = await reportOf('flows', 4_000);
    expect(report.outcome).toBe('unproven');
    expect(limitsIn(report)).toEqual([expect.stringMatching(/^1952 more flows than the 2048 that are judged/)]);
  });

  it('of flows than fit into memory is said', async () => {
    const folders = join(folder, 'mesh');
    mesh(folders, 6);
    const captures = readdirSync(folders).map((name) => join(folders, name));
    const report = await check({ ...defaultRequest(captures), memory: 1024 * 1024 });
    expect(report.outcome).toBe('unproven');
    expect(report.flows.length).toBeGreaterThan(15);
    expect(report.flows.length).toBeLessThan(25);
    const left = 30 - report.flows.length;
    expect(limitsIn(report)).toEqual([
      expect.stringMatching(`^${left} more flows than the ${report.flows.length} that are judged`),
    ]);
  });
});

describe('interfaces', () => {
  it('of one name get an id each', async () => {
    const ids = (await reportOf('namesakes', 300)).points.map((p) => p.id.replace(/^.*\.cap:/, ''));
    expect(new Set(ids).size).toBe(300);
    expect(ids.slice(0, 3)).toEqual(['eth0', 'eth0#2', 'eth0#3']);
  });

  it('of endless names keep the beginnings', async () => {
    const report = await reportOf('long-names', 3);
    expect(Math.max(...report.points.map((p) => p.interface!.length))).toBe(nameLength);
    expect(report.captures[0]!.notes.join()).toMatch(/interface names shortened/);
    // Descriptions and filters are kept whole, in one limit for the file.
    expect(report.captures[0]!.ending).toBe('clean');
    expect(interfaceTextLimit).toBeGreaterThan(3 * 65_536);
  });
});
