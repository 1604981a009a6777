// Writes what is made of the tool's own words: its output into README.md and the translation, between the markers, its picture,
// docs/checks.md and the man page: `npm run docs`. A test fails when they are stale.
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

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].replaceAll('\\', '/').split('/').pop())) {
  const { checksMarkdown } = await import('../dist/cli/checks-markdown.js');
  const { explanationOf } = await import('../dist/cli/explain.js');
  const { manPage } = await import('../dist/cli/man-page.js');
  const { reportPretty } = await import('../dist/formats/pretty.js');
  const { version } = await import('../dist/version.js');
  const write = (name, text) => writeFileSync(new URL(`../${name}`, import.meta.url), text);
  for (const file of files) writeFileSync(file, withOutputs(readFileSync(file, 'utf8')));
  write('docs/terminal.svg', screen(reportPretty, explanationOf));
  write('docs/checks.md', checksMarkdown());
  write('man/ipip-trace.1', manPage(version()));
}
