/** Reads one capture, whatever holds it: picks how its octets come in and which reader they go to. */

import { closeSync, fstatSync, openSync, read, readSync, type Stats } from 'node:fs';
import { isatty } from 'node:tty';
import { UserError } from '../user-error.js';
import type { CaptureSummary, FrameVisitor } from './capture.js';
import type { CaptureSink, SourceFault } from './capture-sink.js';
import { CaptureWindow } from './capture-window.js';
import { type Compression, compressionOf, loadDecompressor } from './compression.js';
import { CompressionDamage } from './damage.js';
import { recognisableLength, recognise } from './open-capture.js';
import { patchedWriter } from './patched-pcap.js';
import { globalHeaderLength, readPcapHeader } from './pcap-header.js';
import { fitsPcapParser, PcapStream } from './pcap-stream.js';
import { readPipe } from './read-pipe.js';
import { asUserError } from './system-error.js';

export interface ReadOptions {
  /** Octets asked for at a time. */
  readonly chunkSize?: number;
  /** Called as octets come in with how many were read of the file as it lies there, and how many it has (null: a pipe). */
  readonly onProgress?: (octetsRead: number, octetsTotal: number | null) => void;
  /** Reads the next octets of a regular file while the last ones are visited; by default where the file is large. */
  readonly readAhead?: boolean;
  /** Asked between reads: a promise is waited for, so that a visitor's output can be taken before more is read. */
  readonly ready?: () => Promise<void> | null;
  /** Reads a regular file as if it were a pipe. */
  readonly forceStream?: boolean;
  /** Octets that may come out of a decompressor; more are damage. */
  readonly maxDecompressed?: number;
}

const standardInput = 0;
const compressedChunk = 64 * 1024;
/** From this size on a file is read ahead. */
const largeFile = 32 * 1024 * 1024;
/** Smaller ones wait more for the thread than they save. */
const aheadChunk = 2 * 1024 * 1024;
/** Room before each chunk for the beginning of a record that the chunk before it ended in. */
const headroom = 256 * 1024;

/**
 * Reads one capture and calls `visit` once a frame. `file` '-' is standard input. Throws UserError when the file cannot
 * be opened or is no capture; damage inside a capture is told in the summary. What `visit` throws comes through.
 */
export async function readCapture(
  file: string,
  visit: FrameVisitor,
  options: ReadOptions = {},
): Promise<CaptureSummary> {
  const name = file === '-' ? 'standard input' : file;
  const descriptor = open(file, name);
  try {
    const stats = checkedStats(name, descriptor);
    if (stats.isFile() && options.forceStream !== true) {
      const summary = await readRegularFile(name, descriptor, stats, visit, options);
      return { ...summary, damage: damageOf(descriptor, summary), file };
    }
    return { ...(await readStream(name, descriptor, stats, visit, options)), file };
  } catch (error) {
    throw asUserError(name, error);
  } finally {
    if (descriptor !== standardInput) closeSync(descriptor);
  }
}

/** Octets looked at for line feeds that a terminal changed. */
const looked = 64 * 1024;

/**
 * The damage, and whether a terminal did it: one turns each line feed into CR LF (termios ONLCR), in binary data as well, so that
 * no line feed is left without a carriage return.
 */
function damageOf(descriptor: number, { ending, damage }: CaptureSummary): string | null {
  if (ending === 'clean' || damage === null) return damage;
  const octets = Buffer.alloc(looked);
  const text = octets.toString('latin1', 0, readSync(descriptor, octets, 0, looked, 0));
  const feeds = text.split('\n').length - 1;
  if (feeds < 2 || text.split('\r\n').length - 1 < feeds) return damage;
  return `${damage}; every line feed in it follows a carriage return, as a terminal writes them: take it again without one (no -t for kubectl exec, docker exec or ssh)`;
}

function open(file: string, name: string): number {
  if (file === '-') return standardInput;
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw asUserError(name, error);
  }
}

function checkedStats(name: string, descriptor: number): Stats {
  const stats = fstatSync(descriptor);
  if (stats.isDirectory()) throw new UserError(`${name}: is a directory: name the capture files in it`);
  if (!stats.isFile() && isatty(descriptor)) {
    throw new UserError(`${name}: is a terminal: pipe a capture into it, as in tcpdump -w - | ipip-trace check -`);
  }
  return stats;
}

/** Synchronous reads into the reader's own buffer: several times the speed of a stream. */
async function readRegularFile(
  name: string,
  descriptor: number,
  stats: Stats,
  visit: FrameVisitor,
  options: ReadOptions,
): Promise<CaptureSummary> {
  const start = readStart(descriptor);
  const compression = compressionOf(start);
  if (compression !== null) {
    const chunks = compressedChunks(descriptor, start);
    return unpack(name, compression, chunks, stats.size, visit, options);
  }
  refusePatched(name, descriptor, start);
  const window = new CaptureWindow(name, visit, options.chunkSize);
  window.push(start);
  if (options.readAhead ?? stats.size >= largeFile) await readAhead(descriptor, stats, window, options);
  while (!window.stopped) {
    const count = readSync(descriptor, window.buffer, window.offset, window.room, null);
    if (count === 0) break;
    window.took(count);
    options.onProgress?.(window.taken, stats.size);
    const wait = options.ready?.() ?? null;
    if (wait !== null) await wait;
  }
  if (window.stopped) window.skipTo(stats.size);
  return window.finish(null, null);
}

/** Two buffers in turn: the kernel fills one, on a thread of its own, while the frames of the other are visited. */
async function readAhead(descriptor: number, stats: Stats, window: CaptureWindow, options: ReadOptions): Promise<void> {
  const chunk = options.chunkSize ?? aheadChunk;
  const buffers = [0, 1].map(() => {
    const bytes = new Uint8Array(headroom + chunk);
    return { bytes, view: new DataView(bytes.buffer) };
  });
  const fill = (n: number): Promise<number> => {
    const filled = readInto(descriptor, buffers[n % 2]!.bytes, chunk);
    // Awaited later; until then a failure must not count as nobody's.
    filled.catch(() => {});
    return filled;
  };
  let next = fill(0);
  try {
    for (let n = 0; !window.stopped; n++) {
      const count = await next;
      if (count === 0) break;
      next = fill(n + 1);
      const { bytes, view } = buffers[n % 2]!;
      window.tookAt(bytes, view, headroom, count);
      options.onProgress?.(window.taken, stats.size);
      const wait = options.ready?.() ?? null;
      if (wait !== null) await wait;
    }
  } finally {
    // Nothing may be under way when the file is closed.
    await next.catch(() => {});
  }
}

function readInto(descriptor: number, bytes: Uint8Array, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, bytes, headroom, length, null, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

/** A pipe cannot be looked ahead in: what comes through one is taken for what its magic says. */
function refusePatched(name: string, descriptor: number, start: Uint8Array): void {
  if (start.length < globalHeaderLength) return;
  const header = readPcapHeader(new DataView(start.buffer, start.byteOffset, start.byteLength), 0);
  if (header === null) return;
  const writer = patchedWriter(header, (offset, length) => {
    const octets = new Uint8Array(length);
    return octets.subarray(0, readSync(descriptor, octets, 0, length, offset));
  });
  if (writer === null) return;
  throw new UserError(
    `${name}: was written by ${writer}, in a variant of pcap that is not read: convert it with: editcap -F pcap IN OUT`,
  );
}

function readStart(descriptor: number): Uint8Array {
  const start = new Uint8Array(recognisableLength);
  let length = 0;
  while (length < start.length) {
    const count = readSync(descriptor, start, length, start.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return start.subarray(0, length);
}

function* compressedChunks(descriptor: number, start: Uint8Array): Generator<Uint8Array> {
  yield start;
  const buffer = new Uint8Array(compressedChunk);
  for (;;) {
    const count = readSync(descriptor, buffer, 0, buffer.length, null);
    if (count === 0) return;
    yield buffer.subarray(0, count);
  }
}

/** A chunk is asked for when the last one is done with, so the writer waits while frames are visited. */
async function readStream(
  name: string,
  descriptor: number,
  stats: Stats,
  visit: FrameVisitor,
  options: ReadOptions,
): Promise<CaptureSummary> {
  const size = stats.isFile() ? stats.size : null;
  const chunks = readPipe(descriptor, options.chunkSize);
  const start = await streamStart(chunks);
  const compression = compressionOf(start);
  if (compression !== null) return unpack(name, compression, continued(start, chunks), size, visit, options);
  const sink = sinkFor(name, start, visit, options);
  options.onProgress?.(sink.taken, size);
  for await (const chunk of chunks) {
    sink.push(chunk);
    options.onProgress?.(sink.taken, size);
    const wait = options.ready?.() ?? null;
    if (wait !== null) await wait;
  }
  return sink.finish(null, null);
}

async function streamStart(chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array(0);
  while (start.length < recognisableLength) {
    const next = await chunks.next();
    if (next.done === true) break;
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
  }
  return start;
}

async function* continued(start: Uint8Array, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start;
  yield* chunks;
}

function sinkFor(name: string, start: Uint8Array, visit: FrameVisitor, options: ReadOptions): CaptureSink {
  const atEnd = start.length < recognisableLength;
  if (recognise(name, start, atEnd) === 'pcap') {
    const header = readPcapHeader(new DataView(start.buffer, start.byteOffset, start.byteLength), 0)!;
    if (fitsPcapParser(header)) return new PcapStream(name, start, visit);
  }
  const window = new CaptureWindow(name, visit, options.chunkSize);
  window.push(start);
  return window;
}

async function unpack(
  name: string,
  compression: Compression,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number | null,
  visit: FrameVisitor,
  options: ReadOptions,
): Promise<CaptureSummary> {
  const window = new CaptureWindow(name, visit, options.chunkSize);
  const limit = options.maxDecompressed ?? Number.POSITIVE_INFINITY;
  let thrown: { readonly error: unknown } | null = null;
  let fault: SourceFault | null = null;
  let cure = 'give a larger limit';
  // Decompressors must not be thrown through: what goes wrong here is kept, and no more chunks are given.
  const take = (octets: Uint8Array): void => {
    if (thrown !== null || fault !== null) return;
    try {
      window.push(octets);
    } catch (error) {
      thrown = { error };
    }
    if (window.taken > limit) {
      fault = { ending: 'corrupt', sentence: `more than ${limit} octets came out of the ${compression} data` };
    }
  };
  const rethrow = (): void => {
    if (thrown !== null) throw (thrown as { readonly error: unknown }).error;
  };
  async function* counted(): AsyncGenerator<Uint8Array> {
    let octetsRead = 0;
    for await (const chunk of chunks) {
      yield chunk;
      octetsRead += chunk.length;
      options.onProgress?.(octetsRead, size);
      const wait = options.ready?.() ?? null;
      if (wait !== null) await wait;
      if (thrown !== null || fault !== null) return;
    }
  }
  try {
    const decompress = await loadDecompressor(compression);
    await decompress(counted(), take);
  } catch (error) {
    rethrow();
    if (!(error instanceof CompressionDamage)) throw error;
    fault ??= error.fault;
    cure = error.cure;
  }
  rethrow();
  if (fault !== null && window.taken === 0) {
    throw new UserError(`${name}: ${(fault as SourceFault).sentence}, and no capture came out of it: ${cure}`);
  }
  return window.finish(compression, fault);
}
