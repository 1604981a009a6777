import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/decode/describe-frame.js';
import { ABSENT, decodeFrame, FrameView, faultOf, MAX_LAYERS } from '../../src/decode/frame.js';
import { LayerKind, layerNames } from '../../src/decode/layer-kind.js';
import * as tcp from '../../src/decode/tcp.js';
import { handFrames } from '../decode/hand-frames.js';
import { framesOf } from '../differential/corpus.js';

const fixtures = new URL('../fixtures/decode/', import.meta.url);
const goodFrames = [
  ...handFrames.map(({ hex, linkType }) => ({ linkType, octets: new Uint8Array(Buffer.from(hex, 'hex')) })),
  ...readdirSync(fixtures)
    .filter((name) => name.endsWith('.cap'))
    .flatMap((name) => framesOf(readFileSync(new URL(name, fixtures)))),
];

const linkType = fc.oneof(
  fc.constantFrom(...[0, 1, 9, 12, 14, 50, 51, 101, 108, 109, 113, 117, 226, 228, 229, 239, 242, 276]),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const goodFrame = fc.constantFrom(...goodFrames);
/** A real frame with some octets replaced and its end cut off or grown: gets deeper than mere noise. */
const brokenFrame = fc
  .tuple(
    goodFrame,
    fc.array(fc.tuple(fc.nat({ max: 160 }), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
    fc.nat({ max: 200 }),
  )
  .map(([frame, changes, length]) => {
    const octets = new Uint8Array(Math.min(length, frame.octets.length + 30));
    octets.set(frame.octets.subarray(0, octets.length));
    for (const [at, value] of changes) if (at < octets.length) octets[at] = value;
    return { linkType: frame.linkType, octets };
  });
const noise = fc.record({ linkType, octets: fc.uint8Array({ maxLength: 400 }) });
const anyFrame = fc.oneof({ weight: 3, arbitrary: brokenFrame }, { weight: 1, arbitrary: noise });

const fixedLength: Readonly<Record<number, number>> = {
  [LayerKind.Ethernet]: 14,
  [LayerKind.Vlan]: 4,
  [LayerKind.LinuxSll]: 16,
  [LayerKind.LinuxSll2]: 20,
  [LayerKind.Null]: 4,
  [LayerKind.Arp]: 8,
  [LayerKind.Ipv4]: 20,
  [LayerKind.Ipv6]: 40,
  [LayerKind.Icmpv4]: 8,
  [LayerKind.Icmpv6]: 4,
  [LayerKind.Tcp]: 8,
  [LayerKind.Udp]: 8,
  [LayerKind.Vxlan]: 8,
  [LayerKind.Gre]: 4,
  [LayerKind.Geneve]: 8,
  [LayerKind.Pppoe]: 6,
  [LayerKind.Ppp]: 1,
  [LayerKind.Infiniband]: 44,
  [LayerKind.Nflog]: 4,
  [LayerKind.Pflog]: 45,
  [LayerKind.Enc]: 12,
  [LayerKind.IpNet]: 24,
};

interface Frame {
  readonly linkType: number;
  readonly octets: Uint8Array;
}

/** All that a decoded view says, with offsets in the frame. */
function account(view: FrameView): unknown {
  const shift = (index: number): number => (index === ABSENT ? ABSENT : index - view.start);
  const list = (values: Int32Array): number[] => [...values.subarray(0, view.count)].map(shift);
  return {
    layers: describeLayers(view),
    at: list(view.at),
    limit: list(view.limit),
    fault: faultOf(view),
    quotedFrom: view.quotedFrom,
    ipHeaders: view.ipHeaders,
    fragment: view.fragment,
    shortcuts: [view.outer, view.inner, view.icmp, view.tcp, view.udp, view.arp, view.ethernet, view.quotedIp].map(
      shift,
    ),
  };
}

/** Every header lies wholly inside the frame's octets and inside what encloses it. */
function expectInside(view: FrameView, length: number): void {
  expect(view.count).toBeLessThanOrEqual(MAX_LAYERS);
  expect(view.quotedFrom).toBeLessThanOrEqual(view.count);
  for (let i = 0; i < view.count; i++) {
    const at = view.at[i]!;
    const kind = view.kind[i]!;
    let needed = fixedLength[kind]!;
    if (kind === LayerKind.Ipv4) needed = Math.max(20, (view.bytes[at]! & 15) * 4);
    if (kind === LayerKind.Tcp && i < view.quotedFrom) needed = 20;
    expect(at).toBeGreaterThanOrEqual(i === 0 ? 0 : view.at[i - 1]! + 1);
    expect(at + needed).toBeLessThanOrEqual(view.limit[i]!);
    expect(view.limit[i]!).toBeLessThanOrEqual(i === 0 ? length : view.limit[i - 1]!);
  }
}

function headersText(view: FrameView, count: number): string {
  return `${view.kind.subarray(0, count)} at ${view.at.subarray(0, count)}`;
}

function decoded(frame: Frame, view = new FrameView()): FrameView {
  decodeFrame(view, frame.octets, 0, frame.octets.length, frame.linkType);
  return view;
}

describe('whatever the octets are', () => {
  test('every header that is set lies inside the frame, in order', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const view = decoded(frame);
        expectInside(view, frame.octets.length);
        const fault = faultOf(view);
        if (fault !== null) {
          expect(fault.at).toBeGreaterThanOrEqual(0);
          expect(fault.at).toBeLessThanOrEqual(frame.octets.length);
          expect(fault.available).toBeGreaterThanOrEqual(0);
          if (fault.problem === 'too-short') expect(fault.available).toBeLessThan(fault.needed);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('its description is plain data with finite numbers', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const layers = describeLayers(decoded(frame));
        expect(JSON.parse(JSON.stringify(layers))).toEqual(layers);
        for (const layer of layers) expect(layerNames).toContain(layer.layer);
      }),
      { numRuns: 2000 },
    );
  });

  test('octets around the frame do not matter', () => {
    fc.assert(
      fc.property(
        anyFrame,
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 80 }),
        (frame, before, after) => {
          const around = new Uint8Array(before.length + frame.octets.length + after.length);
          around.set(before);
          around.set(frame.octets, before.length);
          around.set(after, before.length + frame.octets.length);
          const view = new FrameView();
          decodeFrame(view, around, before.length, before.length + frame.octets.length, frame.linkType);
          expect(account(view)).toEqual(account(decoded(frame)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a view that served for any frame serves the next as a new one would', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 4 }), goodFrame, (frames, good) => {
        const view = new FrameView();
        for (const frame of frames) decoded(frame, view);
        expect(account(decoded(good, view))).toEqual(account(decoded(good)));
      }),
      { numRuns: 2000 },
    );
  });

  test('a maximum segment size is read within the header or not at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 70 }), (octets) => {
        const found = tcp.maximumSegmentSize(octets, 0, octets.length);
        const grown = new Uint8Array(140).fill(2);
        grown.set(octets);
        expect(tcp.maximumSegmentSize(grown, 0, octets.length)).toBe(found);
      }),
    );
  });
});

describe('cutting a frame at any octet', () => {
  test.each(goodFrames.map((frame, i) => [i, frame] as const))(
    'leaves a prefix of its headers, and a fault that blames the captured length when one is missing: %i',
    (_, frame) => {
      const whole = decoded(frame);
      const headers = whole.count === 0 ? 0 : whole.at[whole.count - 1]! + 64;
      for (let length = 0; length < Math.min(frame.octets.length, headers); length++) {
        const cutFrame = { linkType: frame.linkType, octets: frame.octets.slice(0, length) };
        const cut = decoded(cutFrame);
        expectInside(cut, length);
        // Whatever stands behind the end must not be looked at.
        const uncut = new FrameView();
        const octets = frame.octets.map((octet, i) => (i < length ? octet : ~octet));
        decodeFrame(uncut, octets, 0, length, frame.linkType);
        expect(JSON.stringify(account(uncut))).toBe(JSON.stringify(account(cut)));
        expect(cut.count).toBeLessThanOrEqual(whole.count);
        expect(headersText(cut, cut.count)).toBe(headersText(whole, cut.count));
        if (cut.count === whole.count) continue;
        // IPv4 behind UDP is known by the whole of its header alone: without it nothing says that one is missing.
        if (whole.kind[cut.count] === LayerKind.Ipv4 && whole.kind[cut.count - 1] === LayerKind.Udp) continue;
        const fault = faultOf(cut);
        expect(fault).not.toBeNull();
        if (faultOf(whole) !== null) continue;
        expect(fault).toMatchObject({ problem: 'too-short', limit: 'captured-length' });
        // At the missing header, or at the one before it whose own rest is missing.
        expect([whole.at[cut.count], cut.at[cut.count - 1]]).toContain(fault!.at);
      }
    },
  );
});
