/** `ipip-trace rules`: every rule and diagnosis, as a list or as JSON. */
import type { CommandModule } from 'yargs';
import { rules } from '../../checks/registry.js';
import { diagnosisTexts } from '../../diagnose/catalogue.js';
import { sourceText } from '../explain.js';
import { declare, told } from '../options.js';

export const rulesCommand: CommandModule<object, object> = {
  command: 'rules',
  describe: 'List every rule and diagnosis',
  builder: (y) =>
    declare<object>(y, 'rules')
      .example('$0 rules', 'Ids, names and what each finds')
      .example("$0 rules --format json | jq -r '.rules[].id'", 'For programs') as never,
  handler: (args) => {
    process.stdout.write(told('rules', args).format === 'json' ? `${JSON.stringify(catalogue(), null, 2)}\n` : list());
  },
};

function catalogue(): unknown {
  return {
    schema: 1,
    rules: rules.map(({ meta, scope }) => ({
      id: meta.id,
      name: meta.name,
      severity: meta.severity,
      scope,
      required: meta.required,
      summary: meta.summary,
      proves: meta.proves,
      shows: meta.shows,
      remedy: meta.remedy,
      sources: meta.sources.map(sourceText),
    })),
    diagnoses: diagnosisTexts.map((d) => ({
      id: d.id,
      segment: d.segment,
      summary: d.summary,
      why: d.why,
      shows: d.shows,
      remedy: d.remedy,
      candidates: d.causes.map((c) => c.cause),
      sources: d.sources.map(sourceText),
    })),
  };
}

function list(): string {
  const lines = [
    'Rules',
    ...rules.map(({ meta }) => `  ${meta.id}  ${meta.name.padEnd(28)} ${meta.severity.padEnd(8)} ${meta.summary}`),
  ];
  lines.push(
    '',
    'Diagnoses',
    ...diagnosisTexts.map((d) => `  ${d.id.padEnd(30)} ${d.segment.padEnd(12)} ${d.summary}`),
  );
  lines.push('', '`ipip-trace explain <id>` says more of each.', '');
  return lines.join('\n');
}
