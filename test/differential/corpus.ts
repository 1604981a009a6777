/** The frames over which the decoder and tshark are compared: real ones, hand-written ones, and seeded damage to both. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { handFrames } from '../decode/hand-frames.js';

export interface CorpusFrame {
  /** Where it comes from and what was done to it; unique. */
  readonly name: string;
  readonly linkType: number;
  readonly octets: Uint8Array;
  /** More than `octets` holds when the capture is said to have cut it. */
  readonly wireLength: number;
}

const fixtures = new URL('../fixtures/decode/', import.meta.url);
const damagesPerFrame = 8;

/** Records of a little-endian classic capture. */
export function framesOf(file: Buffer): { linkType: number; octets: Uint8Array; wireLength: number }[] {
  const linkType = file.readUInt32LE(20);
  const frames: { linkType: number; octets: Uint8Array; wireLength: number }[] = [];
  for (let at = 24; at < file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const octets = new Uint8Array(file.subarray(at + 16, at + 16 + length));
    frames.push({ linkType, octets, wireLength: file.readUInt32LE(at + 12) });
    at += 16 + length;
  }
  return frames;
}

/** The same frames in the same order on every machine. */
export function corpus(): CorpusFrame[] {
  const whole: CorpusFrame[] = [];
  for (const name of readdirSync(fixtures).sort()) {
    if (!name.endsWith('.cap')) continue;
    for (const [i, frame] of framesOf(readFileSync(new URL(name, fixtures))).entries()) {
      whole.push({ name: `${name} #${i + 1}`, ...frame });
    }
  }
  for (const { name, linkType, hex } of handFrames) {
    const octets = new Uint8Array(Buffer.from(hex, 'hex'));
    whole.push({ name, linkType, octets, wireLength: octets.length });
  }
  const damaged = whole.flatMap((frame) => {
    // Each frame has its own seed, so that a new frame leaves the damage to the others as it was.
    const next = random(createHash('sha256').update(frame.name).digest().readUInt32LE(0));
    const below = (limit: number): number => Math.floor(next() * limit);
    return Array.from({ length: damagesPerFrame }, (_, i): CorpusFrame => {
      const kind = i % 4;
      if (kind < 2) {
        const octets = frame.octets.slice();
        for (let flips = 1 + below(2); flips > 0; flips--) octets[below(Math.min(octets.length, 96))] = below(256);
        return { ...frame, name: `${frame.name}, damage ${i}`, octets };
      }
      const octets = frame.octets.slice(0, 1 + below(Math.min(frame.octets.length - 1, 110)));
      // As a snapshot length cuts, or as if the wire had carried no more.
      return {
        ...frame,
        name: `${frame.name}, damage ${i}`,
        octets,
        wireLength: kind === 2 ? frame.wireLength : octets.length,
      };
    });
  });
  return [...whole, ...damaged];
}

/** A classic capture of frames that have one link type. */
export function captureOf(frames: readonly CorpusFrame[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(frames[0]!.linkType, 20);
  const records = frames.map((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.octets.length, 8);
    record.writeUInt32LE(Math.max(frame.octets.length, frame.wireLength), 12);
    return Buffer.concat([record, frame.octets]);
  });
  return Buffer.concat([head, ...records]);
}

/** Mulberry32: small, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
