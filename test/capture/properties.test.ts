/** Whatever the octets and however they arrive: the same frames, no other error than the user's, no endless walk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameCursor } from '../../src/capture/capture.js';
import type { CaptureSink } from '../../src/capture/capture-sink.js';
import { CaptureWindow } from '../../src/capture/capture-window.js';
import { globalHeaderLength, readPcapHeader } from '../../src/capture/pcap-header.js';
import { fitsPcapParser, PcapStream } from '../../src/capture/pcap-stream.js';
import { TimestampClock, ticksPerSecondOf } from '../../src/capture/timestamp-clock.js';
import { UserError } from '../../src/user-error.js';
import { fixtures } from './octets.js';

const captures = readdirSync(fixtures)
  .filter((name) => /\.(cap|pcapng)$/.test(name))
  .map((name) => readFileSync(join(fixtures, name)));

/** Feeds the octets in pieces of these sizes, over and over. Returns what came out, or the user's error. */
function feed(
  octets: Uint8Array,
  sizes: readonly number[],
  open: (visit: (frame: FrameCursor) => void) => CaptureSink,
  from = 0,
) {
  const frames: string[] = [];
  try {
    const sink = open((frame) => {
      if (frame.start < 0 || frame.end < frame.start || frame.end > frame.bytes.length)
        throw new Error('out of bounds');
      const { bytes, start, end, ...rest } = frame;
      frames.push(`${JSON.stringify(rest)} ${Buffer.from(bytes.subarray(start, end)).toString('base64')}`);
    });
    for (let at = from, turn = 0; at < octets.length; turn++) {
      const size = sizes[turn % sizes.length]!;
      sink.push(Uint8Array.from(octets.subarray(at, at + size)));
      at += size;
    }
    return { frames, summary: sink.finish(null, null) };
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const byWindow = (octets: Uint8Array, sizes: readonly number[]) =>
  feed(octets, sizes, (visit) => new CaptureWindow('x', visit));

function byParser(octets: Uint8Array, sizes: readonly number[]) {
  const start = octets.subarray(0, globalHeaderLength);
  return feed(octets, sizes, (visit) => new PcapStream('x', start, visit), globalHeaderLength);
}

const capture = fc.constantFrom(...captures);
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });
const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });

function changed(octets: Uint8Array, edits: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(octets);
  for (const [at, value] of edits) copy[at % copy.length] = value;
  return copy;
}

describe('any octets', () => {
  it('in any chunks give the same frames, damage and notes', () => {
    fc.assert(
      fc.property(capture, changes, sizes, (octets, edits, pieces) => {
        const mutated = changed(octets, edits);
        expect(byWindow(mutated, pieces)).toEqual(byWindow(mutated, [mutated.length]));
      }),
      { numRuns: 400 },
    );
  });

  it('of a classic capture give the same through pcap-parser', () => {
    const classic = captures.filter((octets) => octets.readUInt32BE(0) !== 0x0a0d0d0a);
    fc.assert(
      fc.property(fc.constantFrom(...classic), changes, sizes, (octets, edits, pieces) => {
        const mutated = changed(octets, edits);
        const header = readPcapHeader(new DataView(mutated.buffer, mutated.byteOffset, mutated.length), 0);
        fc.pre(header !== null && header.major >= 2 && header.reservedBits === 0 && fitsPcapParser(header));
        expect(byParser(mutated, pieces)).toEqual(byWindow(mutated, [mutated.length]));
      }),
      { numRuns: 400 },
    );
  });

  it('behind a magic number are read or refused', () => {
    const magic = fc.constantFrom(
      'd4c3b2a1',
      'a1b2c3d4',
      '4d3cb2a1',
      'a1b2cd34',
      '0a0d0d0a1c0000004d3c2b1a01000000',
      '',
    );
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 600 }), (start, rest) => {
        byWindow(Buffer.concat([Buffer.from(start, 'hex'), rest]), [1000]);
      }),
      { numRuns: 600 },
    );
  });
});

describe('a timestamp', () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  it.each([
    ['any resolution', fc.integer({ min: 0, max: 255 })],
    ['the usual resolutions', fc.constantFrom(6, 7, 8, 9)],
  ])('of %s is the exact quotient, truncated to nanoseconds', (_, resolution) => {
    fc.assert(
      fc.property(resolution, word, word, (octet, high, low) => {
        const perSecond = ticksPerSecondOf(octet)!;
        const ticks = (BigInt(high) << 32n) + BigInt(low);
        const clock = new TimestampClock(perSecond, 0n);
        clock.set(high, low);
        if (clock.outOfRange) return;
        const nanoseconds = (ticks * 1_000_000_000n) / perSecond;
        expect(BigInt(clock.seconds) * 1_000_000_000n + BigInt(clock.nanoseconds)).toBe(nanoseconds);
      }),
      { numRuns: 3000 },
    );
  });

  it('beside a full second is exact at both sides', () => {
    const resolution = fc.constantFrom(6, 7, 8, 9);
    const second = fc.bigInt({ min: 1n, max: 18_446_744_073n });
    fc.assert(
      fc.property(resolution, second, fc.bigInt({ min: -2n, max: 2n }), (octet, seconds, off) => {
        const perSecond = ticksPerSecondOf(octet)!;
        const ticks = seconds * perSecond + off;
        const clock = new TimestampClock(perSecond, 0n);
        clock.set(Number(ticks >> 32n), Number(ticks & 0xffffffffn));
        expect([clock.seconds, clock.nanoseconds]).toEqual([
          Number(ticks / perSecond),
          Number(((ticks % perSecond) * 1_000_000_000n) / perSecond),
        ]);
      }),
      { numRuns: 3000 },
    );
  });
});
