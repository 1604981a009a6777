/** Nodes whose pods all ping one another: what a flow costs does not grow with the number of captures, and none is taken for another. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mesh } from '../../bench/generate.mjs';
import { findPaths } from '../../src/follow/find-paths.js';
import { observeCaptures } from '../../src/observe/intake.js';
import { gatherSighted } from '../../src/observe/sighted.js';
import { check } from '../../src/pipeline.js';
import { defaultRequest } from '../support/default-request.js';

const root = mkdtempSync(join(tmpdir(), 'mesh-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function capturesOf(nodes: number, isLost?: (from: number, to: number) => boolean): string[] {
  const folder = join(root, `${nodes}-${isLost === undefined ? 'whole' : 'lossy'}`);
  mesh(folder, nodes, isLost);
  return readdirSync(folder).map((name) => join(folder, name));
}

describe('a mesh of nodes', () => {
  it.each([4, 12])('places each flow at its own two nodes only, of %i', async (nodes) => {
    const captures = capturesOf(nodes);
    const request = defaultRequest(captures);
    const { files } = await observeCaptures(captures, { ...request, probes: ['icmp'] });
    const { paths, unjudged } = findPaths(gatherSighted(files), request);
    expect(paths).toHaveLength(nodes * (nodes - 1));
    expect(unjudged).toBe(0);
    for (const { assignments } of paths) {
      expect(assignments.map(({ role }) => role).sort()).toEqual([
        'decapsulator-tunnel',
        'decapsulator-underlay',
        'encapsulator-tunnel',
        'encapsulator-underlay',
      ]);
    }
  });

  it('fails in the two flows that cross where datagrams are lost, and shows them beside the first that pass', async () => {
    const report = await check(defaultRequest(capturesOf(33, (from, to) => from === 33 && to === 17)));
    expect(report.flows).toHaveLength(1056);
    const failed = report.flows.filter(({ outcome }) => outcome !== 'pass');
    expect(failed.map((f) => [f.outcome, f.source, f.destination, f.probes, f.delivered])).toEqual([
      ['fail', '10.200.17.2', '10.200.33.2', 3, 3],
      ['fail', '10.200.33.2', '10.200.17.2', 3, 0],
    ]);
    expect(failed[0]!.diagnoses[0]).toMatchObject({ direction: 'reply', segment: 'S34' });
    expect(failed[1]!.diagnoses[0]).toMatchObject({ direction: 'request', segment: 'S34' });
    expect(failed[1]).toMatchObject({ journeysOmitted: 2, journeys: [{ outcome: 'fail' }] });
    expect(report.flows.filter(({ journeys }) => journeys.length > 0)).toHaveLength(1000 + failed.length);
    expect(report.flows.at(-1)).toMatchObject({ outcome: 'pass', journeys: [], journeysOmitted: 3 });
  });
});
