/** Every real capture set, whole and bent: its evidence, checked alone, must say what the captures said. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeEvidence } from '../../src/evidence/write-evidence.js';
import { type CheckRequest, check, checkAndFollow } from '../../src/pipeline.js';
import type { Report } from '../../src/report/report.js';
import { share } from '../support/budget.js';
import { allFindings, diagnosesOf } from '../support/check-path.js';
import { defaultRequest } from '../support/default-request.js';
import { readExpectedTable } from '../support/expected-table.js';
import { ipipPath, writeCaptures } from '../support/ipip-path.js';
import { handshake, tcpPath } from '../support/tcp-path.js';

const root = mkdtempSync(join(tmpdir(), 'ipip-every-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function request(captures: readonly string[], more: Partial<CheckRequest> = {}): CheckRequest {
  return { ...defaultRequest(captures), maxJourneys: 100, onUnusable: () => {}, ...more };
}

function said(report: Report): unknown {
  return {
    outcome: report.outcome,
    failed: [
      ...new Set(allFindings(report).flatMap((f) => (f.verdict === 'fail' ? [`${f.rule} ${f.severity}`] : []))),
    ].sort(),
    diagnoses: diagnosesOf(report).map((d) => `${d.id} ${d.segment} ${d.confidence}`),
    flows: report.flows.map((f) => [f.source, f.destination, f.probes, f.delivered, f.replied, f.outcome]),
  };
}

/** What the captures say, and what the evidence taken from them says. */
async function bothWays(captures: readonly string[], more: Partial<CheckRequest> = {}): Promise<[Report, Report]> {
  const out = join(root, `evidence-${folders++}.pcapng`);
  const { report, followed } = await checkAndFollow(request(captures, more));
  await writeEvidence(out, report, followed);
  return [report, await check(request([out], more))];
}

/** Copies of the captures under other names; `bend` changes what is in them. */
function copies(
  files: readonly string[],
  nameOf: (file: string, i: number) => string,
  bend = (b: Buffer, _i: number) => b,
) {
  const folder = join(root, `set-${folders++}`);
  return files.map((file, i) => {
    const copy = join(folder, nameOf(file, i));
    mkdirSync(join(copy, '..'), { recursive: true });
    writeFileSync(copy, bend(readFileSync(file), i));
    return copy;
  });
}

const sets = new Map(
  readExpectedTable().map((row, turn) => [
    `${row.scenario} ${row.probes.join()} ${row.captures.join(' ')}`,
    { files: row.captures.map((name) => join(row.folder, name)), probes: row.probes, turn },
  ]),
);

describe.each([...sets])('%s', (_, { files, probes, turn }) => {
  it('as it is, and hop by hop', async () => {
    for (const byFlow of [false, true]) {
      const [captures, evidence] = await bothWays(files, { byFlow, probes });
      expect(said(evidence)).toEqual(said(captures));
    }
  });

  it('under names that tell nothing, and with one capture fewer', async () => {
    const renamed = copies([...files].reverse(), (file, i) => `c${i}${extname(file)}`);
    for (const captures of share([renamed, renamed.slice(1), renamed.slice(0, -1)], 1, turn)) {
      if (captures.length === 0) continue;
      const [before, after] = await bothWays(captures, { probes });
      expect(said(after)).toEqual(said(before));
    }
  });

  it('with a capture that ends inside its last record: never more than the captures themselves', async () => {
    for (const victim of share([0, files.length - 1], 1, turn)) {
      const cut = copies(
        files,
        (file, i) => `${i}/${file.slice(file.lastIndexOf('/') + 1)}`,
        (bytes, i) => (i === victim && bytes.length > 64 ? bytes.subarray(0, -7) : bytes),
      );
      const [before, after] = await bothWays(cut, { probes });
      expect(after.outcome).toBe(before.outcome);
    }
  });
});

it('is no pass where a capture could not be used', async () => {
  const { files: good } = [...sets.values()][0]!;
  const notes = join(root, 'notes.cap');
  writeFileSync(notes, 'these are notes');
  const [before, after] = await bothWays([...good, notes]);
  expect([before.outcome, after.outcome]).toEqual(['unproven', 'unproven']);
});

it('keeps each question that nobody answered, and no frame of strangers', async () => {
  const asked = [...sets].find(([name]) => name.startsWith('bad-node2-down'))![1].files;
  const [before, after] = await bothWays(asked);
  const frames = (report: Report): number => report.points.find((p) => p.id.endsWith('node1.cap'))!.frames;
  expect([frames(before), frames(after)]).toEqual([3, 3]);
  const busy = writeCaptures(
    join(root, 'busy'),
    ipipPath({ probes: 2 })
      .background({ udp: { datagrams: 5, octets: 100 } })
      .captures(),
    { nanosecond: true },
  );
  const quiet = writeCaptures(join(root, 'quiet'), ipipPath({ probes: 2 }).captures(), { nanosecond: true });
  const held = async (files: string[]): Promise<number> =>
    (await bothWays(files))[1].points.reduce((sum, p) => sum + p.frames, 0);
  expect(await held(busy)).toBe(await held(quiet));
});

describe('a TCP connection', () => {
  const data = [
    { flags: 'A', octets: 300 },
    { flags: 'A', octets: 1200, acknowledges: 300 },
  ] as const;
  const held = (report: Report): number[] => report.points.map((p) => p.frames).sort();

  it('is kept with every segment', async () => {
    const { files } = [...sets].find(([name]) => name.startsWith('tcp-ok'))![1];
    const [before, after] = await bothWays(files, { probes: ['tcp'] });
    expect(held(after)).toEqual(held(before));
  });

  it('and with the later fragments of its segments, which show no ports', async () => {
    const path = tcpPath([handshake, data, data]);
    const framesOf = (): number => [...path.captures().values()].reduce((sum, { frames }) => sum + frames.length, 0);
    const whole = framesOf();
    path.fragment({ at: 'encapsulator-underlay', mtu: 300, layer: 'outer' });
    expect(framesOf()).toBe(whole + 2);
    const files = writeCaptures(join(root, 'fragments'), path.captures(), { nanosecond: true });
    const [before, after] = await bothWays(files, { probes: ['tcp'] });
    expect([held(after), said(after)]).toEqual([held(before), said(before)]);
  });

  it('where a capture began after its handshake', async () => {
    const captures = tcpPath([handshake, data, data]).captures();
    const late = [...captures].map(([name, draft], i) => {
      return [name, i === 0 ? { ...draft, frames: draft.frames.slice(3) } : draft] as const;
    });
    const files = writeCaptures(join(root, 'late'), new Map(late), { nanosecond: true });
    const [before, after] = await bothWays(files, { probes: ['tcp'] });
    expect([held(after), said(after)]).toEqual([held(before), said(before)]);
  });
});

it("knows the captures' own names for --point and --accepted", async () => {
  const { files: good } = [...sets.values()][0]!;
  const renamed = copies(good, (_file, i) => `c${i}.cap`);
  const before = (await bothWays(renamed))[0];
  const point = before.points.find((p) => p.role === 'encapsulator-underlay')!;
  const name = point.file.slice(point.file.lastIndexOf('/') + 1);
  const stated = { capture: name, interfaceName: null, role: 'encapsulator-underlay', node: 'alpha' } as const;
  const [, after] = await bothWays(renamed, { statedPoints: [stated] });
  const told = after.points.find((p) => p.id.endsWith(`:${name}`))!;
  expect([told.role, told.node, told.roleFrom]).toEqual(['encapsulator-underlay', 'alpha', 'command-line']);
});
