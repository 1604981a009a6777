/** IPT401 to IPT407: lengths, fragments and what says how long a datagram may be. */
import { ipipPath } from '../../support/ipip-path.js';
import { type CasesByRule, healthy, onlyReplies, type RuleCase } from './case.js';

const flow = { direction: null, role: null, point: null } as const;
const notCaptured: Omit<RuleCase, 'name' | 'role'> = {
  path: healthy,
  options: { choice: { without: ['decapsulator-underlay'] } },
  verdict: 'unproven',
  direction: 'request',
  point: null,
  missing: 'capture',
};
/** Two long probes; a router says 1400 about the first, the node tells the pod about the second. */
const long = (): ReturnType<typeof ipipPath> => ipipPath({ payload: 1452, probes: 2 }).drop({ at: 'S34' });
const routerSays = {
  from: '10.9.0.1',
  type: 3,
  code: 4,
  mtu: 1400,
  quote: 'outer',
  probe: 1,
  seenAt: ['encapsulator-underlay'],
} as const;
const nodeSays = {
  from: '172.20.5.1',
  type: 3,
  code: 4,
  mtu: 1380,
  quote: 'inner',
  probe: 2,
  seenAt: ['source-pod'],
} as const;

export const sizeCases: CasesByRule = {
  'inner-exceeds-tunnel-mtu': [
    {
      name: 'a ping of 84 octets',
      path: healthy,
      verdict: 'pass',
      direction: 'request',
      role: 'source-pod',
      message: 'not exceeded: 84 of 1480',
    },
    {
      name: 'exactly 1480',
      path: ipipPath({ payload: 1452 }),
      verdict: 'pass',
      direction: 'request',
      role: 'source-pod',
      message: 'not exceeded: 1480 of 1480',
    },
    {
      name: '1481',
      path: ipipPath({ payload: 1453 }),
      verdict: 'fail',
      direction: 'request',
      role: 'encapsulator-tunnel',
      message: 'inner datagram of 1481 octets, tunnel MTU is 1480',
      evidence: ['encapsulator-tunnel#1'],
      shows: ['at most 1480', '1481'],
    },
    {
      name: '1481 where 8980 are allowed',
      path: ipipPath({ payload: 1453 }),
      options: { mtu: 8980 },
      verdict: 'pass',
      direction: 'request',
      role: 'encapsulator-tunnel',
    },
    { name: 'not captured', ...notCaptured, role: 'decapsulator-underlay' },
  ],
  'outer-exceeds-underlay-mtu': [
    {
      name: 'exactly 1500',
      path: ipipPath({ payload: 1452 }),
      verdict: 'pass',
      direction: 'request',
      role: 'encapsulator-underlay',
      message: 'not exceeded: 1500 of 1500',
    },
    {
      name: '1501',
      path: ipipPath({ payload: 1453 }),
      verdict: 'fail',
      direction: 'request',
      role: 'decapsulator-underlay',
      message: 'datagram of 1501 octets on the underlay, its MTU is 1500',
      evidence: ['decapsulator-underlay#3'],
      shows: ['at most 1500', '1501'],
    },
    {
      name: 'plain datagrams count as well',
      path: ipipPath({ payload: 1473, encapsulation: 'none' }),
      verdict: 'fail',
      direction: 'request',
      role: 'encapsulator-underlay',
      message: 'datagram of 1501 octets on the underlay, its MTU is 1500',
    },
    { name: 'not captured', ...notCaptured, role: 'decapsulator-underlay' },
  ],
  'tunnel-mtu-mismatch': [
    {
      name: 'a datagram of exactly 1480 with DF arrived',
      path: ipipPath({ payload: 1452 }),
      verdict: 'pass',
      ...flow,
      message: 'proven: a datagram of 1480 octets with DF arrived',
      evidence: ['decapsulator-tunnel#1'],
    },
    {
      name: 'SYNs of another MTU',
      path: ipipPath().background({ tcp: { mss: 1400 } }),
      verdict: 'fail',
      ...flow,
      message: 'TCP SYN MSS + 40 tells an MTU of 1440, expected 1480',
      shows: ['1480', '1440'],
    },
    {
      name: 'a next-hop MTU below the tunnel MTU at the pod',
      path: long().icmpError(nodeSays),
      verdict: 'fail',
      ...flow,
      message: 'ICMP next-hop MTU tells an MTU of 1380, expected 1480',
      evidence: ['source-pod#5'],
    },
    {
      name: 'SYNs that fit prove no transport',
      path: ipipPath().background({ tcp: { mss: 1440 } }),
      verdict: 'unproven',
      ...flow,
      missing: 'frame',
    },
    {
      name: '1480 without DF proves nothing',
      path: ipipPath({ payload: 1452, dontFragment: false }),
      verdict: 'unproven',
      ...flow,
      missing: 'frame',
    },
    {
      name: '1480 that was lost proves nothing',
      path: ipipPath({ payload: 1452 }).drop({ at: 'S34' }),
      verdict: 'unproven',
      ...flow,
      missing: 'frame',
    },
    {
      name: '1480 that never saw a tunnel proves nothing',
      path: ipipPath({ payload: 1452, encapsulation: 'none' }),
      verdict: 'unproven',
      ...flow,
      missing: 'frame',
    },
  ],
  'mtu-not-exercised': [
    {
      name: 'exercised',
      path: ipipPath({ payload: 1452 }),
      verdict: 'pass',
      severity: 'info',
      ...flow,
      message: 'exercised at 1480',
    },
    {
      name: 'one octet less',
      path: ipipPath({ payload: 1451 }),
      verdict: 'unproven',
      ...flow,
      message: /largest seen 1479 of 1480: ping -M do -s 1452/,
    },
  ],
  'inner-fragmented': [
    { name: 'whole', path: healthy, verdict: 'pass', direction: 'request' },
    {
      name: 'the pod itself cut it',
      path: ipipPath({ payload: 3000, dontFragment: false }).fragment({ mtu: 1480 }),
      verdict: 'pass',
      direction: 'request',
    },
    {
      name: 'cut by the node',
      path: ipipPath({ payload: 1472, dontFragment: false }).fragment({ from: 'encapsulator-tunnel', mtu: 1480 }),
      verdict: 'fail',
      direction: 'request',
      message: '2 inner fragments at encapsulator-tunnel, 1 before it',
      evidence: ['encapsulator-tunnel#1', 'encapsulator-tunnel#2'],
    },
    {
      name: 'the pod was not captured',
      path: ipipPath({ payload: 1472, dontFragment: false }).fragment({ from: 'encapsulator-tunnel', mtu: 1480 }),
      options: { choice: { without: ['source-pod'] } },
      verdict: 'unproven',
      direction: 'request',
      missing: 'capture',
    },
    { name: 'only the reply was captured', path: onlyReplies(), verdict: 'not-applicable', direction: 'request' },
  ],
  'fragmentation-needed': [
    { name: 'nobody says so', path: healthy, verdict: 'pass', direction: 'request' },
    {
      name: 'a router says so',
      path: long().icmpError(routerSays),
      verdict: 'fail',
      journey: 0,
      message: '10.9.0.1 says: fragmentation needed, next-hop MTU 1400',
      evidence: ['encapsulator-underlay#4'],
      shows: ['none', '1400'],
    },
    {
      name: 'an old router does not say how much',
      path: long().icmpError({ ...routerSays, mtu: 0 }),
      verdict: 'fail',
      journey: 0,
      message: '10.9.0.1 says: fragmentation needed, next-hop MTU not told',
    },
  ],
  'pmtu-not-relayed': [
    {
      name: 'told on, less 20',
      path: long().icmpError(routerSays).icmpError(nodeSays),
      verdict: 'pass',
      ...flow,
      evidence: ['encapsulator-underlay#4', 'source-pod#5'],
    },
    {
      name: 'a second long datagram, and still nothing at the pod',
      path: long().icmpError(routerSays),
      verdict: 'fail',
      ...flow,
      message: '10.9.0.1 told the encapsulator an MTU of 1400; no answer with 1380 reached the pod',
      evidence: ['encapsulator-underlay#4'],
    },
    {
      name: 'another MTU was told to the pod',
      path: long()
        .icmpError(routerSays)
        .icmpError({ ...nodeSays, mtu: 1400 }),
      verdict: 'fail',
      ...flow,
    },
    {
      name: 'the first long datagram only teaches the node',
      path: ipipPath({ payload: 1452 }).drop({ at: 'S34' }).icmpError(routerSays),
      verdict: 'unproven',
      ...flow,
      missing: 'frame',
    },
    {
      name: 'the pod was not captured',
      path: long().icmpError(routerSays),
      options: { choice: { without: ['source-pod'] } },
      verdict: 'unproven',
      ...flow,
      missing: 'capture',
    },
    { name: 'nobody told anything', path: healthy, verdict: 'not-applicable', ...flow },
  ],
};
