/** IPT201 to IPT211: the outer header. */
import type { Fact } from '../../../src/path/facts.js';
import { expectation } from '../../support/check-path.js';
import { ipipPath, type PathOptions } from '../../support/ipip-path.js';
import {
  type CasesByRule,
  differentRuns,
  healthy,
  outerOf,
  plain,
  type RuleCase,
  secondCopy,
  silent,
  withTransit,
} from './case.js';

const sending = { direction: 'request', role: 'encapsulator-underlay' } as const;
const receiving = { direction: 'request', role: 'decapsulator-underlay' } as const;
const directRouting = { profile: 'flannel-ipip-direct-routing' } as const;
const declared = <Value>(value: Value): Fact<Value> => ({ value, source: 'declared', from: 'ipip-path.yaml:4' });
/** Nothing tells whether the nodes share a link: one underlay capture, no ARP in it. */
const unknownLink: Omit<RuleCase, 'name' | 'path'> = {
  options: { ...directRouting, choice: { without: ['decapsulator-underlay'] } },
  verdict: 'unproven',
  ...sending,
  missing: 'expectation',
};
const notCaptured: Omit<RuleCase, 'name'> = {
  path: healthy,
  options: { choice: { without: ['encapsulator-underlay', 'decapsulator-underlay'] } },
  verdict: 'unproven',
  point: null,
  missing: 'capture',
};
const quiet = (more: PathOptions = {}): PathOptions => ({ ...silent, ...more });

export const outerCases: CasesByRule = {
  'not-encapsulated': [
    { name: 'protocol 4', path: healthy, verdict: 'pass', ...sending, evidence: ['encapsulator-underlay#3'] },
    {
      name: 'plain between the nodes',
      path: plain,
      verdict: 'fail',
      ...sending,
      message: 'plain IP between the nodes, expected IPv4 in IPv4 (profile flannel-ipip)',
      evidence: ['encapsulator-underlay#3'],
      shows: ['ipip', 'none'],
    },
    { name: 'plain, and so it must be', path: plain, options: directRouting, verdict: 'not-applicable', ...sending },
    {
      name: 'direct routing across a router',
      path: ipipPath({ routers: 1, encapsulation: 'none' }),
      options: directRouting,
      verdict: 'fail',
      ...sending,
    },
    { name: 'nothing tells about the link', path: ipipPath({ ...silent, encapsulation: 'none' }), ...unknownLink },
  ],
  'wrong-encapsulation': [
    { name: 'IPIP', path: healthy, verdict: 'pass', ...sending },
    ...(['vxlan', 'gre', 'ipip-in-ipip'] as const).map((encapsulation) => ({
      name: encapsulation,
      path: ipipPath({ encapsulation }),
      verdict: 'fail' as const,
      ...sending,
      message: `encapsulation is ${encapsulation}, expected ipip (profile flannel-ipip)`,
      evidence: ['encapsulator-underlay#3'],
      shows: ['ipip', encapsulation] as const,
    })),
    {
      name: 'a tunnel where the nodes share a link',
      path: healthy,
      options: directRouting,
      verdict: 'fail',
      ...sending,
      message: 'encapsulation is ipip, expected plain IP (profile flannel-ipip-direct-routing)',
    },
    { name: 'no tunnel at all', path: plain, verdict: 'not-applicable', ...sending },
    { name: 'nothing tells about the link', path: ipipPath(quiet()), ...unknownLink },
  ],
  'outer-source-mismatch': [
    { name: 'mirrored by the reply', path: healthy, verdict: 'pass', ...sending, message: /^10\.9\.0\.21 as told by / },
    {
      name: 'not the address to which the peer sends back',
      path: ipipPath().change({ from: 'encapsulator-underlay' }, (draft) => {
        for (const header of draft.outer) header.source = '10.9.0.99';
      }),
      verdict: 'fail',
      ...sending,
      message: /^outer source is 10\.9\.0\.99, expected 10\.9\.0\.21 \(/,
      evidence: ['encapsulator-underlay#3'],
      shows: ['10.9.0.21', '10.9.0.99'],
    },
    {
      name: 'not the declared one, although both directions agree',
      path: healthy,
      options: {
        expectations: [expectation({ request: { 'encapsulator-underlay': { outerSource: declared(0x0a090042) } } })],
      },
      verdict: 'fail',
      ...sending,
      message: 'outer source is 10.9.0.21, expected 10.9.0.66 (ipip-path.yaml:4)',
    },
    {
      name: 'one direction tells nothing of itself',
      path: ipipPath({ replies: false }),
      verdict: 'unproven',
      ...sending,
      missing: 'expectation',
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...sending },
  ],
  'outer-destination-mismatch': [
    { name: 'mirrored by the reply', path: healthy, verdict: 'pass', ...sending, message: /^10\.9\.0\.22 as told by / },
    {
      name: 'sent to a third machine, which sends it on',
      path: ipipPath().change({ at: 'encapsulator-underlay' }, (draft) => {
        outerOf(draft).destination = '10.9.0.77';
      }),
      verdict: 'fail',
      ...sending,
      message: /^outer destination is 10\.9\.0\.77, expected 10\.9\.0\.22 \(/,
      evidence: ['encapsulator-underlay#3'],
      shows: ['10.9.0.22', '10.9.0.77'],
    },
    {
      name: 'not the declared node, although it answers',
      path: healthy,
      options: {
        expectations: [
          expectation({ request: { 'encapsulator-underlay': { outerDestination: declared(0x0a090042) } } }),
        ],
      },
      verdict: 'fail',
      ...sending,
      message: 'outer destination is 10.9.0.22, expected 10.9.0.66 (ipip-path.yaml:4)',
    },
    {
      name: 'one direction tells nothing of itself',
      path: ipipPath({ replies: false }),
      verdict: 'unproven',
      ...sending,
      missing: 'expectation',
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...sending },
  ],
  'outer-ttl-not-inherited': [
    { name: 'ttl inherit', path: healthy, verdict: 'pass', ...sending },
    {
      name: 'a capture between two routers is none of a node',
      path: withTransit(),
      verdict: 'pass',
      ...sending,
      point: null,
    },
    { name: 'ttl inherit from 255', path: ipipPath({ ttl: 255 }), verdict: 'pass', ...sending },
    {
      name: 'a fixed TTL',
      path: ipipPath().change({ from: 'encapsulator-underlay' }, (draft) => {
        for (const header of draft.outer) header.ttl = 64;
      }),
      verdict: 'fail',
      ...sending,
      message: 'outer TTL is 64, expected 63',
      evidence: ['encapsulator-underlay#3'],
      shows: ['63', '64'],
    },
    {
      name: 'a fixed TTL that is declared',
      path: ipipPath().change({ from: 'encapsulator-underlay' }, (draft) => {
        for (const header of draft.outer) header.ttl = 64;
      }),
      options: { expectations: [expectation({ request: { 'encapsulator-underlay': { outerTtl: declared(64) } } })] },
      verdict: 'pass',
      ...sending,
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...sending },
    {
      name: 'another tunnel has a TTL of its own',
      path: ipipPath({ encapsulation: 'vxlan' }),
      verdict: 'not-applicable',
      ...sending,
    },
    { name: 'not captured', ...notCaptured, ...sending },
  ],
  'outer-df-not-inherited': [
    { name: 'DF inside and outside', path: healthy, verdict: 'pass', ...sending },
    {
      name: 'a reply without DF needs none outside',
      path: healthy,
      verdict: 'pass',
      direction: 'reply',
      role: 'decapsulator-underlay',
    },
    { name: 'no DF inside', path: ipipPath({ dontFragment: false }), verdict: 'pass', ...sending },
    {
      name: 'DF inside and none outside',
      path: ipipPath().change({ from: 'encapsulator-underlay' }, (draft) => {
        for (const header of draft.outer) header.dontFragment = false;
      }),
      verdict: 'fail',
      ...sending,
      message: /^inner DF is set and outer DF is not/,
      evidence: ['encapsulator-underlay#3'],
      shows: ['1', '0'],
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...sending },
    { name: 'not captured', ...notCaptured, ...sending },
  ],
  'outer-tos-mismatch': [
    { name: 'DSCP stays inside, ECN is copied', path: ipipPath({ tos: 0xb9 }), verdict: 'pass', ...sending },
    { name: 'CE inside becomes ECT(0) outside', path: ipipPath({ tos: 0x03 }), verdict: 'pass', ...sending },
    {
      name: 'DSCP copied',
      path: ipipPath({ tos: 0xb8 }).change({ from: 'encapsulator-underlay' }, (draft) => {
        for (const header of draft.outer) header.tos = 0xb8;
      }),
      verdict: 'fail',
      severity: 'warning',
      ...sending,
      message: 'outer type of service is 0xb8, expected 0x0',
      evidence: ['encapsulator-underlay#3'],
    },
    {
      name: 'ECN not copied',
      path: ipipPath({ tos: 0x01 }).change({ from: 'encapsulator-underlay' }, (draft) => {
        for (const header of draft.outer) header.tos = 0;
      }),
      verdict: 'fail',
      ...sending,
      message: 'outer type of service is 0x0, expected 0x1',
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...sending },
    { name: 'not captured', ...notCaptured, ...sending },
  ],
  'outer-checksum-bad': [
    { name: 'right', path: healthy, verdict: 'pass', ...receiving },
    {
      name: 'wrong behind the wire',
      path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => {
        outerOf(draft).checksum = 0x1234;
      }),
      verdict: 'fail',
      ...receiving,
      message: /^the outer header checksum is wrong/,
      evidence: ['decapsulator-underlay#3'],
      shows: ['right', 'wrong'],
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...receiving },
    { name: 'not captured', ...notCaptured, ...receiving },
  ],
  'outer-length-mismatch': [
    { name: '20 more than inside', path: healthy, verdict: 'pass', ...receiving },
    {
      name: 'outer options count',
      path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => {
        outerOf(draft).options = Uint8Array.of(1, 1, 1, 1);
      }),
      verdict: 'pass',
      ...receiving,
    },
    {
      name: 'four octets short',
      path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => {
        outerOf(draft).totalLength = 100;
      }),
      verdict: 'fail',
      ...receiving,
      message: 'outer total length is 100, expected 104',
      evidence: ['decapsulator-underlay#3'],
      shows: ['104', '100'],
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...receiving },
    { name: 'not captured', ...notCaptured, ...receiving },
  ],
  'outer-fragmented': [
    { name: 'whole', path: healthy, verdict: 'pass', ...receiving },
    {
      name: 'inner fragments are not outer ones',
      path: ipipPath({ payload: 3000, dontFragment: false }).fragment({ mtu: 1480 }),
      verdict: 'pass',
      ...receiving,
    },
    {
      name: 'three fragments',
      path: ipipPath({ payload: 3000 }).fragment({ mtu: 1500, layer: 'outer' }),
      options: { mtu: 8980 },
      verdict: 'fail',
      ...receiving,
      message: 'the outer datagram travels in 3 fragments',
      evidence: ['decapsulator-underlay#3', 'decapsulator-underlay#4', 'decapsulator-underlay#5'],
    },
    { name: 'no outer header', path: plain, verdict: 'not-applicable', ...receiving },
    { name: 'not captured', ...notCaptured, ...receiving },
  ],
  'outer-changed-in-transit': [
    {
      name: 'the same at both nodes',
      path: healthy,
      verdict: 'pass',
      direction: 'request',
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#3'],
    },
    { name: 'routers take from the TTL', path: ipipPath({ routers: 2 }), verdict: 'pass', direction: 'request' },
    {
      name: 'ECN marked',
      path: ipipPath({ tos: 2 }).change({ at: 'decapsulator-underlay' }, (draft) => {
        outerOf(draft).tos = 3;
      }),
      verdict: 'pass',
      direction: 'request',
      message: 'as expected',
    },
    {
      name: 'DSCP remarked',
      path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => {
        outerOf(draft).tos = 0x20;
      }),
      verdict: 'pass',
      direction: 'request',
      message: 'DSCP was remarked on the way',
    },
    ...(
      [
        ['outer source', '10.9.0.21', '10.9.0.99', (h) => Object.assign(h, { source: '10.9.0.99' })],
        ['outer DF', '1', '0', (h) => Object.assign(h, { dontFragment: false })],
        ['outer TTL', '63', '90', (h) => Object.assign(h, { ttl: 90 })],
      ] as readonly [string, string, string, (header: ReturnType<typeof outerOf>) => void][]
    ).map(
      ([field, before, after, edit]): RuleCase => ({
        name: `${field} changed`,
        path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => edit(outerOf(draft))),
        verdict: 'fail',
        direction: 'request',
        message: `${field} changed on the way from ${before} to ${after}`,
        evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#3'],
        shows: [field === 'outer TTL' ? `at most ${before}` : before, after],
      }),
    ),
    ...(
      [
        ['ECN set on what does not allow it', 0, 3, 'Not-ECT to CE'],
        ['ECT given away', 2, 0, 'ECT(0) to Not-ECT'],
        ['CE cleared', 3, 1, 'ECT(0) to ECT(1)'],
      ] as const
    ).map(
      ([name, inner, after, words]): RuleCase => ({
        name,
        path: ipipPath({ tos: inner }).change({ at: 'decapsulator-underlay' }, (draft) => {
          outerOf(draft).tos = after;
        }),
        verdict: 'fail',
        direction: 'request',
        message: `outer ECN changed on the way from ${words}`,
        evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#3'],
      }),
    ),
    {
      name: 'the TTL falls, and the frame keeps its MACs',
      path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => {
        outerOf(draft).ttl = 62;
      }),
      verdict: 'fail',
      direction: 'request',
      message: 'outer TTL changed on the way from 63 to 62 in a frame with the same MACs',
      shows: ['63', '62'],
    },
    {
      name: 'only a second copy is changed',
      path: secondCopy('decapsulator-underlay', (draft) => {
        outerOf(draft).identification ^= 1;
      }),
      verdict: 'fail',
      direction: 'request',
      message: /^outer identification changed on the way/,
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#4'],
    },
    {
      name: 'one underlay capture alone',
      path: healthy,
      options: { choice: { without: ['decapsulator-underlay'] } },
      verdict: 'not-applicable',
      direction: 'request',
    },
    {
      name: 'two pings cannot be compared',
      path: differentRuns,
      options: { byFlow: true },
      verdict: 'unproven',
      direction: 'request',
      missing: 'frame',
    },
  ],
};
