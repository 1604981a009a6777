import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/decode/describe-frame.js';
import { ABSENT, decodeFrame, FrameView, faultOf } from '../../src/decode/frame.js';
import { faultyFrames, type HandFrame, handFrames } from './hand-frames.js';

const view = new FrameView();

function decodeHex(frame: Pick<HandFrame, 'hex' | 'linkType'>): FrameView {
  const octets = Buffer.from(frame.hex, 'hex');
  // Octets before and behind that would be misread as headers if the decoder looked at them.
  const surrounded = Buffer.concat([Buffer.alloc(7, 0x45), octets, Buffer.alloc(64, 0x45)]);
  decodeFrame(view, surrounded, 7, 7 + octets.length, frame.linkType);
  return view;
}

function layersText(): string {
  const words: string[] = [];
  for (const [i, layer] of describeLayers(view).entries()) {
    if (i === view.quotedFrom) words.push('|');
    words.push(`${layer.layer}@${layer.at}`);
  }
  return words.join(' ');
}

function faultText(): string {
  const fault = faultOf(view);
  if (fault === null) return '';
  return `${fault.layer} ${fault.problem}@${fault.at} ${fault.needed}/${fault.available} ${fault.limit}`;
}

describe('frames written by hand', () => {
  test.each([...handFrames, ...faultyFrames])('$name', (frame) => {
    decodeHex(frame);
    expect(layersText()).toBe(frame.layers);
    expect(faultText()).toBe(frame.fault ?? '');
    if (frame.last !== undefined) expect(describeLayers(view).at(-1)).toMatchObject(frame.last);
  });
});

describe('shortcuts', () => {
  const named = (part: string): HandFrame => handFrames.find((f) => f.name.startsWith(part))!;
  const shortcuts = (part: string): Record<string, number | boolean> => {
    const { start, outer, inner, ipHeaders, icmp, tcp, udp, arp, ethernet, quotedIp, fragment } = decodeHex(
      named(part),
    );
    const at = (index: number): number => (index === ABSENT ? ABSENT : index - start);
    return {
      outer: at(outer),
      inner: at(inner),
      ipHeaders,
      icmp: at(icmp),
      tcp: at(tcp),
      udp: at(udp),
      arp: at(arp),
      ethernet: at(ethernet),
      quotedIp: at(quotedIp),
      fragment,
    };
  };
  const nothing = {
    outer: ABSENT,
    inner: ABSENT,
    ipHeaders: 0,
    icmp: ABSENT,
    tcp: ABSENT,
    udp: ABSENT,
    arp: ABSENT,
    ethernet: ABSENT,
    quotedIp: ABSENT,
    fragment: false,
  };

  test.each([
    ['IP-in-IP over Ethernet', { outer: 14, inner: 34, ipHeaders: 2, icmp: 54, ethernet: 0 }],
    ['IP-in-IP-in-IP', { outer: 0, inner: 40, ipHeaders: 3, icmp: 60 }],
    ['raw IPv4', { inner: 0, ipHeaders: 1, icmp: 20 }],
    ['ARP request', { ethernet: 0, arp: 14 }],
    ['VXLAN', { outer: 14, inner: 64, ipHeaders: 2, udp: 34, icmp: 84, ethernet: 0 }],
    ['TCP SYN inside', { outer: 14, inner: 34, ipHeaders: 2, tcp: 54, ethernet: 0 }],
    ['IPv6 in IPv4', { outer: 14, inner: 14, ipHeaders: 2, ethernet: 0 }],
    ['IPv4 in IPv6 (RFC', { inner: 62, ipHeaders: 2, icmp: 82, ethernet: 0 }],
    ['a later fragment', { inner: 14, ipHeaders: 1, ethernet: 0, fragment: true }],
    ['fragmentation needed', { inner: 0, ipHeaders: 1, icmp: 20, quotedIp: 28 }],
    ['time exceeded', { inner: 0, ipHeaders: 1, icmp: 20, quotedIp: 28 }],
  ])('%s', (part, expected) => {
    expect(shortcuts(part)).toEqual({ ...nothing, ...expected });
  });

  test('a quote ends where its length says, not where its extensions do (RFC 4884)', () => {
    decodeHex(named('extensions behind'));
    expect([...view.limit.subarray(0, view.count)].map((index) => index - view.start)).toEqual([168, 168, 56, 56]);
    decodeHex({ ...named('extensions behind'), hex: named('extensions behind').hex.replace('4500001c', '45000400') });
    expect([...view.limit.subarray(0, view.count)].map((index) => index - view.start)).toEqual([168, 168, 156, 156]);
  });

  test('a layer ends where the total length says, not where the padding does', () => {
    decodeHex(named('the padding'));
    expect([...view.limit.subarray(0, view.count)].map((index) => index - view.start)).toEqual([62, 42, 42]);
  });
});
