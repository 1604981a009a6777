/** Reads all captures, in as many threads as it pays. Threads change only how long it takes. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ProbeKind } from '../path/probe-kinds.js';
import { UserError } from '../user-error.js';
import { MAX_MESSAGES } from './messages.js';
import { observeFile } from './observe-file.js';
import type { FileSighted } from './sighted.js';
import { type FileAnswer, WorkList, type WorkOrder } from './work-list.js';

/** Octets beside the largest file that make a second thread worth its start, which takes as long as reading some of them. */
const WORTH_A_THREAD = 48 * 1024 * 1024;
const MAX_THREADS = 8;
/** Messages that all captures together may keep, at 32 octets each, and that each of them may at the least. */
const ALL_MESSAGES = 1 << 23;
const LEAST_MESSAGES = 1 << 18;
const PROGRESS_MS = 200;

export interface IntakeOptions {
  /** Kinds of probes that are to be followed; none given: pings. */
  readonly probes?: readonly ProbeKind[];
  readonly onProgress?: (file: string, read: number, total: number | null) => void;
  /** Threads beside this one; null: as many as it pays. */
  readonly threads?: number | null;
  /** false: this thread leaves to the others whatever they can read. */
  readonly readsHere?: boolean;
  /** Told of each file that another thread read. */
  readonly onThreadDone?: (file: string) => void;
}

export interface Intake {
  readonly files: readonly FileSighted[];
  /** What was wrong with each capture that could not be used. */
  readonly problems: readonly string[];
}

export async function observeCaptures(paths: readonly string[], options: IntakeOptions): Promise<Intake> {
  const probes = options.probes ?? ['icmp'];
  const sizes = new Map(paths.map((path) => [path, sizeOf(path)]));
  // What is not a regular file can be read by one thread only: this one.
  const own = paths.filter((path) => sizes.get(path) === null);
  const shared = paths
    .filter((path) => sizes.get(path) !== null)
    .sort((a, b) => sizes.get(b)! - sizes.get(a)! || paths.indexOf(a) - paths.indexOf(b));
  const maxMessages = Math.min(
    MAX_MESSAGES,
    Math.max(LEAST_MESSAGES, Math.floor(ALL_MESSAGES / Math.max(1, paths.length))),
  );
  const results = new Map<string, FileSighted | UserError>();
  const readHere = async (path: string, onOctets?: (read: number) => void): Promise<void> => {
    try {
      const evidence = await observeFile(path, { maxMessages, probes }, (read, total) => {
        options.onProgress?.(path, read, total);
        onOctets?.(read);
      });
      results.set(path, evidence);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      results.set(path, error);
    }
  };

  const list = new WorkList(shared.length);
  const threads = options.threads ?? threadsFor(shared.map((path) => sizes.get(path)!));
  const workers =
    threads === 0
      ? null
      : await startWorkers(threads, { files: shared, maxMessages, probes, shared: list.shared }, (answer) => {
          const path = shared[answer.number]!;
          results.set(path, 'evidence' in answer ? answer.evidence : new UserError(answer.problem));
          options.onThreadDone?.(path);
        });
  try {
    const readsHere = workers === null || options.readsHere !== false;
    for (let number = readsHere ? list.take() : shared.length; number < shared.length; number = list.take()) {
      await readHere(shared[number]!, (read) => list.setRead(number, read));
    }
    for (const path of own) await readHere(path);
    if (workers !== null) {
      const timer = setInterval(() => {
        const number = shared.findIndex((path) => !results.has(path));
        if (number !== -1) options.onProgress?.(shared[number]!, list.read(number), sizes.get(shared[number]!)!);
      }, PROGRESS_MS);
      await workers.done.finally(() => clearInterval(timer));
    }
  } finally {
    list.close();
    workers?.stop();
  }
  // What a thread failed at is done again here, so that what is wrong is said.
  for (const path of shared) if (!results.has(path)) await readHere(path);
  const files: FileSighted[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    const result = results.get(path)!;
    if (result instanceof UserError) problems.push(result.message);
    else files.push(result);
  }
  return { files, problems };
}

/** Octets of a regular file; null for what must be read as it comes, or cannot be looked at. */
function sizeOf(path: string): number | null {
  if (path === '-') return null;
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : null;
  } catch {
    return null;
  }
}

/** `sizes` in descending order. */
function threadsFor(sizes: readonly number[]): number {
  const rest = sizes.slice(1).reduce((sum, size) => sum + size, 0);
  if (rest < WORTH_A_THREAD) return 0;
  return Math.min(MAX_THREADS, availableParallelism(), sizes.length) - 1;
}

interface Workers {
  /** When all of them are through, for good or ill. */
  readonly done: Promise<void>;
  readonly stop: () => void;
}

/** A thread that cannot start or breaks off leaves its files to the others. */
async function startWorkers(
  threads: number,
  order: WorkOrder,
  onAnswer: (answer: FileAnswer) => void,
): Promise<Workers> {
  // Loaded only when there is enough to read.
  const { Worker } = await import('node:worker_threads');
  const workers: InstanceType<typeof Worker>[] = [];
  const ends: Promise<void>[] = [];
  for (let i = 0; i < threads; i++) {
    try {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: order });
      workers.push(worker);
      worker.on('message', onAnswer);
      ends.push(
        new Promise((resolve) => {
          worker.on('error', () => {});
          worker.on('exit', () => resolve());
        }),
      );
    } catch {
      // One thread less.
    }
  }
  return {
    done: Promise.all(ends).then(() => {}),
    stop: () => {
      for (const worker of workers) void worker.terminate();
    },
  };
}
