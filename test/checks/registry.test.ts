/** Every rule file against its registry entry, and against the real captures that it names as its samples. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRule, rules } from '../../src/checks/registry.js';
import type { AnyRule, RuleMeta } from '../../src/checks/rule.js';
import { checkCaptures } from '../../src/index.js';
import type { Report } from '../../src/report/report.js';
import { allFindings, refsOf } from '../support/check-path.js';
import { capturesIn, projectRoot, scenarioFolder } from '../support/run-tool.js';

const folder = join(projectRoot, 'src/checks/rules');
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const reports = new Map<string, Promise<Report>>();

function reportOf(scenario: string, { probes = ['icmp'] }: RuleMeta): Promise<Report> {
  let report = reports.get(`${scenario} ${probes[0]}`);
  if (report === undefined) {
    const captures = capturesIn(scenarioFolder(scenario));
    report = checkCaptures(
      captures.map((name) => join(scenarioFolder(scenario), name)),
      {
        probes: probes.slice(0, 1),
      },
    );
    reports.set(`${scenario} ${probes[0]}`, report);
  }
  return report;
}

describe.each(files)('%s', (file) => {
  const name = file.slice(0, -3);
  const rule = rules.find((each) => each.meta.name === name);

  it('is registered under its file name, as the object that the file exports', async () => {
    const exported = ((await import(join(folder, file))) as { default: AnyRule }).default;
    expect(exported.meta.name).toBe(name);
    expect(rule).toBe(exported);
    expect(findRule(exported.meta.id)).toBe(exported);
    expect(findRule(name)).toBe(exported);
  });

  it('says what it is in one line, what a pass proves, what to do, and by which source', () => {
    const { id, summary, proves, shows, remedy, sources } = rule!.meta;
    expect(id).toMatch(/^IPT\d{3}$/);
    expect(summary).toMatch(/^[^\n]{20,120}\.$/);
    for (const text of [proves, shows, remedy]) expect(text.length).toBeGreaterThan(20);
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      if (source.kind === 'rfc')
        expect([source.number > 0, source.section]).toEqual([true, expect.stringMatching(/./)]);
      else expect([source.project, source.path, source.symbol]).toEqual(Array(3).fill(expect.stringMatching(/./)));
    }
  });

  it('never fails in its passing sample, and passes there', async () => {
    const { id, samples } = rule!.meta;
    expect(existsSync(scenarioFolder(samples.pass))).toBe(true);
    const verdicts = allFindings(await reportOf(samples.pass, rule!.meta))
      .filter((finding) => finding.rule === id)
      .map((finding) => finding.verdict);
    expect(verdicts).not.toContain('fail');
    // Without an expectation nothing can be unsupported; the built cases hold its pass.
    if (id !== 'IPT601') expect(verdicts).toContain('pass');
  });

  it.runIf(rule?.meta.samples.fail)('fails in its failing sample, with the frames that show it', async () => {
    const { id, samples } = rule!.meta;
    expect(existsSync(scenarioFolder(samples.fail!))).toBe(true);
    const failed = allFindings(await reportOf(samples.fail!, rule!.meta)).filter(
      (finding) => finding.rule === id && finding.verdict === 'fail',
    );
    expect(failed.length).toBeGreaterThan(0);
    for (const finding of failed) {
      expect(finding.name).toBe(name);
      expect(refsOf(finding.evidence)[0]).toMatch(/^[\w.-]+#[1-9]\d*$/);
    }
  });
});

describe('the registry', () => {
  it('has every file, and nothing else', () => {
    expect(rules.map((rule) => `${rule.meta.name}.ts`).sort()).toEqual(files.sort());
  });

  it('has unique ids and names, in the order of the ids', () => {
    const ids = rules.map((rule) => rule.meta.id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(new Set(rules.map((rule) => rule.meta.name)).size).toBe(rules.length);
  });

  it('finds nothing under a name that no rule has', () => {
    expect(findRule('IPT999')).toBeNull();
    expect(findRule('outer-destination')).toBeNull();
  });
});
