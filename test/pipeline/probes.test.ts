/** TCP and UDP: which flows are followed, under which names, and what is said where there is nothing to follow. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { checkPath, diagnosesOf } from '../support/check-path.js';
import { ipipPath } from '../support/ipip-path.js';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, scenarioFolder } from '../support/run-tool.js';
import { handshake, tcpPath } from '../support/tcp-path.js';

async function json(scenario: string, ...options: string[]): Promise<{ status: number; report: Report }> {
  const folder = scenarioFolder(scenario);
  const files = capturesIn(folder).map((name) => join(folder, name));
  const { status, stdout } = await runInProcess(['check', ...files, '--format', 'json', ...options]);
  return { status: status!, report: JSON.parse(stdout) as Report };
}

const flowOf = ({ flows }: Report): unknown =>
  flows.map(({ source, destination, probe }) => [source, destination, probe]);

describe('--probe', () => {
  it('tcp: a connection is one flow with its ports, and one journey', async () => {
    const { status, report } = await json('tcp-ok', '--probe', 'tcp');
    expect(status).toBe(0);
    expect(flowOf(report)).toEqual([
      ['10.100.1.7', '10.100.2.8', { kind: 'tcp', sourcePort: 43_078, destinationPort: 8080 }],
    ]);
    expect(report.flows[0]!.journeys.map((j) => j.probe)).toEqual([
      { source: '10.100.1.7', destination: '10.100.2.8', sourcePort: 43_078, destinationPort: 8080 },
    ]);
  });

  it('auto takes pings, else TCP, else UDP, and says which', async () => {
    for (const [scenario, kind] of [
      ['ok-ping', 'icmp'],
      ['tcp-refused', 'tcp'],
      ['udp-ok', 'udp'],
    ] as const) {
      const { report } = await json(scenario, '--probe', 'auto');
      expect(new Set(report.flows.map((f) => f.probe?.kind))).toEqual(new Set([kind]));
      expect(report.notes.find((note) => note.id === 'probe-chosen')?.message).toMatch(new RegExp(kind, 'i'));
    }
  });

  it('--flow takes the destination port', async () => {
    expect((await json('tcp-ok', '--probe', 'tcp', '--flow', '10.100.1.7>10.100.2.8:8080')).status).toBe(0);
    expect((await json('tcp-ok', '--probe', 'tcp', '--flow', '10.100.1.7>10.100.2.8:8081')).status).toBe(3);
  });

  it('without a ping the report names what is there, and the option that follows it', async () => {
    for (const [scenario, kind] of [
      ['tcp-ok', 'tcp'],
      ['udp-ok', 'udp'],
    ] as const) {
      const { status, report } = await json(scenario);
      expect(status).toBe(3);
      const [found] = report.diagnoses;
      expect(found!.id).toBe('no-request-found');
      expect(found!.fact).toMatch(/(TCP|UDP) 10\.100\.1\.7:\d+ > 10\.100\.2\.8:\d+ \(6 captures\)/);
      expect(found!.causes[0]!.command).toContain(`--probe ${kind}`);
    }
    const { status, report } = await json('ok-ping', '--probe', 'udp');
    expect([status, report.reasons]).toEqual([3, ['no UDP exchange between pods was found']]);
  });
});

describe('SYNs that are sent again', () => {
  const again = [{ flags: 'S' }, null] as const;
  it('are attempts of one connection: the one that came farthest is followed', async () => {
    const path = tcpPath([again, again, handshake], { interval: 1_000_000_000n }).drop({ at: 'S34', probe: [1, 2] });
    const report = await checkPath(path, { probes: ['tcp'] });
    expect(report.flows.map((f) => [f.probes, f.delivered, f.replied])).toEqual([[1, 1, 1]]);
  });

  it('and none that arrives is a loss on its segment', async () => {
    const path = tcpPath([again, again, again], { interval: 1_000_000_000n }).drop({ at: 'S34' });
    const report = await checkPath(path, { probes: ['tcp'] });
    expect(report.outcome).toBe('fail');
    expect(report.flows.map((f) => [f.probes, f.delivered])).toEqual([[1, 0]]);
    expect(diagnosesOf(report).map((d) => d.segment)).toContain('S34');
  });
});

it('octets are followed where the captures began after the handshake', async () => {
  const data = [
    { flags: 'A', octets: 300 },
    { flags: 'A', octets: 400, acknowledges: 300 },
  ] as const;
  const report = await checkPath(tcpPath([data]), { probes: ['tcp'] });
  expect(report.flows.map((f) => f.probe)).toEqual([{ kind: 'tcp', sourcePort: 40_001, destinationPort: 8080 }]);
  expect(report.outcome).toBe('pass');
  const lost = await checkPath(tcpPath([data, data, data]).drop({ at: 'S34', direction: 'reply' }), {
    probes: ['tcp'],
  });
  expect(lost.outcome).not.toBe('pass');
});

it('pings are judged as before, whatever else is followed', async () => {
  const ping = await checkPath(ipipPath());
  const both = await checkPath(ipipPath(), { probes: ['icmp', 'tcp', 'udp'] });
  // Each run has a folder of its own.
  const text = ({ flows }: Report): string => JSON.stringify(flows).replace(/check-path-\w+/g, '');
  expect(text(both)).toBe(text(ping));
});
