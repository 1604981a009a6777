/** Capture files written octet by octet, for tests: classic pcap and pcapng, both byte orders, µs and ns. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const LinkType = { ethernet: 1, raw: 101, linuxSll: 113, linuxSll2: 276 } as const;

export interface CapturedFrame {
  /** Nanoseconds since 1970 by the capture's own clock. */
  time: bigint;
  /** What was captured, cut to the snapshot length already. */
  bytes: Uint8Array;
  /** Length on the wire in octets. */
  wireLength: number;
}

export interface CaptureDraft {
  linkType: number;
  snapLength: number;
  /** Written into pcapng as if_name; null writes none. */
  interfaceName: string | null;
  frames: CapturedFrame[];
}

export interface FileOptions {
  format?: 'pcap' | 'pcapng';
  nanosecond?: boolean;
  bigEndian?: boolean;
}

class Octets {
  readonly #parts: Uint8Array[] = [];
  readonly #littleEndian: boolean;

  constructor(bigEndian: boolean) {
    this.#littleEndian = !bigEndian;
  }

  u16(...values: readonly number[]): this {
    for (const value of values) {
      const part = new Uint8Array(2);
      new DataView(part.buffer).setUint16(0, value, this.#littleEndian);
      this.#parts.push(part);
    }
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) {
      const part = new Uint8Array(4);
      new DataView(part.buffer).setUint32(0, value, this.#littleEndian);
      this.#parts.push(part);
    }
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#parts.push(value);
    return this;
  }

  /** Zeros up to a multiple of four. */
  padded(value: Uint8Array): this {
    return this.bytes(value).bytes(new Uint8Array((4 - (value.length % 4)) % 4));
  }

  whole(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** A classic pcap file. */
export function pcapFile(capture: CaptureDraft, options: FileOptions = {}): Uint8Array {
  const unit = options.nanosecond ? 1n : 1000n;
  const file = new Octets(options.bigEndian ?? false);
  file
    .u32(options.nanosecond ? 0xa1b23c4d : 0xa1b2c3d4)
    .u16(2, 4)
    .u32(0, 0, capture.snapLength, capture.linkType);
  for (const frame of capture.frames) {
    file.u32(Number(frame.time / 1_000_000_000n), Number((frame.time % 1_000_000_000n) / unit));
    file.u32(frame.bytes.length, frame.wireLength).bytes(frame.bytes);
  }
  return file.whole();
}

/** A pcapng file with one interface for each capture; frames of all are interleaved by time. */
export function pcapngFile(captures: readonly CaptureDraft[], options: FileOptions = {}): Uint8Array {
  const bigEndian = options.bigEndian ?? false;
  const octets = (): Octets => new Octets(bigEndian);
  const block = (type: number, body: Uint8Array): Uint8Array => {
    const length = 12 + body.length;
    return octets().u32(type, length).bytes(body).u32(length).whole();
  };
  const blocks = [block(0x0a0d0d0a, octets().u32(0x1a2b3c4d).u16(1, 0).u32(0xffffffff, 0xffffffff).whole())];
  for (const capture of captures) {
    const body = octets().u16(capture.linkType, 0).u32(capture.snapLength);
    if (capture.interfaceName !== null) {
      const name = Buffer.from(capture.interfaceName, 'utf8');
      body.u16(2, name.length).padded(name);
    }
    body
      .u16(9, 1)
      .padded(Uint8Array.of(options.nanosecond ? 9 : 6))
      .u16(0, 0);
    blocks.push(block(1, body.whole()));
  }
  const frames = captures.flatMap((capture, index) => capture.frames.map((frame) => ({ frame, index })));
  frames.sort((a, b) => (a.frame.time < b.frame.time ? -1 : a.frame.time > b.frame.time ? 1 : 0));
  for (const { frame, index } of frames) {
    const units = frame.time / (options.nanosecond ? 1n : 1000n);
    const body = octets()
      .u32(index, Number(units >> 32n), Number(units & 0xffffffffn), frame.bytes.length, frame.wireLength)
      .padded(frame.bytes);
    blocks.push(block(6, body.whole()));
  }
  return Buffer.concat(blocks);
}

/**
 * Writes one file for each capture into `folder` (made if missing) as <name>.pcap or <name>.pcapng; a name that has
 * such an ending keeps it. Returns the paths, sorted.
 */
export function writeCaptures(
  folder: string,
  captures: ReadonlyMap<string, CaptureDraft>,
  options: FileOptions = {},
): string[] {
  mkdirSync(folder, { recursive: true });
  const format = options.format ?? 'pcap';
  const paths: string[] = [];
  for (const [name, capture] of captures) {
    const path = join(folder, /\.(cap|pcap|pcapng)$/.test(name) ? name : `${name}.${format}`);
    writeFileSync(path, format === 'pcap' ? pcapFile(capture, options) : pcapngFile([capture], options));
    paths.push(path);
  }
  return paths.sort();
}
