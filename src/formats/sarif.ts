/**
 * SARIF 2.1.0 (OASIS). A capture has no lines: `startLine` is the frame number as Wireshark counts, which viewers show and
 * code hosts demand. One result for each rule at each hop of each flow; passes are left out, unproven is of kind "open".
 */

import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import type { EvidenceReport } from '../checks/finding.js';
import { flowName } from '../report/flow-name.js';
import { markdownText, pathUri, safeJson, safeText } from '../report/safe-text.js';
import { type FindingGroup, groupFindings, groupPlace, worstGroupsFirst } from './grouping.js';
import type { Reporter, ReporterOptions } from './reporter.js';

const level = { error: 'error', warning: 'warning', info: 'note' } as const;

function location(evidence: EvidenceReport): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: pathUri(evidence.file) },
      region: { startLine: Math.max(1, evidence.frame) },
    },
    message: { text: `frame ${evidence.frame}` },
  };
}

function resultOf(group: FindingGroup, ruleIndex: number, fallback: EvidenceReport | null): Result {
  const { finding } = group;
  const evidence = finding.evidence.length > 0 ? finding.evidence : fallback === null ? [] : [fallback];
  const flow = group.flow === null ? '' : `${flowName(group.flow)}: `;
  const times = group.members.filter((member) => member.finding.verdict === group.verdict).length;
  const many = times > 1 ? ` (${times} requests)` : '';
  const compared = finding.evidence
    .filter(({ expected, found }) => expected !== undefined || found !== undefined)
    .slice(0, 3)
    .map(
      ({ field, expected, found }) =>
        `${field ?? 'value'}: expected ${expected ?? 'nothing'}, found ${found ?? 'nothing'}`,
    );
  const text = [`${flow}${finding.message}${many}`, ...compared].map(safeText).join('. ');
  return {
    ruleId: group.rule,
    ruleIndex,
    kind: group.verdict === 'fail' ? 'fail' : 'open',
    level: group.verdict === 'fail' ? level[group.severity] : 'none',
    message: { text },
    locations: evidence.slice(0, 1).map((one) => ({
      ...location(one),
      logicalLocations: [{ fullyQualifiedName: safeText(groupPlace(group) || 'run'), kind: 'module' }],
    })),
    relatedLocations: evidence.slice(1, 10).map((one, id) => ({ id, ...location(one) })),
    partialFingerprints: { 'ipipTraceFinding/v1': group.fingerprint },
  };
}

function ruleOf(
  id: string,
  name: string,
  severity: 'error' | 'warning' | 'info',
  options: ReporterOptions,
): ReportingDescriptor {
  const text = options.explain(id);
  const summary = safeText(text?.summary ?? name);
  const remedy = safeText(text?.remedy ?? '');
  const documentation = options.environment?.documentation;
  return {
    id,
    name: safeText(name),
    shortDescription: { text: summary },
    fullDescription: { text: summary },
    help: {
      text: remedy === '' ? summary : `${summary} ${remedy}`,
      markdown: `${markdownText(summary)}${remedy === '' ? '' : `\n\n**Cure:** ${markdownText(remedy)}`}`,
    },
    ...(documentation === undefined ? {} : { helpUri: `${documentation}#${id.toLowerCase()}` }),
    defaultConfiguration: { level: level[severity] },
  };
}

export const reportSarif: Reporter = (report, options) => {
  const groups = worstGroupsFirst(groupFindings(report)).filter(
    (group) => group.verdict === 'fail' || group.verdict === 'unproven',
  );
  const known = new Map<string, ReportingDescriptor>();
  for (const group of groups) {
    if (!known.has(group.rule)) known.set(group.rule, ruleOf(group.rule, group.name, group.severity, options));
  }
  const ids = [...known.keys()];
  const first = report.captures[0];
  const anywhere: EvidenceReport | null = first === undefined ? null : { file: first.file, frame: 1 };
  const placeOf = (group: FindingGroup): EvidenceReport | null => {
    const point = report.points.find(({ id }) => id === group.finding.point);
    return point === undefined ? anywhere : { file: point.file, frame: 1 };
  };
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: safeText(report.tool.name),
            version: safeText(report.tool.version),
            rules: [...known.values()],
          },
        },
        artifacts: report.captures.map(({ file }) => ({ location: { uri: pathUri(file) } })),
        results: groups.map((group) => resultOf(group, ids.indexOf(group.rule), placeOf(group))),
        properties: { outcome: report.outcome, reasons: report.reasons.map(safeText) },
      },
    ],
  };
  return `${safeJson(JSON.stringify(log, null, 2))}\n`;
};
