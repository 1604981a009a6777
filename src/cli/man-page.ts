/** man/ipip-trace.1, made of the words that `--help` prints: each command's own declaration is read by a stand-in for yargs. */
import type { Argv, CommandModule, Options } from 'yargs';
import { commandsOf, completionHelp, examples, exitStatuses, purpose } from './main.js';

interface Said {
  readonly options: [name: string, Options][];
  readonly positionals: [name: string, { readonly describe?: string }][];
  readonly examples: [command: string, words: string][];
}

/** What a command declares to yargs. */
function saidBy({ builder }: CommandModule): Said {
  const said: Said = { options: [], positionals: [], examples: [] };
  const into =
    <Row>(rows: Row[]) =>
    (...row: Row & unknown[]): unknown => {
      rows.push(row);
      return listener;
    };
  const listener = { option: into(said.options), positional: into(said.positionals), example: into(said.examples) };
  if (typeof builder === 'function') builder(listener as unknown as Argv);
  return said;
}

/** Text for troff: a backslash begins a request, a hyphen would become a dash, and so would a dot or quote in front of a line. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}

const nameOf = (text: string): string => text.replaceAll('$0', 'ipip-trace');

function optionLines([name, option]: Said['options'][number]): string[] {
  if (option.hidden) return [];
  const short = typeof option.alias === 'string' ? `\\fB\\-${escaped(option.alias)}\\fR, ` : '';
  const value = option.type === 'boolean' ? '' : ' \\fIVALUE\\fR';
  const otherwise = option.defaultDescription === undefined ? '' : ` (default: ${option.defaultDescription})`;
  return ['.TP', `${short}\\fB\\-\\-${escaped(name)}\\fR${value}`, escaped(`${option.describe}${otherwise}`)];
}

function commandLines(command: CommandModule): string[] {
  const said = saidBy(command);
  return [
    `.SS ipip\\-trace ${escaped(String(command.command))}`,
    escaped(String(command.describe)),
    ...said.positionals.flatMap(([name, { describe }]) =>
      describe === undefined ? [] : ['.TP', `\\fI${escaped(name)}\\fR`, escaped(describe)],
    ),
    ...said.options.flatMap(optionLines),
    ...exampleLines(said.examples),
  ];
}

function exampleLines(list: Said['examples']): string[] {
  return list.flatMap(([command, words]) => [
    '.P',
    `${escaped(words)}:`,
    '.RS 4',
    '.EX',
    escaped(nameOf(command)),
    '.EE',
    '.RE',
  ]);
}

export function manPage(version: string): string {
  const lines = [
    `.\\" Made by \`npm run docs\` from the words of \`ipip-trace --help\`.`,
    `.TH IPIP\\-TRACE 1 "" "ipip\\-trace ${version}" "User Commands"`,
    '.SH NAME',
    'ipip\\-trace \\- prove from captures that a ping travelled an IP\\-in\\-IP path',
    '.SH SYNOPSIS',
    '\\fBipip\\-trace\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]...',
    '.SH DESCRIPTION',
    escaped(purpose),
    '.SH COMMANDS',
    ...commandsOf(() => {}).flatMap((command) => commandLines(command as CommandModule)),
    '.SS ipip\\-trace completion',
    escaped(completionHelp),
    '.SH EXIT STATUS',
    ...exitStatuses.flatMap((words, status) => ['.TP', `${status}`, escaped(words)]),
    '.SH ENVIRONMENT',
    '.TP',
    '\\fBIPIP_TRACE_\\fIOPTION\\fR',
    escaped('An option of check that is not given on the command line, such as IPIP_TRACE_FAIL_ON=unproven.'),
    '.TP',
    '\\fBNO_COLOR\\fR, \\fBFORCE_COLOR\\fR',
    escaped('Whether the report is coloured, where --color does not say so.'),
    '.SH EXAMPLES',
    ...exampleLines(examples),
    '.SH SEE ALSO',
    '.BR tcpdump (1),',
    '.BR ping (8),',
    '.BR tshark (1)',
  ];
  return `${lines.join('\n')}\n`;
}
