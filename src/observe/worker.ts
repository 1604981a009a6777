/** A worker thread: takes captures from the list until none is left, and posts what each one holds. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../user-error.js';
import { observeFile } from './observe-file.js';
import { type FileAnswer, WorkList, type WorkOrder } from './work-list.js';

const { files, shared, ...options } = workerData as WorkOrder;
const list = new WorkList(files.length, shared);

/** When no file is left. */
export const done = work();

async function work(): Promise<void> {
  for (let number = list.take(); number < files.length; number = list.take()) {
    const answer = await answerOf(number);
    if (answer !== null) parentPort!.postMessage(answer, buffersOf(answer));
  }
}

async function answerOf(number: number): Promise<FileAnswer | null> {
  try {
    const evidence = await observeFile(files[number]!, options, (read) => list.setRead(number, read));
    const { rows, kinds, extras, fragmentFrames } = evidence.observations.sightings;
    // Only plain data can be posted.
    const sightings = {
      rows: { length: rows.length, columns: { ...rows.columns } },
      kinds: { length: kinds.length, columns: { ...kinds.columns } },
      extras,
      fragmentFrames,
    };
    return { number, evidence: { ...evidence, observations: { ...evidence.observations, sightings } } };
  } catch (error) {
    return error instanceof UserError ? { number, problem: error.message } : null;
  }
}

/** The columns change hands instead of being copied. */
function buffersOf(answer: FileAnswer): ArrayBuffer[] {
  if (!('evidence' in answer)) return [];
  const { rows, kinds } = answer.evidence.observations.sightings;
  return [rows.columns, kinds.columns].flatMap((columns) =>
    Object.values(columns).map((column) => column.buffer as ArrayBuffer),
  );
}
