/** One probe: a request with everything that was seen of it and of its reply. */
import type { ProbeKey } from './probe-key.js';

/** One SYN with what answered it. */
export interface Attempt {
  readonly requests: readonly number[];
  readonly replies: readonly number[];
}

/** One request with everything seen of it and of its reply. Rows are indices into the evidence's sightings. */
export interface Probe {
  readonly key: ProbeKey;
  readonly requests: number[];
  readonly replies: number[];
  /** TCP: the SYNs of the connection other than the one followed, each with its answer. */
  readonly attempts?: readonly Attempt[];
  /** Other keys under which NAT let it travel further. */
  readonly rewritten: ProbeKey[];
}
