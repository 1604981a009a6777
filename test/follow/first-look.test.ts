import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameCursor } from '../../src/capture/capture.js';
import { readCapture } from '../../src/capture/read-capture.js';
import { ABSENT, decodeFrame, FrameView } from '../../src/decode/frame.js';
import type { FileObservations } from '../../src/observe/file-observations.js';
import { FileObserver } from '../../src/observe/observe.js';
import { handFrames } from '../decode/hand-frames.js';
import { framesOf } from '../differential/corpus.js';

interface Given {
  readonly linkType: number;
  readonly octets: Uint8Array;
}

const folder = new URL('../fixtures/decode/', import.meta.url);
const realFrames: Given[] = [
  ...handFrames.map(({ hex, linkType }) => ({ linkType, octets: new Uint8Array(Buffer.from(hex, 'hex')) })),
  ...readdirSync(folder)
    .filter((name) => name.endsWith('.cap'))
    .flatMap((name) => framesOf(readFileSync(new URL(name, folder)))),
];

/** IPv4 with TCP or UDP, plain or in a tunnel, whose fields are mostly as they should be. */
const transportFrame = fc
  .record({
    linkType: fc.constantFrom(1, 1, 101, 228),
    tunnelled: fc.boolean(),
    protocol: fc.constantFrom(6, 6, 17, 17, 1),
    flags: fc.constantFrom(0x10, 0x10, 0x18, 0x02, 0x12, 0x11),
    ports: fc.tuple(fc.constantFrom(80, 4789, 6081, 51820), fc.constantFrom(40_000, 8472)),
    fragmentation: fc.constantFrom(0x4000, 0, 0x8000, 0x2000, 0x0001, 0x0100),
    dataLength: fc.nat({ max: 60 }),
    lie: fc.constantFrom(0, 0, 0, 4, -4, 2000, -2000),
    offset: fc.constantFrom(0x50, 0x50, 0x60, 0xf0, 0x40),
    changes: fc.array(fc.tuple(fc.nat({ max: 120 }), fc.integer({ min: 0, max: 255 })), { maxLength: 2 }),
    kept: fc.oneof({ weight: 3, arbitrary: fc.constant(2000) }, { weight: 1, arbitrary: fc.nat({ max: 120 }) }),
  })
  .map(
    ({ linkType, tunnelled, protocol, flags, ports, fragmentation, dataLength, lie, offset, changes, kept }): Given => {
      const headerLength = protocol === 6 ? 20 : 8;
      const transport = Buffer.alloc(headerLength + dataLength);
      transport.writeUInt16BE(ports[0], 0);
      transport.writeUInt16BE(ports[1], 2);
      if (protocol === 6) {
        transport[12] = offset;
        transport[13] = flags;
      } else transport.writeUInt16BE(transport.length, 4);
      const wrap = (data: Buffer, type: number, bits: number, error: number): Buffer => {
        const header = Buffer.alloc(20);
        header[0] = 0x45;
        header.writeUInt16BE(Math.max(0, 20 + data.length + error), 2);
        header.writeUInt16BE(bits, 6);
        header[8] = 64;
        header[9] = type;
        header.set([10, 0, 0, 1, 10, 0, 0, 2], 12);
        return Buffer.concat([header, data]);
      };
      let datagram = wrap(transport, protocol, tunnelled ? 0x4000 : fragmentation, lie);
      if (tunnelled) datagram = wrap(datagram, 4, fragmentation, 0);
      const link = linkType === 1 ? Buffer.from('020000000001020000000002' + '0800', 'hex') : Buffer.alloc(0);
      const octets = Buffer.concat([link, datagram]).subarray(0, kept);
      for (const [at, value] of changes) if (at < octets.length) octets[at] = value;
      return { linkType, octets: new Uint8Array(octets) };
    },
  );

const brokenFrame = fc
  .tuple(
    fc.constantFrom(...realFrames),
    fc.array(fc.tuple(fc.nat({ max: 120 }), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
    fc.nat({ max: 200 }),
  )
  .map(([frame, changes, length]): Given => {
    const octets = frame.octets.slice(0, length);
    for (const [at, value] of changes) if (at < octets.length) octets[at] = value;
    return { linkType: frame.linkType, octets };
  });

/** One echo message over and over, as a flood of pings has it: mostly other numbers and payload, sometimes anything. */
const echoFlood = fc
  .tuple(
    fc.constantFrom(...realFrames.filter(isEcho)),
    fc.array(
      fc.record({
        sequence: fc.nat({ max: 65_535 }),
        change: fc.option(fc.tuple(fc.nat({ max: 140 }), fc.integer({ min: 0, max: 255 })), { freq: 2 }),
        cut: fc.option(fc.nat({ max: 120 }), { freq: 8 }),
      }),
      { minLength: 4, maxLength: 20 },
    ),
  )
  .map(([frame, copies]) =>
    copies.map(({ sequence, change, cut }): Given => {
      const octets = frame.octets.slice(0, cut ?? undefined);
      const view = new FrameView();
      decodeFrame(view, octets, 0, octets.length, frame.linkType);
      if (view.icmp !== ABSENT) {
        octets[view.icmp + 6] = sequence >>> 8;
        octets[view.icmp + 7] = sequence & 0xff;
      }
      if (change !== null && change[0] < octets.length) octets[change[0]] = change[1];
      return { linkType: frame.linkType, octets };
    }),
  );

function isEcho({ octets, linkType }: Given): boolean {
  const view = new FrameView();
  decodeFrame(view, octets, 0, octets.length, linkType);
  return view.icmp !== ABSENT && [0, 8].includes(octets[view.icmp]!);
}

function observe(frames: readonly Given[], decodeAll: boolean): FileObservations {
  const observer = new FileObserver('some.cap', decodeAll);
  frames.forEach(({ linkType, octets }, n) => {
    // Every other frame goes back in time; octets stand in the middle of a buffer, as they do in a file.
    const bytes = new Uint8Array(octets.length + 20).fill(0x45);
    bytes.set(octets, 10);
    const cursor: FrameCursor = {
      bytes,
      view: new DataView(bytes.buffer),
      start: 10,
      end: 10 + octets.length,
      wireLength: octets.length,
      frameNumber: n + 1,
      seconds: 1_700_000_000 + (n % 2 === 0 ? n : -n),
      nanoseconds: n,
      linkType,
      interfaceIndex: linkType,
      interfaceName: null,
      comments: null,
    };
    observer.visit(cursor);
  });
  return observer.finish([]);
}

/** All of it as text: the columns as far as they are filled. */
function plain({ sightings, ...rest }: FileObservations): string {
  const columns = [sightings.rows, sightings.kinds].flatMap(({ length, columns }) =>
    Object.entries(columns).map(([name, c]: [string, ArrayLike<number>]) => [name, Array.from(c).slice(0, length)]),
  );
  const { extras, fragmentFrames } = sightings;
  return JSON.stringify({ ...rest, columns, extras, fragmentFrames: [...fragmentFrames] });
}

describe('the first look', () => {
  test('changes nothing that decoding every frame observes, whatever the octets', () => {
    const frame = fc.oneof({ weight: 3, arbitrary: transportFrame }, { weight: 1, arbitrary: brokenFrame });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 2, maxLength: 40 }), (frames) => {
        expect(plain(observe(frames, false))).toBe(plain(observe(frames, true)));
      }),
      { numRuns: 1500 },
    );
  });

  test('and the templates of echo messages change nothing of a flood', () => {
    fc.assert(
      fc.property(fc.array(echoFlood, { minLength: 1, maxLength: 3 }), (floods) => {
        // One after the other, and mixed.
        const mixed = Array.from({ length: 20 }, (_, i) => floods.flatMap((flood) => flood[i] ?? [])).flat();
        for (const frames of [floods.flat(), mixed]) {
          expect(plain(observe(frames, false))).toBe(plain(observe(frames, true)));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('changes nothing in real captures', async () => {
    const samples = new URL('../../samples/', import.meta.url);
    const files = readdirSync(samples, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(cap|pcapng)$/.test(name),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const name of files) {
      const file = new URL(name, samples).pathname;
      const seen: FileObservations[] = [];
      for (const decodeAll of [false, true]) {
        const observer = new FileObserver(name, decodeAll);
        const { interfaces } = await readCapture(file, observer.visit);
        seen.push(observer.finish(interfaces));
      }
      expect(plain(seen[0]!)).toBe(plain(seen[1]!));
    }
  });
});
