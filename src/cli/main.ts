/** The command line: finds the command, runs it, and turns the three kinds of error into exit statuses. */
import yargs, { type Argv, type CommandModule } from 'yargs';
import { guardLines, safeText } from '../report/safe-text.js';
import { UserError } from '../user-error.js';
import { version } from '../version.js';
import { checkCommand } from './commands/check.js';
import { collectCommand } from './commands/collect.js';
import { decodeCommand } from './commands/decode.js';
import { expectCommand } from './commands/expect.js';
import { explainCommand } from './commands/explain.js';
import { reportCommand } from './commands/report.js';
import { rulesCommand } from './commands/rules.js';
import { ExitStatus } from './exit-status.js';

/** yargs drops a lone dash from a list of positionals, which would silently take a capture away: it travels under this name. */
const STANDARD_INPUT = '\u0000standard-input';

function restoreDash(args: Record<string, unknown>): void {
  for (const key of ['captures', 'capture', 'report', '_']) {
    const value = args[key];
    if (Array.isArray(value)) args[key] = value.map((word) => (word === STANDARD_INPUT ? '-' : word));
    else if (value === STANDARD_INPUT) args[key] = '-';
  }
}

/** What `--help` and the man page say. */
export const purpose =
  'Follows one ping, TCP connection or UDP exchange through captures taken at the hops of an IP-in-IP path.';
export const completionHelp = 'Print the shell completion script: source <(ipip-trace completion)';
export const examples: [command: string, words: string][] = [
  ['$0 check captures/', 'Every capture of a folder, judged'],
  ['$0 check *.cap --format junit=report.xml --format pretty', 'The same for a CI server and for people'],
  ['$0 explain request-lost', 'What a rule or diagnosis means and what to do'],
];
/** By status. */
export const exitStatuses = ['proven', 'failed', 'unusable input', 'not proven', 'internal error'] as const;

export function commandsOf(exitWith: (status: number) => void): readonly CommandModule<object, never>[] {
  return [
    checkCommand(exitWith),
    expectCommand(exitWith),
    reportCommand(exitWith),
    decodeCommand,
    explainCommand,
    rulesCommand,
    collectCommand,
  ] as CommandModule<object, never>[];
}

/** A command that was asked for, with its arguments. */
class Chosen {
  constructor(readonly run: () => void | Promise<void>) {}
}

/** Leaves yargs once it has chosen the command: behind each handler that returns it lays out its whole help, which nobody reads. */
function chosen<Args>(command: CommandModule<object, Args>): CommandModule<object, Args> {
  return {
    ...command,
    handler(args) {
      throw new Chosen(() => command.handler(args));
    },
  };
}

async function run(parser: Argv): Promise<void> {
  try {
    await parser.parseAsync();
  } catch (found) {
    if (!(found instanceof Chosen)) throw found;
    await found.run();
  }
}

/** Runs one command line (without node and script) and returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  // A reader that closes the pipe early (head, a pager) has what it wanted.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      // A full disk: what was to be said is not said, whatever the verdict was.
      process.once('exit', () => {
        process.exitCode = ExitStatus.Usage;
      });
      if (stream !== process.stderr)
        process.stderr.write(`ipip-trace: standard output cannot be written (${error.code}): make room\n`);
    });
  }
  let status: number = ExitStatus.Pass;
  const exitWith = (to: number): void => {
    status = to;
  };
  try {
    if (argv[0]?.startsWith('--get') === true) {
      const offered = await (await import('./completion.js')).completions(argv);
      if (offered !== null) {
        process.stdout.write(offered.map((word) => `${word}\n`).join(''));
        return status;
      }
    }
    const parser = yargs(argv.map((word) => (word === '-' ? STANDARD_INPUT : word)))
      .scriptName('ipip-trace')
      .usage(`$0 <command> [options]\n\n${purpose}`)
      .command(commandsOf(exitWith).map(chosen) as CommandModule[])
      .completion('completion', completionHelp)
      .example(examples)
      .epilogue(`Exit status: ${exitStatuses.map((words, status) => `${status} ${words}`).join(', ')}.`)
      .middleware(restoreDash)
      .demandCommand(1, 'Say what to do: ipip-trace check <captures..>')
      .strict()
      .recommendCommands()
      .version(version())
      .help()
      .wrap(Math.min(100, process.stdout.columns ?? 100))
      .exitProcess(false)
      .fail((message, error) => {
        // yargs throws its own kind for words that it cannot take apart, such as an option without its value.
        if (error && error.name !== 'YError') throw error;
        throw new UserError(
          `${(message || error?.message || 'the command line cannot be used').trim().replace(/\s*\n\s*/g, ' ')} (ipip-trace --help shows what can be said)`,
        );
      });
    await run(parser);
    return status;
  } catch (error) {
    if (error instanceof UserError) {
      for (const line of error.message.split('\n')) process.stderr.write(`ipip-trace: ${guardLines(safeText(line))}\n`);
      return ExitStatus.Usage;
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(
      `ipip-trace: internal error, please report it together with the captures if you can share them\n${lines(detail)}\n`,
    );
    return ExitStatus.Internal;
  }
}

/** Line breaks are ours, everything else in a message may come from a file name or a file. */
function lines(text: string): string {
  return guardLines(text.split('\n').map(safeText).join('\n'));
}
