/** One capture, read and observed. */
import { readCapture } from '../capture/read-capture.js';
import { FileObserver } from './observe.js';
import type { FileSighted } from './sighted.js';

export type OnOctets = (read: number, total: number | null) => void;

/** Throws UserError when the file cannot be used. `maxEchoes`: more echo messages than this are only counted. */
export async function observeFile(file: string, maxEchoes: number, onOctets?: OnOctets): Promise<FileSighted> {
  const observer = new FileObserver(file, false, maxEchoes);
  const summary = await readCapture(file, observer.visit, onOctets === undefined ? {} : { onProgress: onOctets });
  return { summary, observations: observer.finish(summary.interfaces) };
}
