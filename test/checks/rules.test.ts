/** Every rule's verdicts on captures made from a described path, with role, point, words and the frames that show it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/checks/finding.js';
import { findRule, rules } from '../../src/checks/registry.js';
import { checkPath, findingsOf, nameOf, refsOf } from '../support/check-path.js';
import { projectRoot } from '../support/run-tool.js';
import { captureCases } from './cases/capture.js';
import type { RuleCase } from './cases/case.js';
import { connectionCases } from './cases/connection.js';
import { innerCases } from './cases/inner.js';
import { linkCases } from './cases/link.js';
import { outerCases } from './cases/outer.js';
import { reachCases } from './cases/reach.js';
import { replyCases } from './cases/reply.js';
import { sizeCases } from './cases/size.js';

const cases: Readonly<Record<string, readonly RuleCase[]>> = {
  ...captureCases,
  ...reachCases,
  ...linkCases,
  ...outerCases,
  ...innerCases,
  ...sizeCases,
  ...replyCases,
  ...connectionCases,
};

/** Verdicts that a rule's code can name and no captures can bring about, with the reason. */
const unreachable: Readonly<Record<string, string>> = {
  'request-lost not-applicable': 'a hop that was seen, or that was captured and saw nothing, has a point',
};

function meant(findings: readonly Finding[], wanted: RuleCase): Finding[] {
  const point = wanted.point === undefined ? (wanted.role ?? null) : wanted.point;
  return findings.filter(
    (f) =>
      (wanted.direction === undefined || f.direction === wanted.direction) &&
      (wanted.role === undefined || f.role === wanted.role) &&
      (point === null || (f.point !== null && nameOf(f.point) === point)),
  );
}

/** Without file endings. */
const short = (text: string): string => text.replace(/\.pcap\b/g, '');

describe.each(Object.entries(cases))('%s', (name, list) => {
  const { id } = findRule(name)!.meta;

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one case from its capture to all that is wanted of its report
  it.each(list)('$verdict: $name', async (wanted) => {
    const report = await checkPath(wanted.path, wanted.options);
    const all = findingsOf(report, id, wanted.journey === undefined ? {} : { journey: wanted.journey });
    const found = meant(all, wanted);
    const told = all.map(
      (f) => `${f.verdict} ${f.direction} ${f.role} ${f.point} "${f.message}" ${refsOf(f.evidence)}`,
    );
    expect(found.length, told.join('\n')).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding.verdict, told.join('\n')).toBe(wanted.verdict);
      expect(finding.name).toBe(name);
      if (wanted.missing !== undefined) expect(finding.missing).toBe(wanted.missing);
      if (wanted.severity !== undefined) expect(finding.severity).toBe(wanted.severity);
      if (wanted.verdict !== 'pass' && wanted.verdict !== 'fail') expect(finding.evidence).toEqual([]);
      if (typeof wanted.message === 'string') expect(short(finding.message)).toBe(wanted.message);
      else if (wanted.message !== undefined) expect(short(finding.message)).toMatch(wanted.message);
    }
    const [first] = found;
    if (wanted.evidence !== undefined) expect(refsOf(first!.evidence)).toEqual(wanted.evidence);
    if (wanted.verdict === 'fail' && first!.rule !== 'IPT601') expect(first!.evidence.length).toBeGreaterThan(0);
    if (wanted.shows !== undefined) {
      const shown = first!.evidence.find((e) => e.expected !== undefined);
      expect([shown?.expected, shown?.found]).toEqual(wanted.shows);
    }
  });
});

describe('the cases', () => {
  it.each(rules.map((rule) => [rule.meta.name, rule] as const))(
    '%s has one for each verdict it can give',
    (name, rule) => {
      const source = readFileSync(join(projectRoot, 'src/checks/rules', `${name}.ts`), 'utf8');
      const possible = new Set<string>(['pass']);
      if (!source.includes('<never>')) possible.add('fail');
      // A hop that was not captured leaves every rule of a hop unproven.
      if (rule.scope === 'hop' || /unproven\(|expectField\(/.test(source)) possible.add('unproven');
      if (/[^{] notApplicable|\bnotApplicable;/.test(source.replace(/^import .*$/gm, '')))
        possible.add('not-applicable');
      for (const verdict of [...possible])
        if (unreachable[`${name} ${verdict}`] !== undefined) possible.delete(verdict);
      const had = new Set((cases[name] ?? []).map((each) => each.verdict as string));
      expect([...possible].filter((verdict) => !had.has(verdict))).toEqual([]);
    },
  );
});
