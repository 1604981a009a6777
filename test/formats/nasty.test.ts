/** Every format over a report whose every text is hostile: nothing of it may reach a terminal, a parser or a CI runner as more than text. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import MarkdownIt from 'markdown-it';
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { githubStepSummary } from '../../src/formats/github.js';
import { reporters } from '../../src/formats/registry.js';
import type { Report } from '../../src/report/report.js';
import { nastyReport, payload } from './nasty-report.js';
import { options } from './support.js';

const report = nastyReport();
const hostile = options({ explain: () => ({ summary: payload, remedy: payload }), all: true, verbose: true });

async function run(name: string, given: Report = report): Promise<string> {
  const load = reporters[name];
  if (load === undefined) throw new Error(`no reporter ${name}`);
  return (await load())(given, hostile);
}

const names = Object.keys(reporters);

const raw = /(?!\n)\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Noncharacter_Code_Point}/u;

describe.each(names)('%s', (name) => {
  test('holds no raw control, bidi or invisible character and no lone surrogate', async () => {
    expect(await run(name)).not.toMatch(raw);
  });

  test('gives a CI runner nothing to obey', async () => {
    const text = await run(name);
    const commands = text.split('\n').filter((line) => /^\s*::/.test(line));
    if (name === 'github') {
      for (const line of commands) expect(line).toMatch(/^::(error|warning|notice) [a-z]+=[^:,]*(,[a-z]+=[^:,]*)*::/);
      for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^::(error|warning|notice) /);
    } else expect(commands).toEqual([]);
    if (name !== 'github') expect(text).not.toMatch(/##\[|##vso\[|##teamcity\[/);
  });

  test('says the same again', async () => {
    expect(await run(name)).toBe(await run(name, structuredClone(report)));
  });
});

test('colour adds colour sequences of its own and nothing from the report', async () => {
  const { reportPretty } = await import('../../src/formats/pretty.js');
  const coloured = reportPretty(report, { ...hostile, color: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences are what is taken out
  const plain = coloured.replace(/\u001b\[(?:[0-9]{1,2})m/g, '');
  expect(coloured).not.toBe(plain);
  expect(plain).toBe(reportPretty(report, hostile));
});

test('json and jsonl are exact after parsing', async () => {
  const wellFormed = JSON.parse(JSON.stringify(report)) as unknown;
  expect(JSON.parse(await run('json'))).toEqual(wellFormed);
  for (const line of (await run('jsonl')).trimEnd().split('\n')) expect(typeof JSON.parse(line).type).toBe('string');
});

test('junit is well-formed XML whose tree has no element from the report', async () => {
  const xml = await run('junit');
  expect(XMLValidator.validate(xml)).toBe(true);
  const tree = new XMLParser({ preserveOrder: true, ignoreAttributes: false }).parse(xml) as unknown;
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node !== null && typeof node === 'object') {
      for (const [key, inner] of Object.entries(node)) {
        if (key === ':@' || key === '#text') continue;
        found.add(key);
        walk(inner);
      }
    }
  };
  walk(tree);
  const known = [
    '?xml',
    'testsuites',
    'testsuite',
    'properties',
    'property',
    'testcase',
    'failure',
    'error',
    'skipped',
  ];
  expect([...found].filter((key) => ![...known, 'system-out', 'system-err'].includes(key))).toEqual([]);
});

test('html holds no script, no handler, no address and no element but its own', async () => {
  const page = parse(await run('html'));
  const scripts: string[] = [];
  const seen = new Set<string>();
  const walk = (node: DefaultTreeAdapterMap['node']): void => {
    if ('tagName' in node) {
      seen.add(node.tagName);
      if (node.tagName === 'script')
        scripts.push(node.childNodes.map((child) => ('value' in child ? child.value : '')).join(''));
      for (const { name, value } of node.attrs) {
        expect(name).not.toMatch(/^on|^style$|^src|srcdoc|action/);
        if (name === 'href') expect(value).toMatch(/^#[a-z0-9-]+$/);
      }
    }
    if ('childNodes' in node) node.childNodes.forEach(walk);
  };
  walk(page);
  expect(scripts).toHaveLength(1);
  expect(scripts[0]).not.toContain('alert');
  for (const tag of ['img', 'iframe', 'object', 'embed', 'base', 'form', 'link']) expect(seen).not.toContain(tag);
});

test('markdown and the job summary hold no link, image, mention or HTML from the report', async () => {
  const markdown = new MarkdownIt({ html: true, linkify: true });
  for (const text of [await run('markdown'), githubStepSummary(report, hostile)]) {
    const html: string[] = [];
    const types = new Set<string>();
    const walk = (tokens: ReturnType<typeof markdown.parse>): void => {
      for (const token of tokens) {
        types.add(token.type);
        if (token.type.startsWith('html_')) html.push(token.content.trim());
        if (token.type === 'text') expect(token.content).not.toMatch(/(?<![\w.+-])@someone\b(?!$)/);
        if (token.children !== null) walk(token.children);
      }
    };
    walk(markdown.parse(text, {}));
    expect([...types].filter((type) => type === 'link_open' || type === 'image')).toEqual([]);
    const own = /^(<!-- -->|<\/?details>|<details>\n<summary>Unproven \(\d+\)<\/summary>)$/;
    expect(html.filter((content) => !own.test(content))).toEqual([]);
  }
});
