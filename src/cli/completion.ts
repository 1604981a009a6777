/**
 * What the shell offers behind a half-written command line, where yargs only knows options: names where names are due, and
 * nothing, which the completion script takes for files, wherever files are.
 */

const key = '--get-yargs-completions';

type Names = () => Promise<readonly string[]>;

const rules: Names = async () => (await import('../checks/registry.js')).rules.flatMap((r) => [r.meta.id, r.meta.name]);
const diagnoses: Names = async () => (await import('../diagnose/catalogue.js')).diagnosisTexts.map((d) => d.id);
const formats: Names = async () => (await import('./formats.js')).formatNames;
const profiles: Names = async () => (await import('../expect/profiles.js')).profiles.map((p) => p.name);
const these =
  (...names: string[]): Names =>
  async () =>
    names;

/** By command, then by the option whose value is due. */
const values: Readonly<Record<string, Readonly<Record<string, Names>>>> = {
  check: {
    '--format': formats,
    '--profile': profiles,
    '--require': these('mtu', 'reply', 'all-hops'),
    '--fail-on': these('error', 'warning', 'unproven'),
    '--only': rules,
    '--skip': rules,
  },
  report: { '--format': formats },
  expect: { '--profile': profiles },
  decode: { '--format': these('text', 'jsonl') },
  rules: { '--format': these('text', 'json') },
};

/** null: no request for completion, or one that yargs answers: commands and options. */
export async function completions(argv: readonly string[]): Promise<readonly string[] | null> {
  const at = argv.indexOf(key);
  if (at < 0) return null;
  const [, command, ...rest] = argv.slice(at + 1);
  const current = rest.at(-1);
  if (command === undefined || current === undefined) return null;
  const beginning = (list: readonly string[]): string[] => list.filter((word) => word.startsWith(current));
  const ofOption = values[command]?.[rest.at(-2) ?? ''];
  if (ofOption !== undefined) return beginning(await ofOption());
  if (current.startsWith('-')) return null;
  return command === 'explain' ? beginning([...(await rules()), ...(await diagnoses())]) : [];
}
