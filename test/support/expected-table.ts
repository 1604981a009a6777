/** test/fixtures/scenarios/expected.tsv: what is to be found in each set of real captures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeKind } from '../../src/path/probe-kinds.js';
import { capturesIn, projectRoot, scenarioFolder } from './run-tool.js';

export interface ExpectedRow {
  scenario: string;
  folder: string;
  /** Relative names. */
  captures: string[];
  options: string[];
  /** What `--probe` among the options says. */
  probes: ProbeKind[];
  outcome: 'pass' | 'fail' | 'unproven';
  /** One of these must be found; empty: any will do. */
  diagnoses: string[];
  /** All of these must fail. */
  rules: string[];
  note: string;
}

export function readExpectedTable(): ExpectedRow[] {
  const text = readFileSync(join(projectRoot, 'test/fixtures/scenarios/expected.tsv'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [scenario = '', captures = '', options = '', outcome = '', diagnoses = '', rules = '', note = ''] =
        line.split('\t');
      if (!['pass', 'fail', 'unproven'].includes(outcome)) throw new Error(`expected.tsv: no outcome in "${line}"`);
      const folder = scenarioFolder(scenario);
      return {
        scenario,
        folder,
        captures: captures === '*' ? capturesIn(folder) : captures.split(' '),
        options: options.split(' ').filter((option) => option !== ''),
        probes: [(/--probe (\w+)/.exec(options)?.[1] ?? 'icmp') as ProbeKind],
        outcome: outcome as ExpectedRow['outcome'],
        diagnoses: diagnoses === '-' ? [] : diagnoses.split('|'),
        rules: rules === '-' ? [] : rules.split(','),
        note,
      };
    });
}
