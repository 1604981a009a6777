/** `ipip-trace report`: shows a saved report in other formats, without the captures, and exits by the outcome in it. */
import type { CommandModule } from 'yargs';
import { exitStatusOf } from '../exit-status.js';
import { formatNames, outputsOf, printReport, readFormats } from '../formats.js';
import { refuseClashes } from '../outputs.js';
import { notAReport, readSavedReport } from '../saved-report.js';

interface ReportArguments {
  report: string;
  format: string[];
  all: boolean;
  verbose: boolean;
  explain: boolean;
  quiet: boolean;
  color?: boolean;
}

export function reportCommand(exitWith: (status: number) => void): CommandModule<object, ReportArguments> {
  return {
    command: 'report <report>',
    describe: 'Show a saved report (--format json) in other formats',
    builder: (y) =>
      y
        .positional('report', {
          type: 'string',
          demandOption: true,
          describe: 'A saved report, or - for standard input',
        })
        .option('format', {
          type: 'string',
          array: true,
          nargs: 1,
          default: [],
          describe: `NAME[=FILE]: ${formatNames.join(', ')}`,
        })
        .option('all', { type: 'boolean', default: false, describe: 'Show every journey' })
        .option('verbose', {
          type: 'boolean',
          default: false,
          alias: 'v',
          describe: 'Show passes and evidence as well',
        })
        .option('explain', {
          type: 'boolean',
          default: false,
          describe: "Add each failed rule's and diagnosis's own words",
        })
        .option('quiet', { type: 'boolean', default: false, alias: 'q', describe: 'Print the verdict line only' })
        .option('color', { type: 'boolean', describe: 'Colour, whatever the output is' })
        .example('$0 report report.json --format html=report.html', 'A page for people, from what a gate kept')
        .example('ssh ci cat report.json | $0 report - --verbose', 'A report from elsewhere') as never,
    handler: async (args) => exitWith(await run(args)),
  };
}

async function run(args: ReportArguments): Promise<number> {
  const formats = readFormats(args.format);
  if (args.report !== '-') refuseClashes(outputsOf(formats), [{ called: 'the saved report', file: args.report }]);
  const report = await readSavedReport(args.report);
  try {
    await printReport(report, formats, args);
  } catch (error) {
    // A reporter counts on the report's whole shape; what lacks a part of it was not written by this tool.
    if (error instanceof TypeError || error instanceof RangeError)
      throw notAReport(args.report, `a part of the report is missing or of another kind (${error.message})`);
    throw error;
  }
  return exitStatusOf(report);
}
