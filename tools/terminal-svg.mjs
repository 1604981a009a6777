// Draws what a terminal shows as SVG, from the tool's own colour sequences: docs/terminal.svg, by `npm run docs`. A test fails when it is stale.
import { readFileSync } from 'node:fs';

const advance = 7.83; // of a 13 px monospace glyph; every run is put at its own column, so that another font's does not add up
const lineHeight = 18;
const margin = 16;
const bar = 34;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences are what is read here
const sequence = /\u001b\[(\d+)m/g;
const bare = (line) => line.replace(sequence, '');

const ink = { 31: '#ff7b72', 32: '#7ee787', 33: '#f2cc60', 36: '#79c0ff' };
const plain = '#e6edf3';

/** Runs of one style: [column, text, attributes]. Knows the sequences that chalk writes at level 1. */
function runsOf(line) {
  const style = { color: plain, bold: false, faint: false };
  const runs = [];
  let column = 0;
  // Split at sequences, whose numbers stand at the odd places.
  for (const [i, part] of line.split(sequence).entries()) {
    if (i % 2 === 0) {
      // Viewers make one space of several.
      for (const piece of part.split(/( {2,})/)) {
        const before = piece.length - piece.trimStart().length;
        if (piece.trim() !== '') runs.push([column + before, piece.trim(), { ...style }]);
        column += [...piece].length;
      }
    } else if (part === '1') style.bold = true;
    else if (part === '2') style.faint = true;
    else if (part === '22') style.bold = style.faint = false;
    else if (part === '39') style.color = plain;
    else if (ink[part] !== undefined) style.color = ink[part];
    else throw new Error(`no such colour sequence: ${part}`);
  }
  return runs;
}

const markup = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

/** `command`: what was typed; `text`: what was printed, with colour sequences; `title`: for readers who do not see the picture. */
function terminalSvg(command, text, title) {
  const lines = [`\u001b[36m$\u001b[39m \u001b[1m${command}\u001b[22m`, ...text.trimEnd().split('\n')];
  const columns = Math.max(...lines.map((line) => [...bare(line)].length));
  const width = Math.ceil(columns * advance) + 2 * margin;
  const height = bar + lines.length * lineHeight + margin;
  const drawn = lines.flatMap((line, row) => {
    const y = bar + (row + 1) * lineHeight - 5;
    return runsOf(line).map(([column, run, { color, bold, faint }]) => {
      const looks = `${color === plain ? '' : ` fill="${color}"`}${bold ? ' font-weight="bold"' : ''}${faint ? ' opacity="0.6"' : ''}`;
      const length = ([...run].length * advance).toFixed(1);
      return `<text x="${(margin + column * advance).toFixed(1)}" y="${y}" textLength="${length}"${looks}>${markup(run)}</text>`;
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${markup(title)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, i) => `<circle cx="${20 + i * 18}" cy="17" r="5.5" fill="${fill}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="${plain}">`,
    ...drawn,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** The sample's stored report as the terminal shows it. The reporter and the words of the rules come from whoever built them. */
export function screen(reportPretty, explanationOf) {
  const sample = new URL('../samples/bad-ipip-blocked/expected.json', import.meta.url);
  const report = JSON.parse(readFileSync(sample, 'utf8'));
  const text = reportPretty(report, { width: 100, color: true, all: false, verbose: false, explain: explanationOf });
  return terminalSvg(
    'ipip-trace check *.cap',
    text,
    'ipip-trace check: the request is seen at pod1, pod1-ipip and node1, and lost between node1 and node2, with the likely cause and the command to run next',
  );
}
