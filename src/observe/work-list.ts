/** What threads share while they read captures: which file is next, and how far each one is. */

import type { ObserveOptions } from './observe-file.js';
import type { FileSighted } from './sighted.js';

/** Sent to a worker thread when it starts. */
export interface WorkOrder extends ObserveOptions {
  readonly files: readonly string[];
  readonly shared: SharedArrayBuffer;
}

/** A file's answer from a worker thread; files without one are read again by the main thread, which says what is wrong. */
export type FileAnswer =
  | { readonly number: number; readonly evidence: FileSighted }
  | { readonly number: number; readonly problem: string };

export class WorkList {
  readonly shared: SharedArrayBuffer;
  readonly #next: Int32Array;
  readonly #read: Float64Array;

  constructor(files: number, shared = new SharedArrayBuffer(8 + 8 * files)) {
    this.shared = shared;
    this.#next = new Int32Array(shared, 0, 1);
    this.#read = new Float64Array(shared, 8, files);
  }

  /** The number of a file that nobody has taken. At or above the number of files: there is none. */
  take(): number {
    return Atomics.add(this.#next, 0, 1);
  }

  /** Nobody takes what is left. */
  close(): void {
    Atomics.store(this.#next, 0, 0x3fffffff);
  }

  setRead(number: number, octets: number): void {
    this.#read[number] = octets;
  }

  read(number: number): number {
    return this.#read[number]!;
  }
}
