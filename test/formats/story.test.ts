/** The sentences that all formats take from one place: what they say, and what they must not. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportGithub } from '../../src/formats/github.js';
import { reportHtml } from '../../src/formats/html.js';
import { reportJUnit } from '../../src/formats/junit.js';
import { reportMarkdown } from '../../src/formats/markdown.js';
import { reportPretty } from '../../src/formats/pretty.js';
import type { Report } from '../../src/report/report.js';
import { storyOf, verdictLine } from '../../src/report/story.js';
import { runInProcess } from '../support/run-in-process.js';
import { samplesFolder } from '../support/run-tool.js';
import { fixture, options } from './support.js';

async function checked(captures: readonly string[], ...more: string[]): Promise<Report> {
  const run = await runInProcess(['check', ...captures, ...more, '--format', 'json'], samplesFolder);
  return JSON.parse(run.stdout) as Report;
}

/** Two pings of one flow, each captured at one side only. */
const halves = [
  ...['pod1', 'pod1-ipip', 'node1'].map((name) => join('ok-ping', `${name}.cap`)),
  ...['node2', 'pod2-ipip', 'pod2'].map((name) => join('ok-ping-3', `${name}.cap`)),
];

describe('captures of different pings that are right hop by hop', () => {
  it('says first that --by-flow accepts them, and what that leaves open', async () => {
    const report = await checked(halves);
    expect(report.outcome).toBe('unproven');
    expect(storyOf(report).sentence).toMatch(
      /hop by hop nothing is wrong: --by-flow accepts that and leaves open whether any one ping travelled the whole way/,
    );
    expect((await checked(halves, '--by-flow')).outcome).toBe('pass');
  });

  it('tells no time between them', async () => {
    const report = await checked(halves);
    expect(report.flows[0]!.segments.map(({ oneWay }) => oneWay).filter((time) => time !== null)).toEqual([]);
    expect(report.clocks.map(({ offset }) => offset)).toEqual([null]);
    expect(reportPretty(report, options({ verbose: true }))).not.toMatch(/[+−][\d.]+ (?:ns|µs|ms|s)\b/);
  });
});

it('a rule that could not be judged is not named by its defect', async () => {
  const report = await checked([join('ok-ping', 'node1.cap')]);
  expect(report.outcome).toBe('unproven');
  for (const reason of report.reasons) expect(reason).not.toMatch(/IPT\d+ [a-z]+-/);
  expect(verdictLine(report)).not.toMatch(/request-lost/);
  expect(verdictLine(report)).toContain('seen at one capture point only (IPT010 not judged)');
});

it.each(['blocked', 'refused', 'cut', 'twelve-flows'] as const)('%s is told alike in every format', (name) => {
  const report = fixture(name);
  const { sentence, cause } = storyOf(report);
  /** Without markup, escapes and line breaks. */
  const plain = (text: string): string =>
    text
      .replace(/<!-- -->|<[^>]+>/g, '')
      .replace(/&gt;/g, '>')
      .replace(/&#39;/g, "'")
      .replace(/\\(.)/g, '$1')
      .replace(/%25/g, '%')
      .replace(/\s+/g, ' ');
  for (const reporter of [reportPretty, reportMarkdown, reportGithub, reportJUnit, reportHtml]) {
    const text = plain(reporter(report, options({ width: 200 })));
    expect(text, reporter.name).toContain(plain(sentence));
    expect(text, reporter.name).toContain(cause!.id);
    expect(text, reporter.name).toContain(plain(cause!.steps[0]!.cause.replaceAll('`', '')));
  }
});

it.each(['markdown', 'junit', 'github'] as const)('%s as a person reads it', async (format) => {
  const reporter = { markdown: reportMarkdown, junit: reportJUnit, github: reportGithub }[format];
  for (const name of ['healthy', 'blocked', 'cut'] as const)
    await expect(reporter(fixture(name), options())).toMatchFileSnapshot(
      `../fixtures/report/golden/${name}.${format}.txt`,
    );
});
