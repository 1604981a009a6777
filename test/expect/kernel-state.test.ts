/** The expectation from kernel state, judged by the packets that the same kernels sent, and by what is known to be broken. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKernelState } from '../../src/expect/kernel-state.js';
import type { HopRole } from '../../src/path/facts.js';
import { hasTshark, tsharkFieldsOfAll } from '../support/tshark.js';
import { readSet } from '../support/variants.js';
import { changedState, flowOf, plain, scenarios, stateOf } from './support.js';

const POD1 = '10.244.1.2';
const POD2 = '10.244.2.2';

/** Broken sets whose fault stands in the tables: what the state must say, in which segment. Packets alone show the rest. */
const convicted: Readonly<Record<string, readonly string[]>> = {
  'bad-stale-arp': ['neighbour-wrong stale-neighbour S34 request'],
  'bad-stale-arp-lost': ['neighbour-wrong stale-neighbour S34 request'],
  'bad-wrong-remote': ['wrong-decapsulator wrong-decapsulator S34 request'],
  'bad-outer-src': [
    'wrong-outer-source wrong-outer-source S23 request',
    'wrong-outer-source wrong-outer-source S23 reply',
  ],
  'bad-mtu-pod': [
    'pod-mtu-exceeds-tunnel pod-mtu-exceeds-tunnel S12 request',
    'pod-mtu-exceeds-tunnel pod-mtu-exceeds-tunnel S56 reply',
  ],
  'bad-mtu-pod-fragments': [
    'pod-mtu-exceeds-tunnel pod-mtu-exceeds-tunnel S12 request',
    'pod-mtu-exceeds-tunnel pod-mtu-exceeds-tunnel S56 reply',
  ],
  'bad-missing-tunnel-node2': ['no-tunnel-device tunnel-down-at-decapsulator S45 request'],
  'bad-wrong-backend': [
    'wrong-tunnel-device wrong-tunnel-protocol S23 request',
    'wrong-tunnel-device wrong-tunnel-protocol S45 reply',
  ],
  'bad-no-route-node1': ['no-route tunnel-route-missing S12 request'],
  'bad-asymmetric': ['reply-path-asymmetric reply-path-asymmetric - reply'],
  'bad-rp-filter': ['reply-path-asymmetric reply-path-asymmetric - reply'],
  'bad-node2-down': ['device-down neighbour-unresolved S34 request'],
  'bad-pod2-gone': ['pod-not-on-bridge destination-unreachable S56 request'],
  'bad-mtu-underlay': ['underlay-mtu-reduced pmtu-reduced S34 request'],
  'bad-mtu-underlay-blackhole': ['underlay-mtu-reduced pmtu-reduced S34 request'],
};

describe('every scenario of a real kernel', () => {
  it.each([...scenarios.keys()])('%s: errors in the state are exactly the known ones', (name) => {
    const source = readKernelState(stateOf(name));
    const problems = [...source.problems, ...flowOf(source, POD1, POD2).problems].filter((p) => p.severity === 'error');
    expect(problems.map((p) => `${p.name} ${p.diagnosis} ${p.segment ?? '-'} ${p.direction}`)).toEqual(
      convicted[name] ?? [],
    );
  });
});

it('says what ought to be, not what the broken table says', () => {
  const sent = (name: string): Record<string, string | number> =>
    plain(flowOf(readKernelState(stateOf(name)), POD1, POD2).request['encapsulator-underlay']);
  expect(sent('bad-stale-arp').destinationMac).toBe('00:0c:29:d4:77:82');
  expect(sent('bad-wrong-remote')).toMatchObject({
    outerDestination: '192.168.0.82',
    destinationMac: '00:0c:29:d4:77:82',
  });
  expect(sent('bad-outer-src').outerSource).toBe('192.168.0.81');
  expect(sent('bad-no-route-node1')).toMatchObject({ encapsulation: 'ipip', outerDestination: '192.168.1.82' });
  const reply = flowOf(readKernelState(stateOf('bad-asymmetric')), POD1, POD2).reply['decapsulator-underlay'];
  expect(plain(reply)).toMatchObject({
    encapsulation: 'ipip',
    outerSource: '192.168.0.82',
    outerDestination: '192.168.0.81',
  });
  // A VXLAN device is no statement that IPIP is right: then the profile has the word.
  expect(
    flowOf(readKernelState(stateOf('bad-wrong-backend')), POD1, POD2).request['encapsulator-underlay']?.encapsulation,
  ).toBeUndefined();
});

it('names where every fact comes from', () => {
  const facts = flowOf(readKernelState(stateOf('ok-ping')), POD1, POD2);
  const files = new Set(readdirSync(stateOf('ok-ping')));
  for (const hops of [facts.request, facts.reply]) {
    for (const hop of Object.values(hops)) {
      for (const fact of Object.values(hop)) {
        expect(fact.source).toBe('kernel-state');
        expect([...files].some((file) => fact.from === file || file.startsWith(`${fact.from}.`))).toBe(true);
      }
    }
  }
  expect(facts.request['encapsulator-underlay']?.outerDestination?.from).toBe('node1.route.json');
});

const healthy: readonly [string, string, string, Readonly<Record<string, HopRole>>][] = (() => {
  const usual: Record<string, HopRole> = {
    'pod1.cap': 'source-pod',
    'pod1-ipip.cap': 'encapsulator-tunnel',
    'node1.cap': 'encapsulator-underlay',
    'node2.cap': 'decapsulator-underlay',
    'pod2-ipip.cap': 'decapsulator-tunnel',
    'pod2.cap': 'destination-pod',
  };
  const direct = { ...usual };
  delete direct['pod1-ipip.cap'];
  delete direct['pod2-ipip.cap'];
  return [
    ['ok-ping', POD1, POD2, usual],
    ['ok-router', POD1, POD2, usual],
    ['ok-vlan', POD1, POD2, usual],
    ['ok-direct-routing', POD1, POD2, direct],
    [
      'ok-reverse',
      POD2,
      POD1,
      Object.fromEntries(Object.entries(usual).map(([file], i, all) => [file, all[all.length - 1 - i]![1]])),
    ],
  ];
})();

describe.skipIf(!hasTshark)('packets as tshark reads them show the predicted frame at every hop', () => {
  const fields = ['icmp.type', 'eth.src', 'eth.dst', 'ip.src', 'ip.dst', 'ip.ttl', 'ip.len'];
  it.each(healthy)('%s %s > %s', async (name, from, to, roles) => {
    const facts = flowOf(readKernelState(stateOf(name)), from, to);
    const captures = (await readSet(scenarios.get(name)!, Object.keys(roles))).map(({ drafts }) => drafts[0]!);
    const seenBy = tsharkFieldsOfAll(captures, fields, ['-Y', 'icmp.type == 8 || icmp.type == 0']);
    for (const [i, [file, role]] of Object.entries(roles).entries()) {
      const frames = seenBy[i]!;
      for (const [type, sourceMac, destinationMac, sources, destinations, ttls, lengths] of frames) {
        const hop = plain(facts[type === '8' ? 'request' : 'reply'][role]);
        const outer = sources!.includes(',');
        const seen: Record<string, string | number> = {
          encapsulation: outer ? 'ipip' : 'none',
          innerSource: sources!.split(',').at(-1)!,
          innerDestination: destinations!.split(',').at(-1)!,
          innerTtlDrop: 64 - Number(ttls!.split(',').at(-1)),
        };
        if (sourceMac !== '') Object.assign(seen, { sourceMac, destinationMac });
        if (outer)
          Object.assign(seen, { outerSource: sources!.split(',')[0]!, outerDestination: destinations!.split(',')[0]! });
        const { node, interfaceName, mtu, ...predicted } = hop;
        expect({ file, type, ...predicted }).toEqual({ file, type, ...seen });
        expect(Number(lengths!.split(',')[0])).toBeLessThanOrEqual(Number(mtu));
        expect(node).toBeDefined();
        expect(interfaceName).toBeDefined();
      }
      expect(frames.length).toBeGreaterThanOrEqual(2);
    }
  });
});

it('needs no neighbour entries: before the first ping there are none', () => {
  const before = changedState(
    stateOf('ok-ping'),
    Object.fromEntries(['node1', 'node2', 'master', 'pod1', 'pod2'].map((n) => [`${n}.neigh.json`, '[]'])),
  );
  const facts = flowOf(readKernelState(before), POD1, POD2);
  expect(facts.problems).toEqual([]);
  const { request, reply } = flowOf(readKernelState(stateOf('ok-ping')), POD1, POD2);
  expect(Object.entries(facts.request).map(([, hop]) => plain(hop))).toEqual(Object.values(request).map(plain));
  expect(Object.entries(facts.reply).map(([, hop]) => plain(hop))).toEqual(Object.values(reply).map(plain));
});

it('follows a node that sends itself, and a pod that pings a node, without blaming anyone', () => {
  const source = readKernelState(stateOf('ok-concurrent'));
  const fromNode = flowOf(source, '10.244.1.0', POD2);
  expect(fromNode.problems).toEqual([]);
  expect(plain(fromNode.request['encapsulator-underlay'])).toMatchObject({
    innerTtlDrop: 0,
    outerDestination: '192.168.0.82',
  });
  expect(fromNode.request['source-pod']).toBeUndefined();
  expect(plain(fromNode.reply['encapsulator-tunnel'])).toMatchObject({ innerTtlDrop: 1 });
  const nodes = flowOf(source, '192.168.0.81', '192.168.0.82');
  expect(nodes.problems).toEqual([]);
  expect(plain(nodes.request['encapsulator-underlay'])).toMatchObject({
    encapsulation: 'none',
    destinationMac: '00:0c:29:d4:77:82',
  });
  const toNode = flowOf(source, POD1, '192.168.0.82');
  expect(toNode.problems.filter((p) => p.severity === 'error')).toEqual([]);
});

it('knows names and owners, and nothing of strangers', () => {
  const source = readKernelState(stateOf('ok-vlan'));
  expect(source.nameOf(0x0af40102)).toBe('pod1');
  expect(source.ownerOfMac('00:0C:29:D4:77:82')).toBe('node2 ens33.100');
  expect(source.ownerOfMac('00:00:00:00:00:01')).toBeNull();
  expect(source.flow(0x08080808, 0x08080404)).toBeNull();
});

it('pods of one node meet on its bridge', () => {
  const facts = flowOf(readKernelState(stateOf('ok-concurrent')), POD1, '10.244.1.3');
  expect(facts.problems).toEqual([]);
  expect(plain(facts.request['source-pod']).destinationMac).toBe('ea:bc:22:e6:7a:fb');
  expect(plain(facts.request['destination-pod'])).toMatchObject({ sourceMac: 'ea:bc:22:e6:7a:fa', innerTtlDrop: 0 });
  expect(facts.request['encapsulator-tunnel']).toBeUndefined();
});

describe('dumps of the nodes alone', () => {
  const nodesOnly = (name: string): string => {
    const folder = changedState(stateOf(name), {});
    for (const file of readdirSync(folder)) if (file.startsWith('pod')) rmSync(join(folder, file));
    return folder;
  };
  it('still predict every hop', () => {
    const facts = flowOf(readKernelState(nodesOnly('ok-ping')), POD1, POD2);
    const whole = flowOf(readKernelState(stateOf('ok-ping')), POD1, POD2);
    for (const role of Object.keys(whole.request) as HopRole[]) {
      for (const key of [
        'sourceMac',
        'destinationMac',
        'outerSource',
        'outerDestination',
        'innerTtlDrop',
        'encapsulation',
      ] as const) {
        expect([role, key, plain(facts.request[role])[key]]).toEqual([role, key, plain(whole.request[role])[key]]);
      }
    }
  });
  it('still convict a wrong outer destination', () => {
    const names = flowOf(readKernelState(nodesOnly('bad-wrong-remote')), POD1, POD2).problems.map((p) => p.name);
    expect(names).toContain('wrong-decapsulator');
  });
});

describe('tables that contradict themselves', () => {
  const broken = (scenario: string, changes: Parameters<typeof changedState>[1]): string[] => {
    const source = readKernelState(changedState(stateOf(scenario), changes));
    return [...source.problems, ...flowOf(source, POD1, POD2).problems]
      .filter((p) => p.severity === 'error')
      .map((p) => p.name);
  };
  const replaced = (from: string, to: string) => (before: string) => before.replaceAll(from, to);

  it('a route loop between two nodes', () => {
    expect(
      broken('ok-ping', {
        // node2 sends its own pods' subnet back to node1.
        'node2.route.json': replaced(
          '{"dst":"10.244.2.0/24","dev":"cni0","protocol":"kernel","scope":"link","prefsrc":"10.244.2.1","flags":[]}',
          '{"dst":"10.244.2.0/24","gateway":"192.168.0.81","dev":"flannel.ipip","flags":["onlink"]}',
        ),
        ...Object.fromEntries(['link', 'addr', 'route', 'neigh'].map((kind) => [`pod2.${kind}.json`, null])),
      }),
    ).toContain('route-loop');
  });
  it('the tunnel routed into itself', () => {
    expect(
      broken('ok-ping', {
        'node1.route.json': replaced(
          '{"dst":"192.168.0.0/24","dev":"ens33"',
          '{"dst":"192.168.0.82","dev":"flannel.ipip","flags":[]},{"dst":"192.168.0.0/24","dev":"ens33"',
        ),
      }),
    ).toContain('recursive-route');
  });
  it('two nodes with one tunnel address', () => {
    expect(broken('ok-ping', { 'master.addr.json': replaced('10.244.0.0', '10.244.1.0') })).toContain(
      'duplicate-tunnel-address',
    );
  });
  it('two pods with one address', () => {
    const pod2 = readFileSync(join(stateOf('ok-ping'), 'pod2.addr.json'), 'utf8');
    expect(broken('ok-ping', { 'pod3.addr.json': pod2 })).toContain('address-conflict');
  });
  it('a tunnel MTU that the underlay cannot carry', () => {
    expect(
      broken('ok-ping', {
        'node1.link.json': replaced('"mtu":1500', '"mtu":1450'),
        'node1.addr.json': replaced('"mtu":1500', '"mtu":1450'),
      }),
    ).toContain('tunnel-mtu-mismatch');
  });
  it('a refusing route, and none at all', () => {
    const route = '{"dst":"10.244.2.0/24","gateway":"192.168.0.82","dev":"flannel.ipip","flags":["onlink"]}';
    expect(
      broken('ok-ping', {
        'node1.route.json': replaced(route, '{"type":"blackhole","dst":"10.244.2.0/24","flags":[]}'),
      }),
    ).toEqual(['no-route']);
    expect(broken('ok-ping', { 'node1.route.json': '[]' })).toContain('no-route');
  });
  it('strict rp_filter where the way back is another one, and forwarding switched off', () => {
    expect(
      broken('bad-rp-filter', {
        'node2.sysctl.txt':
          'net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.flannel.ipip.rp_filter = 1\nnet.ipv4.ip_forward = 1\n',
      }),
    ).toContain('rp-filter-contradiction');
    expect(broken('ok-ping', { 'node1.sysctl.txt': 'net.ipv4.ip_forward = 0\n' })).toEqual(['forwarding-off']);
  });
  it('a gateway address learnt wrong, and a pod address learnt wrong', () => {
    expect(broken('ok-ping', { 'pod1.neigh.json': replaced('ae:97:0b:c3:5e:01', '02:00:00:00:00:01') })).toEqual([
      'neighbour-wrong',
    ]);
    expect(broken('ok-ping', { 'node2.neigh.json': replaced('06:d6:fd:bf:4c:02', '02:00:00:00:00:01') })).toEqual([
      'neighbour-wrong',
    ]);
  });
  it('a router on the way that sends back', () => {
    expect(
      broken('ok-router', {
        'router.route.json': replaced(
          '{"dst":"192.168.1.0/24","dev":"eth1"',
          '{"dst":"192.168.1.0/24","gateway":"192.168.0.81","dev":"eth0"',
        ),
      }),
    ).toContain('route-loop');
  });
});

describe('other clusters', () => {
  it('Calico, IPIP always: proxy ARP, host routes, outer source by routing, jumbo frames', () => {
    const source = readKernelState('test/fixtures/state/calico-ipip');
    const facts = flowOf(source, '10.60.73.5', '10.60.118.66');
    expect([...source.problems, ...facts.problems]).toEqual([]);
    expect(source.profile?.value).toBe('calico-ipip');
    expect(facts.tunnelMtu?.value).toBe(8981);
    expect(plain(facts.request['source-pod'])).toMatchObject({
      node: 'kworker-a',
      destinationMac: 'ee:ee:ee:ee:ee:ee',
      mtu: 8981,
    });
    expect(plain(facts.request['encapsulator-underlay'])).toMatchObject({
      outerSource: '172.16.5.11',
      outerDestination: '172.16.5.12',
      interfaceName: 'ens5',
      mtu: 9001,
    });
    expect(plain(facts.request['destination-pod'])).toMatchObject({
      node: 'kworker-b',
      sourceMac: 'ee:ee:ee:ee:ee:ee',
      destinationMac: 'ca:fe:00:01:18:66',
    });
  });
  it('Calico, CrossSubnet: plain inside a rack, IPIP between racks, through a router nobody dumped, half of it text', () => {
    const source = readKernelState('test/fixtures/state/calico-crosssubnet');
    expect(source.profile?.value).toBe('calico-ipip-crosssubnet');
    const near = flowOf(source, '10.42.1.4', '10.42.2.4');
    const far = flowOf(source, '10.42.1.4', '10.42.3.4');
    expect([...source.problems, ...near.problems, ...far.problems]).toEqual([]);
    expect(plain(near.request['encapsulator-underlay'])).toMatchObject({
      encapsulation: 'none',
      destinationMac: '0c:c4:7a:00:01:12',
    });
    expect(near.request['encapsulator-tunnel']).toBeUndefined();
    expect(plain(far.request['encapsulator-underlay'])).toMatchObject({
      encapsulation: 'ipip',
      outerDestination: '10.10.2.13',
      destinationMac: '0c:c4:7a:ff:01:01',
    });
    expect(plain(far.request['decapsulator-underlay'])).toMatchObject({
      sourceMac: '0c:c4:7a:ff:02:01',
      destinationMac: '0c:c4:7a:00:02:13',
    });
    expect(plain(far.reply['destination-pod'])).toMatchObject({
      node: 'rack2-n3',
      sourceMac: 'aa:bb:cc:03:00:04',
      destinationMac: 'ee:ee:ee:ee:ee:ee',
    });
  });
  it('text outputs alone: ifconfig, route -n, ip -d link, ethtool -S', () => {
    const source = readKernelState('test/fixtures/state/article');
    const facts = flowOf(source, POD1, POD2);
    expect([...source.problems, ...facts.problems]).toEqual([]);
    expect(plain(facts.request['source-pod'])).toMatchObject({
      node: 'node1',
      sourceMac: 'ea:bc:22:e6:7a:fa',
      mtu: 1480,
      interfaceName: 'eth0',
    });
    expect(plain(facts.request['encapsulator-underlay'])).toMatchObject({
      outerSource: '192.168.0.81',
      outerDestination: '192.168.0.82',
      interfaceName: 'ens33',
    });
    expect(plain(facts.request['destination-pod'])).toMatchObject({ destinationMac: '06:d6:fd:bf:4c:02' });
  });
  it("one node's ip-resources.txt of a Retina capture", () => {
    const source = readKernelState('test/fixtures/state/retina');
    const facts = flowOf(source, '10.244.3.7', '10.244.4.4');
    expect([...source.problems, ...facts.problems]).toEqual([]);
    expect(plain(facts.request['encapsulator-underlay'])).toMatchObject({
      outerSource: '10.224.0.4',
      outerDestination: '10.224.0.5',
      destinationMac: '00:0d:3a:44:55:66',
    });
    expect(plain(facts.request['source-pod'])).toMatchObject({
      sourceMac: '7a:00:00:00:03:07',
      destinationMac: '7a:00:00:00:03:01',
    });
  });
});
