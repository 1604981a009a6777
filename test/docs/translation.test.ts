/** README.zh-CN.md says what README.md says: the same headings, code blocks, outputs, links and words of the command line. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error a plain script without types
import { withOutputs } from '../../tools/update-readme.mjs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');
const translation = read('README.zh-CN.md');
const block = /^```.*?^```$/gms;
const prose = (text: string): string => text.replace(block, '');
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1]!);

it('has the same code blocks and outputs, octet for octet (npm run docs writes the outputs anew)', () => {
  expect(translation.match(block)).toEqual(readme.match(block));
  expect(translation).toBe(withOutputs(translation));
});

it('has headings of the same levels, lists and table rows of the same number', () => {
  const levels = (text: string): string[] => all(prose(text), /^(#+) /gm);
  expect(levels(translation)).toEqual(levels(readme));
  for (const line of [/^(- )/gm, /^(\|)/gm]) {
    expect(all(prose(translation), line)).toHaveLength(all(prose(readme), line).length);
  }
});

it('names the same options, words and files', () => {
  const words = (text: string): string[] => [...new Set(all(prose(text), /`([^`\n]+)`/g))].sort();
  expect(words(translation)).toEqual(words(readme));
  const own = /README/;
  const links = (text: string): string[] => all(prose(text), /\]\(([^)]+)\)/g).filter((link) => !own.test(link));
  expect(links(translation)).toEqual(links(readme));
});

it('is a translation', () => {
  const paragraphs = prose(translation)
    .split(/\n\n+/)
    .filter((p) => /\w{4}/.test(p) && !/^(<!--|\[|#)/.test(p));
  expect(paragraphs.filter((p) => !/\p{Script=Han}/u.test(p))).toEqual([]);
});
