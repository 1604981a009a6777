/** The command line in this process: for what it says and returns, where starting it would prove nothing more. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import chalk from 'chalk';
import { main } from '../../src/cli/main.js';
import { projectRoot, type ToolRun } from './run-tool.js';

class Captured extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/**
 * What `runTool` gives, of the sources and without a process of its own: two streams that are no terminal, the same width and no
 * colour unless it is asked for. Exit statuses set by dying, signals, pipes, terminals and threads need the real one. One at a time.
 */
export async function runInProcess(argv: readonly string[], cwd: string = projectRoot): Promise<ToolRun> {
  const stdout = new Captured();
  const stderr = new Captured();
  const before = { cwd: process.cwd(), columns: process.env.COLUMNS, level: chalk.level, console: globalThis.console };
  const streams = ['stdout', 'stderr'] as const;
  const own = streams.map((name) => Object.getOwnPropertyDescriptor(process, name)!);
  Object.defineProperty(process, 'stdout', { value: stdout, configurable: true });
  Object.defineProperty(process, 'stderr', { value: stderr, configurable: true });
  // yargs prints help by console.log.
  globalThis.console = new Console(stdout, stderr);
  process.env.COLUMNS = '100';
  chalk.level = 0;
  try {
    process.chdir(cwd);
    const status = await main(argv);
    return { status, stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.chdir(before.cwd);
    chalk.level = before.level;
    if (before.columns === undefined) delete process.env.COLUMNS;
    else process.env.COLUMNS = before.columns;
    globalThis.console = before.console;
    for (const [i, name] of streams.entries()) Object.defineProperty(process, name, own[i]!);
  }
}
