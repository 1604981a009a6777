/** Threads change only how long reading takes. They are tested as they are installed: compiled. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProbeKind } from '../../src/path/probe-kinds.js';
import type * as pipeline from '../../src/pipeline.js';
import type { CheckRequest } from '../../src/pipeline.js';
import { share, times } from '../support/budget.js';
import { defaultRequest } from '../support/default-request.js';
import { readExpectedTable } from '../support/expected-table.js';
import { ipipPath, writeCaptures } from '../support/ipip-path.js';
import { capturesIn, projectRoot } from '../support/run-tool.js';

const { check } = (await import(join(projectRoot, 'dist', 'pipeline.js'))) as typeof pipeline;
const root = mkdtempSync(join(tmpdir(), 'threads-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Told {
  readonly report: string;
  readonly unusable: readonly string[];
  readonly byThreads: readonly string[];
}

async function tell(
  captures: readonly string[],
  threads: number,
  readsHere = true,
  probes: readonly ProbeKind[] = ['icmp'],
): Promise<Told> {
  const unusable: string[] = [];
  const byThreads: string[] = [];
  const request: CheckRequest = {
    ...defaultRequest(captures),
    maxJourneys: 20,
    probes,
    threads,
    readsHere,
    onUnusable: (message) => unusable.push(message),
    onThreadDone: (file) => byThreads.push(file),
  };
  return { report: JSON.stringify(await check(request)), unusable, byThreads };
}

describe('reading captures in several threads', () => {
  it.each(share(readExpectedTable(), 20, 0).map((row) => [row.scenario, row] as const))(
    'gives the same report of %s',
    async (_, row) => {
      const files = (row.captures.length > 0 ? row.captures : capturesIn(row.folder)).map((f) => join(row.folder, f));
      const alone = await tell(files, 0, true, row.probes);
      expect(alone.byThreads).toEqual([]);
      expect((await tell(files, 2, false, row.probes)).report).toBe(alone.report);
    },
  );

  it('leaves files to other threads, and gives the same report of a flood with losses and fragments', async () => {
    const path = ipipPath({ probes: times(1000, 3000), interval: 1_000_000n, seed: 11 })
      .drop({ at: 'S34', probe: Array.from({ length: 33 }, (_, i) => 1 + i * 30) })
      .fragment({ from: 'encapsulator-underlay', probe: [17, 400], mtu: 68, layer: 'outer' });
    const files = writeCaptures(join(root, 'flood'), path.captures());
    const alone = await tell(files, 0);
    const shared = await tell(files, 3, false);
    expect(shared.report).toBe(alone.report);
    expect([...shared.byThreads].sort()).toEqual([...files].sort());
  });

  it('says of unusable files what it says without threads', async () => {
    const files = writeCaptures(join(root, 'unusable'), ipipPath({ probes: 2 }).captures());
    const text = join(root, 'unusable', 'notes.cap');
    writeFileSync(text, 'no capture at all, but long enough to be looked at as one of some kind or other');
    const all = [text, ...files, join(root, 'missing.cap')];
    const alone = await tell(all, 0);
    expect(alone.unusable).toHaveLength(2);
    const shared = await tell(all, 2, false);
    expect(shared.unusable).toEqual(alone.unusable);
    expect(shared.report).toBe(alone.report);
  });
});
