/**
 * What the shell offers behind a half-written command line, where yargs only knows options: names where names are due, and
 * nothing, which the completion script takes for files, wherever files are.
 */
import { formatNames } from '../formats/registry.js';
import { type Option, tableOf } from './options.js';

const key = '--get-yargs-completions';

const rules = async (): Promise<string[]> =>
  (await import('../checks/registry.js')).rules.flatMap((r) => [r.meta.id, r.meta.name]);
const diagnoses = async (): Promise<string[]> =>
  (await import('../diagnose/catalogue.js')).diagnosisTexts.map((d) => d.id);

/** What may follow the option; null: a file, a number, or nothing. */
async function valuesOf(option: Option): Promise<readonly string[] | null> {
  if (option.words !== undefined) return option.words;
  if (option.offers === 'rules') return rules();
  return option.offers === 'formats' ? formatNames : null;
}

/** null: no request for completion, or one that yargs answers: commands and options. */
export async function completions(argv: readonly string[]): Promise<readonly string[] | null> {
  const at = argv.indexOf(key);
  if (at < 0) return null;
  const [, command, ...rest] = argv.slice(at + 1);
  const current = rest.at(-1);
  if (command === undefined || current === undefined) return null;
  const beginning = (list: readonly string[]): string[] => list.filter((word) => word.startsWith(current));
  const before = Object.entries(tableOf(command)).find(([name]) => rest.at(-2) === `--${name}`);
  const values = before === undefined ? null : await valuesOf(before[1]);
  if (values !== null) return beginning(values);
  if (current.startsWith('-')) return null;
  return command === 'explain' ? beginning([...(await rules()), ...(await diagnoses())]) : [];
}
