import { defaultProfile } from '../../src/expect/profiles.js';
import type { CheckRequest } from '../../src/pipeline.js';

/** What `check` is asked for without options, one journey a flow. */
export function defaultRequest(captures: readonly string[]): CheckRequest {
  return {
    captures,
    expectations: [],
    profile: defaultProfile,
    mtu: null,
    statedPoints: [],
    flows: [],
    only: null,
    skip: new Set(),
    byFlow: false,
    require: new Set(),
    failOn: 'error',
    strict: false,
    maxJourneys: 1,
    version: '0',
  };
}
