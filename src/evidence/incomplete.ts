/**
 * An evidence file is whole even where a capture behind it was not, and must not pass for more than the captures did: its first
 * interface's description says so, and reading it back takes that for the damage it stands for.
 */
import type { CaptureSummary } from '../capture/capture.js';

export const incompleteMark = 'incomplete evidence; ';

/** The summary as the captures behind an evidence file deserve it; any other file's is handed back. */
export function asTold(summary: CaptureSummary): CaptureSummary {
  if (summary.ending !== 'clean') return summary;
  const told = summary.interfaces.some((i) => i.description?.startsWith(incompleteMark) === true);
  if (!told) return summary;
  return {
    ...summary,
    ending: 'cut',
    damage: 'this is evidence taken from captures that were damaged or not used whole; its section comment says which',
  };
}
