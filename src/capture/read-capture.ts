/** Reads one capture, whatever holds it: picks how its octets come in and hands every frame to the visitor. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../user-error.js';
import type { CaptureSummary, FrameVisitor } from './capture.js';
import { CaptureWindow } from './capture-window.js';

export interface ReadOptions {
  /** Octets asked for at a time. */
  readonly chunkSize?: number;
  /** Called now and then with the octets read of the file as it lies there, and how many it has (null for a pipe). */
  readonly onProgress?: (octetsRead: number, octetsTotal: number | null) => void;
  /** Reads a regular file as if it were a pipe. */
  readonly forceStream?: boolean;
  /** Octets that may come out of a decompressor; more are damage. */
  readonly maxDecompressed?: number;
}

/**
 * Reads one capture and calls `visit` once a frame. `file` '-' is standard input. Throws UserError when the file cannot
 * be opened or is no capture; damage inside a capture is told in the summary.
 */
export async function readCapture(
  file: string,
  visit: FrameVisitor,
  options: ReadOptions = {},
): Promise<CaptureSummary> {
  const descriptor = openFile(file);
  try {
    return walkRegularFile(file, descriptor, visit, options);
  } finally {
    closeSync(descriptor);
  }
}

function walkRegularFile(file: string, descriptor: number, visit: FrameVisitor, options: ReadOptions): CaptureSummary {
  const window = new CaptureWindow(file, visit, options.chunkSize);
  const total = fstatSync(descriptor).size;
  for (;;) {
    const count = readSync(descriptor, window.buffer, window.offset, window.room, null);
    if (count === 0) return window.finish(null, null);
    window.took(count);
    options.onProgress?.(window.taken, total);
  }
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: 'no such file: check the name',
  EACCES: 'permission denied: allow reading, or run as a user who may',
  EPERM: 'permission denied: allow reading, or run as a user who may',
  EISDIR: 'is a directory: name the capture files in it',
  ENOTDIR: 'a part of the path is no directory: check the name',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
  ELOOP: 'a symbolic link leads in a circle: check where it points',
  ENAMETOOLONG: 'the name is too long: check the name',
};

function openFile(file: string): number {
  try {
    const descriptor = openSync(file, 'r');
    if (fstatSync(descriptor).isDirectory()) {
      closeSync(descriptor);
      throw new UserError(`${file}: ${causes.EISDIR}`);
    }
    return descriptor;
  } catch (error) {
    throw asUserError(file, error);
  }
}

/** What the system says about a file is the user's to mend; any other exception is ours. */
export function asUserError(file: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  return new UserError(`${file}: ${causes[code] ?? `cannot be read (${code}): check the file and the disk it is on`}`);
}
