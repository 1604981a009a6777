/** IPT101 to IPT107: MAC addresses and link headers. */

import { ipipPath } from '../../support/ipip-path.js';
import { EtherType, ethernet } from '../../support/octets.js';
import { bent, type CasesByRule, differentRuns, healthy, secondCopy, silent } from './case.js';

const strange = '02:00:00:00:be:ef';
const podMac = '0a:58:ac:14:05:0e';
const gateway = '0a:58:ac:14:05:01';
const podMac2 = '0a:58:ac:14:09:21';
const gateway2 = '0a:58:ac:14:09:01';
const [nodeA, nodeB] = ['52:54:00:aa:00:21', '52:54:00:aa:00:22'];
const onlyUnderlay = { choice: { only: ['encapsulator-underlay', 'decapsulator-underlay'] } } as const;

export const linkCases: CasesByRule = {
  'gateway-mac-mismatch': [
    {
      name: 'ARP gives the gateway that MAC',
      path: healthy,
      verdict: 'pass',
      direction: 'request',
      role: 'source-pod',
      message: /0a:58:ac:14:05:01 as told by ARP/,
      evidence: ['source-pod#3'],
    },
    {
      name: 'the reply leaves the other pod to its own gateway',
      path: healthy,
      verdict: 'pass',
      direction: 'reply',
      role: 'destination-pod',
      evidence: ['destination-pod#4'],
    },
    {
      name: 'another MAC than ARP gave',
      path: ipipPath().change({ at: 'source-pod' }, (draft) => {
        draft.ethernet!.destination = strange;
      }),
      verdict: 'fail',
      direction: 'request',
      role: 'source-pod',
      message: /^destination MAC is 02:00:00:00:be:ef, expected 0a:58:ac:14:05:01 \(ARP .*source-pod #2\)$/,
      evidence: ['source-pod#3'],
      shows: [gateway, strange],
    },
    {
      name: 'the reply to another MAC than its gateway',
      path: ipipPath().change({ at: 'destination-pod', direction: 'reply' }, (draft) => {
        draft.ethernet!.destination = strange;
      }),
      verdict: 'fail',
      direction: 'reply',
      role: 'destination-pod',
      evidence: ['destination-pod#4'],
      shows: [gateway2, strange],
    },
    {
      name: 'no ARP and no reply tell',
      path: ipipPath(silent),
      verdict: 'unproven',
      direction: 'request',
      role: 'source-pod',
      missing: 'expectation',
    },
    {
      name: 'a cooked capture knows no destination MAC',
      path: ipipPath({ any: 'sll2' }),
      verdict: 'not-applicable',
      direction: 'request',
      role: 'source-bridge',
      point: null,
    },
  ],
  'pod-mac-mismatch': [
    { name: 'its own', path: healthy, verdict: 'pass', direction: 'request', role: 'source-pod' },
    {
      name: 'another than ARP gave',
      path: ipipPath().change({ at: 'source-pod' }, (draft) => {
        draft.ethernet!.source = strange;
      }),
      verdict: 'fail',
      direction: 'request',
      role: 'source-pod',
      message: /^source MAC is 02:00:00:00:be:ef, expected 0a:58:ac:14:05:0e /,
      evidence: ['source-pod#3'],
      shows: [podMac, strange],
    },
    {
      name: 'no ARP and no reply tell',
      path: ipipPath(silent),
      verdict: 'unproven',
      direction: 'request',
      role: 'source-pod',
      missing: 'expectation',
    },
    {
      name: 'cooked capture',
      path: ipipPath({ any: 'sll2' }),
      verdict: 'not-applicable',
      direction: 'request',
      role: 'source-bridge',
      point: null,
    },
  ],
  'next-hop-mac-mismatch': [
    { name: "the peer's", path: healthy, verdict: 'pass', direction: 'request', role: 'encapsulator-underlay' },
    {
      name: "a router's, where ARP says that it is the next hop",
      path: ipipPath({ routers: 1 }),
      verdict: 'pass',
      direction: 'request',
      role: 'encapsulator-underlay',
      message: /52:54:00:9e:00:01 as told by ARP/,
    },
    {
      name: 'not the MAC that ARP gave',
      path: ipipPath().change({ at: ['encapsulator-underlay', 'decapsulator-underlay'] }, (draft) => {
        draft.ethernet!.destination = strange;
      }),
      verdict: 'fail',
      direction: 'request',
      role: 'encapsulator-underlay',
      message: /^destination MAC is 02:00:00:00:be:ef, expected 52:54:00:aa:00:22 \(ARP in /,
      evidence: ['encapsulator-underlay#3'],
      shows: [nodeB, strange],
    },
    {
      name: 'no ARP, no reply',
      path: ipipPath(silent),
      verdict: 'unproven',
      direction: 'request',
      role: 'encapsulator-underlay',
      missing: 'expectation',
    },
    {
      name: 'cooked capture',
      path: ipipPath({ any: 'sll' }),
      verdict: 'not-applicable',
      direction: 'request',
      role: 'encapsulator-underlay',
      point: null,
    },
  ],
  'underlay-mac-changed': [
    {
      name: 'one link',
      path: healthy,
      verdict: 'pass',
      direction: 'request',
      message: 'as expected',
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#3'],
    },
    { name: 'two routers', path: ipipPath({ routers: 2 }), verdict: 'pass', message: '2 routers between' },
    {
      name: 'other MACs at the same TTL',
      path: ipipPath().change({ at: 'decapsulator-underlay' }, (draft) => {
        draft.ethernet!.source = strange;
      }),
      verdict: 'fail',
      direction: 'request',
      message: `${nodeA} > ${nodeB} becomes ${strange} > ${nodeB} without a router between`,
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#3'],
      shows: [`${nodeA} > ${nodeB}`, `${strange} > ${nodeB}`],
    },
    {
      name: 'only a second copy has other MACs',
      path: secondCopy('decapsulator-underlay', (draft) => {
        draft.ethernet!.source = strange;
      }),
      verdict: 'fail',
      direction: 'request',
      message: `${nodeA} > ${nodeB} becomes ${strange} > ${nodeB} without a router between`,
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#4'],
    },
    {
      name: 'a detour of one direction: the TTL fell and the reply comes straight',
      path: ipipPath()
        .change({ at: 'encapsulator-underlay' }, (draft) => {
          draft.ethernet!.destination = strange;
        })
        .change({ at: 'decapsulator-underlay' }, (draft) => {
          draft.ethernet!.source = strange;
          draft.outer[0]!.ttl--;
        }),
      verdict: 'fail',
      direction: 'request',
      message: / becomes .*, and the frame was not addressed to \S+ \(ARP in .*encapsulator-underlay #2\)$/,
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#3'],
    },
    {
      name: 'both MACs are rewritten at the same TTL, and no ARP tells by whom',
      path: ipipPath({ arp: false })
        .change({ at: 'encapsulator-underlay' }, (draft) => {
          draft.ethernet!.destination = strange;
        })
        .change({ at: 'decapsulator-underlay' }, (draft) => {
          draft.ethernet!.source = strange;
        })
        .change({ at: 'decapsulator-underlay', direction: 'reply' }, (draft) => {
          draft.ethernet!.destination = strange;
        })
        .change({ at: 'encapsulator-underlay', direction: 'reply' }, (draft) => {
          draft.ethernet!.source = strange;
        }),
      verdict: 'pass',
      direction: 'request',
      message: 'a network that rewrites MACs and keeps the TTL',
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
  'tunnel-has-link-header': [
    { name: 'raw IP', path: healthy, verdict: 'pass', role: 'encapsulator-tunnel', direction: 'request' },
    {
      name: 'ARPHRD_TUNNEL in a cooked capture',
      path: ipipPath({ any: 'sll2' }),
      verdict: 'pass',
      role: 'encapsulator-tunnel',
      direction: 'request',
      point: null,
    },
    {
      name: 'Ethernet, as on a VXLAN device',
      path: bent(healthy, {
        'encapsulator-tunnel': ({ frames }) => ({
          linkType: 1,
          frames: frames.map((frame) => ({
            ...frame,
            bytes: ethernet({ source: nodeA, destination: nodeB }, EtherType.ipv4, frame.bytes),
            wireLength: frame.wireLength + 14,
          })),
        }),
      }),
      verdict: 'fail',
      role: 'encapsulator-tunnel',
      direction: 'request',
      message: 'tunnel device with a link header, expected raw IP',
      evidence: ['encapsulator-tunnel#1'],
      shows: ['raw IP', 'Ethernet'],
    },
    {
      name: 'not captured',
      path: healthy,
      options: onlyUnderlay,
      verdict: 'unproven',
      role: 'encapsulator-tunnel',
      direction: 'request',
      point: null,
      missing: 'capture',
    },
  ],
  'delivery-mac-mismatch': [
    { name: 'from bridge to pod', path: healthy, verdict: 'pass', role: 'destination-pod', direction: 'request' },
    {
      name: "to another MAC than the pod's",
      path: ipipPath().change({ at: 'destination-pod' }, (draft) => {
        draft.ethernet!.destination = strange;
      }),
      verdict: 'fail',
      role: 'destination-pod',
      direction: 'request',
      message: /^destination MAC is 02:00:00:00:be:ef, expected 0a:58:ac:14:09:21 /,
      evidence: ['destination-pod#3'],
      shows: [podMac2, strange],
    },
    {
      name: 'the reply from someone who is not the gateway',
      path: ipipPath().change({ at: 'source-pod', direction: 'reply' }, (draft) => {
        draft.ethernet!.source = strange;
      }),
      verdict: 'fail',
      role: 'source-pod',
      direction: 'reply',
      message: /^source MAC is 02:00:00:00:be:ef, expected 0a:58:ac:14:05:01 /,
      evidence: ['source-pod#4'],
    },
    {
      name: 'no ARP, no reply',
      path: ipipPath(silent),
      verdict: 'unproven',
      role: 'destination-pod',
      direction: 'request',
      missing: 'expectation',
    },
    {
      name: 'cooked capture',
      path: ipipPath({ any: 'sll2' }),
      verdict: 'not-applicable',
      role: 'destination-bridge',
      direction: 'request',
      point: null,
    },
  ],
  'address-conflict': [
    { name: 'one MAC for each address', path: healthy, verdict: 'pass', point: 'encapsulator-underlay' },
    {
      name: 'two machines answer for the peer',
      path: ipipPath().arpReply({
        at: ['encapsulator-underlay'],
        sender: { mac: strange, address: '10.9.0.22' },
        to: { mac: nodeA, address: '10.9.0.21' },
      }),
      verdict: 'fail',
      point: 'encapsulator-underlay',
      message: `10.9.0.22 is claimed by ${strange} and ${nodeB}`,
    },
    {
      name: 'two pods answer for one address',
      path: ipipPath().arpReply({
        at: ['destination-pod'],
        sender: { mac: strange, address: '172.20.9.33' },
        to: { mac: gateway2, address: '172.20.9.1' },
      }),
      verdict: 'fail',
      point: 'destination-pod',
      message: new RegExp(`172.20.9.33 is claimed by .*${strange}`),
    },
  ],
};
