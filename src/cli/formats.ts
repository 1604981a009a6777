/** --format NAME[=FILE]: what was asked for, and a report printed in each of them. Shared by every command that shows a report. */
import { appendFileSync, writeFileSync } from 'node:fs';
import chalk from 'chalk';
import { formatNames, reporters } from '../formats/registry.js';
import type { ReporterOptions } from '../formats/reporter.js';
import type { Report } from '../report/report.js';
import { verdictLine } from '../report/story.js';
import { UserError } from '../user-error.js';
import { explanationOf } from './explain.js';
import type { NamedFile } from './outputs.js';

export interface ChosenFormat {
  readonly name: string;
  /** null: standard output. */
  readonly file: string | null;
}

export interface PrintOptions {
  readonly all: boolean;
  readonly verbose: boolean;
  /** Each failed rule's own words, at the terminal too. */
  readonly explain?: boolean | undefined;
  /** Standard output gets the verdict line and nothing else; files are written all the same. */
  readonly quiet: boolean;
  readonly color?: boolean | undefined;
}

export function readFormats(given: readonly string[]): ChosenFormat[] {
  const list = given.length === 0 ? ['pretty'] : given;
  const formats = list.map((each) => {
    const at = each.indexOf('=');
    const name = at < 0 ? each : each.slice(0, at);
    if (!Object.hasOwn(reporters, name)) {
      throw new UserError(`--format ${name}: no such format; there are ${formatNames.join(', ')}`);
    }
    const file = at < 0 ? null : each.slice(at + 1);
    if (file === '') throw new UserError(`--format ${each}: the file name is missing after =`);
    return { name, file };
  });
  if (formats.filter((f) => f.file === null).length > 1) {
    throw new UserError(
      '--format: only one format can go to standard output; give the others a file: --format json=report.json',
    );
  }
  return formats;
}

/** What the formats write, for `refuseClashes`. */
export function outputsOf(formats: readonly ChosenFormat[]): NamedFile[] {
  return formats.flatMap(({ name, file }) => (file === null ? [] : [{ called: `--format ${name}`, file }]));
}

/** Throws UserError for files that cannot be written, after everything else is. */
export async function printReport(
  report: Report,
  formats: readonly ChosenFormat[],
  options: PrintOptions,
): Promise<void> {
  const problems: string[] = [];
  const write = (file: string, text: string, append = false): void => {
    try {
      if (append) appendFileSync(file, text);
      else writeFileSync(file, text);
    } catch (error) {
      problems.push(`cannot write ${file}: ${(error as Error).message}`);
    }
  };
  for (const { name, file } of formats) {
    const reporterOptions: ReporterOptions = {
      width: widthOf(),
      color: file === null && (options.color ?? chalk.level > 0),
      all: options.all,
      verbose: options.verbose,
      explain: explanationOf,
      explainFailures: options.explain ?? false,
    };
    if (file !== null || !options.quiet) {
      const text = (await reporters[name]!())(report, reporterOptions);
      if (file === null) process.stdout.write(text);
      else write(file, text);
    }
    if (name === 'github') await appendStepSummary(report, reporterOptions, write);
  }
  if (options.quiet) process.stdout.write(`${verdictLine(report)}\n`);
  if (problems.length > 0) throw new UserError(problems.join('\n'));
}

/** GitHub's runner names a file for each step whose Markdown it shows on the run's page; steps before us may have written to it. */
async function appendStepSummary(
  report: Report,
  options: ReporterOptions,
  write: (file: string, text: string, append: boolean) => void,
): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '') return;
  const { githubStepSummary } = await import('../formats/github.js');
  write(file, `${githubStepSummary(report, { ...options, color: false })}\n`, true);
}

function widthOf(): number {
  const told = Number(process.env.COLUMNS);
  if (Number.isInteger(told) && told >= 40) return told;
  return process.stdout.columns ?? 100;
}
