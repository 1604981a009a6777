/** What every output format is: a pure function from the report to text. It prints nothing and chooses no exit status. */
import type { Report } from '../report/report.js';

/** A rule's or a diagnosis's own words, from the catalogue that reporters may not import. */
interface Explanation {
  readonly summary: string;
  readonly remedy: string;
}

/** What only the machine can tell; used by formats that print machine-dependent text. */
interface ReporterEnvironment {
  /** An address under which `explain` pages stand ("https://…/checks.md"); formats link to it when given. */
  readonly documentation?: string;
}

export interface ReporterOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** Show every journey, not only the first failing one. */
  readonly all: boolean;
  /** Show passes and their evidence as well. */
  readonly verbose: boolean;
  /** Text of a rule (IPTnnn) or a diagnosis; null when the id is unknown. */
  readonly explain: (id: string) => Explanation | null;
  /** The terminal adds to each failure what its rule says; formats that have the room always do. */
  readonly explainFailures?: boolean;
  readonly environment?: ReporterEnvironment;
}

export type Reporter = (report: Report, options: ReporterOptions) => string;
