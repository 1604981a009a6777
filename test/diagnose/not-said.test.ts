/** What captures do not show is not said: the other half of the catalogue's cases. */
import { expect, it } from 'vitest';
import type { Outcome } from '../../src/checks/finding.js';
import { type Captures, checkPath, diagnosesOf } from '../support/check-path.js';
import { type IpipPath, ipipPath } from '../support/ipip-path.js';

const cases: readonly { name: string; path: IpipPath | Captures; outcome: Outcome; never: readonly string[] }[] = [
  {
    name: 'a checksum that is wrong on the sending side alone is no damage: an offload fills it in',
    path: ipipPath({ probes: 2 }).change(
      { at: ['source-pod', 'encapsulator-tunnel', 'encapsulator-underlay'] },
      (draft) => {
        draft.message = { ...draft.message!, checksum: 0x1234 };
      },
    ),
    outcome: 'pass',
    never: ['packet-corrupted'],
  },
  {
    name: 'a MAC that no captured ARP explains is no stale neighbour',
    path: ipipPath({ probes: 2, arp: false }).drop({ at: 'S34' }),
    outcome: 'fail',
    never: ['stale-neighbour'],
  },
];

it.each(cases)('$name', async ({ path, outcome, never }) => {
  const report = await checkPath(path);
  expect(report.outcome, report.reasons.join('\n')).toBe(outcome);
  for (const id of never) expect(diagnosesOf(report).map((d) => d.id)).not.toContain(id);
});
