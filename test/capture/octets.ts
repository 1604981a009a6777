/** Hand-written captures, field by field as the drafts draw them, and a reader that keeps what it saw. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { CaptureSummary } from '../../src/capture/capture.js';
import { type ReadOptions, readCapture } from '../../src/capture/read-capture.js';

export const fixtures = fileURLToPath(new URL('../fixtures/capture/', import.meta.url));

export type Endian = 'little' | 'big';

export function u16(endian: Endian, ...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => {
    endian === 'little' ? octets.writeUInt16LE(value, i * 2) : octets.writeUInt16BE(value, i * 2);
  });
  return octets;
}

export function u32(endian: Endian, ...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    endian === 'little' ? octets.writeUInt32LE(value >>> 0, i * 4) : octets.writeUInt32BE(value >>> 0, i * 4);
  });
  return octets;
}

export function u64(endian: Endian, value: bigint): Buffer {
  const octets = Buffer.alloc(8);
  const word = BigInt.asUintN(64, value);
  endian === 'little' ? octets.writeBigUInt64LE(word) : octets.writeBigUInt64BE(word);
  return octets;
}

export const microsecondMagic = 0xa1b2c3d4;
export const nanosecondMagic = 0xa1b23c4d;

export interface GlobalHeader {
  endian?: Endian;
  magic?: number;
  major?: number;
  minor?: number;
  snapLength?: number;
  linkType?: number;
}

export function globalHeader(header: GlobalHeader = {}): Buffer {
  const {
    endian = 'little',
    magic = microsecondMagic,
    major = 2,
    minor = 4,
    snapLength = 262_144,
    linkType = 1,
  } = header;
  return Buffer.concat([u32(endian, magic), u16(endian, major, minor), u32(endian, 0, 0, snapLength, linkType)]);
}

export function record(endian: Endian, fields: readonly [number, number, number, number], octets: Uint8Array): Buffer {
  return Buffer.concat([u32(endian, ...fields), octets]);
}

export function block(endian: Endian, type: number, ...body: readonly Uint8Array[]): Buffer {
  const whole = Buffer.concat(body);
  const padded = Buffer.concat([whole, Buffer.alloc(-whole.length & 3)]);
  const length = u32(endian, padded.length + 12);
  return Buffer.concat([u32(endian, type), length, padded, length]);
}

export function option(endian: Endian, code: number, value: Uint8Array | string): Buffer {
  const octets = Buffer.from(value);
  return Buffer.concat([u16(endian, code, octets.length), octets, Buffer.alloc(-octets.length & 3)]);
}

export function sectionHeader(endian: Endian, minor = 0, length = -1n): Buffer {
  return block(endian, 0x0a0d0d0a, u32(endian, 0x1a2b3c4d), u16(endian, 1, minor), u64(endian, length));
}

export function interfaceBlock(endian: Endian, linkType: number, snapLength: number, ...options: Uint8Array[]): Buffer {
  return block(endian, 1, u16(endian, linkType, 0), u32(endian, snapLength), ...options);
}

export interface EnhancedPacket {
  interfaceId?: number;
  ticks?: bigint;
  captured?: number;
  original?: number;
  octets?: Uint8Array;
  options?: Uint8Array[];
}

export function enhancedPacket(endian: Endian, packet: EnhancedPacket = {}): Buffer {
  const { interfaceId = 0, ticks = 1_700_000_000_123_456n, octets = Buffer.alloc(8, 0xab), options = [] } = packet;
  const { captured = octets.length, original = captured } = packet;
  const high = Number(ticks >> 32n);
  const low = Number(ticks & 0xffffffffn);
  const padding = Buffer.alloc(-octets.length & 3);
  return block(endian, 6, u32(endian, interfaceId, high, low, captured, original), octets, padding, ...options);
}

interface SeenFrame {
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly wireLength: number;
  readonly linkType: number;
  readonly interfaceIndex: number;
  readonly interfaceName: string | null;
  readonly octets: string;
  readonly comments: readonly string[] | null;
}

export interface Seen {
  readonly frames: readonly SeenFrame[];
  /** All but the file's name. */
  readonly summary: Omit<CaptureSummary, 'file'>;
}

export async function see(file: string, options: ReadOptions = {}): Promise<Seen> {
  const frames: SeenFrame[] = [];
  const { file: given, ...summary } = await readCapture(
    file,
    (frame) => {
      frames.push({
        number: frame.frameNumber,
        seconds: frame.seconds,
        nanoseconds: frame.nanoseconds,
        wireLength: frame.wireLength,
        linkType: frame.linkType,
        interfaceIndex: frame.interfaceIndex,
        interfaceName: frame.interfaceName,
        octets: Buffer.from(frame.bytes.subarray(frame.start, frame.end)).toString('hex'),
        comments: frame.comments === null ? null : [...frame.comments],
      });
    },
    options,
  );
  if (given !== file) throw new Error(`the summary names ${given}, not ${file}`);
  return { frames, summary };
}

/** What was seen, or the message of the error that ended it. */
export async function seeOrError(file: string, options: ReadOptions = {}): Promise<Seen | string> {
  try {
    return await see(file, options);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UserError') throw error;
    return error.message;
  }
}

/** Writes octets to a file that is gone after the tests of this file. */
export function scratchFiles(): (octets: Uint8Array, name?: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'capture-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  return (octets, name = 'scratch.cap') => {
    const file = join(directory, name);
    writeFileSync(file, octets);
    return file;
  };
}
