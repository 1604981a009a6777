/** What `check` is told outside its command line: ipip-trace.config.yaml, found upwards, and IPIP_TRACE_<OPTION> over it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../user-error.js';
import { nearest } from './nearest.js';

type Kind = 'text' | 'number' | 'boolean' | 'list';

/** The long options of check, without what only makes sense for one run. */
export const settingKinds: Readonly<Record<string, Kind>> = {
  expect: 'text',
  state: 'text',
  mtu: 'number',
  point: 'list',
  flow: 'list',
  only: 'list',
  skip: 'list',
  profile: 'text',
  'by-flow': 'boolean',
  require: 'list',
  'fail-on': 'text',
  format: 'list',
  evidence: 'text',
  baseline: 'text',
  'max-journeys': 'number',
  strict: 'boolean',
  all: 'boolean',
  verbose: 'boolean',
  explain: 'boolean',
  quiet: 'boolean',
  color: 'boolean',
};
const aliases: Readonly<Record<string, string>> = { v: 'verbose', q: 'quiet' };
/** Inputs named in the file stand beside it, wherever the command is started. */
const besideTheFile = new Set(['expect', 'state', 'baseline']);

const configName = 'ipip-trace.config.yaml';
const environmentPrefix = 'IPIP_TRACE_';
const mostOctets = 1024 * 1024;

interface Setting {
  readonly values: readonly string[];
  readonly from: string;
}

export type Settings = ReadonlyMap<string, Setting>;

/** The settings of file and environment, the latter winning. */
export async function readSettings(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const file = findConfig(folder);
  const settings = new Map<string, Setting>(file === null ? [] : await readConfig(file));
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(environmentPrefix) || text === undefined) continue;
    const name = variable.slice(environmentPrefix.length).toLowerCase().replaceAll('_', '-');
    const kind = kindOf(name, variable, (known) => environmentPrefix + known.toUpperCase().replaceAll('-', '_'));
    const values = kind === 'list' ? text.split(',').map((v) => v.trim()) : [text.trim()];
    settings.set(name, { values: values.map((v) => checked(v, kind, variable)), from: variable });
  }
  return settings;
}

/**
 * The command line with the settings behind the command's name, but for options that it gives itself. Words: without node
 * and script.
 */
export function withSettings(words: readonly string[], settings: Settings): string[] {
  const at = words.findIndex((word) => !word.startsWith('-'));
  if (words[at] !== 'check') return [...words];
  const given = givenOptions(words);
  const added = [...settings]
    .filter(([name]) => !given.has(name))
    .flatMap(([name, { values }]) => values.map((value) => optionWord(name, value)));
  return [...words.slice(0, at + 1), ...added, ...words.slice(at + 1)];
}

/** What holds, as a configuration file, each line with where it comes from. */
export function settingsText(words: readonly string[], settings: Settings): string {
  const given = givenOptions(words);
  const lines = Object.keys(settingKinds).flatMap((name) => {
    const values = given.get(name) ?? settings.get(name)?.values;
    if (values === undefined) return [];
    const from = given.has(name) ? 'command line' : settings.get(name)!.from;
    const kind = settingKinds[name]!;
    const shown = values.map((v) => (kind === 'boolean' || kind === 'number' ? v : JSON.stringify(v)));
    return [`${name}: ${kind === 'list' ? `[${shown.join(', ')}]` : shown.at(-1)} # ${from}`];
  });
  return lines.length === 0
    ? `# no ${configName}, no ${environmentPrefix}… variable, no option: the defaults hold\n`
    : `${lines.join('\n')}\n`;
}

function optionWord(name: string, value: string): string {
  if (settingKinds[name] !== 'boolean') return `--${name}=${value}`;
  return value === 'true' ? `--${name}` : `--no-${name}`;
}

function givenOptions(words: readonly string[]): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const match = /^--?(no-)?([A-Za-z][\w-]*?)(?:=(.*))?$/s.exec(words[i]!);
    if (match === null) continue;
    const plain = match[2]!.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const name = aliases[plain] ?? plain;
    const kind = settingKinds[name];
    if (kind === undefined) continue;
    const value =
      kind === 'boolean' ? String(match[1] === undefined && match[3] !== 'false') : (match[3] ?? words[++i]);
    const known = given.get(name);
    if (known === undefined) given.set(name, [value ?? '']);
    else known.push(value ?? '');
  }
  return given;
}

function findConfig(folder: string): string | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, configName);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return null;
  }
}

async function readConfig(file: string): Promise<[string, Setting][]> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  if (text.length > mostOctets)
    throw new UserError(`${file}: is longer than ${mostOctets} octets: no settings need that`);
  // Loaded only when there is a file: it brings a YAML parser along.
  const content = (await import('./config-yaml.js')).parseConfig(file, text);
  if (content === null || content === undefined) return [];
  if (typeof content !== 'object' || Array.isArray(content))
    throw new UserError(`${file}: expected options with their values, such as "require: [mtu]"`);
  return Object.entries(content).map(([name, value]) => {
    const where = `${file}: ${name}`;
    const kind = kindOf(name, where, (known) => known);
    const list = Array.isArray(value) ? value : [value];
    if (kind !== 'list' && list.length !== 1) throw new UserError(`${where}: expected one value, not a list`);
    const values = list.map((each: unknown) => {
      if (each === null || typeof each === 'object') throw new UserError(`${where}: expected ${words[kind]}`);
      const text = checked(String(each), kind, where);
      return besideTheFile.has(name) ? resolve(dirname(file), text) : text;
    });
    return [name, { values, from: file }];
  });
}

const words: Record<Kind, string> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list of texts',
};

function kindOf(name: string, where: string, spelling: (known: string) => string): Kind {
  if (Object.hasOwn(settingKinds, name)) return settingKinds[name]!;
  const near = nearest(name, Object.keys(settingKinds));
  const help =
    near === null
      ? `there are ${Object.keys(settingKinds).map(spelling).join(', ')}`
      : `did you mean ${spelling(near)}?`;
  throw new UserError(`${where}: check has no such option; ${help}`);
}

function checked(value: string, kind: Kind, where: string): string {
  if (kind === 'boolean') {
    if (/^(true|yes|1)$/i.test(value)) return 'true';
    if (/^(false|no|0)$/i.test(value)) return 'false';
  } else if (value !== '' && (kind !== 'number' || Number.isFinite(Number(value)))) return value;
  throw new UserError(`${where}: expected ${words[kind]}, got ${value === '' ? 'nothing' : value}`);
}
