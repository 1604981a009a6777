/** `explain` and what reporters show of a rule or a diagnosis: the catalogue's own words. */
import { findRule } from '../checks/registry.js';
import type { RuleMeta, Source } from '../checks/rule.js';
import { findDiagnosis } from '../diagnose/catalogue.js';
import { sceneOf } from '../diagnose/draft.js';
import type { DiagnosisText } from '../diagnose/text.js';

/** Summary and cure of a rule (id or name) or diagnosis; null when there is none. */
export function explanationOf(id: string): { summary: string; remedy: string } | null {
  const rule = findRule(id);
  if (rule !== null) return { summary: rule.meta.summary, remedy: rule.meta.remedy };
  const diagnosis = findDiagnosis(id);
  return diagnosis === null ? null : { summary: diagnosis.summary, remedy: diagnosis.remedy };
}

export function sourceText(source: Source): string {
  if (source.kind === 'rfc') {
    return /^\d/.test(source.section)
      ? `RFC ${source.number} section ${source.section}`
      : `RFC ${source.number}, ${source.section}`;
  }
  return `${source.project}: ${source.path}, ${source.symbol}`;
}

/** The whole text of a rule or diagnosis; null when there is none. */
export function explainText(id: string): string | null {
  const rule = findRule(id);
  if (rule !== null) return ruleText(rule.meta);
  const diagnosis = findDiagnosis(id);
  return diagnosis === null ? null : diagnosisText(diagnosis);
}

function ruleText(meta: RuleMeta): string {
  const samples = [
    `${meta.samples.pass} passes`,
    ...(meta.samples.fail === null ? [] : [`${meta.samples.fail} fails`]),
  ];
  return [
    `${meta.id} ${meta.name} (${meta.severity}${meta.required ? ', required' : ''})`,
    '',
    meta.summary,
    '',
    `What a pass proves   ${meta.proves}`,
    `How it shows         ${meta.shows}`,
    `What to do           ${meta.remedy}`,
    `Captures             ${samples.join('; ')}`,
    `Sources              ${meta.sources.map(sourceText).join('; ')}`,
    '',
  ].join('\n');
}

function diagnosisText(text: DiagnosisText): string {
  const scene = sceneOf(null, null);
  const on = {
    sender: 'sending node',
    receiver: 'receiving node',
    senderPod: 'sending pod',
    receiverPod: 'receiving pod',
    underlay: 'network',
    capture: 'capture',
  };
  return [
    `${text.id} (${text.segment})`,
    '',
    text.summary,
    '',
    `Why it matters   ${text.why}`,
    `How it shows     ${text.shows}`,
    `What to do       ${text.remedy}`,
    '',
    'Candidates',
    ...text.causes.flatMap((c, i) => [
      `  ${i + 1}. ${c.cause}`,
      `     confirmed if: ${c.confirm}`,
      `     ${on[c.on]}: ${c.command(scene)}`,
    ]),
    '',
    `Sources          ${text.sources.map(sourceText).join('; ')}`,
    '',
  ].join('\n');
}
