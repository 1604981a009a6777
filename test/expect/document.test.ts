/** docs/expected-path.md: every example is read, its table is what it declares, and kernel state and packets agree with it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readKernelState } from '../../src/expect/kernel-state.js';
import { parseTopology } from '../../src/expect/topology-file.js';
import { checkCaptures } from '../../src/index.js';
import { emptyFolder, flowOf, pathText, plain, scenarios, stateOf } from './support.js';

const file = 'docs/expected-path.md';
const example =
  /<!-- flow (?<from>\S+) (?<to>\S+) state (?<state>\S+)(?: captures (?<captures>\S+))? -->\n```yaml\n(?<yaml>[^`]*)```\n```text\n(?<table>[^`]*)```/g;
const examples = [...readFileSync(file, 'utf8').matchAll(example)].map((match) => match.groups!);

it('has the four examples', () => {
  expect(examples.map(({ state }) => state)).toEqual([
    'ok-ping',
    'ok-direct-routing',
    'calico-ipip',
    'calico-crosssubnet',
  ]);
});

it('each table is what its file declares (UPDATE=1 writes it)', () => {
  const text = readFileSync(file, 'utf8');
  const written = text.replace(example, (whole, ...rest) => {
    const { from, to, yaml, table } = rest.at(-1) as Record<string, string>;
    const path = pathText(flowOf(parseTopology(yaml!, 'ipip-path.yaml'), from!, to!), 'request');
    return whole.replace(`\`\`\`text\n${table}\`\`\``, `\`\`\`text\n${path}\n\`\`\``);
  });
  if (process.env.UPDATE === '1') writeFileSync(file, written);
  expect(readFileSync(file, 'utf8')).toBe(written);
});

it.each(examples)('$state: kernel state says the same', ({ from, to, state, yaml }) => {
  const folder = scenarios.has(state!) ? stateOf(state!) : join('test/fixtures/state', state!);
  const declared = flowOf(parseTopology(yaml!, 'ipip-path.yaml'), from!, to!);
  const kernel = flowOf(readKernelState(folder), from!, to!);
  for (const direction of ['request', 'reply'] as const) {
    for (const [role, hop] of Object.entries(declared[direction])) {
      const found = plain(kernel[direction][role as keyof typeof kernel.request]);
      expect([direction, role, found]).toEqual([direction, role, expect.objectContaining(plain(hop))]);
    }
  }
});

it.each(examples.filter(({ captures }) => captures !== undefined))(
  '$captures: the packets pass',
  async ({ captures, yaml }) => {
    const folder = scenarios.get(captures!)!;
    const path = join(emptyFolder(), 'ipip-path.yaml');
    writeFileSync(path, yaml!);
    const files = readdirSync(folder).filter((name) => name.endsWith('.cap'));
    const report = await checkCaptures(
      files.map((name) => join(folder, name)),
      { expect: path },
    );
    expect(report.expectation.source).toBe('topology-file');
    expect([report.outcome, report.reasons]).toEqual(['pass', []]);
  },
);
