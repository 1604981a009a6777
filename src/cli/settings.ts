/** What `check` is told outside its command line: ipip-trace.config.yaml, found upwards, and IPIP_TRACE_<OPTION> over it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../user-error.js';
import { nearest } from './nearest.js';
import { type Option, type OptionType, type Setting, type Settings, tableOf } from './options.js';

/** The options of check, without what only makes sense for one run. */
const known: ReadonlyMap<string, Option> = new Map(
  Object.entries(tableOf('check')).filter(([, option]) => option.onlyTyped !== true),
);

const configName = 'ipip-trace.config.yaml';
const environmentPrefix = 'IPIP_TRACE_';
const mostOctets = 1024 * 1024;

export const noSettings = `# no ${configName}, no ${environmentPrefix}… variable, no option: the defaults hold\n`;

/** The settings of file and environment, the latter winning. */
export async function readSettings(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const file = findConfig(folder);
  const settings = new Map<string, Setting>(file === null ? [] : await readConfig(file));
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(environmentPrefix) || text === undefined) continue;
    const given = variable.slice(environmentPrefix.length).toLowerCase().replaceAll('_', '-');
    const name = nameOf(given, variable, (each) => environmentPrefix + each.toUpperCase().replaceAll('-', '_'));
    const { type } = known.get(name)!;
    const values = type === 'list' ? text.split(',').map((v) => v.trim()) : [text.trim()];
    settings.set(name, { values: values.map((v) => checked(v, type, variable)), from: variable });
  }
  return settings;
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
  return Object.entries(content).map(([given, value]) => {
    const where = `${file}: ${given}`;
    const name = nameOf(given, where, (each) => each);
    const { type, besideTheFile } = known.get(name)!;
    const list = Array.isArray(value) ? value : [value];
    if (type !== 'list' && list.length !== 1) throw new UserError(`${where}: expected one value, not a list`);
    const values = list.map((each: unknown) => {
      if (each === null || typeof each === 'object') throw new UserError(`${where}: expected ${words[type]}`);
      const text = checked(String(each), type, where);
      return besideTheFile ? resolve(dirname(file), text) : text;
    });
    return [name, { values, from: file }];
  });
}

const words: Record<OptionType, string> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list of texts',
};

/** The option that is meant, under whichever of its names. */
function nameOf(given: string, where: string, spelling: (name: string) => string): string {
  for (const [name, { formerly }] of known) if (given === name || given === formerly) return name;
  const names = [...known.keys()];
  const near = nearest(given, names);
  const help = near === null ? `there are ${names.map(spelling).join(', ')}` : `did you mean ${spelling(near)}?`;
  throw new UserError(`${where}: check has no such option; ${help}`);
}

function checked(value: string, type: OptionType, where: string): string {
  if (type === 'boolean') {
    if (/^(true|yes|1)$/i.test(value)) return 'true';
    if (/^(false|no|0)$/i.test(value)) return 'false';
  } else if (value !== '' && (type !== 'number' || Number.isFinite(Number(value)))) return value;
  throw new UserError(`${where}: expected ${words[type]}, got ${value === '' ? 'nothing' : value}`);
}
