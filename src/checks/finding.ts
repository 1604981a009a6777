/** What a judge says: plain data that the report carries as it is. */
import type { HopRole } from '../path/facts.js';
import type { Direction } from '../path/roles.js';

export type Outcome = 'pass' | 'fail' | 'unproven';

export type VerdictName = 'pass' | 'fail' | 'unproven' | 'not-applicable';

export type Severity = 'error' | 'warning' | 'info';

export interface EvidenceReport {
  readonly file: string;
  readonly frame: number;
  readonly field?: string;
  readonly expected?: string;
  readonly found?: string;
}

export interface Finding {
  /** IPTnnn */
  readonly rule: string;
  readonly name: string;
  readonly severity: Severity;
  readonly verdict: VerdictName;
  readonly direction: Direction | null;
  readonly role: HopRole | null;
  readonly point: string | null;
  readonly message: string;
  /** Only with verdict unproven: what was not there. */
  readonly missing?: 'capture' | 'frame' | 'bytes' | 'expectation';
  readonly evidence: readonly EvidenceReport[];
}
