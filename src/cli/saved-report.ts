/** A report that `--format json` saved, read back. Its shape is looked at only as far as telling it from other JSON. */
import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import type { Outcome } from '../checks/finding.js';
import type { HopReport, Report } from '../report/report.js';
import { UserError } from '../user-error.js';

const outcomes: readonly Outcome[] = ['pass', 'fail', 'unproven'];
const lists = ['reasons', 'captures', 'points', 'findings', 'diagnoses', 'notes', 'clocks', 'flows'] as const;
const flowLists = ['segments', 'notes', 'findings', 'diagnoses', 'journeys'] as const;

/** `file` '-' is standard input. Throws UserError when it is no report of schema 1. */
export async function readSavedReport(file: string): Promise<Report> {
  const name = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    // A pipe whose writer is slow answers a reader that does not wait with EAGAIN.
    text = file === '-' ? await textOf(process.stdin) : readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${name}: cannot be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notAReport(name, 'it is not JSON');
  }
  const wrong = whatIsWrong(value);
  if (wrong !== null) throw notAReport(name, wrong);
  return withStates(value as Report);
}

/** Reports of 0.1.0 do not say the state of a hop: what its observations tell stands for it. */
export function withStates(report: Report): Report {
  for (const { journeys } of report.flows) {
    for (const journey of journeys) {
      for (const leg of [journey.request, journey.reply]) {
        if (!Array.isArray(leg?.hops)) continue;
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
    }
  }
  return report;
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
