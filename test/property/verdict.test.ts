/** What must not change a verdict on real captures: order, names, clocks, containers, addresses, TTLs, traffic beside, one capture less. */
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { share } from '../support/budget.js';
import { type ExpectedRow, readExpectedTable } from '../support/expected-table.js';
import {
  type CaptureSet,
  copySet,
  findingsOf,
  idsOf,
  judge,
  judgeSet,
  permutation,
  readSet,
  remap,
  shiftClock,
  verdictOf,
  writeSet,
} from '../support/variants.js';
import { type Disturbance, disturb, disturbances } from '../support/variants-traffic.js';

interface Case extends ExpectedRow {
  title: string;
  /** Kernel state names captures and addresses, so such a row may not be renamed or remapped. */
  bound: boolean;
  /** Which variants are tried of it first. */
  turn: number;
}

const cases: Case[] = readExpectedTable().map((row, turn) => ({
  ...row,
  turn,
  title: [row.scenario, `(${row.captures.length})`, ...row.options].join(' '),
  bound: row.options.includes('--state'),
}));
const free = cases.filter((c) => !c.bound);

const read = new Map<string, Promise<CaptureSet>>();
const judged = new Map<string, Promise<[paths: string[], report: Report]>>();
const setOf = (row: Case): Promise<CaptureSet> => {
  const key = `${row.scenario} ${row.captures}`;
  if (!read.has(key)) read.set(key, readSet(row.folder, row.captures));
  return read.get(key)!;
};
const writtenAndJudged = (row: Case): Promise<[paths: string[], report: Report]> => {
  const key = `${row.title} ${row.captures}`;
  const write = async (): Promise<[paths: string[], report: Report]> => {
    const paths = writeSet(await setOf(row));
    return [paths, await judge(paths, row.options, row.folder)];
  };
  if (!judged.has(key)) judged.set(key, write());
  return judged.get(key)!;
};
const reportOf = async (row: Case): Promise<Report> => (await writtenAndJudged(row))[1];
const judgeAs = (row: Case, set: CaptureSet): Promise<Report> => judgeSet(set, row.options, row.folder);
/** Long pings get fewer variants, even in a long run. */
const isShort = (set: CaptureSet): boolean =>
  set.reduce((n, f) => n + f.drafts.reduce((m, d) => m + d.frames.length, 0), 0) <= 300;
const some = <T>(row: Case, set: CaptureSet, variants: readonly T[], count = 1): readonly T[] =>
  share(isShort(set) ? variants : variants.slice(0, 1), count, row.turn);

describe('the order of the arguments', () => {
  it.each(cases)('changes no octet of the report: $title', async (row) => {
    const set = await setOf(row);
    const [paths, report] = await writtenAndJudged(row);
    const first = JSON.stringify(report);
    for (const seed of some(row, set, [1, 2, 3])) {
      const order = permutation(paths.length, seed * 7919).map((i) => paths[i]!);
      expect(JSON.stringify(await judge(order, row.options, row.folder)) === first).toBe(true);
    }
  });
});

describe('file names', () => {
  it.each(free)('say nothing that content does not: $title', async (row) => {
    const set = await setOf(row);
    const wanted = verdictOf(await reportOf(row));
    for (const seed of some(row, set, [1, 2, 3, 4])) {
      const order = permutation(set.length, seed * 104_729);
      const renamed = copySet(set).map((f, i) => ({ ...f, name: `${String.fromCharCode(97 + order[i]!)}.cap` }));
      expect(verdictOf(await judgeAs(row, renamed))).toEqual(wanted);
    }
  });
});

describe('clocks', () => {
  const offsets = [-86_400_000_000_000n, -300_000n, 1_000_001n, 86_400_000_000_000n];
  it.each(cases)('of one node may be wrong: $title', async (row) => {
    const set = await setOf(row);
    const wanted = verdictOf(await reportOf(row));
    for (const side of [/^(pod1|node1|client|kw1)/, /^(pod2|node2|server|kw2)/]) {
      const names = new Set(set.filter((f) => side.test(f.name)).map((f) => f.name));
      if (names.size === 0) continue;
      for (const by of some(row, set, offsets)) {
        expect(verdictOf(await judgeAs(row, shiftClock(set, names, by)))).toEqual(wanted);
      }
    }
  });
});

describe('addresses, MACs and identifiers', () => {
  const moved = {
    address: (a: number): number => {
      if (a >>> 16 === 0x0af4) return ((0xac1d << 16) | (a & 0xffff)) >>> 0;
      return a >>> 16 === 0xc0a8 ? 0x0a090000 | ((((a >> 8) & 255) + 8) << 8) | (a & 255) : a;
    },
    mac: (b: Uint8Array, at: number): void => {
      const group = (b[at]! & 1) === 1;
      if (group || b.subarray(at, at + 6).every((octet) => octet === 0)) return;
      for (const [i, mask] of [0x5a, 0xa5, 0x33].entries()) b[at + 3 + i] = b[at + 3 + i]! ^ mask;
    },
    identifier: (id: number): number => id ^ 0x7a31,
  };
  it.each(free)('may be any: $title', async (row) => {
    const set = await setOf(row);
    expect(verdictOf(await judgeAs(row, remap(set, moved)))).toEqual(verdictOf(await reportOf(row)));
  });
});

describe('initial TTLs', () => {
  // Where a TTL runs out, another one would not.
  it.each(free.filter((c) => !c.scenario.startsWith('bad-ttl')))('may be any: $title', async (row) => {
    const set = await setOf(row);
    for (const initial of some(row, set, [128, 255, 30, 17])) {
      const ttl = (t: number): number => (t > 64 ? t : Math.max(1, t + initial - 64));
      expect(verdictOf(await judgeAs(row, remap(set, { ttl })))).toEqual(verdictOf(await reportOf(row)));
    }
  });
});

describe('containers', () => {
  // A cut tail is written in one byte order only; pcapng has other endings.
  const whole = cases.filter((c) => c.scenario !== 'bad-truncated-file');
  const kinds = [
    { bigEndian: true, nanosecond: true },
    { gzip: true },
    { format: 'pcapng', bigEndian: true },
    { format: 'pcapng', nanosecond: true },
  ] as const;
  it.each(whole)('may be any: $title', async (row) => {
    const set = await setOf(row);
    const wanted = verdictOf(await reportOf(row));
    for (const kind of some(row, set, kinds)) {
      expect(verdictOf(await judge(writeSet(set, kind), row.options, row.folder))).toEqual(wanted);
    }
    const stem = (name: string): string => name.replace(/\.\w+$/, '');
    const drafts = set.flatMap((f) =>
      f.drafts.map((d) => ({
        ...d,
        interfaceName: [stem(f.name), d.interfaceName].filter((x) => x !== null).join('-'),
      })),
    );
    if (!row.bound) {
      const merged = [{ name: 'all.pcapng', tail: new Uint8Array(), drafts }];
      expect(verdictOf(await judgeAs(row, merged))).toEqual(wanted);
    }
  });
});

describe('traffic beside the ping', () => {
  // Each needs what it is put into: six captures by interface, no tags, encapsulation as the profile expects it.
  // Connections beside one that is followed are followed as well.
  const six = free.filter(
    (c) =>
      c.probes[0] === 'icmp' &&
      c.captures.some((n) => n.startsWith('pod1-ipip')) &&
      !/vlan|direct|snaplen/.test(c.title),
  );
  const local: Disturbance[] = disturbances.filter((d) => d !== 'another pair of pods pings');
  it.each(six)('changes nothing of what is said of it: $title', async (row) => {
    const set = await setOf(row);
    const report = await reportOf(row);
    const own = new Set(report.flows.map((f) => f.source + f.destination));
    const kinds = row.options.includes('--require') || /tcp|udp/.test(row.scenario) ? local : disturbances;
    for (const what of share(kinds, 3, row.turn)) {
      for (const offset of some(row, set, [200, -3000])) {
        const with_ = await judgeAs(row, disturb(set, what, offset));
        const flows = with_.flows.filter((f) => own.has(f.source + f.destination));
        // The other pair's own path is judged as well; where captures are broken for all, it is not healthy either.
        const outcome =
          what === 'another pair of pods pings' && report.outcome === 'unproven' ? report.outcome : with_.outcome;
        const said = verdictOf({ ...with_, flows, outcome });
        // More frames show more of when a capture ran: what was open for that reason may be told then.
        const isOpen = [report, ...report.flows].some(({ notes }) =>
          notes.some(({ id }) => id === 'capture-window' || id === 'empty-capture'),
        );
        if (isOpen) expect({ what, outcome: said.outcome }).toEqual({ what, outcome: report.outcome });
        else expect({ what, ...said }).toEqual({ what, ...verdictOf(report) });
      }
    }
  });
});

/**
 * Sets whose fault is only in the capture left out: what remains is a healthy part of a path, or a whole one, and nothing in it
 * tells of the fault. `masquerade`: without pod1's capture a request from node 1's tunnel address looks like a pod's.
 */
const onlyWitness = new Map([
  ['bad-masquerade', 'pod1.cap'],
  ['bad-truncated-file', 'node2.cap'],
]);

describe('one capture less', () => {
  const several = cases.filter((c) => c.captures.length > 1);
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: each capture left out in turn, and each way to be wrong about it
  it.each(several)('makes nothing pass: $title', async (row) => {
    const set = await setOf(row);
    const whole = await reportOf(row);
    for (const gone of share(set, 3, row.turn)) {
      const report = await judgeAs(
        row,
        set.filter((f) => f !== gone),
      );
      const ids = idsOf(report);
      const told = { without: gone.name, outcome: ids.outcome };
      if (whole.outcome !== 'pass' && onlyWitness.get(row.scenario) !== gone.name) {
        expect(told).not.toEqual({ without: gone.name, outcome: 'pass' });
      }
      // A healthy path stays healthy as far as it is seen.
      if (whole.outcome === 'pass') expect(told).not.toEqual({ without: gone.name, outcome: 'fail' });
      // Nothing is said of a point that is not there, and nothing passes at a place that nobody captured.
      const places = new Set([...report.points.map((p) => p.id), ...report.captures.map((c) => c.file)]);
      for (const f of findingsOf(report)) {
        if (f.point !== null) expect(places).toContain(f.point);
        else if (f.role !== null) expect(f.verdict).not.toBe('pass');
      }
      for (const hop of report.flows.flatMap((f) => f.journeys.flatMap((j) => j.request.hops))) {
        if (hop.point !== null) expect(places).toContain(hop.point);
        else expect(hop.observations).toEqual([]);
      }
    }
  });

  it.each(several)('and no underlay capture at all proves no path: $title', async (row) => {
    const rest = (await setOf(row)).filter((f) => !/^(node|all|kw\d\.)/.test(f.name));
    if (rest.length === 0) return;
    expect((await judgeAs(row, rest)).outcome).not.toBe('pass');
  });
});

describe('any part of a healthy set', () => {
  it.each(free.filter((c) => c.outcome === 'pass' && c.captures.length <= 6))('fails nowhere: $title', async (row) => {
    const set = await setOf(row);
    const masks = Array.from({ length: 2 ** set.length - 2 }, (_, i) => i + 1).filter(
      (m) => isShort(set) || m % 5 === 1,
    );
    for (const mask of share(masks, 12, row.turn)) {
      const part = set.filter((_, i) => (mask >> i) & 1);
      const report = await judgeAs(row, part);
      const failing = findingsOf(report).filter((f) => f.verdict === 'fail' && f.severity === 'error');
      expect({ part: part.map((f) => f.name), failing: failing.map((f) => `${f.rule} ${f.message}`) }).toEqual({
        part: part.map((f) => f.name),
        failing: [],
      });
    }
  });
});
