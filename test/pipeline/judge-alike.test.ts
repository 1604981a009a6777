/** Probes that look alike are judged once: the report must not show it, whatever happens to the probes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProbeKind } from '../../src/path/probe-kinds.js';
import { check } from '../../src/pipeline.js';
import { times } from '../support/budget.js';
import { defaultRequest } from '../support/default-request.js';
import { readExpectedTable } from '../support/expected-table.js';
import { ipipPath, writeCaptures } from '../support/ipip-path.js';
import { capturesIn } from '../support/run-tool.js';

const root = mkdtempSync(join(tmpdir(), 'alike-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function reports(
  captures: readonly string[],
  maxJourneys: number,
  probes: readonly ProbeKind[] = ['icmp'],
): Promise<string[]> {
  const request = { ...defaultRequest(captures), maxJourneys, probes };
  const both = [await check(request), await check({ ...request, judgeEach: true })];
  return both.map((report) => JSON.stringify(report));
}

/** Every nth of `count` probes, from `first`. */
function every(n: number, first: number, count: number): number[] {
  return Array.from({ length: Math.floor((count - first) / n) + 1 }, (_, i) => first + i * n);
}

describe('judging one of many alike probes', () => {
  it.each([1, 100])('gives the same report on a flow of mixed faults, keeping %i journeys', async (kept) => {
    const probes = times(700, 1500);
    const some = (n: number, first: number): number[] => every(n, first, probes);
    const path = ipipPath({ probes, interval: 1_000_000n, seed: 5 })
      .drop({ at: 'S34', probe: some(13, 7) })
      .drop({ at: 'S23', direction: 'reply', probe: some(29, 3) })
      .drop({ at: 'destination', probe: some(101, 40) })
      .duplicate({ at: 'S34', probe: some(37, 5) })
      .reorder({ at: 'S34', probe: some(41, 9) })
      .change({ from: 'decapsulator-underlay', probe: some(43, 11) }, (draft) => {
        if (draft.message !== null) draft.message.data[30]! ^= 0x10;
      })
      .change({ from: 'decapsulator-underlay', probe: some(47, 13) }, (draft) => {
        draft.inner.identification = (draft.inner.identification + 1) & 0xffff;
      })
      .change({ at: 'encapsulator-underlay', probe: some(53, 17) }, (draft) => {
        draft.outer[0]!.ttl = 7;
      })
      .fragment({ from: 'encapsulator-underlay', probe: some(311, 19), mtu: 68, layer: 'outer' })
      .icmpError({ from: '192.0.2.1', type: 3, code: 13, quote: 'inner', probe: some(211, 21) });
    const files = writeCaptures(join(root, `mixed-${kept}`), path.captures());
    const [alike, each] = await reports(files, kept);
    expect(alike).toBe(each);
    const { flows } = JSON.parse(alike!);
    expect(flows[0].probes).toBeGreaterThanOrEqual(probes);
    expect(flows[0].segments.some((s: { lost: number }) => s.lost > times(25, 50))).toBe(true);
  });

  it('gives the same report when an error quotes only the outer header of all of them', async () => {
    const path = ipipPath({ probes: 400, interval: 1_000_000n })
      .drop({ at: 'S34', probe: every(2, 2, 400) })
      .icmpError({ from: '192.0.2.1', type: 3, code: 1, quote: 'outer', probe: [4], quoteOctets: 28 });
    const files = writeCaptures(join(root, 'outer'), path.captures());
    const [alike, each] = await reports(files, 20);
    expect(alike).toBe(each);
  });

  it.each(readExpectedTable().map((row) => [row.scenario, row] as const))(
    'gives the same report of %s',
    async (_, row) => {
      const files = (row.captures.length > 0 ? row.captures : capturesIn(row.folder)).map((f) => join(row.folder, f));
      const [alike, each] = await reports(files, 1, row.probes);
      expect(alike).toBe(each);
    },
  );
});
