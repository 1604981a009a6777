/** Fixtures and options that the reporters' tests share. */
import { readFileSync } from 'node:fs';
import type { ReporterOptions } from '../../src/formats/reporter.js';
import type { Report } from '../../src/report/report.js';

export function fixture(name: string): Report {
  return JSON.parse(readFileSync(new URL(`../fixtures/report/${name}.json`, import.meta.url), 'utf8')) as Report;
}

export const fixtureNames = ['healthy', 'blocked', 'refused', 'cut', 'twelve-flows'] as const;

export function options(changes: Partial<ReporterOptions> = {}): ReporterOptions {
  return {
    width: 100,
    color: false,
    all: false,
    verbose: false,
    explain: (id) => ({ summary: `What ${id} says.`, remedy: `What to do about ${id}.` }),
    ...changes,
  };
}
