// Puts the tool's own output, its rules and its picture into README.md and its translation, between the markers: `npm run docs`. A test
// fails when they are stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { screen } from './terminal-svg.mjs';

const files = ['../README.md', '../README.zh-CN.md'].map((name) => new URL(name, import.meta.url));

/** The README with each marked block replaced by the sample's stored answer, which golden tests hold true. */
export function withOutputs(text) {
  return text.replace(/<!-- output: (samples\/[\w-]+) -->\n```\n[\s\S]*?\n```/g, (_, sample) => {
    const answer = readFileSync(new URL(`../${sample}/expected.txt`, import.meta.url), 'utf8').trimEnd();
    return `<!-- output: ${sample} -->\n\`\`\`\n${answer}\n\`\`\``;
  });
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** The rows of the table of rules, under a head in the README's own language; `rules` come from the registry. */
export function withRules(text, rules) {
  const rows = rules.map(
    ({ meta }) =>
      `| ${meta.id} | ${meta.name} | ${meta.severity}${meta.required ? ', required' : ''} | ${cell(meta.summary)} |`,
  );
  return text.replace(
    /(<!-- rules -->\n\|.*\n\|.*\n)(?:\|.*\n)*<!-- end of rules -->/,
    (_, head) => `${head}${rows.map((row) => `${row}\n`).join('')}<!-- end of rules -->`,
  );
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].replaceAll('\\', '/').split('/').pop())) {
  const { rules } = await import('../dist/checks/registry.js');
  const { reportPretty } = await import('../dist/formats/pretty.js');
  const { explanationOf } = await import('../dist/cli/explain.js');
  for (const file of files) writeFileSync(file, withRules(withOutputs(readFileSync(file, 'utf8')), rules));
  writeFileSync(new URL('../docs/terminal.svg', import.meta.url), screen(reportPretty, explanationOf));
}
