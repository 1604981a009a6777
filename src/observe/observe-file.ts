/** One capture, read and observed. */
import { readCapture } from '../capture/read-capture.js';
import type { ProbeKind } from '../path/probe-kinds.js';
import { FileObserver } from './observe.js';
import type { FileSighted } from './sighted.js';

export type OnOctets = (read: number, total: number | null) => void;

export interface ObserveOptions {
  /** More messages of probes than this are only counted. */
  readonly maxMessages: number;
  readonly probes: readonly ProbeKind[];
}

/** Throws UserError when the file cannot be used. */
export async function observeFile(
  file: string,
  { maxMessages, probes }: ObserveOptions,
  onOctets?: OnOctets,
): Promise<FileSighted> {
  const observer = new FileObserver(file, false, maxMessages, probes);
  const summary = await readCapture(file, observer.visit, onOctets === undefined ? {} : { onProgress: onOctets });
  return { summary, observations: observer.finish(summary.interfaces) };
}
