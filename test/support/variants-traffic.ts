/** Traffic that has nothing to do with the judged ping, put into the six captures of two nodes and two pods. */
import type { CapturedFrame } from './capture-file.js';
import {
  arp,
  type EthernetAddresses,
  EtherType,
  ethernet,
  IpProtocol,
  type Ipv4Fields,
  icmpEcho,
  ipv4,
  ipv4Octets,
  tcp,
  udp,
} from './octets.js';
import { type CaptureSet, copySet } from './variants.js';

type Kind = 'pod1' | 'tunnel1' | 'node1' | 'node2' | 'tunnel2' | 'pod2';
const fileOf: Record<Kind, RegExp> = {
  pod1: /^pod1\./,
  tunnel1: /^pod1-ipip\./,
  node1: /^node1\./,
  node2: /^node2\./,
  tunnel2: /^pod2-ipip\./,
  pod2: /^pod2\./,
};

/** What happens beside the ping. */
export const disturbances = [
  'node-to-node pings',
  'gateway pings',
  'same-node pod pings',
  'pings out of the cluster',
  'another pair of pods pings',
  'the pods talk UDP and TCP',
  'ARP of strangers',
] as const;
export type Disturbance = (typeof disturbances)[number];

interface Macs {
  node1: string;
  node2: string;
}

const mac = {
  pod1: '0a:58:00:00:01:02',
  cni1: '0a:58:00:00:01:01',
  other1: '0a:58:00:00:01:09',
  node1: '52:54:00:00:00:81',
  node2: '52:54:00:00:00:82',
  router: '52:54:00:00:00:01',
  pod2: '0a:58:00:00:02:02',
  cni2: '0a:58:00:00:02:01',
};
const ip = { pod1: '10.244.1.2', pod2: '10.244.2.2', node1: '192.168.0.81', node2: '192.168.0.82' };

function header(source: string, destination: string, ttl: number, protocol: number): Ipv4Fields {
  return {
    source,
    destination,
    protocol,
    ttl,
    tos: 0,
    identification: 0x77,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
  };
}

interface Event {
  at: Kind;
  /** Microseconds after the start. */
  time: number;
  frame: Uint8Array;
}

const on = (ends: EthernetAddresses | null, packet: Uint8Array): Uint8Array =>
  ends === null ? packet : ethernet(ends, EtherType.ipv4, packet);
const back = (ends: EthernetAddresses): EthernetAddresses => ({ source: ends.destination, destination: ends.source });
const data = (n: number): Uint8Array => Uint8Array.from({ length: 56 }, (_, i) => (i * 7 + n * 31) & 255);

function localPing(at: Kind, ends: EthernetAddresses, from: string, to: string, id: number, time: number): Event[] {
  const out: Event[] = [];
  for (let n = 1; n <= 3; n++) {
    const request = ipv4(header(from, to, 64, IpProtocol.icmp), icmpEcho('request', id, n, data(id + n)));
    const reply = ipv4(header(to, from, 64, IpProtocol.icmp), icmpEcho('reply', id, n, data(id + n)));
    out.push({ at, time: time + n * 1000, frame: on(ends, request) });
    out.push({ at, time: time + n * 1000 + 90, frame: on(back(ends), reply) });
  }
  return out;
}

function encapsulated(packet: Uint8Array, from: string, to: string, ttl: number): Uint8Array {
  return ipv4(header(from, to, ttl, IpProtocol.ipip), packet);
}

/** One datagram from node 1's side to node 2's, as the middle captures show it (the other way with `reverse`). */
/** `nodes`: the two nodes' MACs as the set's own ARP tells them, so that the strangers' frames fit to it. */
function across(
  make: (ttl: number) => Uint8Array,
  time: number,
  reverse: boolean,
  pods: boolean,
  nodes: Macs,
): Event[] {
  const wire: EthernetAddresses = { source: nodes.node1, destination: nodes.node2 };
  const order: Kind[] = ['pod1', 'tunnel1', 'node1', 'node2', 'tunnel2', 'pod2'];
  const steps = reverse ? [...order].reverse() : order;
  return steps.flatMap((at, i): Event[] => {
    const ttl = i === 0 ? 64 : i === 5 ? 62 : 63;
    // A received datagram has one time stamp on the node's interface and its tunnel device.
    const when = time + [0, 20, 40, 160, 160, 190][i]!;
    const packet = make(ttl);
    if (at === 'pod1' || at === 'pod2') {
      if (!pods) return [];
      const ends =
        at === 'pod1' ? { source: mac.pod1, destination: mac.cni1 } : { source: mac.cni2, destination: mac.pod2 };
      return [{ at, time: when, frame: on(reverse ? back(ends) : ends, packet) }];
    }
    if (at === 'tunnel1' || at === 'tunnel2') return [{ at, time: when, frame: packet }];
    const [from, to] = reverse ? [ip.node2, ip.node1] : [ip.node1, ip.node2];
    return [{ at, time: when, frame: on(reverse ? back(wire) : wire, encapsulated(packet, from, to, ttl)) }];
  });
}

function eventsOf(what: Disturbance, nodes: Macs): Event[] {
  switch (what) {
    case 'node-to-node pings': {
      const ends = { source: nodes.node1, destination: nodes.node2 };
      return (['node1', 'node2'] as const).flatMap((at) =>
        localPing(at, ends, ip.node1, ip.node2, 0x3001, at === 'node1' ? 0 : 70),
      );
    }
    case 'gateway pings':
      return localPing('pod1', { source: mac.pod1, destination: mac.cni1 }, ip.pod1, '10.244.1.1', 0x3002, 300);
    case 'same-node pod pings':
      return localPing('pod1', { source: mac.other1, destination: mac.pod1 }, '10.244.1.9', ip.pod1, 0x3003, 500);
    case 'pings out of the cluster': {
      const out: Event[] = [];
      for (let n = 1; n <= 3; n++) {
        const time = 700 + n * 1000;
        const message = (type: 'request' | 'reply', id: number) => icmpEcho(type, id, n, data(0x50 + n));
        const pod = { source: mac.pod1, destination: mac.cni1 };
        const node = { source: nodes.node1, destination: mac.router };
        const far = '203.0.113.9';
        out.push(
          { at: 'pod1', time, frame: on(pod, ipv4(header(ip.pod1, far, 64, 1), message('request', 0x3004))) },
          {
            at: 'node1',
            time: time + 30,
            frame: on(node, ipv4(header(ip.node1, far, 63, 1), message('request', 0x3004))),
          },
          {
            at: 'node1',
            time: time + 900,
            frame: on(back(node), ipv4(header(far, ip.node1, 55, 1), message('reply', 0x3004))),
          },
          {
            at: 'pod1',
            time: time + 930,
            frame: on(back(pod), ipv4(header(far, ip.pod1, 54, 1), message('reply', 0x3004))),
          },
        );
      }
      return out;
    }
    case 'another pair of pods pings': {
      const out: Event[] = [];
      for (let n = 1; n <= 3; n++) {
        const make = (from: string, to: string, type: 'request' | 'reply') => (ttl: number) =>
          ipv4(header(from, to, ttl, 1), icmpEcho(type, 0x3005, n, data(0x60 + n)));
        out.push(...across(make('10.244.1.77', '10.244.2.88', 'request'), n * 1000, false, false, nodes));
        out.push(...across(make('10.244.2.88', '10.244.1.77', 'reply'), n * 1000 + 400, true, false, nodes));
      }
      return out;
    }
    case 'the pods talk UDP and TCP': {
      const there = (ttl: number): Uint8Array =>
        ipv4(header(ip.pod1, ip.pod2, ttl, 17), udp({ source: ip.pod1, destination: ip.pod2 }, 5000, 53, data(1)));
      const segment = {
        sourcePort: 40000,
        destinationPort: 80,
        sequence: 1,
        acknowledgement: 0,
        flags: { syn: true },
        maximumSegmentSize: 1440,
      };
      const syn = (ttl: number): Uint8Array =>
        ipv4(
          header(ip.pod1, ip.pod2, ttl, 6),
          tcp({ source: ip.pod1, destination: ip.pod2 }, segment, new Uint8Array()),
        );
      return [...across(there, 100, false, true, nodes), ...across(syn, 5000, false, true, nodes)];
    }
    case 'ARP of strangers': {
      const ask = (at: Kind, sender: string, address: string, target: string): Event => ({
        at,
        time: 50,
        frame: ethernet(
          { source: sender, destination: 'ff:ff:ff:ff:ff:ff' },
          EtherType.arp,
          arp('request', { mac: sender, address }, { mac: null, address: target }),
        ),
      });
      return [
        ask('node1', '52:54:00:00:00:99', '192.168.0.99', '192.168.0.1'),
        ask('node2', '52:54:00:00:00:99', '192.168.0.99', '192.168.0.1'),
        ask('pod1', mac.other1, '10.244.1.9', '10.244.1.1'),
        ask('pod2', '0a:58:00:00:02:09', '10.244.2.9', '10.244.2.1'),
      ];
    }
  }
}

/** What ARP in the set says of an address. */
function macOf(set: CaptureSet, address: string): string | null {
  const wanted = ipv4Octets(address).join();
  for (const { drafts } of set) {
    for (const { linkType, frames } of drafts) {
      if (linkType !== 1) continue;
      for (const { bytes } of frames) {
        if (bytes[12] !== 8 || bytes[13] !== 6 || bytes.subarray(28, 32).join() !== wanted) continue;
        return [...bytes.subarray(22, 28)].map((x) => x.toString(16).padStart(2, '0')).join(':');
      }
    }
  }
  return null;
}

/** The set with other traffic in it; each capture's frames in the order of its clock. `offset`: µs after the capture's first frame. */
export function disturb(set: CaptureSet, what: Disturbance, offset = 0): CaptureSet {
  const events = eventsOf(what, { node1: macOf(set, ip.node1) ?? mac.node1, node2: macOf(set, ip.node2) ?? mac.node2 });
  const times = set.flatMap((f) => f.drafts.flatMap((d) => d.frames.map((x) => x.time)));
  const start = times.reduce((least, t) => (t < least ? t : least), times[0] ?? 0n);
  return copySet(set).map((file) => {
    const draft = file.drafts[0];
    if (draft === undefined || file.drafts.length !== 1) return file;
    const kind = (Object.keys(fileOf) as Kind[]).find((k) => fileOf[k].test(file.name));
    if (kind === undefined || (draft.linkType === 101) !== kind.startsWith('tunnel')) return file;
    if (draft.linkType !== 101 && draft.linkType !== 1) return file;
    const added = events
      .filter((e) => e.at === kind)
      .map((e): CapturedFrame => {
        const bytes = e.frame.slice(0, draft.snapLength);
        return { time: start + BigInt(e.time + offset) * 1000n, bytes, wireLength: e.frame.length };
      });
    const frames = [...draft.frames];
    for (const frame of added) {
      const at = frames.findIndex((f) => f.time > frame.time);
      frames.splice(at < 0 ? frames.length : at, 0, frame);
    }
    return { ...file, drafts: [{ ...draft, frames }] };
  });
}
