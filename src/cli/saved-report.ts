/** A report that `--format json` saved, read back and checked against its schema. */
import { createReadStream, readFileSync } from 'node:fs';
import type { Outcome } from '../checks/finding.js';
import type { HopReport, LegReport, Report } from '../report/report.js';
import { safeText } from '../report/safe-text.js';
import { UserError } from '../user-error.js';

const outcomes: readonly Outcome[] = ['pass', 'fail', 'unproven'];
const lists = ['reasons', 'captures', 'points', 'findings', 'diagnoses', 'notes', 'clocks', 'flows'] as const;
const flowLists = ['segments', 'notes', 'findings', 'diagnoses', 'journeys'] as const;

/** A report of a thousand flows with every journey takes a tenth of it. */
const MOST_OCTETS = 256 * 1024 * 1024;

/**
 * `file` '-' is standard input. Throws UserError when it is no report of schema 1: what is shown was checked against the schema,
 * so that a text where a number belongs reaches no terminal and no markup.
 */
export async function readSavedReport(file: string): Promise<Report> {
  const name = file === '-' ? 'standard input' : file;
  const text = await readBounded(file, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notAReport(name, 'it is not JSON');
  }
  const wrong = whatIsWrong(value) ?? (await schemaFault(value)) ?? contradiction(value as Report);
  if (wrong !== null) throw notAReport(name, wrong);
  return withStates(value as Report);
}

async function readBounded(file: string, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      octets += (chunk as Buffer).length;
      if (octets > MOST_OCTETS) throw new UserError(`${name}: is longer than ${MOST_OCTETS} octets: no report is`);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: cannot be read: ${(error as Error).message}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function schemaFault(value: unknown): Promise<string | null> {
  // Only who shows a saved report needs the validator.
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const schema = JSON.parse(
    readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  if (validate(value)) return null;
  const { instancePath = '', message = 'is not as the schema says' } = validate.errors?.[0] ?? {};
  return `a part of the report is missing or of another kind (${instancePath.slice(0, 200)} ${message})`;
}

/** A pass that the report's own findings deny was not written by this tool. */
function contradiction({ outcome, findings, flows }: Report): string | null {
  if (outcome !== 'pass') return null;
  const failed = [
    ...findings,
    ...flows.flatMap((flow) => [...flow.findings, ...flow.journeys.flatMap((journey) => journey.findings)]),
  ].find(({ verdict, severity }) => verdict === 'fail' && severity === 'error');
  if (failed !== undefined) return `its outcome is pass, and its finding ${safeText(failed.rule)} fails`;
  return flows.some((flow) => flow.outcome !== 'pass') ? 'its outcome is pass, and that of a flow is not' : null;
}

/** Reports of 0.1.0 do not say the state of a hop: what its observations tell stands for it. */
function withStates(report: Report): Report {
  for (const journey of report.flows.flatMap((flow) => flow.journeys)) {
    for (const leg of [journey.request, journey.reply]) if (Array.isArray(leg?.hops)) addStates(leg);
  }
  return report;
}

function addStates(leg: LegReport): void {
  const last = leg.hops.findLastIndex(({ observations }) => observations.length > 0);
  const missing = leg.hops.findIndex(
    ({ role, observations }, i) => i > last && role === leg.firstMissing && observations.length === 0,
  );
  for (const [i, hop] of leg.hops.entries()) {
    const { state, point, observations } = hop as Partial<HopReport>;
    if (state !== undefined) continue;
    Object.assign(hop, {
      state: stateOf(point ?? null, observations ?? [], i - last, missing < 0 ? null : i - missing),
    });
  }
}

function stateOf(
  point: string | null,
  observations: readonly unknown[],
  behindLast: number,
  behindMissing: number | null,
): HopReport['state'] {
  if (point === null) return 'not-captured';
  if (observations.length > 0) return 'seen';
  if (behindLast < 0) return 'blind';
  if (behindMissing === null || behindMissing < 0) return 'absent';
  return behindMissing === 0 ? 'lost-before' : 'beyond';
}

/** Also for what a reporter stumbles over, further inside. */
export function notAReport(name: string, why: string): UserError {
  return new UserError(`${name}: ${why}: expected a report saved with \`ipip-trace check … --format json=FILE\``);
}

function whatIsWrong(value: unknown): string | null {
  if (!isObject(value)) return 'it is not an object';
  if (value.schema !== 1) {
    const is = typeof value.schema === 'number' ? String(value.schema) : 'none';
    return `its schema is ${is}, and this version reads schema 1`;
  }
  if (!outcomes.includes(value.outcome as Outcome)) return `its outcome is none of ${outcomes.join(', ')}`;
  for (const list of lists) if (!Array.isArray(value[list])) return `${list} is no list`;
  for (const object of ['tool', 'expectation', 'counts'] as const)
    if (!isObject(value[object])) return `${object} is no object`;
  for (const [i, flow] of (value.flows as unknown[]).entries()) {
    if (!isObject(flow)) return `flows[${i}] is no object`;
    for (const list of flowLists) if (!Array.isArray(flow[list])) return `flows[${i}].${list} is no list`;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
