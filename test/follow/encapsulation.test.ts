/** What counts as IP in IP, which is a verdict: only IPv4 protocol 4. */
import { expect, it } from 'vitest';
import { encapsulations } from '../../src/observe/headers.js';
import { FileObserver } from '../../src/observe/observe.js';

const address = (last: number): string => `0a0000${last.toString(16).padStart(2, '0')}`;
const header = (length: number, protocol: string, from: number, to: number): string =>
  `4500${length.toString(16).padStart(4, '0')}00010000 40${protocol}0000 ${address(from)} ${address(to)}`;
const echo = '0800 0000 0001 0001';

it.each([
  ['IP in IP (RFC 2003)', `${header(48, '04', 1, 2)} ${header(28, '01', 3, 4)} ${echo}`, ['ipip']],
  // Label 16, bottom of the stack.
  ['an MPLS label in IP (RFC 4023)', `${header(52, '89', 1, 2)} 00010140 ${header(28, '01', 3, 4)} ${echo}`, ['other']],
  ['no tunnel', `${header(28, '01', 3, 4)} ${echo}`, ['none']],
])('%s', (_, datagram, expected) => {
  const octets = Buffer.from(`020000000001 020000000002 0800 ${datagram}`.replaceAll(' ', ''), 'hex');
  const bytes = new Uint8Array(octets);
  const observer = new FileObserver('a.cap');
  observer.visit({
    bytes,
    view: new DataView(bytes.buffer),
    start: 0,
    end: bytes.length,
    wireLength: bytes.length,
    frameNumber: 1,
    seconds: 1,
    nanoseconds: 0,
    linkType: 1,
    interfaceIndex: 0,
    interfaceName: null,
    comments: null,
  });
  const { kinds } = observer.finish([]).sightings;
  const seen = Array.from(kinds.columns.encapsulation.subarray(0, kinds.length), (n) => encapsulations[n]);
  // A tunnel whose content is not followed shows no ping at all, which is no pass either.
  expect([expected, []]).toContainEqual(seen);
  if (expected[0] !== 'other') expect(seen).toEqual(expected);
});
