/** Everything that one file had to say, as plain data and typed arrays: it can be posted from a worker thread. */
import type { ArpSighting, ErrorSighting, SynSighting, Talk } from './observation.js';
import type { RawPoint } from './points.js';
import type { SightingParts } from './sightings.js';
import type { RawStream } from './streams.js';

/** A sighting as it crosses threads: numbers of the file's points and frames, and of `encapsulations`, for what they stand for. */
type Raw<S> = Omit<S, 'point' | 'ref' | 'encapsulation'> & { readonly point: number; readonly frame: number };
export type RawError = Raw<ErrorSighting> & { readonly encapsulation: number };
export type RawArp = Raw<ArpSighting>;
export type RawSyn = Raw<SynSighting> & { readonly encapsulation: number };

export type RawTalk = Omit<Talk, 'point'> & { readonly point: number };

export interface FileObservations {
  readonly points: readonly RawPoint[];
  readonly sightings: SightingParts;
  readonly errors: readonly RawError[];
  readonly arps: readonly RawArp[];
  readonly syns: readonly RawSyn[];
  readonly streams: readonly RawStream[];
  readonly talks: readonly RawTalk[];
  /** How many sightings of each kind were not kept because of a limit. */
  readonly dropped: {
    readonly messages: number;
    readonly errors: number;
    readonly arps: number;
    readonly syns: number;
    readonly fragments: number;
    /** TCP segments of connections beyond those that are kept. */
    readonly segments: number;
    /** Frames of interfaces and devices beyond those that are kept. */
    readonly frames: number;
  };
}
