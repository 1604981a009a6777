/**
 * GitLab's Code Quality report (docs.gitlab.com, "Code Quality report format"): an array of issues with path, line, severity and a
 * fingerprint that is unique and stays the same between runs. `lines.begin` is the frame number.
 */

import { flowName } from '../report/flow-name.js';
import { fingerprint, safeJson, safeText } from '../report/safe-text.js';
import { verdictLine } from '../report/story.js';
import { failsTheRun, groupFindings, groupPlace, worstGroupsFirst } from './grouping.js';
import type { Reporter } from './reporter.js';

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: 'info' | 'minor' | 'major' | 'critical' | 'blocker';
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

export const reportGitlab: Reporter = (report) => {
  const groups = worstGroupsFirst(groupFindings(report));
  const fails = failsTheRun(report, groups);
  const anywhere = { file: report.captures[0]?.file ?? 'captures', frame: 1 };
  const issues: Issue[] = [];
  for (const group of groups) {
    if (group.verdict !== 'fail' || (group.severity === 'info' && !fails(group))) continue;
    const evidence = group.finding.evidence[0] ?? {
      file: report.points.find(({ id }) => id === group.finding.point)?.file ?? anywhere.file,
      frame: 1,
    };
    const flow = group.flow === null ? '' : `${flowName(group.flow)}: `;
    issues.push({
      description: safeText(
        `${flow}${group.finding.message} [${group.name}${groupPlace(group) === '' ? '' : `, ${groupPlace(group)}`}]`,
      ),
      check_name: group.rule,
      fingerprint: group.fingerprint,
      severity: fails(group) ? 'critical' : 'minor',
      location: { path: safeText(evidence.file.replace(/^\.\//, '')), lines: { begin: Math.max(1, evidence.frame) } },
    });
  }
  if (report.outcome !== 'pass' && !issues.some((issue) => issue.severity === 'critical')) {
    issues.unshift({
      description: safeText(verdictLine(report)),
      check_name: report.outcome,
      fingerprint: fingerprint(`outcome ${report.outcome}`),
      severity: 'critical',
      location: { path: safeText(anywhere.file), lines: { begin: 1 } },
    });
  }
  return `${safeJson(JSON.stringify(issues, null, 2))}\n`;
};
