/** IPT010 to IPT015: what arrived, in which order, how often, and where it had no business. */
import type { Captures } from '../../support/check-path.js';
import { ipipPath } from '../../support/ipip-path.js';
import {
  bent,
  type CasesByRule,
  differentRuns,
  healthy,
  inPieces,
  onlyReplies,
  together,
  withoutFrames,
} from './case.js';

const everywhere = [
  'source-pod#3',
  'encapsulator-tunnel#1',
  'encapsulator-underlay#3',
  'decapsulator-underlay#3',
  'decapsulator-tunnel#1',
  'destination-pod#3',
];

/** worker-a sends to a third node, which decapsulates and forwards to worker-b: that node's capture shows both datagrams. */
function relayed(): ReturnType<typeof healthy.captures> {
  const third = '10.9.0.77';
  const captures = ipipPath()
    .change({ from: 'decapsulator-underlay' }, (draft) => {
      draft.inner.ttl--;
      for (const header of draft.outer) {
        header.source = third;
        header.ttl--;
      }
    })
    .change({ at: 'encapsulator-underlay' }, (draft) => {
      draft.outer[0]!.destination = third;
    })
    .captures();
  const here = captures.get('encapsulator-underlay')!;
  const onward = captures.get('decapsulator-underlay')!.frames[2]!;
  captures.set('third', {
    ...here,
    frames: [here.frames[2]!, onward].map((frame) => ({ ...frame, time: frame.time - 20_000n })),
  });
  return captures;
}

const names = {
  'source-pod': 'pod1',
  'encapsulator-tunnel': 'pod1-ipip',
  'encapsulator-underlay': 'node1',
  'decapsulator-underlay': 'node2',
  'decapsulator-tunnel': 'pod2-ipip',
  'destination-pod': 'pod2',
};

/** The second pod of the first node's traffic lives on a third node, which hears the first question for the second node. */
function thirdNode(): Captures {
  const third = ipipPath({
    startTime: 1_767_225_610_000_000_000n,
    identifier: 0x1111,
    destinationPod: { address: '172.20.11.7', mac: '0a:58:ac:14:0b:07' },
    nodes: [
      {},
      {
        name: 'worker-c',
        address: '10.9.0.23',
        mac: '52:54:00:aa:00:23',
        bridgeAddress: '172.20.11.1',
        bridgeMac: '0a:58:ac:14:0b:01',
      },
    ],
    names: {
      ...names,
      'decapsulator-underlay': 'node3',
      'decapsulator-tunnel': 'pod3-ipip',
      'destination-pod': 'pod3',
    },
  });
  const first = ipipPath({ names }).captures();
  const asked = first.get('node2')!;
  // The third node's own answer takes no time there, as at the second node: it looks like the far end of a question.
  const later = third.captures();
  later.get('node3')!.frames[1]!.time -= 20_000n;
  return together(first, new Map([['node3', { ...asked, frames: asked.frames.slice(0, 1) }]]), later);
}

/** Flow 172.20.5.14 > 172.20.9.33 dies before its pod; 172.20.5.9 > 172.20.9.20 is healthy, and nobody captured at its pods. */
function otherPair(): Captures {
  const broken = ipipPath({ names, replies: false }).drop({ at: 'S56' });
  const healthyPair = ipipPath({
    names,
    startTime: 1_767_225_610_000_000_000n,
    sourcePod: { address: '172.20.5.9', mac: '0a:58:ac:14:05:09' },
    destinationPod: { address: '172.20.9.20', mac: '0a:58:ac:14:09:14' },
  });
  return together(broken.captures(), healthyPair.captures({ without: ['source-pod', 'destination-pod'] }));
}

export const reachCases: CasesByRule = {
  'request-lost': [
    {
      name: "a third node's capture heard ARP of this flow, and only the next flow tells whose it is",
      path: thirdNode(),
      verdict: 'pass',
      direction: 'request',
    },
    {
      name: 'the pod captures are those of a broken flow, and the other pair of pods has none',
      path: otherPair(),
      verdict: 'pass',
      direction: 'request',
      journey: 0,
    },
    {
      name: 'later fragments do not come over the wire',
      path: withoutFrames(inPieces('request'), {
        'decapsulator-underlay': [4, 5],
        'decapsulator-tunnel': [2, 3],
        'destination-pod': [4, 5],
      }),
      verdict: 'fail',
      message: 'request whole at encapsulator-underlay, not all of its fragments at decapsulator-underlay (S34)',
      evidence: ['encapsulator-underlay#3'],
    },
    {
      name: 'one capture misses a fragment that was seen further on',
      path: withoutFrames(inPieces('request'), { 'decapsulator-underlay': [5] }),
      verdict: 'unproven',
      missing: 'frame',
    },
    { name: 'seen everywhere', path: healthy, verdict: 'pass', direction: 'request', evidence: everywhere },
    ...(
      [
        ['S12', 'source-pod', 'encapsulator-tunnel', 3],
        ['S23', 'encapsulator-tunnel', 'encapsulator-underlay', 1],
        ['S34', 'encapsulator-underlay', 'decapsulator-underlay', 3],
        ['S45', 'decapsulator-underlay', 'decapsulator-tunnel', 3],
        ['S56', 'decapsulator-tunnel', 'destination-pod', 1],
      ] as const
    ).map(([segment, last, missing, frame]) => ({
      name: `lost in ${segment}`,
      path: ipipPath().drop({ at: segment }),
      verdict: 'fail' as const,
      direction: 'request' as const,
      message: `request last seen at ${last}, not seen at ${missing} (${segment})`,
      evidence: [`${last}#${frame}`],
    })),
    {
      name: 'lost over a stretch without captures',
      path: ipipPath().drop({ at: 'S34' }),
      options: {
        choice: { only: ['source-pod', 'destination-pod'] },
        points: { 'destination-pod': 'destination-pod' },
      },
      verdict: 'fail',
      message: 'request last seen at source-pod, not seen at destination-pod (S12-S56)',
    },
    {
      name: 'one capture alone',
      path: healthy,
      options: { choice: { only: ['encapsulator-underlay'] } },
      verdict: 'unproven',
      missing: 'capture',
      message: 'seen at one capture point only',
    },
    {
      name: 'a capture on the way is blind',
      path: ipipPath().blind('decapsulator-underlay'),
      verdict: 'unproven',
      missing: 'frame',
    },
    { name: 'the captures began too late', path: onlyReplies(), verdict: 'unproven', missing: 'frame' },
    { name: 'different runs', path: differentRuns, verdict: 'unproven', missing: 'frame' },
    {
      name: 'the next capture is cut off before, and no answer proves anything',
      path: ipipPath({ replies: false }),
      options: {
        choice: { without: ['decapsulator-tunnel', 'destination-pod'] },
        bend: { 'decapsulator-underlay': (bytes) => bytes.subarray(0, 24 + 2 * 58 + 30) },
      },
      verdict: 'unproven',
      missing: 'capture',
    },
  ],
  'hop-order-violated': [
    { name: 'in order', path: healthy, verdict: 'pass', direction: 'request', evidence: everywhere },
    {
      name: 'pods swapped by the command line',
      path: healthy,
      options: { points: { 'source-pod': 'destination-pod', 'destination-pod': 'source-pod' } },
      verdict: 'fail',
      direction: 'request',
      message: 'inner TTL rises from 62 at destination-pod to 63 at encapsulator-tunnel',
      evidence: ['destination-pod#3', 'encapsulator-tunnel#1'],
      shows: ['at most 62', '63'],
    },
    {
      name: 'underlay captures swapped, five milliseconds apart',
      path: ipipPath().delay({ at: 'S34', by: 5_000_000n }),
      options: {
        choice: { only: ['encapsulator-underlay', 'decapsulator-underlay'] },
        points: { 'encapsulator-underlay': 'decapsulator-underlay', 'decapsulator-underlay': 'encapsulator-underlay' },
      },
      verdict: 'fail',
      direction: 'request',
      message: /round trips are longer at encapsulator-underlay than at decapsulator-underlay/,
      evidence: ['decapsulator-underlay#3', 'encapsulator-underlay#3'],
    },
    {
      name: 'an underlay capture called a pod',
      path: healthy,
      options: {
        choice: { without: ['source-pod'] },
        points: { 'encapsulator-underlay': 'source-pod' },
      },
      verdict: 'fail',
      direction: 'request',
      message: 'ipip header at encapsulator-underlay, which is on the pod side',
      evidence: ['encapsulator-underlay#3'],
    },
    {
      name: 'one hop alone',
      path: healthy,
      options: { choice: { only: ['source-pod'] } },
      verdict: 'not-applicable',
      direction: 'request',
    },
  ],
  'packet-duplicated': [
    {
      name: 'one copy',
      path: healthy,
      verdict: 'pass',
      role: 'decapsulator-underlay',
      direction: 'request',
      evidence: ['decapsulator-underlay#3'],
    },
    {
      name: 'doubled on the underlay',
      path: ipipPath({ probes: 3 }).duplicate({ at: 'S34', probe: 2 }),
      verdict: 'fail',
      journey: 0,
      role: 'decapsulator-underlay',
      direction: 'request',
      message: '2 copies of one datagram',
      evidence: ['decapsulator-underlay#5', 'decapsulator-underlay#6'],
    },
    {
      name: 'before the place where it was doubled',
      path: ipipPath({ probes: 3 }).duplicate({ at: 'S34', probe: 2 }),
      verdict: 'pass',
      role: 'encapsulator-underlay',
      direction: 'request',
    },
    {
      name: 'files that were merged with themselves',
      path: together(healthy.captures(), healthy.captures()),
      verdict: 'pass',
      message: 'one sighting, which stands in the file more than once',
    },
    {
      name: 'a capture that shows each frame twice',
      path: bent(healthy, {
        'encapsulator-underlay': ({ frames }) => ({
          frames: frames.flatMap((frame) => [frame, { ...frame, time: frame.time + 2_000n }]),
        }),
      }),
      verdict: 'pass',
      role: 'encapsulator-underlay',
      direction: 'request',
      message: 'copies made by the capture',
    },
    {
      name: '-i any shows one datagram on several devices',
      path: ipipPath({ any: 'sll2' }),
      verdict: 'pass',
      direction: 'request',
      role: 'encapsulator-underlay',
      point: null,
    },
    {
      name: 'absent here',
      path: ipipPath().drop({ at: 'S34' }),
      verdict: 'unproven',
      role: 'decapsulator-tunnel',
      direction: 'request',
      missing: 'frame',
    },
  ],
  'request-refused': [
    { name: 'nobody complains', path: healthy, verdict: 'pass' },
    {
      name: 'protocol unreachable from the decapsulator',
      path: ipipPath().drop({ at: 'S45' }).icmpError({ from: '10.9.0.22', type: 3, code: 2, quote: 'outer' }),
      verdict: 'fail',
      message: /^10\.9\.0\.22 answered the request with ICMP 3\/2.*, quoting the outer datagram$/,
      evidence: ['decapsulator-underlay#4', 'encapsulator-underlay#4'],
    },
    {
      name: 'host unreachable, quoting the inner datagram',
      path: ipipPath().drop({ at: 'S56' }).icmpError({ from: '172.20.9.0', type: 3, code: 1, quote: 'inner' }),
      verdict: 'fail',
      message: /^172\.20\.9\.0 answered the request with ICMP 3\/1.*, quoting the inner datagram$/,
    },
    {
      name: 'a redirect refuses nothing',
      path: ipipPath().icmpError({ from: '10.9.0.1', type: 5, code: 1, quote: 'outer' }),
      verdict: 'pass',
    },
    {
      name: 'an error about another ping of the pods',
      path: ipipPath({ probes: 2 })
        .drop({ at: 'S45', probe: 2 })
        .icmpError({ from: '10.9.0.22', type: 3, code: 2, quote: 'outer', probe: 2 }),
      verdict: 'pass',
      journey: 1,
    },
  ],
  'off-path-sighting': [
    { name: 'only on the path', path: healthy, verdict: 'pass' },
    {
      name: 'a third node decapsulates and forwards it',
      path: relayed(),
      verdict: 'fail',
      message: 'seen off the path at third',
      evidence: ['third#1', 'third#2'],
    },
  ],
  'packet-reordered': [
    { name: 'three in order', path: ipipPath({ probes: 3 }), verdict: 'pass' },
    {
      name: 'the second is overtaken by the third',
      path: ipipPath({ probes: 4, interval: 20_000_000n }).reorder({ at: 'S34', probe: 2 }),
      verdict: 'fail',
      severity: 'warning',
      message: '1 probe was overtaken between encapsulator-underlay and decapsulator-underlay',
    },
    { name: 'one probe has no order', path: healthy, verdict: 'not-applicable' },
  ],
};
