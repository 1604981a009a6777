/** Captures that began late, ended early, were rotated or were taken at another time: nothing is lost by it, and nothing passes by it. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { share, times } from '../support/budget.js';
import { readExpectedTable } from '../support/expected-table.js';
import { type CaptureSet, judgeSet, readSet, shiftClock, verdictOf } from '../support/variants.js';

/** The same cuts each day: a first ping in flight and a dead path look alike, and few cuts of millions hit one. */
const runs = { numRuns: times(6, 25), seed: 20_261_128 };
/** Healthy sets of several pings, six captures by interface. */
const healthy = readExpectedTable().filter(
  (row) =>
    row.outcome === 'pass' &&
    row.options.length === 0 &&
    row.captures.length === 6 &&
    row.captures.some((name) => name.startsWith('pod1-ipip')) &&
    // Fragments of one datagram in two files are put together in neither.
    // Where datagrams overtake one another, the second frame of a file need not be the first answer.
    !/snaplen|tcp|udp|fragment|reorder/.test(row.scenario),
);

const timesOf = (set: CaptureSet): bigint[] =>
  set.flatMap((f) => f.drafts.flatMap((d) => d.frames.map(({ time }) => time))).sort((a, b) => (a < b ? -1 : 1));

/** A file that ran only from one instant to another. */
function cut(set: CaptureSet, from: readonly bigint[], to: readonly bigint[]): CaptureSet {
  return set.map((file, i) => ({
    ...file,
    drafts: file.drafts.map((d) => ({
      ...d,
      frames: d.frames.filter(({ time }) => time >= from[i]! && time <= to[i]!),
    })),
  }));
}

describe.each(healthy.map((row) => ({ ...row, title: row.scenario })))('$title', (row) => {
  let set: CaptureSet;
  let times: bigint[];
  beforeAll(async () => {
    set = await readSet(row.folder, row.captures);
    times = timesOf(set);
  });
  const instant = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: 1_000_000 });
  const at = (share: number): bigint => times[0]! + ((times.at(-1)! - times[0]!) * BigInt(share)) / 1_000_000n;

  it('gives no loss wherever each capture ended, once a ping has passed all of them', async () => {
    // Until then a capture that ended and a path that is dead look alike.
    const passed = Math.max(
      ...set.map((f) => {
        const own = f.drafts.flatMap((d) => d.frames).filter(({ bytes }) => bytes.length >= 84);
        return own.length === 0 ? 0 : Number(own[Math.min(1, own.length - 1)]!.time - times[0]!);
      }),
    );
    const share = Math.ceil((passed / Number(times.at(-1)! - times[0]! || 1n)) * 1_000_000) + 1;
    if (share >= 1_000_000) return;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: share, max: 1_000_000 }), { minLength: 6, maxLength: 6 }),
        async (ends) => {
          const report = await judgeSet(
            cut(
              set,
              set.map(() => times[0]!),
              ends.map(at),
            ),
            [],
            row.folder,
          );
          expect(report.outcome, report.reasons.join('\n')).not.toBe('fail');
        },
      ),
      runs,
    );
  });

  it('gives no loss wherever each capture began', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(instant(), { minLength: 6, maxLength: 6 }), async (starts) => {
        const report = await judgeSet(
          cut(
            set,
            starts.map(at),
            set.map(() => times.at(-1)!),
          ),
          [],
          row.folder,
        );
        expect(report.outcome, report.reasons.join('\n')).not.toBe('fail');
      }),
      runs,
    );
  });

  it('says the same of a file that was rotated', async () => {
    const wanted = verdictOf(await judgeSet(set, [], row.folder));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 5 }), instant(), async (which, share) => {
        const when = at(share);
        const split = set.flatMap((file, i) => {
          if (i !== which) return [file];
          const half = (name: string, keep: (time: bigint) => boolean): CaptureSet[0] => ({
            ...file,
            name,
            drafts: file.drafts.map((d) => ({ ...d, frames: d.frames.filter(({ time }) => keep(time)) })),
          });
          return [half(file.name, (time) => time <= when), half(`${file.name}1`, (time) => time > when)];
        });
        const report = await judgeSet(split, [], row.folder);
        expect(verdictOf(report), report.reasons.join('\n')).toEqual(wanted);
      }),
      runs,
    );
  });

  it('is no pass when one capture of a node is of another time', async () => {
    const offsets = [
      -86_400_000_000_000n,
      -5_000_000_000n,
      -20_000_000n,
      20_000_000n,
      5_000_000_000n,
      86_400_000_000_000n,
    ];
    for (const [turn, file] of set.entries()) {
      for (const by of share(offsets, 2, turn)) {
        const report = await judgeSet(shiftClock(set, new Set([file.name]), by), [], row.folder);
        expect(report.outcome, `${file.name} ${by}`).not.toBe('pass');
      }
    }
  });
});
