// Puts the tool's own output into README.md and its translation, between the markers: `npm run docs`. A test fails when it is stale.
import { readFileSync, writeFileSync } from 'node:fs';

const files = ['../README.md', '../README.zh-CN.md'].map((name) => new URL(name, import.meta.url));

/** The README with each marked block replaced by the sample's stored answer, which golden tests hold true. */
export function withOutputs(text) {
  return text.replace(/<!-- output: (samples\/[\w-]+) -->\n```\n[\s\S]*?\n```/g, (_, sample) => {
    const answer = readFileSync(new URL(`../${sample}/expected.txt`, import.meta.url), 'utf8').trimEnd();
    return `<!-- output: ${sample} -->\n\`\`\`\n${shortened(answer)}\n\`\`\``;
  });
}

/** A report of which the middle would only repeat itself: the reply's table and the list of unproven rules are left out. */
function shortened(answer) {
  const lines = answer.split('\n');
  const cut = (from, to) => {
    const start = lines.findIndex((line) => from.test(line));
    const end = lines.findIndex((line, i) => i > start && to.test(line));
    if (start >= 0 && end > start) lines.splice(start, end - start, '…', '');
  };
  cut(/^Reply$/, /^(Unproven|Failed|MTU|Diagnosis)/);
  cut(/^Unproven/, /^(Diagnosis|MTU)/);
  return lines.join('\n');
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].replaceAll('\\', '/').split('/').pop())) {
  for (const file of files) writeFileSync(file, withOutputs(readFileSync(file, 'utf8')));
}
