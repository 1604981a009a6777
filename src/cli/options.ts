/**
 * Every option of every command, said once: yargs, the settings file, the environment, the completion and the library are made
 * from this table. A new option is a row here, and a line where its command uses it.
 */
import type { ArgumentsCamelCase, Argv, Options } from 'yargs';
import { profiles } from '../expect/profiles.js';
import { formatNames } from '../formats/registry.js';
import { UserError } from '../user-error.js';

export type OptionType = 'text' | 'number' | 'boolean' | 'list';

export interface Option {
  readonly type: OptionType;
  readonly help: string;
  readonly short?: string;
  /** A name that it had before: understood everywhere, shown nowhere. */
  readonly formerly?: string;
  /** The only values that are taken; of a list, which may join them with commas, the only members. */
  readonly words?: readonly string[];
  /** Whole numbers that are taken, both ends included. */
  readonly range?: { readonly from: number; readonly to: number };
  /** What the shell offers where no list of `words` says it. */
  readonly offers?: 'rules' | 'formats';
  /** The value of an option that nobody gave. A list is empty then, a switch is off. */
  readonly default?: string | number;
  /** A switch that is neither on nor off until somebody says so. */
  readonly undecided?: true;
  /** Names an input file: in the settings file, one beside it, wherever the command is started. */
  readonly besideTheFile?: true;
  /** Makes sense for one run only: no setting. */
  readonly onlyTyped?: true;
}

type OptionTable = Readonly<Record<string, Option>>;

/** What a run can be asked to prove, and the least that makes its outcome fail. */
export const requirable = ['mtu', 'reply', 'all-hops'] as const;
export const failLevels = ['error', 'warning', 'unproven'] as const;

const profileNames = profiles.map((p) => p.name);

/**
 * 68 is the least MTU that an IP link may have (RFC 791 section 3.2); a datagram's total length has 16 bits (section 3.1), and a
 * tunnel's outer header takes 20 octets of it.
 */
const mtu = { type: 'number', range: { from: 68, to: 65_515 } } as const;
const state = {
  type: 'text',
  besideTheFile: true,
  help: "Folder with dumps of the nodes' and pods' kernel state",
} as const;
const profile = { type: 'text', words: profileNames, help: profileNames.join(', ') } as const;
const probe = {
  type: 'list',
  help: 'What is followed: icmp (default), tcp, udp, or auto for the first that is there',
} as const;

/** How a report is shown; check and report share them. */
const shown = {
  format: { type: 'list', offers: 'formats', help: `NAME[=FILE]: ${formatNames.join(', ')}` },
  all: { type: 'boolean', help: 'Show every journey' },
  verbose: { type: 'boolean', short: 'v', help: 'Show passes and evidence as well' },
  explain: { type: 'boolean', help: "Add each failed rule's and diagnosis's own words" },
  quiet: { type: 'boolean', short: 'q', help: 'Print the verdict line only' },
  color: {
    type: 'boolean',
    undecided: true,
    help: 'Colour, whatever the output is (NO_COLOR and FORCE_COLOR are honoured)',
  },
} as const satisfies OptionTable;

export const options = {
  check: {
    expect: { type: 'text', besideTheFile: true, help: 'Expected path (ipip-path.yaml)' },
    state,
    mtu: { ...mtu, help: 'Tunnel MTU expected (default: from the expectation, else the profile)' },
    point: { type: 'list', help: 'CAPTURE[:IF]=ROLE[@NODE]: say what a capture is' },
    flow: { type: 'list', help: 'SRC>DST[:PORT]: follow only this flow' },
    probe,
    only: { type: 'list', offers: 'rules', help: 'Run only this rule (id or name)' },
    skip: { type: 'list', offers: 'rules', help: 'Do not run this rule (id or name)' },
    profile,
    'by-flow': { type: 'boolean', help: 'Captures of different pings: judge hop by hop' },
    require: { type: 'list', words: requirable, help: `What must be proven: ${requirable.join(', ')}` },
    'fail-on': {
      type: 'text',
      words: failLevels,
      default: 'error',
      help: `The least that makes the outcome fail: ${failLevels.join(', ')}`,
    },
    evidence: {
      type: 'text',
      help: "Write the followed flows' frames, commented with what they prove, to this pcapng",
    },
    accepted: {
      type: 'text',
      formerly: 'baseline',
      besideTheFile: true,
      help: 'Accepted findings: a YAML list of {rule, point, role, reason, expires}',
    },
    'print-config': { type: 'boolean', onlyTyped: true, help: 'Print the settings that hold, and stop' },
    'max-journeys': {
      type: 'number',
      range: { from: 0, to: Number.MAX_SAFE_INTEGER },
      default: 100,
      help: 'Journeys kept in the report for each flow (0: all)',
    },
    strict: { type: 'boolean', help: 'Cut and corrupt captures are errors' },
    ...shown,
  },
  expect: { state, mtu: { ...mtu, help: 'Tunnel MTU to write' }, profile, probe },
  report: shown,
  decode: {
    frame: {
      type: 'number',
      range: { from: 1, to: Number.MAX_SAFE_INTEGER },
      help: 'Only this frame (1-based, as Wireshark counts)',
    },
    format: { type: 'text', words: ['text', 'jsonl'], default: 'text', help: 'Output format: text, jsonl' },
  },
  rules: { format: { type: 'text', words: ['text', 'json'], default: 'text', help: 'Output format: text, json' } },
} as const satisfies Readonly<Record<string, OptionTable>>;

export type Command = keyof typeof options;

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type Word<Row> = Row extends { readonly words: readonly (infer W)[] } ? W : string;
type Value<Row> = Row extends { readonly type: 'list' }
  ? readonly Word<Row>[]
  : Row extends { readonly undecided: true }
    ? boolean | undefined
    : Row extends { readonly type: 'boolean' }
      ? boolean
      :
          | (Row extends { readonly type: 'number' } ? number : Word<Row>)
          | (Row extends { readonly default: unknown } ? never : undefined);

/** The options of a command with their values, under the names that programs give them (`maxJourneys`). */
export type Told<Name extends Command> = {
  readonly [Row in keyof (typeof options)[Name] & string as Camel<Row>]: Value<(typeof options)[Name][Row]>;
};

/** A value from elsewhere than the command line, as text, and where it was found. */
export interface Setting {
  readonly values: readonly string[];
  readonly from: string;
}
export type Settings = ReadonlyMap<string, Setting>;

export function tableOf(command: string): OptionTable {
  return Object.hasOwn(options, command) ? options[command as Command] : {};
}

/** Says a command's options to yargs, without their defaults: what yargs returns was typed. */
export function declare<Args>(y: Argv<object>, command: Command): Argv<Args> {
  const types = { text: 'string', number: 'number', boolean: 'boolean', list: 'string' } as const;
  for (const [name, option] of Object.entries(tableOf(command))) {
    const taken: Options = {
      type: types[option.type],
      ...(option.type === 'list' ? { array: true, nargs: 1 } : {}),
      ...(option.type === 'text' || option.type === 'number' ? { requiresArg: true } : {}),
    };
    y.option(name, {
      ...taken,
      describe: option.help,
      ...(option.short === undefined ? {} : { alias: option.short }),
      ...(option.default === undefined ? {} : { defaultDescription: JSON.stringify(option.default) }),
    });
    if (option.formerly !== undefined) y.option(option.formerly, { ...taken, hidden: true });
  }
  return y as unknown as Argv<Args>;
}

/**
 * The values that hold: those typed, else those of the settings, else the defaults.
 *
 * @throws UserError for a value that the table does not take
 */
export function told<Name extends Command>(
  command: Name,
  args: ArgumentsCamelCase<object>,
  settings: Settings = new Map(),
): Told<Name> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(tableOf(command))) {
    const value = typed(args, name, option) ?? fromSetting(settings.get(name), option) ?? option.default;
    values[camelCase(name)] = value !== undefined ? taken(name, option, value) : unset(option);
  }
  return values as Told<Name>;
}

/** What holds, as a settings file, each line with where it comes from. */
export function settingsText(args: ArgumentsCamelCase<object>, settings: Settings): string {
  return Object.entries(tableOf('check'))
    .flatMap(([name, option]) => {
      const value = option.onlyTyped ? undefined : typed(args, name, option);
      const setting = settings.get(name);
      const holds = value ?? fromSetting(setting, option);
      if (holds === undefined) return [];
      const checked = taken(name, option, holds);
      const text = Array.isArray(checked)
        ? `[${checked.map((v) => JSON.stringify(v)).join(', ')}]`
        : JSON.stringify(checked);
      return [`${name}: ${text} # ${value === undefined ? setting!.from : 'command line'}\n`];
    })
    .join('');
}

/** Whether the library takes `value` for check's option of this name (`maxJourneys`). */
export function isTaken(name: string, value: unknown): boolean {
  const [dashed, option] = Object.entries(tableOf('check')).find(([known]) => camelCase(known) === name)!;
  const isText = (each: unknown): boolean => typeof each === 'string';
  const isRight =
    option.type === 'list'
      ? Array.isArray(value) && value.every(isText)
      : typeof value === (option.type === 'text' ? 'string' : option.type);
  if (!isRight) return false;
  try {
    taken(dashed, option, value as string);
    return true;
  } catch {
    return false;
  }
}

type Held = string | number | boolean | readonly string[];

function typed(args: ArgumentsCamelCase<object>, name: string, option: Option): Held | undefined {
  const given = args as Readonly<Record<string, Held | undefined>>;
  const before = option.formerly === undefined ? undefined : given[option.formerly];
  if (given[name] !== undefined && before !== undefined)
    throw new UserError(`--${name} and --${option.formerly} are one option: give one of them`);
  return given[name] ?? before;
}

function fromSetting(setting: Setting | undefined, { type }: Option): Held | undefined {
  if (setting === undefined) return undefined;
  if (type === 'list') return setting.values;
  const value = setting.values[0]!;
  return type === 'number' ? Number(value) : type === 'boolean' ? value === 'true' : value;
}

function unset(option: Option): Held | undefined {
  if (option.type === 'list') return [];
  return option.type === 'boolean' && !option.undecided ? false : undefined;
}

/** The value, when the table takes it. yargs makes a list of an option that is given twice. */
function taken(name: string, option: Option, value: Held): Held {
  const { type, range, words } = option;
  if (type === 'list') {
    const list =
      words === undefined ? (value as readonly string[]) : (value as readonly string[]).flatMap((v) => v.split(','));
    for (const each of list) takeWord(name, each, words);
    return list;
  }
  if (Array.isArray(value)) throw new UserError(`--${name} is given ${value.length} times: give one value`);
  if (type === 'text') takeWord(name, value as string, words);
  if (range !== undefined && !isWithin(value, range)) {
    const upTo = range.to === Number.MAX_SAFE_INTEGER ? 'upwards' : `to ${range.to}`;
    throw new UserError(`--${name} ${value}: expected a whole number from ${range.from} ${upTo}`);
  }
  return value;
}

function isWithin(value: Held, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
}

function takeWord(name: string, word: string, words: readonly string[] | undefined): void {
  if (words !== undefined && !words.includes(word))
    throw new UserError(`--${name} ${word}: expected one of ${words.join(', ')}`);
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
