/** Where the octets of a source go: into a reader that visits frames as they become whole. */

import type { CaptureSummary } from './capture.js';
import type { Ending } from './record-reader.js';

/** Why a source ended before its time. */
export interface SourceFault {
  readonly ending: 'cut' | 'corrupt';
  readonly sentence: string;
}

export interface CaptureSink {
  /** Octets taken so far. */
  readonly taken: number;
  /** Takes the next octets, which it may keep until it is finished. */
  push(chunk: Uint8Array): void;
  finish(compression: CaptureSummary['compression'], fault: SourceFault | null): CaptureSummary;
}

/** `left` octets after `used` were not understood, for the first of these reasons that holds. */
export function describeEnding(
  used: number,
  left: number,
  damage: string | null,
  fault: SourceFault | null,
  whatWasCut: () => string,
): Ending {
  const where = { octetsUnread: left, damageOffset: used };
  if (damage !== null) return { ending: 'corrupt', ...where, damage };
  if (fault !== null) return { ending: fault.ending, ...where, damage: fault.sentence };
  if (left > 0) return { ending: 'cut', ...where, damage: whatWasCut() };
  return { ending: 'clean', octetsUnread: 0, damageOffset: null, damage: null };
}
