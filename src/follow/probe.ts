/** One probe: a request with everything that was seen of it and of its reply. */
import type { ProbeKey } from './probe-key.js';

/** One echo request with everything seen of it and of its reply. Rows are indices into the evidence's sightings. */
export interface Probe {
  readonly key: ProbeKey;
  readonly requests: number[];
  readonly replies: number[];
  /** Other keys under which NAT let it travel further. */
  readonly rewritten: ProbeKey[];
}
