/** Findings of many probes put together: one group for each rule at one hop of one flow, which is what gates and trackers count. */

import type { Finding, Severity, VerdictName } from '../checks/finding.js';
import { flowName } from '../report/flow-name.js';
import { allFindings, type PlacedFinding } from '../report/reading.js';
import type { FlowReport, Report } from '../report/report.js';
import { fingerprint } from '../report/safe-text.js';

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
  /**
   * Same rule, flow, direction, role and capture name give the same fingerprint in every run; frames and times do not enter, folders
   * only where two captures have one name.
   */
  readonly fingerprint: string;
}

const verdictRank: Record<VerdictName, number> = { fail: 0, unproven: 1, pass: 2, 'not-applicable': 3 };
const severityRank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Groups in the report's own order. */
export function groupFindings(report: Report): FindingGroup[] {
  const groups = new Map<string, PlacedFinding[]>();
  for (const placed of allFindings(report)) {
    const key = keyOf(placed, placed.finding.point);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [placed]);
    else members.push(placed);
  }
  const named = [...groups.values()].map((members) => {
    const point = members[0]!.finding.point;
    return keyOf(members[0]!, point === null ? null : baseName(point));
  });
  const times = new Map<string, number>();
  for (const key of named) times.set(key, (times.get(key) ?? 0) + 1);
  const shared = sharedFolder(report);
  return [...groups.values()].map((members, i) => {
    const worst = members.reduce((a, b) => {
      const difference =
        verdictRank[b.finding.verdict] - verdictRank[a.finding.verdict] ||
        severityRank[b.finding.severity] - severityRank[a.finding.severity];
      return difference < 0 ? b : a;
    });
    const { finding, flow } = worst;
    const { rule, name, severity, verdict, point } = finding;
    const isAlone = times.get(named[i]!) === 1 || point === null;
    const print = fingerprint(isAlone ? named[i]! : keyOf(worst, point.slice(shared.length)));
    return { rule, name, severity, verdict, flow, finding, members, fingerprint: print };
  });
}

/** The folders that all captures stand in, with the last slash: they may be others in the next run. */
function sharedFolder(report: Report): string {
  let shared = report.captures[0]?.file ?? '';
  for (const { file } of report.captures) while (!file.startsWith(shared)) shared = shared.slice(0, -1);
  return shared.slice(0, shared.lastIndexOf('/') + 1);
}

function keyOf({ finding, flow }: PlacedFinding, point: string | null): string {
  return JSON.stringify([finding.rule, flow === null ? null : flowName(flow), finding.direction, finding.role, point]);
}

/** Failed groups and, after them, unproven ones; errors before warnings before infos. */
export function worstGroupsFirst(groups: readonly FindingGroup[]): FindingGroup[] {
  return [...groups].sort(
    (a, b) => verdictRank[a.verdict] - verdictRank[b.verdict] || severityRank[a.severity] - severityRank[b.severity],
  );
}

/**
 * Does this failed group count as a failure of the run? Errors do. Warnings do under `--fail-on warning` or stricter: then the run
 * failed, and a reason is the rule itself without more words, or no error failed at all.
 */
export function failsTheRun(report: Report, groups: readonly FindingGroup[]): (group: FindingGroup) => boolean {
  const anyError = groups.some((group) => group.verdict === 'fail' && group.severity === 'error');
  const told = new Set(report.reasons.flatMap((reason) => failedRule.exec(reason)?.[1] ?? []));
  const counts = (group: FindingGroup): boolean => !anyError || told.has(`${group.rule} ${group.name}`);
  return (group) =>
    group.verdict === 'fail' &&
    (group.severity === 'error' || (report.outcome === 'fail' && group.severity === 'warning' && counts(group)));
}

/** "IPT015 packet-reordered", "10.1.0.1 > 10.1.0.2: IPT015 packet-reordered (3 of 9 probes)"; what only blocks a pass says why after a colon. */
const failedRule = /(?:^|: )(IPT\d+ [\w-]+)(?: \((?:(?!\): ).)*\))?$/s;

/** "request at encapsulator-underlay (node1.cap)"; empty for a finding about no place. */
export function groupPlace(group: FindingGroup): string {
  const { direction, role, point } = group.finding;
  return [direction, role === null ? null : `at ${role}`, point === null ? null : `(${point})`]
    .filter((part) => part !== null)
    .join(' ');
}
