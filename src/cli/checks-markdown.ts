/** docs/checks.md: every rule and diagnosis in its own words. */
import { rules } from '../checks/registry.js';
import { diagnosisTexts } from '../diagnose/catalogue.js';
import { sceneOf } from '../diagnose/draft.js';
import { sourceText } from './explain.js';

const groups: readonly (readonly [string, string])[] = [
  ['IPT0', 'Captures and reach'],
  ['IPT1', 'Link layer: MAC addresses'],
  ['IPT2', 'Outer header and encapsulation'],
  ['IPT3', 'Inner datagram'],
  ['IPT4', 'Sizes and MTU'],
  ['IPT5', 'Reply'],
  ['IPT6', 'Expectation'],
];

/** Words for Markdown: a pipe would end a table cell, a tag would be markup. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

export function checksMarkdown(): string {
  const lines = [
    '# Rules and diagnoses',
    '',
    'Made by `npm run docs` from the rules and diagnoses themselves; `ipip-trace explain <id>` prints the same words.',
    '',
    'A rule judges one thing at one hop and says pass, fail, unproven or not-applicable, with the frames that show it. A rule that is',
    '*required* keeps a journey from passing when it cannot be judged at a hop that was captured.',
    '',
    '## Rules at a glance',
    '',
    '| id | name | severity | required | what it finds |',
    '|---|---|---|---|---|',
    ...rules.map(
      ({ meta }) =>
        `| ${meta.id} | ${meta.name} | ${meta.severity} | ${meta.required ? 'yes' : ''} | ${cell(meta.summary)} |`,
    ),
    '',
  ];
  for (const [prefix, title] of groups) {
    lines.push(`## ${title}`, '');
    for (const { meta } of rules) {
      if (!meta.id.startsWith(prefix)) continue;
      lines.push(
        `### ${meta.id} ${meta.name}`,
        '',
        `${cell(meta.summary)} (${meta.severity})`,
        '',
        `- **A pass:** ${cell(meta.proves)}`,
        `- **How it shows:** ${cell(meta.shows)}`,
        `- **What to do:** ${cell(meta.remedy)}`,
        `- **Captures:** \`${meta.samples.pass}\` passes${meta.samples.fail === null ? '' : `, \`${meta.samples.fail}\` fails`}`,
        `- **Sources:** ${meta.sources.map(sourceText).map(cell).join('; ')}`,
        '',
      );
    }
  }
  lines.push(
    '## Diagnoses',
    '',
    'A diagnosis reads the findings and journeys of a whole flow and says what was seen last, on which segment it happened, and which',
    'causes are possible, each with what would confirm it. Where two causes leave the same captures, both are named.',
    '',
    '| segment | between |',
    '|---|---|',
    "| S12 | the pod and its node's tunnel device |",
    "| S23 | the node's tunnel device and its node interface |",
    '| S34 | the two node interfaces: the underlay |',
    "| S45 | the other node's interface and its tunnel device |",
    "| S56 | the other node's tunnel device and the pod |",
    '',
  );
  const scene = sceneOf(null, null);
  for (const d of diagnosisTexts) {
    lines.push(
      `### ${d.id}`,
      '',
      `${cell(d.summary)} Segment: ${d.segment}.`,
      '',
      `- **Why it matters:** ${cell(d.why)}`,
      `- **How it shows:** ${cell(d.shows)}`,
      `- **What to do:** ${cell(d.remedy)}`,
      '',
      ...d.causes.flatMap((c, i) => [
        `${i + 1}. ${cell(c.cause)}; confirmed if ${cell(c.confirm)}`,
        '   ```sh',
        `   ${c.command(scene)}`,
        '   ```',
      ]),
      '',
      `Sources: ${d.sources.map(sourceText).map(cell).join('; ')}`,
      '',
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
