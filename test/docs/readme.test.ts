import { existsSync, readFileSync } from 'node:fs';
import { XMLValidator } from 'fast-xml-parser';
import { expect, it } from 'vitest';
import { explanationOf } from '../../src/cli/explain.js';
import { reportPretty } from '../../src/formats/pretty.js';
// @ts-expect-error a plain script without types
import { screen } from '../../tools/terminal-svg.mjs';
// @ts-expect-error a plain script without types
import { withOutputs } from '../../tools/update-readme.mjs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('README.md shows what the tool prints (npm run docs writes it anew)', () => {
  const readme = read('README.md');
  expect(readme).toBe(withOutputs(readme));
});

it('docs/terminal.svg shows what the tool prints, in colour, and holds no markup but its own (npm run docs writes it anew)', () => {
  const svg = read('docs/terminal.svg');
  expect(svg).toBe(screen(reportPretty, explanationOf));
  expect(XMLValidator.validate(svg)).toBe(true);
  expect([...new Set([...svg.matchAll(/<([a-z]+)/g)].map((m) => m[1]))].sort()).toEqual([
    'circle',
    'g',
    'rect',
    'svg',
    'text',
  ]);
  expect(svg).toContain('>FAIL</text>');
});

it('README.md names only files that are there and formats that exist', async () => {
  const readme = read('README.md');
  for (const [, target] of readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g)) {
    expect(existsSync(new URL(`../../${target}`, import.meta.url)), target).toBe(true);
  }
  const { reporters } = await import('../../src/formats/registry.js');
  const line = readme.split('\n').find((l) => l.startsWith('Formats:'))!;
  const named = [...line.matchAll(/`(\w+)`/g)].map((m) => m[1]!);
  expect(named.sort()).toEqual(Object.keys(reporters).sort());
});

it('README.md has the test command that .ci/run runs', () => {
  expect(read('README.md')).toContain('npm ci && npm test');
  expect(read('.ci/run')).toMatch(/npm ci[\s\S]*npm test/);
});
