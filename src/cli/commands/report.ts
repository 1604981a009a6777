/** `ipip-trace report`: shows a saved report in other formats, without the captures, and exits by the outcome in it. */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { exitStatusOf } from '../exit-status.js';
import { outputsOf, printReport, readFormats } from '../formats.js';
import { declare, told } from '../options.js';
import { refuseClashes } from '../outputs.js';
import { notAReport, readSavedReport } from '../saved-report.js';

interface ReportArguments {
  report: string;
}

export function reportCommand(exitWith: (status: number) => void): CommandModule<object, ReportArguments> {
  return {
    command: 'report <report>',
    describe: 'Show a saved report (--format json) in other formats',
    builder: (y) =>
      declare<ReportArguments>(y, 'report')
        .positional('report', {
          type: 'string',
          demandOption: true,
          describe: 'A saved report, or - for standard input',
        })
        .example('$0 report report.json --format html=report.html', 'A page for people, from what a gate kept')
        .example('ssh ci cat report.json | $0 report - --verbose', 'A report from elsewhere') as never,
    handler: async (args) => exitWith(await run(args)),
  };
}

async function run(args: ArgumentsCamelCase<ReportArguments>): Promise<number> {
  const options = told('report', args);
  const formats = readFormats(options.format);
  if (args.report !== '-') refuseClashes(outputsOf(formats), [{ called: 'the saved report', file: args.report }]);
  const report = await readSavedReport(args.report);
  try {
    await printReport(report, formats, options);
  } catch (error) {
    // A reporter counts on the report's whole shape; what lacks a part of it was not written by this tool.
    if (error instanceof TypeError || error instanceof RangeError)
      throw notAReport(args.report, `a part of the report is missing or of another kind (${error.message})`);
    throw error;
  }
  return exitStatusOf(report);
}
