/** Findings of many probes put together: one group for each rule at one hop of one flow, which is what gates and trackers count. */
import { allFindings, type PlacedFinding } from './reading.js';
import type { Finding, FlowReport, Report, Severity, VerdictName } from './report.js';
import { fingerprint } from './safe-text.js';

export interface FindingGroup {
  readonly rule: string;
  readonly name: string;
  readonly severity: Severity;
  /** The worst of all members. */
  readonly verdict: VerdictName;
  readonly flow: FlowReport | null;
  /** The member that speaks for the group: the first with the worst verdict. */
  readonly finding: Finding;
  readonly members: readonly PlacedFinding[];
  /** Same rule, flow, direction, role and capture name give the same fingerprint in every run; frames and times do not enter. */
  readonly fingerprint: string;
}

const verdictRank: Record<VerdictName, number> = { fail: 0, unproven: 1, pass: 2, 'not-applicable': 3 };
const severityRank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function flowName(flow: FlowReport): string {
  return `${flow.source} > ${flow.destination}`;
}

/** Groups in the report's own order. */
export function groupFindings(report: Report): FindingGroup[] {
  const groups = new Map<string, PlacedFinding[]>();
  for (const placed of allFindings(report)) {
    const { finding, flow } = placed;
    const key = JSON.stringify([
      finding.rule,
      flow === null ? null : flowName(flow),
      finding.direction,
      finding.role,
      finding.point === null ? null : baseName(finding.point),
    ]);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [placed]);
    else members.push(placed);
  }
  return [...groups].map(([key, members]) => {
    const worst = members.reduce((a, b) => {
      const difference =
        verdictRank[b.finding.verdict] - verdictRank[a.finding.verdict] ||
        severityRank[b.finding.severity] - severityRank[a.finding.severity];
      return difference < 0 ? b : a;
    });
    const { finding, flow } = worst;
    const { rule, name, severity, verdict } = finding;
    return { rule, name, severity, verdict, flow, finding, members, fingerprint: fingerprint(key) };
  });
}

/** Failed groups and, after them, unproven ones; errors before warnings before infos. */
export function worstGroupsFirst(groups: readonly FindingGroup[]): FindingGroup[] {
  return [...groups].sort(
    (a, b) => verdictRank[a.verdict] - verdictRank[b.verdict] || severityRank[a.severity] - severityRank[b.severity],
  );
}

/**
 * Does this failed group count as a failure of the run? Errors do. Warnings do when the run failed although no error did,
 * which only `--fail-on warning` brings about.
 */
export function failsTheRun(report: Report, groups: readonly FindingGroup[]): (group: FindingGroup) => boolean {
  const anyError = groups.some((group) => group.verdict === 'fail' && group.severity === 'error');
  const warningsCount = report.outcome === 'fail' && !anyError;
  return (group) =>
    group.verdict === 'fail' && (group.severity === 'error' || (warningsCount && group.severity === 'warning'));
}

/** "request at encapsulator-underlay (node1.cap)"; empty for a finding about no place. */
export function groupPlace(group: FindingGroup): string {
  const { direction, role, point } = group.finding;
  return [direction, role === null ? null : `at ${role}`, point === null ? null : `(${point})`]
    .filter((part) => part !== null)
    .join(' ');
}
