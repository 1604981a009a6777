/** One described fault after the other, and what is to be said of it. */

import type { Outcome } from '../../src/checks/finding.js';
import type { Direction } from '../../src/path/roles.js';
import type { Diagnosis } from '../../src/report/report.js';
import { awake } from '../support/awake.js';
import type { CaptureDraft } from '../support/capture-file.js';
import type { Captures, CheckPathOptions } from '../support/check-path.js';
import { innerOctets } from '../support/frame-draft.js';
import { type IpipPath, ipipPath, type PathOptions } from '../support/ipip-path.js';
import { EtherType, ethernet, type Ipv4Fields, internetChecksum, ipv4, tcp, udp } from '../support/octets.js';
import { handshake, tcpPath } from '../support/tcp-path.js';

export interface DiagnosisCase {
  name: string;
  path: IpipPath | Captures;
  options?: CheckPathOptions;
  outcome: Outcome;
  id: string;
  segment: string | null;
  direction: Direction | null;
  confidence: Diagnosis['confidence'];
  /** Causes that must be among the candidates, word for word or by a pattern. */
  candidates?: readonly RegExp[];
  /** One of the next commands, with the machine before it. */
  next: RegExp;
  fact?: RegExp;
  message?: RegExp;
  /** Causes of the catalogue that the captures rule out. */
  refuted?: readonly RegExp[];
  /** All other diagnoses of the run, whatever their confidence. */
  also?: readonly string[];
  /** In which flow; the default is the first. */
  flow?: number;
}

const strange = '02:00:00:00:be:ef';
const second = 1_000_000_000n;

/** The datagrams of one flow get these numbers of ICMP data octets, one probe each. */
function sweep(sizes: readonly number[], options: PathOptions = {}): IpipPath {
  const path = ipipPath({ probes: sizes.length, payload: Math.max(...sizes), ...options });
  for (const direction of ['request', 'reply'] as const) {
    sizes.forEach((size, index) => {
      path.change({ direction, probe: index + 1 }, (draft) => {
        if (draft.message !== null) draft.message.data = draft.message.data.slice(0, size);
      });
    });
  }
  return path;
}

/** Captures of two descriptions, taken at the same places in one run. */
function together(...all: readonly Captures[]): Captures {
  const captures = new Map<string, CaptureDraft>();
  for (const each of all) {
    for (const [name, capture] of each) {
      const frames = [...(captures.get(name)?.frames ?? []), ...capture.frames];
      frames.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
      captures.set(name, { ...capture, frames });
    }
  }
  return captures;
}

const mirroredNames = {
  'source-pod': 'destination-pod',
  'encapsulator-tunnel': 'decapsulator-tunnel',
  'encapsulator-underlay': 'decapsulator-underlay',
  'decapsulator-underlay': 'encapsulator-underlay',
  'decapsulator-tunnel': 'encapsulator-tunnel',
  'destination-pod': 'source-pod',
} as const;

/** A ping from the other pod to this one, over the same captures. */
function backward(options: PathOptions = {}): IpipPath {
  const { sourcePod, destinationPod, nodes } = ipipPath().settings;
  return ipipPath({
    sourcePod: destinationPod,
    destinationPod: sourcePod,
    nodes: [nodes[1], nodes[0]],
    names: mirroredNames,
    identifier: 0x7b21,
    arp: false,
    seed: 91,
    ...options,
  });
}

/** Without the 1-based frames of each named capture. */
function without(path: IpipPath, frames: Readonly<Record<string, readonly number[]>>): Captures {
  const captures = path.captures();
  for (const [name, numbers] of Object.entries(frames)) {
    const capture = captures.get(name)!;
    captures.set(name, { ...capture, frames: capture.frames.filter((_, index) => !numbers.includes(index + 1)) });
  }
  return captures;
}

function relayed(): Captures {
  const third = '10.9.0.77';
  const captures = ipipPath()
    .change({ from: 'decapsulator-underlay' }, (draft) => {
      draft.inner.ttl--;
      for (const header of draft.outer) Object.assign(header, { source: third, ttl: header.ttl - 1 });
    })
    .change({ at: 'encapsulator-underlay' }, (draft) => {
      draft.outer[0]!.destination = third;
    })
    .captures();
  return captures;
}

/** The given requests die at S34; at `backAt` nanoseconds the other pod pings back. */
function statefulFilter(lost: readonly number[], backAt: bigint | null): Captures {
  const there = awake(ipipPath({ probes: 10, interval: second }), 'decapsulator-underlay').drop({
    at: 'S34',
    probe: lost,
  });
  if (backAt === null) return there.captures();
  return together(there.captures(), backward({ startTime: there.settings.startTime + backAt }).captures());
}

/** A SYN with a wrong checksum, as it comes off the wire; nobody answers it. */
function spoiledSyn(): IpipPath {
  const ends = { source: '172.20.5.14', destination: '172.20.9.33' };
  const header: Ipv4Fields = {
    ...ends,
    protocol: 6,
    ttl: 63,
    tos: 0,
    identification: 77,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
  };
  const fields = { sourcePort: 40_112, destinationPort: 8080, sequence: 1, acknowledgement: 0, flags: { syn: true } };
  const segment = tcp(ends, { ...fields, maximumSegmentSize: 1440 }, new Uint8Array(0));
  segment[16]! ^= 0x5a;
  const inner = ipv4(header, segment);
  const outer = ipv4({ ...header, source: '10.9.0.21', destination: '10.9.0.22', protocol: 4 }, inner);
  const link = { source: '52:54:00:aa:00:21', destination: '52:54:00:aa:00:22' };
  return ipipPath()
    .frame('encapsulator-underlay', 5_000_000n, ethernet(link, EtherType.ipv4, outer))
    .frame('decapsulator-underlay', 5_200_000n, ethernet(link, EtherType.ipv4, outer))
    .frame('decapsulator-tunnel', 5_200_000n, inner);
}

/** IP right behind UDP, or behind some octets of a header between. */
function inUdp(port: number, shim: readonly number[]): IpipPath {
  const path = ipipPath({ probes: 2, encapsulation: 'vxlan' });
  for (const direction of ['request', 'reply'] as const) {
    path.change({ at: ['encapsulator-underlay', 'decapsulator-underlay'], direction }, (draft) => {
      draft.outerBody = udp(draft.outer[0]!, 49_153, port, new Uint8Array([...shim, ...innerOctets(draft)]), 0);
    });
  }
  return path;
}

/** The first request's frame at the sender's NIC again, `times` times, with what `edit` makes of it and right header checksums. */
function copied(path: IpipPath, edit: (octets: Uint8Array, lap: number) => void, times = 1): Captures {
  const captures = new Map(path.captures());
  const capture = captures.get('encapsulator-underlay')!;
  const first = capture.frames.findIndex(({ bytes }) => bytes[12] === 8 && bytes[13] === 0 && bytes[23] === 4);
  const copies = Array.from({ length: times }, (_, n) => {
    const frame = structuredClone(capture.frames[first]!);
    edit(frame.bytes, n + 1);
    for (const header of [14, 34]) {
      frame.bytes.set([0, 0], header + 10);
      const sum = internetChecksum(frame.bytes.slice(header, header + 20));
      frame.bytes.set([sum >>> 8, sum & 0xff], header + 10);
    }
    return { ...frame, time: frame.time + BigInt(n + 1) * 20_000n };
  });
  captures.set('encapsulator-underlay', { ...capture, frames: capture.frames.toSpliced(first + 1, 0, ...copies) });
  return captures;
}

const overAll = (edit: (draft: Parameters<Parameters<IpipPath['change']>[1]>[0]) => void, probes = 1): IpipPath =>
  ipipPath({ probes }).change({ from: 'encapsulator-underlay' }, edit);

const at = (machine: string, command: string): RegExp => new RegExp(`^${machine}# .*${command}`);
const machine1 = '(?:10\\.9\\.0\\.21|the machine of encapsulator).*';
const machine2 = '(?:10\\.9\\.0\\.22|the machine of decapsulator).*';

/** Captures of two places in one file, as mergecap -F pcap writes it. */
function merged(path: IpipPath, ...roles: readonly string[]): Captures {
  const drafts = [...path.captures()].filter(([name]) => roles.some((role) => name.startsWith(role)));
  const frames = drafts.flatMap(([, draft]) => draft.frames).sort((a, b) => (a.time < b.time ? -1 : 1));
  return new Map([['node1.pcap', { ...drafts[0]![1], frames }]]);
}

export const diagnosisCases: readonly DiagnosisCase[] = [
  {
    name: 'the captures of a pod and of its node in one classic pcap',
    path: merged(ipipPath({ probes: 2 }), 'source-pod', 'encapsulator-underlay'),
    outcome: 'unproven',
    id: 'hops-merged',
    segment: null,
    direction: null,
    confidence: 'certain',
    fact: /node1.pcap: holds the same requests plain and encapsulated/,
    next: at('where the capture was taken', 'mergecap -F pcapng'),
  },
  {
    name: 'captures without any ping',
    path: ipipPath().blind(
      'source-pod',
      'encapsulator-tunnel',
      'encapsulator-underlay',
      'decapsulator-underlay',
      'decapsulator-tunnel',
      'destination-pod',
    ),
    outcome: 'unproven',
    id: 'no-request-found',
    segment: null,
    direction: null,
    confidence: 'certain',
    next: at('pod <pod>', 'ping -c 3'),
  },
  {
    name: 'each capture of a ping of its own',
    path: ipipPath({ differentRuns: true }),
    outcome: 'unproven',
    id: 'captures-from-different-runs',
    segment: null,
    direction: null,
    confidence: 'certain',
    next: at('where the capture was taken', 'capinfos'),
  },
  {
    name: 'the same with --by-flow',
    path: ipipPath({ differentRuns: true }),
    options: { byFlow: true },
    outcome: 'pass',
    id: 'captures-from-different-runs',
    segment: null,
    direction: null,
    confidence: 'certain',
    message: /judged hop by hop/,
    next: at('where the capture was taken', 'capinfos'),
  },
  {
    name: 'silent in S12',
    path: ipipPath({ probes: 3 }).drop({ at: 'S12' }),
    outcome: 'fail',
    id: 'source-node-forwarding-drop',
    segment: 'S12',
    direction: 'request',
    confidence: 'likely',
    candidates: [/FORWARD|NetworkPolicy/, /forwarding is off/, /blackhole.*reverse path/],
    next: at(machine1, 'iptables -L FORWARD'),
  },
  {
    name: 'silent in S12 on the way back: the other machine',
    path: ipipPath({ probes: 3 }).drop({ at: 'S56', direction: 'reply' }),
    outcome: 'fail',
    id: 'source-node-forwarding-drop',
    segment: 'S56',
    direction: 'reply',
    confidence: 'likely',
    next: at(machine2, 'iptables -L FORWARD'),
  },
  {
    name: 'no route: the own node says 3/0',
    path: ipipPath({ probes: 2 })
      .drop({ at: 'S12' })
      .icmpError({ from: '172.20.5.1', type: 3, code: 0, quote: 'inner', seenAt: ['source-pod'] }),
    outcome: 'fail',
    id: 'tunnel-route-missing',
    segment: 'S12',
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, 'ip route get 172\\.20\\.9\\.33'),
  },
  {
    name: 'no route: plain to the gateway, and lost; a fabric that drops pod addresses looks the same',
    path: ipipPath({ probes: 2, encapsulation: 'none', routers: 1 }).drop({ at: 'S34' }),
    outcome: 'fail',
    id: 'tunnel-route-missing',
    segment: 'S12-S23',
    direction: 'request',
    confidence: 'likely',
    fact: /the MAC of 10\.9\.0\.1/,
    next: at(machine1, 'ip route get 172\\.20\\.9\\.33'),
    also: ['underlay-source-dest-check'],
  },
  {
    name: 'source/destination check of the cloud',
    path: ipipPath({ probes: 2, encapsulation: 'none' }).drop({ at: 'S34' }),
    outcome: 'fail',
    id: 'underlay-source-dest-check',
    segment: 'S34',
    direction: 'request',
    confidence: 'possible',
    next: at('the network between the nodes', ''),
    also: ['tunnel-route-missing'],
  },
  {
    name: 'encapsulation disappears while the ping runs',
    path: together(
      ipipPath({ probes: 3 }).captures(),
      ipipPath({
        probes: 3,
        sequence: 4,
        arp: false,
        seed: 8,
        encapsulation: 'none',
        startTime: 1_767_225_603_125_000_000n,
      }).captures(),
    ),
    outcome: 'fail',
    id: 'tunnel-route-missing',
    segment: 'S12-S23',
    direction: 'request',
    confidence: 'likely',
    fact: /probes 1 to 3 travel as ipip, from probe 4 on as/,
    next: at(machine1, 'ip route get 172\\.20\\.9\\.33'),
  },
  {
    name: 'who-has without an answer',
    path: ipipPath({ probes: 3 })
      .drop({ at: 'S23' })
      .unansweredArp({
        at: 'encapsulator-underlay',
        sender: { mac: '52:54:00:aa:00:21', address: '10.9.0.21' },
        target: '10.9.0.22',
      }),
    outcome: 'fail',
    id: 'neighbour-unresolved',
    segment: 'S23',
    direction: 'request',
    confidence: 'likely',
    fact: /3 who-has 10\.9\.0\.22/,
    next: at(machine1, 'ip neigh show 10\\.9\\.0\\.22'),
  },
  {
    name: 'nothing leaves the node, not even who-has',
    path: ipipPath({ probes: 3 }).drop({ at: 'S23' }),
    outcome: 'fail',
    id: 'encapsulator-output-drop',
    segment: 'S23',
    direction: 'request',
    confidence: 'likely',
    candidates: [/OUTPUT/, /no route to the outer destination/, /into the tunnel itself/],
    next: at(machine1, 'iptables -L OUTPUT'),
  },
  {
    name: 'only long ones vanish behind the tunnel device',
    path: sweep([56, 1400, 1412, 1413, 1452]).drop({ at: 'S23', probe: [4, 5] }),
    outcome: 'fail',
    id: 'tunnel-mtu-exceeds-underlay',
    segment: 'S23',
    direction: 'request',
    confidence: 'likely',
    message: /1441 octets and more are lost, 1440 and less pass/,
    next: at(machine1, 'ip link show'),
  },
  {
    name: 'all tunnel datagrams vanish in the underlay',
    path: ipipPath({ probes: 3 }).drop({ at: 'S34' }),
    outcome: 'fail',
    id: 'proto4-blocked-in-underlay',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    candidates: [/protocol 4/],
    refuted: [/stale neighbour/, /NAT/],
    next: at(machine1, 'ping -c 3 10\\.9\\.0\\.22'),
  },
  {
    name: 'the same on the way back',
    path: ipipPath({ probes: 3 }).drop({ at: 'S34', direction: 'reply' }),
    outcome: 'fail',
    refuted: [/stale neighbour/, /NAT/],
    id: 'proto4-blocked-in-underlay',
    segment: 'S34',
    direction: 'reply',
    confidence: 'likely',
    next: at(machine2, 'ping -c 3 10\\.9\\.0\\.21'),
  },
  {
    name: 'a machine on the way refuses protocol 4',
    path: ipipPath({ probes: 2 })
      .drop({ at: 'S34' })
      .icmpError({ from: '10.9.0.1', type: 3, code: 13, quote: 'outer', seenAt: ['encapsulator-underlay'] }),
    outcome: 'fail',
    id: 'proto4-blocked-in-underlay',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    fact: /10\.9\.0\.1 answered/,
    next: at(machine1, 'ping -c 3 10\\.9\\.0\\.22'),
  },
  {
    name: 'loss stops at the first tunnel datagram from the other node',
    path: statefulFilter([1, 2, 3, 4], 3n * second + second / 2n),
    outcome: 'fail',
    id: 'proto4-stateful-filter',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    message: /only as an answer/,
    fact: /probes 1 to 4 are lost, all later ones pass; the first reverse tunnel datagram/,
    next: at(machine2, 'conntrack -L -p 4'),
  },
  {
    name: 'loss stops for good, and nothing shows why',
    path: statefulFilter([1, 2, 3, 4], null),
    outcome: 'fail',
    id: 'proto4-blocked-in-underlay',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    message: /requests 1 to 4 of 10 are lost on S34, until 2026-01-01 00:00:03\.125 UTC; all later ones pass/,
    candidates: [/^something that began or ended at that time/],
    next: at(machine1, 'journalctl --utc --since "2026-01-01 00:00:00'),
  },
  {
    name: 'a tunnel datagram came back while they were still lost: no filter waited for it',
    path: statefulFilter([1, 2, 3, 4], second + second / 2n),
    outcome: 'fail',
    id: 'proto4-blocked-in-underlay',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    message: /requests 1 to 4 of 10/,
    next: at(machine1, 'journalctl'),
  },
  {
    name: 'one stretch of time on the sending node',
    path: ipipPath({ probes: 20, interval: second }).drop({ at: 'S12', probe: [5, 6, 7, 8, 9, 10] }),
    outcome: 'fail',
    id: 'source-node-forwarding-drop',
    segment: 'S12',
    direction: 'request',
    confidence: 'likely',
    message:
      /requests 5 to 10 of 20 are lost on S12, from 2026-01-01 00:00:04\.125 UTC until 2026-01-01 00:00:09\.125 UTC; those before and after pass/,
    next: at(machine1, 'journalctl'),
  },
  {
    name: 'replies from some probe on',
    path: awake(ipipPath({ probes: 9, interval: second }), 'encapsulator-underlay').drop({
      at: 'S34',
      probe: [7, 8, 9],
      direction: 'reply',
    }),
    outcome: 'fail',
    id: 'proto4-blocked-in-underlay',
    segment: 'S34',
    direction: 'reply',
    confidence: 'likely',
    message: /replies 7 to 9 of 9 are lost on S34, from 2026-01-01 00:00:06\.125 UTC on; all before pass/,
    next: at(machine2, 'journalctl'),
  },
  {
    name: 'two stretches',
    path: ipipPath({ probes: 20 }).drop({ at: 'S56', probe: [3, 4, 5, 6, 12, 13, 14, 15] }),
    outcome: 'fail',
    id: 'forward-drop-or-rp-filter',
    segment: 'S56',
    direction: 'request',
    confidence: 'likely',
    message: /requests 3 to 6, 12 to 15 of 20 are lost on S56, in 2 stretches/,
    next: at(machine2, 'journalctl'),
  },
  ...(
    [
      [2, 1, /every second request is lost on S34, in turn/],
      [3, 1, /every third request is lost on S34/],
      [3, 2, /2 of every 3 requests are lost on S34/],
    ] as const
  ).map(
    ([period, lost, message]): DiagnosisCase => ({
      name: `${lost} of ${period} in turn`,
      path: awake(ipipPath({ probes: 12 }), 'decapsulator-underlay').drop({
        at: 'S34',
        probe: Array.from({ length: 12 }, (_, n) => n + 1).filter((n) => n % period < lost),
      }),
      outcome: 'fail',
      id: 'parallel-path-loss',
      segment: 'S34',
      direction: 'request',
      confidence: 'likely',
      message,
      next: at(machine1, 'cat /proc/net/bonding'),
    }),
  ),
  {
    name: 'plain by right, and lost between the nodes',
    path: ipipPath({ probes: 2, encapsulation: 'none' }).drop({ at: 'S34' }),
    options: { profile: 'flannel-ipip-direct-routing' },
    outcome: 'fail',
    id: 'underlay-source-dest-check',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    next: at('the network between the nodes', ''),
  },
  {
    name: 'a plain reply dies on the node that receives it: strict filtering goes first',
    path: ipipPath({ probes: 2, replyEncapsulation: 'none' }).drop({ at: 'S12', direction: 'reply' }),
    outcome: 'fail',
    id: 'forward-drop-or-rp-filter',
    segment: 'S12-S23',
    direction: 'reply',
    confidence: 'likely',
    candidates: [/^strict rp_filter/],
    next: new RegExp(`^${machine1}# nstat -az TcpExtIPReversePathFilter`),
    also: ['reply-path-asymmetric'],
  },
  {
    name: 'only what is marked CE over Not-ECT is lost',
    path: awake(ipipPath({ probes: 6 }), 'decapsulator-tunnel')
      .change({ at: 'decapsulator-underlay', probe: [2, 5, 6] }, (draft) => {
        draft.outer[0]!.tos = 3;
      })
      .drop({ at: 'S45', probe: [2, 5, 6] }),
    outcome: 'fail',
    id: 'ecn-drop',
    segment: 'S45',
    direction: 'request',
    confidence: 'certain',
    fact: /none that passed has/,
    next: at(machine2, 'dmesg'),
  },
  {
    name: 'marked alike, and some pass: the mark is not why',
    path: ipipPath({ probes: 6 })
      .change({ at: 'decapsulator-underlay' }, (draft) => {
        draft.outer[0]!.tos = 3;
      })
      .drop({ at: 'S45', probe: [2, 5] }),
    outcome: 'fail',
    id: 'random-loss',
    segment: 'S45',
    direction: 'request',
    confidence: 'likely',
    next: at(machine2, 'ip -s -s link'),
  },
  {
    name: 'the filter forgets while nothing comes back, and drops again',
    path: together(
      statefulFilter([1, 2, 3], 2n * second + second / 2n),
      ipipPath({ probes: 3, sequence: 11, arp: false, seed: 8, startTime: 1_767_225_600_125_000_000n + 700n * second })
        .drop({ at: 'S34' })
        .captures(),
    ),
    outcome: 'fail',
    id: 'proto4-stateful-filter',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    fact: /probes 1 to 3 are lost, later ones pass, and losses return after 691 s without a datagram/,
    next: at(machine2, 'conntrack -L -p 4'),
  },
  {
    name: 'early losses and one later, without a pause',
    path: awake(ipipPath({ probes: 10 }), 'decapsulator-underlay').drop({ at: 'S34', probe: [1, 2, 7] }),
    outcome: 'fail',
    id: 'random-loss',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    next: at(machine1, 'ip -s -s link'),
  },
  {
    name: "the outer frame goes to a MAC that is not the peer's",
    path: ipipPath({ probes: 2 })
      .change({ at: 'encapsulator-underlay' }, (draft) => {
        draft.ethernet!.destination = strange;
      })
      .drop({ at: 'S34' }),
    options: {},
    outcome: 'fail',
    id: 'stale-neighbour',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    next: at(machine1, 'ip neigh show 10\\.9\\.0\\.22'),
  },
  {
    name: 'a detour over a machine that sends it on',
    path: ipipPath({ probes: 2 })
      .change({ at: 'encapsulator-underlay' }, (draft) => {
        draft.ethernet!.destination = strange;
      })
      .change({ at: 'decapsulator-underlay' }, (draft) => {
        draft.ethernet!.source = strange;
        draft.outer[0]!.ttl--;
      }),
    outcome: 'fail',
    id: 'stale-neighbour',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, 'ip neigh show 10\\.9\\.0\\.22'),
  },
  {
    name: 'a third node decapsulates and sends it on',
    path: relayed(),
    outcome: 'fail',
    id: 'wrong-decapsulator',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    fact: /10\.9\.0\.77.*another node decapsulated/,
    next: at(machine1, 'ip route get 172\\.20\\.9\\.33'),
  },
  {
    name: 'the outer source is not the address to which the peer sends',
    path: overAll((draft) => {
      for (const header of draft.outer) header.source = '10.9.0.99';
    }),
    outcome: 'fail',
    id: 'wrong-outer-source',
    segment: 'S23',
    direction: 'request',
    confidence: 'certain',
    message: /outer source is 10\.9\.0\.99, expected 10\.9\.0\.21/,
    next: at(machine1, 'ip -br addr'),
  },
  {
    name: 'the same of the reply: the other machine, and its stretch of the path',
    path: ipipPath({ probes: 2 }).change({ from: 'decapsulator-underlay', direction: 'reply' }, (draft) => {
      for (const header of draft.outer) header.source = '10.9.0.99';
    }),
    outcome: 'fail',
    id: 'wrong-outer-source',
    segment: 'S45',
    direction: 'reply',
    confidence: 'certain',
    next: at(machine2, 'ip -br addr'),
  },
  {
    name: 'both nodes were given one address',
    path: overAll((draft) => {
      for (const header of draft.outer) header.source = header.destination = '10.0.2.15';
    }).drop({ at: 'S34' }),
    outcome: 'fail',
    id: 'wrong-outer-source',
    segment: 'S23',
    direction: 'request',
    confidence: 'certain',
    message: /both 10\.0\.2\.15/,
    next: at(machine1, 'ip -br addr'),
  },
  {
    name: 'NAT between the nodes',
    path: ipipPath({ probes: 2 })
      .change({ at: 'decapsulator-underlay' }, (draft) => {
        draft.outer[0]!.source = '198.51.100.7';
      })
      .change({ at: 'decapsulator-underlay', direction: 'reply' }, (draft) => {
        draft.outer[0]!.destination = '198.51.100.7';
      }),
    outcome: 'fail',
    id: 'underlay-nat',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    message: /10\.9\.0\.21 to 198\.51\.100\.7/,
    next: at(machine2, 'ip -br addr'),
  },
  {
    name: 'NAT at both ends: each node knows the other by another address',
    path: ipipPath({ probes: 2, routers: 2 })
      .change({ at: 'encapsulator-underlay' }, (draft) => {
        draft.outer[0]!.destination = '203.0.113.42';
      })
      .change({ at: 'decapsulator-underlay' }, (draft) => {
        draft.outer[0]!.source = '203.0.113.41';
      })
      .change({ at: 'decapsulator-underlay', direction: 'reply' }, (draft) => {
        draft.outer[0]!.destination = '203.0.113.41';
      })
      .change({ at: 'encapsulator-underlay', direction: 'reply' }, (draft) => {
        draft.outer[0]!.source = '203.0.113.42';
      }),
    outcome: 'fail',
    id: 'underlay-nat',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    message: /source changed .* to 203\.0\.113\.41, outer destination changed .* from 203\.0\.113\.42 to/,
    next: /^10\.9\.1\.22 .*# ip -br addr/,
  },
  {
    name: 'NAT of the destination, and the tunnel takes nothing with these addresses: one cause',
    path: ipipPath({ probes: 2, routers: 1 })
      .change({ at: 'encapsulator-underlay' }, (draft) => {
        draft.outer[0]!.destination = '203.0.113.42';
      })
      .drop({ at: 'S45' }),
    outcome: 'fail',
    id: 'underlay-nat',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    next: /the machine of decapsulator.*# ip -br addr/,
  },
  {
    name: 'an outer destination that answers come not from, and nobody tells whose it is',
    path: ipipPath({ probes: 2 }).change({ at: 'encapsulator-underlay' }, (draft) => {
      draft.outer[0]!.destination = '203.0.113.42';
    }),
    options: { choice: { without: ['decapsulator-underlay'] } },
    outcome: 'fail',
    id: 'wrong-decapsulator',
    segment: 'S34',
    direction: 'request',
    confidence: 'possible',
    fact: /nothing captured tells whose address 203\.0\.113\.42 is/,
    next: at(machine1, 'ip route get'),
    also: ['underlay-nat'],
  },
  {
    name: 'an outer destination that another machine of the link has',
    path: ipipPath({ probes: 2 })
      .change({ at: 'encapsulator-underlay' }, (draft) => {
        draft.outer[0]!.destination = '10.9.0.23';
        draft.ethernet!.destination = strange;
      })
      .arpReply({
        at: ['encapsulator-underlay'],
        sender: { mac: strange, address: '10.9.0.23' },
        to: { mac: '52:54:00:aa:00:21', address: '10.9.0.21' },
      }),
    options: { choice: { without: ['decapsulator-underlay'] } },
    outcome: 'fail',
    id: 'wrong-decapsulator',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    fact: /a machine of this link has that address/,
    next: at(machine1, 'ip route get'),
  },
  {
    name: 'the sending node itself says less than its tunnel device takes',
    path: sweep([56, 1452])
      .drop({ at: 'S23', probe: 2 })
      .icmpError({ from: '172.20.5.1', type: 3, code: 4, mtu: 1380, quote: 'inner', probe: 2, seenAt: ['source-pod'] }),
    outcome: 'fail',
    id: 'tunnel-mtu-exceeds-underlay',
    segment: 'S23',
    direction: 'request',
    confidence: 'likely',
    message: /leaves only 1380 octets inside/,
    candidates: [/learned a smaller path MTU before/],
    next: at(machine1, 'ip link show'),
  },
  {
    name: 'the outer datagram is cut where it leaves its node',
    path: ipipPath({ payload: 1452, probes: 2, dontFragment: false }).fragment({
      from: 'encapsulator-underlay',
      mtu: 1400,
      layer: 'outer',
    }),
    outcome: 'fail',
    id: 'tunnel-mtu-exceeds-underlay',
    segment: 'S23',
    direction: 'request',
    confidence: 'certain',
    fact: /where it leaves its node/,
    next: at(machine1, 'ip link show'),
  },
  {
    name: 'the outer datagram is cut on the way',
    path: ipipPath({ payload: 1452, probes: 2, dontFragment: false, routers: 1 }).fragment({
      at: 'decapsulator-underlay',
      mtu: 1400,
      layer: 'outer',
    }),
    outcome: 'fail',
    id: 'pmtu-reduced',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    fact: /it left its node whole/,
    next: at(machine1, 'tracepath'),
  },
  {
    name: 'the receiving node hands on less than the tunnel brings',
    path: ipipPath({ payload: 1452, probes: 2 })
      .drop({ at: 'S56' })
      .icmpError({ from: '172.20.9.0', type: 3, code: 4, mtu: 1440, quote: 'inner' }),
    outcome: 'fail',
    id: 'receiver-mtu-too-small',
    segment: 'S56',
    direction: 'request',
    confidence: 'certain',
    fact: /next-hop MTU 1440 .*come through the tunnel/,
    next: at(machine2, 'ip -br link'),
  },
  {
    name: 'a smaller MTU on the way, told to node and pod',
    path: ipipPath({ payload: 1452, probes: 2 })
      .drop({ at: 'S34' })
      .icmpError({
        from: '10.9.0.1',
        type: 3,
        code: 4,
        mtu: 1400,
        quote: 'outer',
        probe: 1,
        seenAt: ['encapsulator-underlay'],
      })
      .icmpError({ from: '172.20.5.1', type: 3, code: 4, mtu: 1380, quote: 'inner', probe: 2, seenAt: ['source-pod'] }),
    outcome: 'fail',
    id: 'pmtu-reduced',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    fact: /told the node 1400 .*told the pod 1380/,
    next: at(machine1, 'tracepath -n 10\\.9\\.0\\.22'),
  },
  {
    name: 'a smaller MTU on the way, and the node tells nobody',
    path: ipipPath({ payload: 1452, probes: 3 })
      .drop({ at: 'S34' })
      .icmpError({
        from: '10.9.0.1',
        type: 3,
        code: 4,
        mtu: 1400,
        quote: 'outer',
        probe: 1,
        seenAt: ['encapsulator-underlay'],
      }),
    outcome: 'fail',
    id: 'pmtu-black-hole',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    candidates: [/not turned into an answer/],
    refuted: [/filtered or never sent/],
    next: at(machine1, "tcpdump -pni any 'icmp"),
  },
  {
    name: 'long datagrams vanish in the underlay and nobody says why',
    path: sweep([56, 1300, 1352, 1353, 1452]).drop({ at: 'S34', probe: [4, 5] }),
    outcome: 'fail',
    id: 'pmtu-black-hole',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    message: /1381 octets and more are lost, 1380 and less pass/,
    refuted: [/not turned into an answer/],
    next: at(machine1, 'ping -M do -s 1472'),
  },
  {
    name: 'long replies vanish in the underlay',
    path: sweep([56, 1300, 1352, 1353, 1452]).drop({ at: 'S34', probe: [4, 5], direction: 'reply' }),
    outcome: 'fail',
    id: 'pmtu-black-hole',
    segment: 'S34',
    direction: 'reply',
    confidence: 'likely',
    refuted: [/not turned into an answer/],
    next: at(machine2, 'ping -M do -s 1472 -c 2 10\\.9\\.0\\.21'),
  },
  {
    name: 'the destination waits in vain for later fragments and says so',
    path: without(
      ipipPath({ payload: 3000, dontFragment: false })
        .fragment({ mtu: 1480 })
        .icmpError({ from: '172.20.9.33', type: 11, code: 1, quote: 'inner' }),
      {
        'decapsulator-underlay': [4, 5],
        'decapsulator-tunnel': [2, 3],
        'destination-pod': [4, 5],
      },
    ),
    outcome: 'fail',
    id: 'fragments-lost',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, 'ping -M dont'),
  },
  {
    name: 'later fragments of the reply vanish before the pod',
    path: without(
      ipipPath({ payload: 3000, dontFragment: false, probes: 1 }).fragment({ mtu: 1480, direction: 'reply' }),
      { 'source-pod': [5, 6] },
    ),
    outcome: 'fail',
    id: 'fragments-lost',
    segment: 'S12',
    direction: 'reply',
    confidence: 'likely',
    next: at(machine2, 'ping -M dont'),
  },
  {
    name: 'later fragments vanish, before anybody says so',
    path: without(ipipPath({ payload: 3000, dontFragment: false, probes: 1, replies: false }).fragment({ mtu: 1480 }), {
      'decapsulator-underlay': [4, 5],
      'decapsulator-tunnel': [2, 3],
      'destination-pod': [4, 5],
    }),
    outcome: 'fail',
    id: 'fragments-lost',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    next: at(machine1, 'ping -M dont'),
  },
  {
    name: 'silent in S45',
    path: ipipPath({ probes: 3 }).drop({ at: 'S45' }),
    outcome: 'fail',
    id: 'decapsulator-input-drop',
    segment: 'S45',
    direction: 'request',
    confidence: 'likely',
    candidates: [/INPUT/, /no tunnel device matches/, /checksum|xfrm/],
    next: at(machine2, 'iptables -L INPUT'),
  },
  {
    name: 'silent in S23 on the way back: the first node',
    path: ipipPath({ probes: 3 }).drop({ at: 'S23', direction: 'reply' }),
    outcome: 'fail',
    id: 'decapsulator-input-drop',
    segment: 'S23',
    direction: 'reply',
    confidence: 'likely',
    next: at(machine1, 'iptables -L INPUT'),
  },
  ...(
    [
      [10, 'decapsulator-input-reject', 'iptables -L INPUT'],
      [13, 'decapsulator-input-reject', 'iptables -L INPUT'],
      [2, 'ipip-handler-missing', 'modprobe ipip'],
      [3, 'tunnel-down-at-decapsulator', 'ip -d link show type ipip'],
    ] as const
  ).map(
    ([code, id, command]): DiagnosisCase => ({
      name: `the decapsulator answers 3/${code}`,
      path: ipipPath({ probes: 2 }).drop({ at: 'S45' }).icmpError({ from: '10.9.0.22', type: 3, code, quote: 'outer' }),
      outcome: 'fail',
      id,
      segment: 'S45',
      direction: 'request',
      confidence: 'certain',
      next: at(machine2, command),
      // A REJECT rule answers port unreachable by default as well.
      ...(code === 3 ? { also: ['decapsulator-input-reject'] } : {}),
    }),
  ),
  {
    name: 'an error about the tunnel, and what the own node makes of it for the next probe: one cause',
    path: ipipPath({ probes: 3 })
      .drop({ at: 'S45', probe: 1 })
      .drop({ at: 'S23', probe: [2, 3] })
      .icmpError({ from: '10.9.0.22', type: 3, code: 3, quote: 'outer', probe: 1 })
      .icmpError({
        from: '172.20.5.1',
        type: 3,
        code: 1,
        quote: 'inner',
        probe: [2, 3],
        seenAt: ['source-pod'],
      }),
    outcome: 'fail',
    id: 'tunnel-down-at-decapsulator',
    segment: 'S45',
    direction: 'request',
    confidence: 'certain',
    fact: /172\.20\.5\.1, the own node, tells the pod 3\/1 \(host unreachable\) because of it/,
    next: at(machine2, 'ip -d link show type ipip'),
    also: ['decapsulator-input-reject'],
  },
  {
    name: 'host unreachable from the own node, whose ARP nobody answers',
    path: ipipPath({ probes: 3 })
      .drop({ at: 'S23' })
      .unansweredArp({
        at: 'encapsulator-underlay',
        sender: { mac: '52:54:00:aa:00:21', address: '10.9.0.21' },
        target: '10.9.0.22',
      })
      .icmpError({ from: '172.20.5.1', type: 3, code: 1, quote: 'inner', seenAt: ['source-pod'] }),
    outcome: 'fail',
    id: 'neighbour-unresolved',
    segment: 'S23',
    direction: 'request',
    confidence: 'likely',
    message: /nobody answers ARP for 10\.9\.0\.22/,
    next: at(machine1, 'ip neigh show 10.9.0.22'),
  },
  {
    name: 'host unreachable from the own node, and only pod and tunnel device were captured',
    path: ipipPath({ probes: 2 })
      .drop({ at: 'S23' })
      .icmpError({ from: '172.20.5.1', type: 3, code: 1, quote: 'inner', seenAt: ['source-pod'] }),
    options: { choice: { only: ['source-pod', 'encapsulator-tunnel'] } },
    outcome: 'fail',
    id: 'neighbour-unresolved',
    segment: 'S23',
    direction: 'request',
    confidence: 'likely',
    message: /although its tunnel took the datagram/,
    next: /ip neigh show/,
  },
  {
    name: 'plain to the gateway, which knows no way',
    path: ipipPath({ probes: 2, encapsulation: 'none', routers: 1 })
      .drop({ at: 'S34' })
      .icmpError({
        from: '10.9.0.1',
        type: 3,
        code: 1,
        quote: 'inner',
        seenAt: ['encapsulator-underlay', 'source-pod'],
      }),
    outcome: 'fail',
    id: 'tunnel-route-missing',
    segment: 'S12-S23',
    direction: 'request',
    confidence: 'certain',
    message: /never entered the tunnel: it left plain, and 10\.9\.0\.1, a router/,
    next: at(machine1, 'ip route get 172.20.9.33'),
    also: ['underlay-source-dest-check'],
  },
  {
    name: 'decapsulated by a device that nobody captured',
    path: ipipPath({ probes: 2 }).blind('decapsulator-tunnel'),
    outcome: 'unproven',
    id: 'other-tunnel-device',
    segment: 'S45',
    direction: 'request',
    confidence: 'possible',
    next: at(machine2, 'ip -d -s link show type ipip'),
    also: ['capture-blind'],
  },
  {
    name: 'CE on a datagram that is Not-ECT',
    path: ipipPath({ probes: 2 })
      .change({ at: 'decapsulator-underlay' }, (draft) => {
        draft.outer[0]!.tos = 3;
      })
      .drop({ at: 'S45' }),
    outcome: 'fail',
    id: 'ecn-drop',
    segment: 'S45',
    direction: 'request',
    confidence: 'certain',
    next: at(machine2, 'dmesg'),
  },
  {
    name: 'silent in S56: a filter and rp_filter look alike',
    path: ipipPath({ probes: 3 }).drop({ at: 'S56' }),
    outcome: 'fail',
    id: 'forward-drop-or-rp-filter',
    segment: 'S56',
    direction: 'request',
    confidence: 'likely',
    candidates: [/FORWARD/, /rp_filter/, /conntrack/],
    next: at(machine2, 'rp_filter|nstat'),
  },
  {
    name: 'a REJECT on the source node',
    path: ipipPath({ probes: 2 })
      .drop({ at: 'S12' })
      .icmpError({ from: '172.20.5.1', type: 3, code: 13, quote: 'inner', seenAt: ['source-pod'] }),
    outcome: 'fail',
    id: 'forward-reject',
    segment: 'S12',
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, 'iptables -L FORWARD'),
  },
  {
    name: 'a REJECT on the destination node',
    path: ipipPath({ probes: 2 })
      .drop({ at: 'S56' })
      .icmpError({ from: '172.20.9.0', type: 3, code: 13, quote: 'inner' }),
    outcome: 'fail',
    id: 'forward-reject',
    segment: 'S56',
    direction: 'request',
    confidence: 'certain',
    next: at(machine2, 'iptables -L FORWARD'),
  },
  {
    name: 'masquerade on the source node',
    path: ipipPath({ masquerade: 'node1' }),
    outcome: 'fail',
    id: 'source-node-masquerade',
    segment: 'S12',
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, 'iptables -t nat'),
  },
  {
    name: 'masquerade on the destination node',
    path: ipipPath({ probes: 2, masquerade: 'node2' }),
    outcome: 'fail',
    id: 'destination-node-masquerade',
    segment: 'S56',
    direction: 'request',
    confidence: 'certain',
    next: at(machine2, 'iptables -t nat'),
  },
  {
    name: 'the pod sends more than the tunnel takes, and is told',
    path: ipipPath({ payload: 1472, probes: 2 })
      .drop({ at: 'S12' })
      .icmpError({ from: '172.20.5.1', type: 3, code: 4, mtu: 1480, quote: 'inner', seenAt: ['source-pod'] }),
    outcome: 'fail',
    id: 'pod-mtu-exceeds-tunnel',
    segment: 'S12',
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, ''),
  },
  {
    name: 'nobody answers for the pod',
    path: ipipPath({ probes: 2 })
      .drop({ at: 'S56' })
      .icmpError({ from: '172.20.9.0', type: 3, code: 1, quote: 'inner' }),
    outcome: 'fail',
    id: 'destination-unreachable',
    segment: 'S56',
    direction: 'request',
    confidence: 'certain',
    next: at(machine2, ''),
  },
  {
    name: 'two machines with one address',
    path: ipipPath().arpReply({
      at: ['encapsulator-underlay'],
      sender: { mac: strange, address: '10.9.0.22' },
      to: { mac: '52:54:00:aa:00:21', address: '10.9.0.21' },
    }),
    outcome: 'fail',
    id: 'address-conflict',
    segment: null,
    direction: null,
    confidence: 'certain',
    message: /10\.9\.0\.22 is claimed by 02:00:00:00:be:ef and 52:54:00:aa:00:22/,
    next: at(machine1, 'arping -c 3 10\\.9\\.0\\.22'),
  },
  {
    name: 'the TTL runs out at the first node',
    path: ipipPath({ ttl: 1 })
      .drop({ at: 'S12' })
      .icmpError({ from: '172.20.5.1', type: 11, code: 0, quote: 'inner', seenAt: ['source-pod'] }),
    outcome: 'fail',
    refuted: [/routing loop/],
    id: 'ttl-expired',
    segment: 'S12',
    direction: 'request',
    confidence: 'certain',
    next: at('pod 172\\.20\\.5\\.14', 'ip_default_ttl'),
  },
  {
    name: 'the outer TTL runs out at a router of the underlay',
    path: ipipPath({ ttl: 3, routers: 3 })
      .drop({ at: 'S34' })
      .icmpError({ from: '10.9.0.1', type: 11, code: 0, quote: 'outer', seenAt: ['encapsulator-underlay'] }),
    outcome: 'fail',
    id: 'ttl-expired',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    message: /the pod never hears of it/,
    next: at('pod 172\\.20\\.5\\.14', 'ip_default_ttl'),
  },
  {
    name: 'delivered and not answered',
    refuted: [/wrong checksum/],
    path: ipipPath({ probes: 2, replies: false }),
    outcome: 'fail',
    id: 'destination-silent',
    segment: null,
    direction: 'request',
    confidence: 'certain',
    next: at('pod 172\\.20\\.9\\.33', 'icmp_echo_ignore_all'),
  },
  {
    name: 'a server that is not there',
    path: tcpPath([[handshake[0], { flags: 'RA' }]]),
    options: { probes: ['tcp'] },
    outcome: 'fail',
    id: 'connection-refused',
    segment: null,
    direction: 'request',
    confidence: 'certain',
    message: /nothing listens on port 8080/,
    next: at('pod 172\\.20\\.9\\.33', 'ss -tlnp'),
  },
  {
    name: 'a connection whose long segments vanish between the nodes',
    path: tcpPath([
      handshake,
      ...[1, 2, 3].map(
        () =>
          [
            { flags: 'A', octets: 300 },
            { flags: 'A', octets: 1400, acknowledges: 300 },
          ] as const,
      ),
    ]).drop({ at: 'S34', direction: 'reply', probe: [2, 3, 4] }),
    options: { probes: ['tcp'] },
    outcome: 'fail',
    id: 'pmtu-black-hole',
    segment: 'S34',
    direction: 'reply',
    confidence: 'likely',
    message: /datagrams of 1440 octets and more are lost although sent again/,
    next: at(machine2, 'ping -M do'),
  },
  {
    name: 'a SYN that is delivered and not answered',
    refuted: [/echo requests/, /wrong checksum/],
    path: tcpPath([
      [{ flags: 'S' }, null],
      [{ flags: 'S' }, null],
    ]),
    options: { probes: ['tcp'] },
    outcome: 'fail',
    id: 'destination-silent',
    segment: null,
    direction: 'request',
    confidence: 'certain',
    next: at('pod 172\\.20\\.9\\.33', 'TcpExtListenDrops'),
  },
  {
    name: 'the reply comes back plain',
    path: ipipPath({ probes: 2, replyEncapsulation: 'none' }),
    outcome: 'fail',
    id: 'reply-path-asymmetric',
    segment: null,
    direction: 'reply',
    confidence: 'certain',
    next: at(machine2, 'ip route get 172\\.20\\.5\\.14'),
  },
  {
    name: 'the request goes plain and is answered through the tunnel: the sending node is the one to look at',
    path: ipipPath({ probes: 2, encapsulation: 'none', replyEncapsulation: 'ipip' }),
    outcome: 'fail',
    id: 'reply-path-asymmetric',
    segment: null,
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, 'ip route get 172\\.20\\.9\\.33'),
  },
  {
    name: 'plain both ways',
    path: ipipPath({ probes: 2, encapsulation: 'none' }),
    outcome: 'fail',
    id: 'direct-routing',
    segment: 'S34',
    direction: null,
    confidence: 'certain',
    next: at(machine1, ''),
  },
  ...(['vxlan', 'gre'] as const).map(
    (encapsulation): DiagnosisCase => ({
      name: encapsulation,
      path: ipipPath({ probes: 2, encapsulation }),
      outcome: 'fail',
      id: 'wrong-tunnel-protocol',
      segment: 'S34',
      direction: 'request',
      confidence: 'certain',
      message: new RegExp(`travels in ${encapsulation}`),
      next: at(machine1, 'ip -d link show'),
    }),
  ),
  ...(
    [
      [5555, [], /travels inside UDP port 5555 \(FoU\), not in IPv4 protocol 4/],
      [6080, [0, 4, 0, 0], /inside UDP port 6080 \(GUE\)/],
      [8285, [], /inside UDP port 8285 \(flannel's udp backend\)/],
      [40_000, [1, 4, 0, 1, 0, 0, 0, 0], /inside UDP port 40000, not/],
    ] as const
  ).map(
    ([port, shim, message]): DiagnosisCase => ({
      name: `inside UDP port ${port}, behind ${shim.length} octets`,
      path: inUdp(port, shim),
      outcome: 'fail',
      id: 'wrong-tunnel-protocol',
      segment: 'S34',
      direction: 'request',
      confidence: 'certain',
      message,
      next: at(machine1, 'ip fou show'),
    }),
  ),
  {
    name: 'inside UDP, and it does not arrive: no rule about protocol 4',
    path: inUdp(5555, []).drop({ at: 'S34' }),
    outcome: 'fail',
    id: 'wrong-tunnel-protocol',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    next: at(machine1, 'ip fou show'),
  },
  {
    name: 'two of ten lost in the underlay',
    path: ipipPath({ probes: 10 }).drop({ at: 'S34', probe: [4, 7] }),
    outcome: 'fail',
    id: 'random-loss',
    segment: 'S34',
    direction: 'request',
    confidence: 'likely',
    message: /2 of 10 requests \(20 %\)/,
    next: at(machine1, 'ip -s -s link'),
  },
  {
    name: 'one of ten lost on the receiving node',
    path: ipipPath({ probes: 10 }).drop({ at: 'S56', probe: 5 }),
    outcome: 'fail',
    id: 'random-loss',
    segment: 'S56',
    direction: 'request',
    confidence: 'possible',
    next: at(machine2, 'ip -s -s link'),
  },
  {
    name: 'doubled in the underlay: one outer identification',
    refuted: [/encapsulates the datagram twice/],
    path: ipipPath({ probes: 3 }).duplicate({ at: 'S34', probe: 2 }),
    outcome: 'fail',
    id: 'packet-duplicated',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    fact: /1 of 3 probes/,
    next: at('the network between the nodes', ''),
  },
  {
    name: 'encapsulated twice: each copy has an outer identification of its own',
    path: copied(ipipPath(), (octets) => {
      octets[19]! ^= 0x11;
    }),
    outcome: 'fail',
    id: 'packet-duplicated',
    segment: 'S23',
    direction: 'request',
    confidence: 'certain',
    refuted: [/mirrored port/],
    next: at(machine1, 'iptables-save'),
  },
  {
    name: 'a loop between the nodes',
    path: copied(
      ipipPath({ probes: 1 })
        .drop({ at: 'S34' })
        .icmpError({ from: '172.20.9.0', type: 11, code: 0, quote: 'inner', seenAt: ['source-pod'] }),
      (octets, lap) => {
        octets[22]! -= 2 * lap;
        octets[42]! -= 2 * lap;
      },
      12,
    ),
    outcome: 'fail',
    id: 'ttl-expired',
    segment: null,
    direction: 'request',
    confidence: 'certain',
    message: /routing loop between 10\.9\.0\.21 and 10\.9\.0\.22: .* 13 times, with TTL 63 down to 39/,
    refuted: [/uses a small TTL/, /^a routing loop$/],
    next: /^10\.9\.0\.22# ip route get 172\.20\.9\.33/,
  },
  {
    name: 'overtaken in the underlay',
    path: ipipPath({ probes: 4, interval: 20_000_000n }).reorder({ at: 'S34', probe: 2 }),
    outcome: 'pass',
    id: 'packet-reordered',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    next: at('the network between the nodes', 'tc -s qdisc'),
  },
  {
    name: 'one bit flips in the underlay',
    path: ipipPath({ probes: 4 }).change({ from: 'decapsulator-underlay', probe: 3 }, (draft) => {
      const { checksum: _, ...message } = draft.message!;
      draft.message = { ...message, checksum: 0x1111 };
      draft.message.data[30]! ^= 4;
    }),
    outcome: 'fail',
    id: 'packet-corrupted',
    segment: 'S34',
    direction: 'request',
    confidence: 'certain',
    next: at(machine2, 'ethtool -S'),
  },
  {
    name: 'SYNs arrive with wrong checksums while ping works',
    path: spoiledSyn(),
    outcome: 'pass',
    id: 'checksum-offload-fault',
    segment: 'S23-S45',
    direction: null,
    confidence: 'likely',
    next: at(machine1, 'ethtool -K'),
  },
  {
    name: 'nobody captured behind the receiving node, and the pod gets no answer',
    path: awake(ipipPath({ probes: 3, replies: false }), 'source-pod'),
    options: { choice: { without: ['decapsulator-tunnel', 'destination-pod'] } },
    outcome: 'fail',
    id: 'no-answer',
    segment: 'S45-S56',
    direction: 'request',
    confidence: 'certain',
    next: at(machine2, 'tcpdump -pni any'),
    fact: /request 1 of 3 \(and 2 more\) last seen at decapsulator-underlay .* no answer at source-pod.pcap, which ran on/,
    also: ['decapsulator-input-drop', 'forward-drop-or-rp-filter'],
  },
  {
    name: 'a capture between two that hold the ping does not',
    path: awake(ipipPath({ probes: 2 }).blind('encapsulator-underlay'), 'encapsulator-underlay'),
    outcome: 'unproven',
    id: 'capture-blind',
    segment: null,
    direction: null,
    confidence: 'certain',
    candidates: [/capture filter/, /wrong interface/, /stopped early/],
    next: at('where the capture was taken', 'tcpdump'),
  },
  {
    name: 'a capture that ends inside a record',
    path: ipipPath(),
    options: { bend: { 'decapsulator-underlay': (bytes) => bytes.subarray(0, -5) } },
    outcome: 'unproven',
    id: 'capture-incomplete',
    segment: null,
    direction: null,
    confidence: 'certain',
    next: at('where the capture was taken', 'capinfos'),
  },
];
