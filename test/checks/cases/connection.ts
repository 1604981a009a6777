/** IPT016, IPT017, IPT212, IPT408, IPT409 and IPT506: what only a TCP connection shows. */
import type { ipipPath } from '../../support/ipip-path.js';
import { handshake, tcpPath } from '../../support/tcp-path.js';
import type { CasesByRule, RuleCase } from './case.js';

const tcp = { options: { probes: ['tcp'] } } as const satisfies Partial<RuleCase>;
/** 300 octets there, then 1400 and 200 back. */
const transfer = (): ReturnType<typeof tcpPath> =>
  tcpPath([
    handshake,
    [
      { flags: 'A', octets: 300 },
      { flags: 'A', octets: 1400, acknowledges: 300 },
    ],
    [
      { flags: 'A', from: 300, acknowledges: 1400 },
      { flags: 'A', from: 1400, octets: 200, acknowledges: 300 },
    ],
  ]);
const onlyHandshake = tcpPath([handshake]);
/** The server's 1400 octets are sent three times; `lost`: which of these times they are lost between the nodes. */
const resent = (lost: readonly number[]): ReturnType<typeof tcpPath> =>
  tcpPath([
    handshake,
    ...Array.from(
      { length: 3 },
      () =>
        [
          { flags: 'A', octets: 300 },
          { flags: 'A', octets: 1400, acknowledges: 300 },
        ] as const,
    ),
  ]).drop({ at: 'S34', direction: 'reply', probe: lost.map((n) => n + 1) });
const syns = [handshake[0], null] as const;
const scattered = tcpPath([
  handshake,
  ...Array.from({ length: 70 }, (_, i) => [{ flags: 'A', from: i * 1000, octets: 10 }, null] as const),
]);

export const connectionCases: CasesByRule = {
  'octets-lost': [
    { name: 'all came', path: transfer(), ...tcp, verdict: 'pass', message: '1900 octets came through' },
    {
      name: 'sent three times, never behind the wire',
      path: resent([1, 2, 3]),
      ...tcp,
      verdict: 'fail',
      message:
        '1400 octets (reply) were sent again at decapsulator-underlay and never seen at encapsulator-underlay (S34), in datagrams of 1440 octets',
      evidence: ['decapsulator-underlay#8', 'decapsulator-underlay#10'],
    },
    { name: 'lost once, then repaired', path: resent([1]), ...tcp, verdict: 'pass' },
    { name: 'too many pieces', path: scattered, ...tcp, verdict: 'unproven', missing: 'frame' },
    { name: 'a handshake and no octets', path: onlyHandshake, ...tcp, verdict: 'not-applicable' },
  ],
  'octets-resent': [
    { name: 'nothing was lost', path: transfer(), ...tcp, verdict: 'pass' },
    { name: 'sent again for nothing: each time it came', path: resent([]), ...tcp, verdict: 'pass' },
    {
      name: 'lost once',
      path: resent([1]),
      ...tcp,
      verdict: 'fail',
      severity: 'warning',
      message: '1400 of 4200 octets (reply) were lost on S34 and came when they were sent again',
    },
    { name: 'no SYN arrives', path: tcpPath([syns]).drop({ at: 'S12' }), ...tcp, verdict: 'not-applicable' },
  ],
  'octets-not-encapsulated': [
    { name: 'in the tunnel', path: transfer(), ...tcp, verdict: 'pass' },
    {
      name: 'long ones go past it',
      path: transfer().change({ at: 'decapsulator-underlay', direction: 'reply', probe: [2] }, (draft) => {
        draft.outer = [];
      }),
      ...tcp,
      verdict: 'fail',
      message: 'segments with octets (reply) are plain at decapsulator-underlay, expected ipip',
      evidence: ['decapsulator-underlay#6'],
    },
    { name: 'no octets', path: onlyHandshake, ...tcp, verdict: 'not-applicable' },
  ],
  'mss-exceeds-tunnel-mtu': [
    { name: '1440 and 40 are 1480', path: transfer(), ...tcp, verdict: 'pass' },
    {
      name: 'the client has the MTU of Ethernet',
      path: tcpPath([[{ flags: 'S', maximumSegmentSize: 1460 }, handshake[1]]]),
      ...tcp,
      verdict: 'fail',
      severity: 'warning',
      message: '172.20.5.14 announces an MSS of 1460: datagrams of 1500 octets, and the tunnel takes 1480',
      shows: ['at most 1440', '1460'],
    },
    { name: 'no MSS', path: tcpPath([[{ flags: 'S' }, { flags: 'SA' }]]), ...tcp, verdict: 'not-applicable' },
  ],
  'mss-changed': [
    { name: 'the same everywhere', path: transfer(), ...tcp, verdict: 'pass' },
    {
      name: 'clamped on the second node',
      path: clamped(),
      ...tcp,
      verdict: 'fail',
      severity: 'info',
      message: 'the MSS is 1440 at decapsulator-tunnel and 1360 at destination-pod',
      shows: ['1440', '1360'],
    },
    { name: 'no MSS', path: tcpPath([[{ flags: 'S' }, { flags: 'SA' }]]), ...tcp, verdict: 'not-applicable' },
  ],
  'connection-refused': [
    { name: 'taken', path: transfer(), ...tcp, verdict: 'pass' },
    {
      name: 'by the pod',
      path: tcpPath([[handshake[0], { flags: 'RA' }]]),
      ...tcp,
      verdict: 'fail',
      message: 'the destination pod answered the SYN with a reset: nothing listens on that port',
    },
    {
      name: 'the SYN is lost',
      path: tcpPath([[handshake[0], { flags: 'RA' }]]).drop({ at: 'S34' }),
      ...tcp,
      verdict: 'not-applicable',
    },
    { name: 'no answer', path: tcpPath([syns]), ...tcp, verdict: 'not-applicable' },
  ],
};

/** The SYN of another MSS behind the second node. */
function clamped(): ReturnType<typeof ipipPath> {
  return transfer().change({ at: 'destination-pod', probe: [1] }, (draft) => {
    new DataView(draft.payload.buffer, draft.payload.byteOffset).setUint16(22, 1360);
  });
}
