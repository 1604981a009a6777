/** `ipip-trace check`: reads captures, prints the report in the formats asked for, and exits by its outcome. */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { findRule } from '../../checks/registry.js';
import { parseAddress } from '../../decode/address.js';
import { defaultProfile, findProfile, profiles } from '../../expect/profiles.js';
import type { StatedPoint } from '../../follow/places/stated.js';
import { type ExpectationSource, type HopRole, hopRoles } from '../../path/facts.js';
import { type CheckRequest, check, checkAndFollow } from '../../pipeline.js';
import { allDiagnoses, allFindings, isFailure } from '../../report/reading.js';
import type { Note, Report } from '../../report/report.js';
import { guardLines, safeText } from '../../report/safe-text.js';
import { UserError } from '../../user-error.js';
import { version } from '../../version.js';
import type { AcceptedFindings } from '../accepted.js';
import { ExitStatus, exitStatusOf } from '../exit-status.js';
import { outputsOf, printReport, readFormats } from '../formats.js';
import { declare, settingsText, type Told, told } from '../options.js';
import { type NamedFile, refuseClashes } from '../outputs.js';
import { progressLine } from '../progress.js';
import { readProbes } from '../read-probes.js';
import { noSettings, readSettings } from '../settings.js';

type CheckArguments = { captures: string[] | undefined };
type CheckTold = Told<'check'> & { readonly captures: readonly string[] };

export function checkCommand(exitWith: (status: number) => void): CommandModule<object, CheckArguments> {
  return {
    command: 'check [captures..]',
    describe: 'Follow the request through all captures and judge every hop',
    builder,
    handler: async (args) => exitWith(await start(args)),
  };
}

function builder(y: Argv<object>): Argv<CheckArguments> {
  return declare<CheckArguments>(y, 'check')
    .positional('captures', {
      array: true,
      type: 'string',
      describe: 'Capture files, directories, or - for standard input',
    })
    .example(
      '$0 check pod1.cap pod1-ipip.cap node1.cap node2.cap pod2-ipip.cap pod2.cap',
      'The six captures of one ping',
    )
    .example('$0 check captures/ --require mtu --format json=report.json --format pretty', 'A folder, two formats')
    .example(
      '$0 check captures/ --evidence evidence.pcapng -q',
      'The verdict line, and the frames that prove it for Wireshark',
    )
    .example('ssh node1 tcpdump -pni ens33 -w - | $0 check - pod1.cap', 'One capture from a pipe');
}

async function start(args: ArgumentsCamelCase<CheckArguments>): Promise<number> {
  const settings = await readSettings(process.cwd(), process.env);
  const options = told('check', args, settings);
  if (options.printConfig) {
    const text = settingsText(args, settings) || noSettings;
    process.stdout.write(guardLines(text.split('\n').map(safeText).join('\n')));
    return ExitStatus.Pass;
  }
  const { captures = [] } = args;
  if (captures.length === 0)
    throw new UserError('check: name captures, a folder of them, or - for standard input (ipip-trace check --help)');
  return run({ ...options, captures });
}

async function run(args: CheckTold): Promise<number> {
  const formats = readFormats(args.format);
  const outputs: NamedFile[] = [
    ...outputsOf(formats),
    ...(args.evidence === undefined ? [] : [{ called: '--evidence', file: args.evidence }]),
  ];
  refuseClashes(outputs, inputsOf(args));
  const expectations = await readExpectations(args);
  const accepted = await readAccepted(args.accepted);
  const progress = progressLine(process.stderr);
  let usable = true;
  const request: CheckRequest = {
    captures: args.captures,
    expectations,
    profile: readProfile(args.profile, expectations),
    mtu: args.mtu ?? null,
    statedPoints: args.point.map(readPoint),
    flows: args.flow.map(readFlow),
    probes: readProbes(args.probe),
    only: args.only.length === 0 ? null : new Set(args.only.map(ruleId)),
    skip: new Set(args.skip.map(ruleId)),
    byFlow: args.byFlow,
    require: new Set(args.require),
    failOn: args.failOn,
    strict: args.strict,
    maxJourneys: args.maxJourneys,
    version: version(),
    ...(accepted === null ? {} : { accepts: accepted.accepts }),
    onProgress: progress.update,
    onUnusable(message) {
      usable = false;
      progress.clear();
      process.stderr.write(`ipip-trace: ${guardLines(safeText(message))}\n`);
    },
  };
  // Nothing is written over a capture that a folder or a pattern stood for.
  const guard = (report: Report): void => refuseClashes(outputs, report.captures.map(captureNamed));
  const problems: string[] = [];
  const plain = await (args.evidence === undefined
    ? check(request)
    : checkAndKeep(request, args, guard, (problem) => problems.push(problem)));
  progress.clear();
  guard(plain);
  const notes = accepted?.notes ?? [];
  for (const { message } of notes) process.stderr.write(`ipip-trace: ${guardLines(safeText(message))}\n`);
  try {
    await printReport(withNotes(plain, notes), formats, args);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error.message);
  }
  if (problems.length > 0) throw new UserError(problems.join('\n'));
  return usable ? exitStatusOf(plain) : ExitStatus.Usage;
}

const captureNamed = (capture: string | { readonly file: string }): NamedFile => ({
  called: 'one of the captures',
  file: typeof capture === 'string' ? capture : capture.file,
});

function inputsOf(args: CheckTold): NamedFile[] {
  return [
    ...args.captures.filter((capture) => capture !== '-').map(captureNamed),
    ...(args.expect === undefined ? [] : [{ called: 'the expectation (--expect)', file: args.expect }]),
    ...(args.accepted === undefined ? [] : [{ called: 'the accepted findings (--accepted)', file: args.accepted }]),
  ];
}

function withNotes(report: Report, notes: readonly Note[]): Report {
  return notes.length === 0 ? report : { ...report, notes: [...report.notes, ...notes] };
}

async function readAccepted(file: string | undefined): Promise<AcceptedFindings | null> {
  if (file === undefined) return null;
  const { AcceptedFindings } = await import('../accepted.js');
  return new AcceptedFindings(file, new Date().toISOString().slice(0, 10));
}

/** Writes the followed frames on the way, checks them in the captures' stead, and says aloud where that gives another verdict. */
async function checkAndKeep(
  request: CheckRequest,
  args: CheckTold,
  guard: (report: Report) => void,
  onProblem: (problem: string) => void,
): Promise<Report> {
  const out = args.evidence!;
  if (request.captures.includes('-'))
    throw new UserError('--evidence: standard input cannot be read a second time: save it to a file and check that');
  const { report, followed } = await checkAndFollow(request);
  guard(report);
  try {
    // Loaded only when asked for.
    const { writeEvidence } = await import('../../evidence/write-evidence.js');
    await writeEvidence(out, report, followed);
    const again = await readAccepted(args.accepted);
    const { onProgress: _, onUnusable: __, accepts: ___, ...same } = request;
    const alone = await check({ ...same, captures: [out], ...(again === null ? {} : { accepts: again.accepts }) });
    for (const difference of differences(report, alone))
      process.stderr.write(`ipip-trace: ${guardLines(safeText(`${out}: ${difference}`))}\n`);
  } catch (error) {
    // The report is there, whatever became of the evidence.
    if (!(error instanceof UserError)) throw error;
    onProblem(error.message);
  }
  return report;
}

/** What the evidence, checked alone, says otherwise than the captures it was taken from. */
function differences(captures: Report, evidence: Report): string[] {
  const list = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.join(', '));
  const failed = (report: Report): string =>
    list([...new Set(allFindings(report).flatMap(({ finding: f }) => (isFailure(f) ? [f.rule] : [])))].sort());
  const causes = (report: Report): string => list([...new Set(allDiagnoses(report).map((d) => d.diagnosis.id))].sort());
  const compared: [string, string, string][] = [
    ['outcome', captures.outcome, evidence.outcome],
    ['failed rules', failed(captures), failed(evidence)],
    ['diagnoses', causes(captures), causes(evidence)],
  ];
  return compared
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => `checked alone it does not say the same, ${what}: ${after} instead of ${before}`);
}

async function readExpectations(args: CheckTold): Promise<ExpectationSource[]> {
  const sources: ExpectationSource[] = [];
  // Loaded only when asked for: they bring a YAML parser along.
  if (args.expect !== undefined)
    sources.push((await import('../../expect/topology-file.js')).readTopologyFile(args.expect));
  if (args.state !== undefined)
    sources.push((await import('../../expect/kernel-state.js')).readKernelState(args.state));
  return sources;
}

function readProfile(name: string | undefined, sources: readonly ExpectationSource[]): typeof defaultProfile {
  const wanted = name ?? sources.map((s) => s.profile?.value).find((p) => p !== undefined);
  if (wanted === undefined) return defaultProfile;
  const profile = findProfile(wanted);
  if (profile === null)
    throw new UserError(`--profile ${wanted}: no such profile; there are ${profiles.map((p) => p.name).join(', ')}`);
  return profile;
}

function ruleId(idOrName: string): string {
  const rule = findRule(idOrName);
  if (rule === null) throw new UserError(`no rule is called ${idOrName}; \`ipip-trace rules\` lists them`);
  return rule.meta.id;
}

function readFlow(text: string): { source: number; destination: number; port: number | null } {
  const [from, to, ...rest] = text.split('>').map((part) => part.trim());
  const [address, portText, ...more] = (to ?? '').split(':');
  const source = parseAddress(from ?? '');
  const destination = parseAddress(address ?? '');
  if (source === null || destination === null || rest.length > 0 || more.length > 0) {
    throw new UserError(
      `--flow ${text}: expected SRC>DST[:PORT] with two IPv4 addresses, such as '10.244.1.2>10.244.2.2'`,
    );
  }
  if (portText === undefined) return { source, destination, port: null };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) throw new UserError(`--flow ${text}: expected a port from 1 to 65535`);
  return { source, destination, port };
}

function readPoint(text: string): StatedPoint {
  const at = text.lastIndexOf('=');
  const [role, node] = (at < 0 ? '' : text.slice(at + 1)).split('@');
  if (at <= 0 || !hopRoles.includes(role as HopRole)) {
    throw new UserError(`--point ${text}: expected CAPTURE[:IF]=ROLE[@NODE] with a role of ${hopRoles.join(', ')}`);
  }
  const where = text.slice(0, at);
  const colon = where.lastIndexOf(':');
  const hasInterface = colon > 0 && !where.slice(colon).includes('/') && !where.slice(colon).includes('\\');
  return {
    capture: hasInterface ? where.slice(0, colon) : where,
    interfaceName: hasInterface ? where.slice(colon + 1) : null,
    role: role as HopRole,
    node: node ?? null,
  };
}
