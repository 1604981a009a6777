/** What docs/architecture.md says of growth, counted: how many files know a rule, a diagnosis, and the numbers of a ping. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { rules } from '../../src/checks/registry.js';
import { diagnosisTexts } from '../../src/diagnose/catalogue.js';
import { projectRoot } from '../support/run-tool.js';

const sources = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => {
    const name = file.split(sep).join('/');
    const text = readFileSync(join(projectRoot, 'src', file), 'utf8');
    return { name, words: wordsOf(ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)) };
  });

/** Names and strings of a file, without its comments. */
function wordsOf(tree: ts.SourceFile): string[] {
  const words: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) words.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return words;
}

const filesThat = (test: (words: readonly string[]) => boolean): string[] =>
  sources.filter(({ words }) => test(words)).map(({ name }) => name);
const importersOf = (path: string): string[] => filesThat((words) => words.includes(path));

describe('to add a rule or a diagnosis takes its file and a line in a registry', () => {
  it.each(rules.map(({ meta }) => meta.name))('rule %s', (name) => {
    expect(importersOf(`./rules/${name}.js`)).toEqual(['checks/registry.ts']);
    expect(filesThat((words) => words.includes(name))).toContain(`checks/rules/${name}.ts`);
  });

  it.each(diagnosisTexts.map(({ id }) => id))('diagnosis %s', (id) => {
    expect(importersOf(`./texts/${id}.js`)).toEqual(['diagnose/catalogue.ts']);
    const named = filesThat((words) => words.includes(id));
    // What finds it stands in diagnose, or in expect where a declared file or kernel state says it; some share their name with a rule.
    const isFinder = (name: string): boolean => /^(diagnose\/[^/]+|expect\/.*|checks\/rules\/.*)$/.test(name);
    expect(named.filter((name) => !isFinder(name))).toEqual([`diagnose/texts/${id}.ts`]);
    expect(named.filter(isFinder)).not.toEqual([]);
  });
});

describe('a kind of probe', () => {
  /** Files behind `observe` that may say echo, identifier or sequence, with the reason. */
  const allowed: Readonly<Record<string, string>> = {
    'checks/registry.ts': 'a rule is named so',
    'follow/octets.ts': 'sequence numbers of TCP, the file about octets',
    'formats/jsonl.ts': 'names of published fields',
    'formats/key-order.ts': 'names of published fields',
  };
  const sentences = /^(checks\/rules|diagnose\/texts)\//;

  it('keeps its numbers to itself: the rooms behind observe know a message by one number', () => {
    const named = filesThat((words) => words.some((word) => /(?<!prob)echo|identifier|(?<!con)sequence/i.test(word)));
    const behind = named.filter((name) => /^(follow|checks|diagnose|report|formats|evidence)\//.test(name));
    expect(behind.filter((name) => !sentences.test(name))).toEqual(Object.keys(allowed));
  });

  it.each(['echo', 'tcp', 'udp'])('%s has one file under observe/probes, and one line in its registry', (reader) => {
    expect(importersOf(`./${reader}.js`).filter((name) => name.startsWith('observe/'))).toEqual([
      'observe/probes/registry.ts',
    ]);
  });
});

it('the line where a frame becomes a sighting is marked once', () => {
  const marked = readdirSync(join(projectRoot, 'src/observe'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /Here a frame becomes a sighting/.test(readFileSync(join(projectRoot, 'src/observe', file), 'utf8')),
    );
  expect(marked).toEqual(['messages.ts']);
});

it('docs/architecture.md names files and folders that exist', () => {
  const page = readFileSync(join(projectRoot, 'docs/architecture.md'), 'utf8');
  const named = [...page.matchAll(/`((?:src|test|bench|tools)\/[\w./-]+)`/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
});
