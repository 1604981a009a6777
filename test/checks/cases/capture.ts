/** IPT001 to IPT005: files, snapshot lengths, runs and points. */
import { LinkType } from '../../support/capture-file.js';
import { ipipPath } from '../../support/ipip-path.js';
import { EtherType, ethernet, ipv4, udp } from '../../support/octets.js';
import { type CasesByRule, differentRuns, healthy, withTransit } from './case.js';

const strangers = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' };
const ends = { source: '192.0.2.1', destination: '192.0.2.2' };
const header = { ...ends, protocol: 17, ttl: 64, tos: 0, identification: 5, dontFragment: false };
const datagram = ipv4(
  { ...header, moreFragments: false, fragmentOffset: 0 },
  udp(ends, 5000, 5001, new Uint8Array(12)),
);
const elsewhere = {
  linkType: LinkType.ethernet,
  snapLength: 65_535,
  interfaceName: null,
  frames: [{ time: 1_767_225_600_200_000_000n, bytes: ethernet(strangers, EtherType.ipv4, datagram), wireLength: 54 }],
};

/** Offset of the third record's captured length: file header, then two ARP frames of 42 octets with 16 of record header. */
const thirdRecord = 24 + 2 * (16 + 42) + 8;

export const captureCases: CasesByRule = {
  'capture-cut': [
    { name: 'whole', path: healthy, verdict: 'pass', point: 'decapsulator-underlay' },
    {
      name: 'the last record lacks five octets',
      path: healthy,
      options: { bend: { 'decapsulator-underlay': (bytes) => bytes.subarray(0, -5) } },
      verdict: 'fail',
      point: 'decapsulator-underlay',
      message: /inside (a|the last) record|record .*ends|ends inside/i,
      severity: 'warning',
      evidence: ['decapsulator-underlay#3'],
    },
    {
      name: 'the same under --strict',
      path: healthy,
      options: { strict: true, bend: { 'decapsulator-underlay': (bytes) => bytes.subarray(0, -5) } },
      verdict: 'fail',
      point: 'decapsulator-underlay',
      severity: 'error',
    },
  ],
  'capture-corrupt': [
    { name: 'whole', path: healthy, verdict: 'pass', point: 'encapsulator-underlay' },
    {
      name: 'the third record claims 2 GiB',
      path: healthy,
      options: {
        bend: {
          'encapsulator-underlay': (bytes) => {
            bytes.writeUInt32LE(0x7fffffff, thirdRecord);
            return bytes;
          },
        },
      },
      verdict: 'fail',
      point: 'encapsulator-underlay',
      message: /2147483647/,
      severity: 'warning',
      evidence: ['encapsulator-underlay#2'],
    },
  ],
  'frame-cut-by-snaplen': [
    { name: 'all octets', path: healthy, verdict: 'pass', point: 'encapsulator-underlay' },
    {
      name: '50 octets are enough without a tunnel',
      path: ipipPath({ snapLength: 50 }),
      verdict: 'pass',
      point: 'source-pod',
    },
    {
      name: '50 octets end in the inner header',
      path: ipipPath({ snapLength: 50 }),
      verdict: 'fail',
      point: 'encapsulator-underlay',
      message: '2 frames end inside a header (snapshot length 50)',
      evidence: ['encapsulator-underlay#3'],
    },
  ],
  'captures-do-not-overlap': [
    { name: 'one run', path: healthy, verdict: 'pass', point: 'destination-pod' },
    {
      name: 'each capture of a run of its own',
      path: differentRuns,
      verdict: 'fail',
      point: 'decapsulator-underlay',
      message: 'no probe of decapsulator-underlay is in another capture: it was taken during another run',
      evidence: ['decapsulator-underlay#3'],
    },
    {
      name: 'nothing arrived here',
      path: ipipPath().drop({ at: 'S34' }),
      verdict: 'unproven',
      point: 'decapsulator-underlay',
      missing: 'frame',
      message: 'no probe in this capture',
    },
  ],
  'point-ambiguous': [
    {
      name: 'a link between two routers, which both directions pass',
      path: withTransit(),
      verdict: 'pass',
      point: 'transit',
    },
    { name: 'every capture has a place', path: healthy, verdict: 'pass', point: 'encapsulator-tunnel' },
    {
      name: 'a capture of other machines on a path that is full',
      path: new Map([...healthy.captures(), ['x', elsewhere]]),
      verdict: 'unproven',
      point: 'x',
      missing: 'expectation',
      message: /--point CAPTURE=ROLE/,
    },
    {
      name: 'the same, with its place stated',
      path: new Map([...healthy.captures(), ['x', elsewhere]]),
      options: { points: { x: 'source-bridge' } },
      verdict: 'pass',
      point: 'x',
    },
  ],
};
