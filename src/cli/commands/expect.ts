/** `ipip-trace expect`: writes an ipip-path.yaml from captures of a good run, or from kernel state. */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { defaultProfile, findProfile } from '../../expect/profiles.js';
import { expectFromCaptures } from '../../pipeline.js';
import { UserError } from '../../user-error.js';
import { version } from '../../version.js';
import { exitStatusOf } from '../exit-status.js';
import { declare, told } from '../options.js';
import { readProbes } from '../read-probes.js';

interface ExpectArguments {
  captures?: string[];
}

export function expectCommand(exitWith: (status: number) => void): CommandModule<object, ExpectArguments> {
  return {
    command: 'expect [captures..]',
    describe: 'Write the expected path (ipip-path.yaml) that these captures, or this kernel state, stand for',
    builder: (y) =>
      declare<ExpectArguments>(y, 'expect')
        .positional('captures', { array: true, type: 'string', describe: 'Captures of a run that passes' })
        .example('$0 expect *.cap > ipip-path.yaml', 'A known good run becomes the baseline')
        .example('$0 expect --state state/ > ipip-path.yaml', 'From the kernel state') as never,
    handler: async (args) => exitWith(await run(args)),
  };
}

async function run(args: ArgumentsCamelCase<ExpectArguments>): Promise<number> {
  const options = told('expect', args);
  const captures = args.captures ?? [];
  if (captures.length > 0 === (options.state !== undefined)) {
    throw new UserError('expect: give captures or --state DIR, one of them');
  }
  const { writeTopology } = await import('../../expect/write-topology.js');
  if (options.state !== undefined) {
    const { topologyOfState } = await import('../../expect/state-topology.js');
    process.stdout.write(writeTopology(topologyOfState(options.state)));
    return 0;
  }
  const profile = options.profile === undefined ? defaultProfile : findProfile(options.profile)!;
  const { topology, report } = await expectFromCaptures({
    captures,
    expectations: [],
    profile,
    mtu: options.mtu ?? null,
    statedPoints: [],
    flows: [],
    probes: readProbes(options.probe),
    only: null,
    skip: new Set(),
    byFlow: false,
    require: new Set(),
    failOn: 'error',
    strict: false,
    maxJourneys: 1,
    version: version(),
  });
  if (report.outcome !== 'pass') {
    // A faulty run must not become the baseline by a pipe that nobody looks at: nothing is written.
    process.stderr.write(
      `ipip-trace: these captures do not pass, so they are no baseline: ${report.reasons[0] ?? report.outcome}\n`,
    );
    return exitStatusOf(report);
  }
  process.stdout.write(writeTopology(topology));
  return 0;
}
