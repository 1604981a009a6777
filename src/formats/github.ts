/**
 * GitHub Actions: workflow commands that become annotations, worst first, and the same report as a job summary in Markdown.
 * A runner shows ten annotations of a kind for each step, so more than that are counted in one line instead of being lost.
 */

import { flowName } from '../report/flow-name.js';
import { frameCommand } from '../report/reading.js';
import type { Report } from '../report/report.js';
import { markdownText, workflowData, workflowProperty } from '../report/safe-text.js';
import { causeText, storyOf, storyText, verdictLine } from '../report/story.js';
import { type FindingGroup, failsTheRun, groupFindings, groupPlace, worstGroupsFirst } from './grouping.js';
import { reportMarkdown } from './markdown.js';
import type { Reporter, ReporterOptions } from './reporter.js';

type Kind = 'error' | 'warning' | 'notice';

function command(kind: Kind, properties: Readonly<Record<string, string>>, lines: readonly string[]): string {
  const written = Object.entries(properties)
    .map(([name, value]) => `${name}=${workflowProperty(value)}`)
    .join(',');
  return `::${kind}${written === '' ? '' : ` ${written}`}::${lines.map(workflowData).join('%0A')}`;
}

function annotation(kind: Kind, group: FindingGroup): string {
  const { finding } = group;
  const evidence = finding.evidence[0];
  const flow = group.flow === null ? '' : `${flowName(group.flow)} `;
  const properties = {
    ...(evidence === undefined ? {} : { file: evidence.file, line: String(Math.max(1, evidence.frame)) }),
    title: `${group.rule} ${group.name}`,
  };
  const lines = [`${flow}${groupPlace(group)}: ${finding.message}`];
  if (evidence?.expected !== undefined) lines.push(`expected ${evidence.expected}`);
  if (evidence?.found !== undefined) lines.push(`found ${evidence.found}`);
  if (evidence !== undefined && evidence.frame > 0) lines.push(frameCommand(evidence.file, evidence.frame));
  return command(kind, properties, lines);
}

const shownOfKind = 9;

function annotations(kind: Kind, groups: readonly FindingGroup[]): string[] {
  const lines = groups.slice(0, shownOfKind).map((group) => annotation(kind, group));
  const rest = groups.length - lines.length;
  if (rest > 0)
    lines.push(command(kind, { title: `${rest} more` }, [`${rest} more findings of this kind are in the full report`]));
  return lines;
}

export const reportGithub: Reporter = (report) => {
  const groups = worstGroupsFirst(groupFindings(report));
  const fails = failsTheRun(report, groups);
  const failed = groups.filter(fails);
  const warned = groups.filter((group) => group.verdict === 'fail' && group.severity === 'warning' && !fails(group));
  const story = storyOf(report);
  const lines: string[] = [];
  if (report.outcome !== 'pass') lines.push(command('error', { title: story.word }, storyText(story)));
  lines.push(...annotations('error', failed), ...annotations('warning', warned));
  const causes = [story.cause, ...story.others].filter((cause) => cause !== null && cause.diagnosis !== null);
  for (const cause of causes.slice(0, shownOfKind)) {
    lines.push(command('notice', { title: cause!.id }, causeText(cause!)));
  }
  if (report.outcome === 'pass') lines.push(command('notice', { title: story.word }, [story.sentence]));
  return `${lines.join('\n')}\n`;
};

/** For $GITHUB_STEP_SUMMARY: a step's summary above 1 MiB is dropped whole, so the first of these that fits is written. */
export function githubStepSummary(report: Report, options: ReporterOptions): string {
  const few = { ...options, all: false };
  const worst = [...report.flows].sort((a, b) => outcomeRank[a.outcome] - outcomeRank[b.outcome]).slice(0, 20);
  const flows = worst.map((flow) => ({ ...flow, journeys: flow.journeys.slice(0, 1) }));
  const tries = [
    () => reportMarkdown(report, options),
    () => reportMarkdown(report, few),
    () => reportMarkdown({ ...report, flows }, few),
  ];
  for (const each of tries) {
    const text = each();
    if (new TextEncoder().encode(text).length <= mostOctets) return text;
  }
  return `# ${markdownText(verdictLine(report).slice(0, 10_000))}\n\nThe report is too long for a job summary: \`--format html=FILE\` keeps it whole.\n`;
}

const mostOctets = 1_000_000;
const outcomeRank = { fail: 0, unproven: 1, pass: 2 } as const;
