/** The exit status, from the report's outcome alone. No reporter chooses one. */
import type { Report } from '../report/report.js';

export const ExitStatus = { Pass: 0, Fail: 1, Usage: 2, Unproven: 3, Internal: 4 } as const;

export function exitStatusOf(report: Pick<Report, 'outcome'>): number {
  if (report.outcome === 'pass') return ExitStatus.Pass;
  return report.outcome === 'fail' ? ExitStatus.Fail : ExitStatus.Unproven;
}
