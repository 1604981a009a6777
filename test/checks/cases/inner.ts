/** IPT301 to IPT306: the inner datagram must arrive as it was sent. */
import { ipipPath } from '../../support/ipip-path.js';
import { type CasesByRule, differentRuns, healthy, type RuleCase } from './case.js';

const sent = { direction: 'request', role: 'encapsulator-tunnel' } as const;
const received = { direction: 'request', role: 'decapsulator-tunnel' } as const;
const delivered = { direction: 'request', role: 'destination-pod' } as const;
const notCaptured: Omit<RuleCase, 'name'> = {
  path: healthy,
  options: { choice: { without: ['decapsulator-tunnel'] } },
  verdict: 'unproven',
  ...received,
  point: null,
  missing: 'capture',
};

export const innerCases: CasesByRule = {
  'inner-address-rewritten': [
    { name: 'the pods, everywhere', path: healthy, verdict: 'pass', ...delivered },
    {
      name: 'masqueraded on the source node',
      path: ipipPath({ masquerade: 'node1' }),
      verdict: 'fail',
      ...sent,
      message: 'inner source is 172.20.5.0, expected 172.20.5.14',
      evidence: ['encapsulator-tunnel#1'],
      shows: ['172.20.5.14', '172.20.5.0'],
    },
    {
      name: 'before the masquerade',
      path: ipipPath({ masquerade: 'node1' }),
      verdict: 'pass',
      direction: 'request',
      role: 'source-pod',
    },
    {
      name: 'masqueraded on the destination node',
      path: ipipPath({ masquerade: 'node2' }),
      verdict: 'fail',
      ...delivered,
      message: 'inner source is 172.20.9.1, expected 172.20.5.14',
      evidence: ['destination-pod#3'],
    },
    { name: 'not yet on the tunnel there', path: ipipPath({ masquerade: 'node2' }), verdict: 'pass', ...received },
    { name: 'not captured', ...notCaptured },
  ],
  'inner-ttl-wrong': [
    { name: 'one less at each node', path: healthy, verdict: 'pass', ...delivered, evidence: ['destination-pod#3'] },
    { name: 'from any start', path: ipipPath({ ttl: 128, replyTtl: 255 }), verdict: 'pass', ...delivered },
    {
      name: 'someone else forwarded it between the nodes',
      path: ipipPath().change({ from: 'decapsulator-underlay' }, (draft) => {
        draft.inner.ttl--;
      }),
      verdict: 'fail',
      direction: 'request',
      role: 'decapsulator-underlay',
      message: 'inner TTL is 62, expected 63 (from encapsulator-underlay)',
      evidence: ['decapsulator-underlay#3'],
      shows: ['63', '62'],
    },
    {
      name: 'only the place where it changed is at fault',
      path: ipipPath().change({ from: 'decapsulator-underlay' }, (draft) => {
        draft.inner.ttl--;
      }),
      verdict: 'pass',
      ...received,
    },
    {
      name: 'a reply that loses two on its way out',
      path: ipipPath().change({ from: 'decapsulator-tunnel', direction: 'reply' }, (draft) => {
        draft.inner.ttl--;
      }),
      verdict: 'fail',
      direction: 'reply',
      role: 'decapsulator-tunnel',
      message: 'inner TTL is 62, expected 63 (from destination-pod)',
    },
    {
      name: 'one hop alone',
      path: healthy,
      options: { choice: { only: ['encapsulator-underlay'] } },
      verdict: 'unproven',
      direction: 'request',
      role: 'encapsulator-underlay',
      missing: 'frame',
    },
  ],
  'inner-payload-changed': [
    { name: 'octet for octet', path: healthy, verdict: 'pass', ...delivered },
    {
      name: 'one bit of the payload',
      path: ipipPath().change({ from: 'decapsulator-underlay' }, (draft) => {
        draft.message!.data[41]! ^= 1;
      }),
      verdict: 'fail',
      direction: 'request',
      role: 'decapsulator-underlay',
      message: 'the payload differs from the one at source-pod',
      evidence: ['source-pod#3', 'decapsulator-underlay#3'],
    },
    {
      name: 'cut by the snapshot length',
      path: ipipPath({ snapLength: 80 }),
      verdict: 'unproven',
      ...delivered,
      missing: 'bytes',
    },
    { name: 'two pings cannot be compared', path: differentRuns, verdict: 'unproven', ...delivered, missing: 'frame' },
  ],
  'inner-header-changed': [
    { name: 'unchanged', path: healthy, verdict: 'pass', ...delivered },
    {
      name: 'ECN may be marked',
      path: ipipPath({ tos: 2 }).change({ from: 'decapsulator-tunnel' }, (draft) => {
        draft.inner.tos = 3;
      }),
      verdict: 'pass',
      ...delivered,
    },
    ...(
      [
        ['DF', '1', '0', { dontFragment: false }],
        ['type of service', '0', '32', { tos: 0x20 }],
        // Only what says ECT may be marked, and only with CE.
        ['type of service', '0', '3', { tos: 3 }],
        ['type of service', '0', '1', { tos: 1 }],
        ['header length', '20', '24', { options: Uint8Array.of(1, 1, 1, 1) }],
      ] as const
    ).map(
      ([field, before, after, change]): RuleCase => ({
        name: `${field} changed to ${after}`,
        path: ipipPath().change({ from: 'decapsulator-underlay' }, (draft) => Object.assign(draft.inner, change)),
        verdict: 'fail',
        direction: 'request',
        role: 'decapsulator-underlay',
        message: `inner ${field} is ${after}, was ${before} at source-pod`,
        evidence: ['source-pod#3', 'decapsulator-underlay#3'],
        shows: [before, after],
      }),
    ),
    { name: 'two pings cannot be compared', path: differentRuns, verdict: 'unproven', ...delivered, missing: 'frame' },
  ],
  'inner-checksum-bad': [
    { name: 'right', path: healthy, verdict: 'pass', ...delivered },
    {
      name: 'a wrong ICMP checksum behind the wire',
      path: ipipPath().change({ from: 'decapsulator-underlay' }, (draft) => {
        draft.message!.checksum = 0x4242;
      }),
      verdict: 'fail',
      ...received,
      message: 'the ICMP checksum is wrong behind the wire',
      evidence: ['decapsulator-tunnel#1'],
    },
    {
      name: 'a wrong header checksum behind the wire',
      path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => {
        draft.inner.checksum = 0x4242;
      }),
      verdict: 'fail',
      direction: 'request',
      role: 'decapsulator-underlay',
      message: 'the inner IP header checksum is wrong behind the wire',
    },
    {
      name: 'the sending side may leave it to an offload',
      path: ipipPath().change({ at: 'source-pod' }, (draft) => {
        draft.message!.checksum = 0x4242;
      }),
      verdict: 'not-applicable',
      direction: 'request',
      role: 'source-pod',
    },
    {
      name: 'cut by the snapshot length',
      path: ipipPath({ snapLength: 80 }),
      verdict: 'unproven',
      ...delivered,
      missing: 'bytes',
    },
  ],
  'icmp-identifier-rewritten': [
    { name: 'kept', path: healthy, verdict: 'pass', ...delivered },
    {
      name: 'masquerade --random-fully',
      path: ipipPath({ masquerade: 'node1' }),
      verdict: 'fail',
      ...sent,
      message: /^ICMP identifier\/sequence is \d+\/1, expected 23063\/1$/,
      evidence: ['encapsulator-tunnel#1'],
    },
    { name: 'two pings cannot be compared', path: differentRuns, verdict: 'unproven', ...delivered, missing: 'frame' },
  ],
};
