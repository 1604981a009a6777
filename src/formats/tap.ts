/**
 * Test Anything Protocol 14 (testanything.org/tap-version-14-specification): the verdict first, then one test point for each rule at
 * each hop of each flow. Unproven is `# SKIP`; a failed warning is `not ok … # TODO`, which TAP does not count as a failure.
 */

import { flowName } from '../report/flow-name.js';
import { guardLines, safeJson, safeText } from '../report/safe-text.js';
import { verdictLine } from '../report/story.js';
import { type FindingGroup, failsTheRun, groupFindings, groupPlace } from './grouping.js';
import type { Reporter, ReporterOptions } from './reporter.js';

function description(text: string): string {
  return safeText(text)
    .replace(/[\\#]/g, (character) => `\\${character}`)
    .trim();
}

/** A YAML double-quoted scalar; JSON's strings are a subset. */
function scalar(text: string): string {
  return safeJson(JSON.stringify(safeText(text)));
}

function diagnostics(group: FindingGroup, options: ReporterOptions): string[] {
  const lines = [
    `  ---`,
    `  message: ${scalar(group.finding.message)}`,
    `  severity: ${group.severity}`,
    `  rule: ${group.rule}`,
  ];
  const failed = group.members.filter(({ finding }) => finding.verdict === 'fail');
  lines.push(`  requests: ${failed.length}`);
  const evidence = group.finding.evidence.slice(0, 10);
  if (evidence.length > 0) {
    lines.push('  evidence:');
    for (const { file, frame, field, expected, found } of evidence) {
      lines.push(`    - file: ${scalar(file)}`, `      frame: ${frame}`);
      if (field !== undefined) lines.push(`      field: ${scalar(field)}`);
      if (expected !== undefined) lines.push(`      expected: ${scalar(expected)}`);
      if (found !== undefined) lines.push(`      found: ${scalar(found)}`);
    }
  }
  const text = options.explain(group.rule);
  if (text !== null) lines.push(`  remedy: ${scalar(text.remedy)}`);
  lines.push('  ...');
  return lines;
}

export const reportTap: Reporter = (report, options) => {
  const groups = groupFindings(report);
  const fails = failsTheRun(report, groups);
  const lines = ['TAP version 14', `1..${groups.length + 1}`];
  lines.push(`${report.outcome === 'pass' ? 'ok' : 'not ok'} 1 - ${description(verdictLine(report))}`);
  groups.forEach((group, i) => {
    const flow = group.flow === null ? '' : `${flowName(group.flow)} `;
    const title = description(`${flow}${group.rule} ${group.name} ${groupPlace(group)}`);
    const reason = description(group.finding.message);
    if (group.verdict === 'fail') {
      const todo = fails(group) ? '' : ` # TODO ${group.severity}: ${reason}`;
      lines.push(`not ok ${i + 2} - ${title}${todo}`, ...diagnostics(group, options));
    } else if (group.verdict === 'pass') lines.push(`ok ${i + 2} - ${title}`);
    else lines.push(`ok ${i + 2} - ${title} # SKIP ${group.verdict}: ${reason}`);
  });
  return guardLines(`${lines.join('\n')}\n`);
};
