/** The builder of captures, held against tshark: what it writes is what it says, and well formed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pcapngFile, writeCaptures } from './capture-file.js';
import { type IpipPath, ipipPath, type PathOptions } from './ipip-path.js';
import { hasTshark, tsharkFields, tsharkFieldsOfAll } from './tshark.js';

const root = mkdtempSync(join(tmpdir(), 'ipip-path-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
/** Off: the fields of one frame, not of what tshark puts together from several. */
const noReassembly = ['-o', 'ip.defragment:FALSE'];

const onlyUnderlay = { only: ['encapsulator-underlay'] } as const;

/** The wanted fields of each capture by its name. */
function fieldsOf(
  path: IpipPath,
  fields: readonly string[],
  choice: Parameters<IpipPath['captures']>[0] = {},
  options: readonly string[] = noReassembly,
): Record<string, string[][]> {
  const captures = path.captures(choice);
  const seen = tsharkFieldsOfAll([...captures.values()], fields, options);
  return Object.fromEntries([...captures.keys()].map((name, i) => [name, seen[i]!]));
}

describe.skipIf(!hasTshark)('ipipPath, read by tshark', () => {
  const described: Record<string, IpipPath> = {
    healthy: ipipPath(),
    'full size': ipipPath({ payload: 8952, probes: 2 }),
    'bridges, router, VLANs': ipipPath({ bridges: true, routers: 2, vlans: [200, 7] }),
    '-i any as SLL2': ipipPath({ any: 'sll2' }),
    '-i any as SLL': ipipPath({ any: 'sll' }),
    vxlan: ipipPath({ encapsulation: 'vxlan' }),
    gre: ipipPath({ encapsulation: 'gre' }),
    'IPIP twice': ipipPath({ encapsulation: 'ipip-in-ipip' }),
    'direct routing': ipipPath({ encapsulation: 'none' }),
    masquerade: ipipPath({ masquerade: 'node1' }),
    background: ipipPath().background({ tcp: { mss: 8940 }, udp: { datagrams: 2, octets: 120 } }),
    'inner fragments': ipipPath({ payload: 3000 }).fragment({ from: 'encapsulator-tunnel', mtu: 1480 }),
    'outer fragments': ipipPath({ payload: 3000 }).fragment({ mtu: 1500, layer: 'outer' }),
    'ICMP errors': ipipPath({ probes: 2 })
      .drop({ at: 'S45' })
      .icmpError({ from: '10.9.0.22', type: 3, code: 3, quote: 'outer', probe: 1 })
      .icmpError({ from: '172.20.9.0', type: 3, code: 1, quote: 'inner', probe: 2 }),
    'duplicates and disorder': ipipPath({ probes: 3 })
      .duplicate({ at: 'S34', probe: 1 })
      .reorder({ at: 'S34', probe: 2 }),
    'different runs': ipipPath({ differentRuns: true }),
  };

  it.each(Object.entries(described))('%s: nothing malformed, every checksum right', (_name, path) => {
    const file = join(root, 'all.pcapng');
    writeFileSync(file, pcapngFile([...path.captures().values()]));
    const fields = [
      '_ws.malformed',
      'ip.checksum.status',
      'icmp.checksum.status',
      'udp.checksum.status',
      'tcp.checksum.status',
    ];
    const frames = tsharkFields(file, fields, checks);
    expect(frames.length).toBeGreaterThan(0);
    for (const [malformed, ...statuses] of frames) {
      expect(malformed).toBe('');
      // 0 bad, 1 good, 2 unverified (a fragment, a cut quote), 3 not present (VXLAN's zero checksum)
      expect(statuses.join()).not.toMatch(/0/);
    }
  });

  it('shows at every hop what a Linux node shows there', () => {
    const seen = fieldsOf(ipipPath({ arp: false }), [
      'eth.src',
      'eth.dst',
      'ip.src',
      'ip.dst',
      'ip.ttl',
      'ip.flags.df',
      'ip.len',
      'icmp.type',
      'icmp.ident',
      'icmp.seq',
    ]);
    const [pod, there] = ['172.20.5.14', '172.20.9.33'];
    const [a, b] = ['10.9.0.21', '10.9.0.22'];
    const echo = ['8', '23063', '1'];
    const answer = ['0', '23063', '1'];
    const [podMac, gateway, nodeA, nodeB] = [
      '0a:58:ac:14:05:0e',
      '0a:58:ac:14:05:01',
      '52:54:00:aa:00:21',
      '52:54:00:aa:00:22',
    ];
    expect(seen).toEqual({
      'source-pod': [
        [podMac, gateway, pod, there, '64', '1', '84', ...echo],
        [gateway, podMac, there, pod, '62', '0', '84', ...answer],
      ],
      'encapsulator-tunnel': [
        ['', '', pod, there, '63', '1', '84', ...echo],
        ['', '', there, pod, '63', '0', '84', ...answer],
      ],
      'encapsulator-underlay': [
        [nodeA, nodeB, `${a},${pod}`, `${b},${there}`, '63,63', '1,1', '104,84', ...echo],
        [nodeB, nodeA, `${b},${there}`, `${a},${pod}`, '63,63', '0,0', '104,84', ...answer],
      ],
      'decapsulator-underlay': [
        [nodeA, nodeB, `${a},${pod}`, `${b},${there}`, '63,63', '1,1', '104,84', ...echo],
        [nodeB, nodeA, `${b},${there}`, `${a},${pod}`, '63,63', '0,0', '104,84', ...answer],
      ],
      'decapsulator-tunnel': [
        ['', '', pod, there, '63', '1', '84', ...echo],
        ['', '', there, pod, '63', '0', '84', ...answer],
      ],
      'destination-pod': [
        ['0a:58:ac:14:09:01', '0a:58:ac:14:09:21', pod, there, '62', '1', '84', ...echo],
        ['0a:58:ac:14:09:21', '0a:58:ac:14:09:01', there, pod, '64', '0', '84', ...answer],
      ],
    });
  });

  it('a received datagram has one time stamp on underlay and tunnel, and each node its own clock', () => {
    const seen = fieldsOf(ipipPath({ arp: false, nodes: [{}, { clockOffset: -250_000_000n }] }), ['frame.time_epoch']);
    expect(seen['decapsulator-tunnel']![0]).toEqual(seen['decapsulator-underlay']![0]);
    expect(seen['encapsulator-tunnel']![1]).toEqual(seen['encapsulator-underlay']![1]);
    const offset = Number(seen['decapsulator-underlay']![0]) - Number(seen['encapsulator-underlay']![0]);
    expect(offset).toBeCloseTo(-0.25, 3);
  });

  it('says through which protocols a datagram travels', () => {
    const underlay = (options: PathOptions): string =>
      fieldsOf(ipipPath({ arp: false, replies: false, ...options }), ['frame.protocols'], onlyUnderlay)[
        'encapsulator-underlay'
      ]![0]![0]!;
    expect(underlay({})).toBe('eth:ethertype:ip:ip:icmp:data');
    expect(underlay({ encapsulation: 'none' })).toBe('eth:ethertype:ip:icmp:data');
    expect(underlay({ encapsulation: 'gre' })).toBe('eth:ethertype:ip:gre:ip:icmp:data');
    expect(underlay({ encapsulation: 'ipip-in-ipip' })).toBe('eth:ethertype:ip:ip:ip:icmp:data');
    expect(underlay({ encapsulation: 'vxlan' })).toMatch(/^eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:icmp/);
    expect(underlay({ vlans: [100] })).toBe('eth:ethertype:vlan:ethertype:ip:ip:icmp:data');
  });

  it('a router takes one from the outer TTL and has a MAC on each side', () => {
    const seen = fieldsOf(ipipPath({ arp: false, routers: 1 }), ['eth.src', 'eth.dst', 'ip.ttl']);
    expect(seen['encapsulator-underlay']).toEqual([
      ['52:54:00:aa:00:21', '52:54:00:9e:00:01', '63,63'],
      ['52:54:00:9e:00:01', '52:54:00:aa:00:21', '62,63'],
    ]);
    expect(seen['decapsulator-underlay']).toEqual([
      ['52:54:00:9e:01:01', '52:54:00:aa:00:22', '62,63'],
      ['52:54:00:aa:00:22', '52:54:00:9e:01:01', '63,63'],
    ]);
  });

  it('fragments put together again are the datagram', () => {
    const path = ipipPath({ arp: false, replies: false, payload: 3000 }).fragment({
      from: 'encapsulator-tunnel',
      mtu: 1480,
    });
    const seen = fieldsOf(path, ['ip.len', 'ip.frag_offset', 'ip.flags.mf']);
    expect(seen['source-pod']).toEqual([['3028', '0', '0']]);
    expect(seen['encapsulator-tunnel']).toEqual([
      ['1476', '0', '1'],
      ['1476', '182', '1'],
      ['116', '364', '0'],
    ]);
    const [file] = writeCaptures(join(root, 'whole'), path.captures({ only: ['encapsulator-underlay'] }));
    expect(tsharkFields(file!, ['icmp.type', 'icmp.checksum.status']).at(-1)).toEqual(['8', '1']);
  });

  it('an ICMP error quotes what was lost, as far as Linux quotes', () => {
    const path = ipipPath({ arp: false, payload: 1452, probes: 2 })
      .drop({ at: 'S34' })
      .icmpError({ from: '10.9.0.1', type: 3, code: 4, mtu: 1400, quote: 'outer', probe: 1 })
      .icmpError({ from: '172.20.5.1', type: 3, code: 4, mtu: 1380, quote: 'inner', seenAt: ['source-pod'], probe: 2 });
    const seen = fieldsOf(path, ['ip.src', 'ip.len', 'icmp.type', 'icmp.code', 'icmp.mtu']);
    expect(seen['encapsulator-underlay']![1]).toEqual([
      '10.9.0.1,10.9.0.21,172.20.5.14',
      '576,1500,1480',
      '3,8',
      '4,0',
      '1400',
    ]);
    expect(seen['source-pod']!.at(-1)).toEqual(['172.20.5.1,172.20.5.14', '576,1480', '3,8', '4,0', '1380']);
    expect(seen['decapsulator-underlay']).toEqual([]);
  });

  it('a changed field is changed there and behind, and checksums follow unless they are given', () => {
    const path = ipipPath({ arp: false, replies: false })
      .change({ from: 'decapsulator-underlay' }, (draft) => {
        for (const header of draft.outer) header.source = '10.9.0.99';
      })
      .change({ at: 'destination-pod' }, (draft) => {
        draft.message!.checksum = 0x1234;
      });
    const seen = fieldsOf(path, ['ip.src', 'ip.checksum.status', 'icmp.checksum.status'], {}, checks);
    expect(seen['encapsulator-underlay']).toEqual([['10.9.0.21,172.20.5.14', '1,1', '1']]);
    expect(seen['decapsulator-underlay']).toEqual([['10.9.0.99,172.20.5.14', '1,1', '1']]);
    expect(seen['destination-pod']).toEqual([['172.20.5.14', '1', '0']]);
  });

  it('-i any shows one request four times on its node, with interface and packet type', () => {
    const seen = fieldsOf(ipipPath({ arp: false, replies: false, any: 'sll2' }), [
      'sll.ifindex',
      'sll.pkttype',
      'sll.hatype',
      'sll.halen',
      'ip.ttl',
    ]);
    expect(seen.any1).toEqual([
      ['6', '3', '1', '6', '64'],
      ['4', '0', '1', '6', '64'],
      ['5', '4', '768', '0', '63'],
      ['3', '4', '1', '6', '63,63'],
    ]);
    expect(seen.any2).toEqual([
      ['3', '0', '1', '6', '63,63'],
      ['5', '0', '768', '0', '63'],
      ['4', '4', '1', '6', '62'],
      ['6', '4', '1', '6', '62'],
    ]);
  });

  it('ARP stands before the first datagram, at both ends of every link', () => {
    const seen = fieldsOf(ipipPath(), ['arp.opcode', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4', 'icmp.type']);
    expect(seen['source-pod']!.slice(0, 3)).toEqual([
      ['1', '172.20.5.14', '172.20.5.1', ''],
      ['2', '172.20.5.1', '172.20.5.14', ''],
      ['', '', '', '8'],
    ]);
    expect(seen['decapsulator-underlay']![0]).toEqual(['1', '10.9.0.21', '10.9.0.22', '']);
    expect(seen['encapsulator-tunnel']!.map((row) => row[3])).toEqual(['8', '0']);
  });

  it.each([
    { format: 'pcap', nanosecond: false, bigEndian: false },
    { format: 'pcap', nanosecond: false, bigEndian: true },
    { format: 'pcap', nanosecond: true, bigEndian: false },
    { format: 'pcap', nanosecond: true, bigEndian: true },
    { format: 'pcapng', nanosecond: false, bigEndian: false },
    { format: 'pcapng', nanosecond: true, bigEndian: false },
    { format: 'pcapng', nanosecond: true, bigEndian: true },
  ] as const)('the same frames in every file format: %o', (options) => {
    const path = ipipPath({ startTime: 1_767_225_600_123_456_789n, snapLength: 60 });
    const fields = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'ip.src'];
    folders += 1;
    const captures = path.captures(onlyUnderlay);
    const [file] = writeCaptures(join(root, String(folders)), captures, options);
    const first = tsharkFields(file!, fields, noReassembly)[2]!;
    expect(first.slice(1)).toEqual(['118', '60', '10.9.0.21,172.20.5.14']);
    const { time } = captures.get('encapsulator-underlay')!.frames[2]!;
    const told = options.nanosecond ? time : time - (time % 1000n);
    expect(first[0]!.replace('.', '')).toBe(String(told));
  });

  it('several interfaces in one pcapng keep their names', () => {
    const captures = ipipPath({ bridges: true }).captures({
      only: ['source-bridge', 'encapsulator-tunnel', 'encapsulator-underlay'],
    });
    const file = join(root, 'node.pcapng');
    writeFileSync(file, pcapngFile([...captures.values()]));
    const names = new Set(tsharkFields(file, ['frame.interface_name']).flat());
    expect([...names].sort()).toEqual(['cni0', 'enp3s0', 'flannel.ipip']);
  });
});

describe('what a description loses and repeats', () => {
  const icmpFrames = (path: IpipPath): Record<string, number> =>
    Object.fromEntries([...path.captures()].map(([name, { frames }]) => [name, frames.length]));

  it('a lost request is seen up to the segment, and is not answered', () => {
    expect(icmpFrames(ipipPath({ arp: false, probes: 3 }).drop({ at: 'S34', probe: 3 }))).toEqual({
      'source-pod': 5,
      'encapsulator-tunnel': 5,
      'encapsulator-underlay': 5,
      'decapsulator-underlay': 4,
      'decapsulator-tunnel': 4,
      'destination-pod': 4,
    });
  });

  it('a lost reply is seen up to the segment', () => {
    expect(icmpFrames(ipipPath({ arp: false }).drop({ at: 'S34', direction: 'reply' }))).toEqual({
      'source-pod': 1,
      'encapsulator-tunnel': 1,
      'encapsulator-underlay': 1,
      'decapsulator-underlay': 2,
      'decapsulator-tunnel': 2,
      'destination-pod': 2,
    });
  });

  it('a duplicate is answered twice', () => {
    const counts = icmpFrames(ipipPath({ arp: false }).duplicate({ at: 'S34' }));
    expect(counts).toMatchObject({ 'encapsulator-underlay': 3, 'decapsulator-underlay': 4, 'source-pod': 3 });
  });

  it('a blind capture is empty and nothing else is', () => {
    const counts = icmpFrames(ipipPath({ arp: false }).blind('encapsulator-underlay'));
    expect(counts).toMatchObject({ 'encapsulator-underlay': 0, 'decapsulator-underlay': 2, 'destination-pod': 2 });
  });

  it('the same description gives the same octets', () => {
    const octets = (): unknown => [...ipipPath({ probes: 2 }).duplicate({ at: 'S12' }).captures()];
    expect(octets()).toEqual(octets());
  });
});
