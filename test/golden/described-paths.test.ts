/** The tool on paths that no lab made: other addresses, names, MTUs and file names than the samples', with one fault each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { awake } from '../support/awake.js';
import { type CaptureChoice, type IpipPath, ipipPath, writeCaptures } from '../support/ipip-path.js';
import { runInProcess } from '../support/run-in-process.js';

const root = mkdtempSync(join(tmpdir(), 'described-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Described {
  name: string;
  path: IpipPath;
  choice?: CaptureChoice;
  options?: string[];
  outcome: Report['outcome'];
  /** Must be among the diagnoses. */
  diagnosis?: string;
  /** Must not be. */
  never?: string;
  rules?: string[];
}

const jumbo = ['--mtu', '8980'];
const described: Described[] = [
  { name: 'healthy, three probes', path: ipipPath({ probes: 3 }), outcome: 'pass' },
  { name: 'no ARP seen', path: ipipPath({ arp: false }), outcome: 'pass' },
  { name: 'two routers between the nodes', path: ipipPath({ routers: 2 }), outcome: 'pass' },
  { name: 'VLAN on the underlay', path: ipipPath({ vlans: [100] }), outcome: 'pass' },
  { name: 'bridges captured as well', path: ipipPath({ bridges: true }), outcome: 'pass' },
  { name: '-i any, SLL2', path: ipipPath({ any: 'sll2' }), outcome: 'pass' },
  { name: '-i any, SLL', path: ipipPath({ any: 'sll' }), outcome: 'pass' },
  { name: 'a clock 3 s behind', path: ipipPath({ nodes: [{}, { clockOffset: -3_000_000_000n }] }), outcome: 'pass' },
  { name: 'pods that start at TTL 128 and 255', path: ipipPath({ ttl: 128, replyTtl: 255 }), outcome: 'pass' },
  {
    name: 'tunnel MTU 8980, exercised',
    path: ipipPath({ payload: 8952 }),
    options: [...jumbo, '--require', 'mtu'],
    outcome: 'pass',
  },
  { name: 'the same, held against 1480', path: ipipPath({ payload: 8952 }), outcome: 'fail', rules: ['IPT401'] },
  {
    name: 'SYNs that fit the tunnel MTU',
    path: ipipPath().background({ tcp: {}, udp: { datagrams: 2, octets: 100 } }),
    options: jumbo,
    outcome: 'pass',
  },
  {
    name: 'direct routing',
    path: ipipPath({ encapsulation: 'none' }),
    outcome: 'fail',
    diagnosis: 'direct-routing',
    rules: ['IPT201'],
  },
  {
    name: 'VXLAN',
    path: ipipPath({ encapsulation: 'vxlan' }),
    outcome: 'fail',
    diagnosis: 'wrong-tunnel-protocol',
    rules: ['IPT202'],
  },
  {
    name: 'GRE',
    path: ipipPath({ encapsulation: 'gre' }),
    outcome: 'fail',
    diagnosis: 'wrong-tunnel-protocol',
    rules: ['IPT202'],
  },
  { name: 'IPIP twice', path: ipipPath({ encapsulation: 'ipip-in-ipip' }), outcome: 'fail', rules: ['IPT202'] },
  {
    name: 'the reply goes plain',
    path: ipipPath({ replyEncapsulation: 'none' }),
    outcome: 'fail',
    diagnosis: 'reply-path-asymmetric',
    rules: ['IPT503'],
  },
  {
    name: 'masquerade on the source node',
    path: ipipPath({ masquerade: 'node1' }),
    outcome: 'fail',
    diagnosis: 'source-node-masquerade',
    rules: ['IPT301'],
  },
  {
    name: 'masquerade that gives each of three probes another identifier',
    path: ipipPath({ masquerade: 'node1', probes: 3 }),
    outcome: 'fail',
    diagnosis: 'source-node-masquerade',
    never: 'capture-blind',
    rules: ['IPT301', 'IPT306'],
  },
  {
    name: 'a reply that was sent, required to have come',
    path: ipipPath(),
    choice: { only: ['decapsulator-underlay', 'decapsulator-tunnel', 'destination-pod'] },
    options: ['--require', 'reply'],
    outcome: 'unproven',
  },
  {
    name: 'a reply that came to the source node',
    path: ipipPath(),
    choice: { only: ['encapsulator-underlay', 'decapsulator-underlay'] },
    options: ['--require', 'reply'],
    outcome: 'pass',
  },
  {
    name: 'masquerade on the destination node',
    path: ipipPath({ masquerade: 'node2' }),
    outcome: 'fail',
    diagnosis: 'destination-node-masquerade',
    rules: ['IPT301'],
  },
  {
    name: 'no answer',
    path: ipipPath({ replies: false }),
    outcome: 'fail',
    diagnosis: 'destination-silent',
    rules: ['IPT501'],
  },
  {
    name: 'lost in S12',
    path: ipipPath().drop({ at: 'S12' }),
    outcome: 'fail',
    diagnosis: 'source-node-forwarding-drop',
    rules: ['IPT010'],
  },
  {
    name: 'lost in S23',
    path: ipipPath().drop({ at: 'S23' }),
    outcome: 'fail',
    diagnosis: 'encapsulator-output-drop',
    rules: ['IPT010'],
  },
  {
    name: 'lost in S34',
    path: ipipPath({ probes: 3 }).drop({ at: 'S34' }),
    outcome: 'fail',
    diagnosis: 'proto4-blocked-in-underlay',
    rules: ['IPT010'],
  },
  {
    name: 'lost in S45',
    path: ipipPath().drop({ at: 'S45' }),
    outcome: 'fail',
    diagnosis: 'decapsulator-input-drop',
    rules: ['IPT010'],
  },
  {
    name: 'lost in S56',
    path: ipipPath().drop({ at: 'S56' }),
    outcome: 'fail',
    diagnosis: 'forward-drop-or-rp-filter',
    rules: ['IPT010'],
  },
  {
    name: 'reply lost in S34',
    path: ipipPath().drop({ at: 'S34', direction: 'reply' }),
    outcome: 'fail',
    diagnosis: 'proto4-blocked-in-underlay',
    rules: ['IPT502'],
  },
  {
    name: 'two of ten lost',
    path: ipipPath({ probes: 10 }).drop({ at: 'S34', probe: [4, 7] }),
    outcome: 'fail',
    diagnosis: 'random-loss',
    rules: ['IPT010'],
  },
  {
    name: 'one of three doubled',
    path: ipipPath({ probes: 3 }).duplicate({ at: 'S34', probe: 2 }),
    outcome: 'fail',
    diagnosis: 'packet-duplicated',
    rules: ['IPT012'],
  },
  {
    name: 'one of four overtaken',
    path: ipipPath({ probes: 4, interval: 20_000_000n }).reorder({ at: 'S34', probe: 2 }),
    outcome: 'pass',
    diagnosis: 'packet-reordered',
    rules: ['IPT015'],
  },
  {
    name: 'port unreachable from the decapsulator',
    path: ipipPath().drop({ at: 'S45' }).icmpError({ from: '10.9.0.22', type: 3, code: 3, quote: 'outer' }),
    outcome: 'fail',
    diagnosis: 'tunnel-down-at-decapsulator',
    rules: ['IPT013'],
  },
  {
    name: 'inner fragments, and nobody captured where they were made',
    path: ipipPath({ payload: 1472, dontFragment: false }).fragment({ from: 'encapsulator-tunnel', mtu: 1480 }),
    choice: { without: ['source-pod', 'destination-pod'] },
    options: jumbo,
    outcome: 'unproven',
  },
  {
    name: 'outer fragments',
    path: ipipPath({ payload: 3000 }).fragment({ mtu: 1500, layer: 'outer' }),
    options: jumbo,
    outcome: 'fail',
    rules: ['IPT210'],
  },
  {
    name: 'the payload is changed on the way',
    path: ipipPath().change({ from: 'decapsulator-underlay' }, (draft) => {
      if (draft.message !== null) draft.message.data[30]! ^= 0x10;
    }),
    outcome: 'fail',
    rules: ['IPT303'],
  },
  {
    name: 'a blind capture',
    path: awake(ipipPath().blind('encapsulator-underlay'), 'encapsulator-underlay'),
    outcome: 'unproven',
    diagnosis: 'capture-blind',
  },
  {
    name: 'each capture from a ping of its own',
    path: ipipPath({ differentRuns: true }),
    outcome: 'unproven',
    diagnosis: 'captures-from-different-runs',
    never: 'packet-corrupted',
  },
];

const exitStatuses = { pass: 0, fail: 1, unproven: 3 } as const;

describe('check on described paths', () => {
  it.each(described)(
    '$name: $outcome',
    async ({ name, path, choice, options = [], outcome, diagnosis, never, rules = [] }) => {
      const folder = join(root, name.replace(/\W+/g, '-'));
      const files = writeCaptures(folder, path.captures(choice));
      const run = await runInProcess(['check', ...files, ...options, '--format', 'json']);
      expect(run.stdout, run.stderr).toMatch(/^\{/);
      const report = JSON.parse(run.stdout) as Report;
      const diagnoses = [...report.diagnoses, ...report.flows.flatMap((flow) => flow.diagnoses)].map(({ id }) => id);
      const findings = report.flows.flatMap((flow) => [
        ...flow.findings,
        ...flow.journeys.flatMap((journey) => journey.findings),
      ]);
      const failing = findings.filter((finding) => finding.verdict === 'fail').map((finding) => finding.rule);

      expect({ outcome: report.outcome, status: run.status, reasons: report.reasons }).toMatchObject({
        outcome,
        status: exitStatuses[outcome],
      });
      if (diagnosis !== undefined) expect(diagnoses).toContain(diagnosis);
      if (never !== undefined) expect(diagnoses).not.toContain(never);
      expect(failing).toEqual(expect.arrayContaining(rules));
    },
  );
});
