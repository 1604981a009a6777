/** --accepted: findings that somebody accepted, for a reason and until a day. What no longer serves is said, never silent. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Finding } from '../checks/finding.js';
import { findRule } from '../checks/registry.js';
import { hopRoles } from '../path/facts.js';
import type { Note } from '../report/report.js';
import { UserError } from '../user-error.js';
import { nearest } from './nearest.js';

interface Entry {
  readonly rule: string;
  readonly point: string | null;
  readonly role: string | null;
  readonly reason: string;
  /** The last day on which it holds, YYYY-MM-DD in UTC. */
  readonly expires: string;
  readonly isExpired: boolean;
  uses: number;
}

const keys = ['rule', 'point', 'role', 'reason', 'expires'];
const mostEntries = 10_000;

export class AcceptedFindings {
  readonly #entries: Entry[];
  readonly #file: string;

  /** `today`: YYYY-MM-DD. Throws UserError for anything that is not said as it must be. */
  constructor(file: string, today: string) {
    this.#file = file;
    this.#entries = read(file).map((value, i) => entryOf(value, `${file}: entry ${i + 1}`, today));
  }

  /** Whether a failed finding was accepted; each call counts as a use of the entries that say so. */
  readonly accepts = (finding: Finding): boolean => {
    let accepted = false;
    for (const entry of this.#entries) {
      if (entry.isExpired || !covers(entry, finding)) continue;
      entry.uses++;
      accepted = true;
    }
    return accepted;
  };

  /** After the run: accepted, expired and unused entries. Their ids keep the name that the option had: gates ask for them. */
  get notes(): Note[] {
    return this.#entries.map((entry) => {
      const points = entry.point === null ? [] : [entry.point];
      const what = `${this.#file}: ${entry.rule}${entry.point === null ? '' : ` at ${entry.point}`}${entry.role === null ? '' : ` (${entry.role})`}`;
      if (entry.isExpired) {
        const message = `${what} expired on ${entry.expires} and accepts nothing any more: ${entry.reason}`;
        return { id: 'baseline-expired', message, points };
      }
      if (entry.uses === 0) {
        return {
          id: 'baseline-unused',
          message: `${what} accepted nothing in this run: remove it if the fault is gone`,
          points,
        };
      }
      return {
        id: 'baseline-accepted',
        message: `${what} is accepted until ${entry.expires}: ${entry.reason}`,
        points,
      };
    });
  }
}

function covers(entry: Entry, finding: Finding): boolean {
  if (entry.rule !== finding.rule) return false;
  if (entry.point !== null && !isPoint(finding.point, entry.point)) return false;
  return entry.role === null || entry.role === finding.role;
}

/** A name without its folder means that capture in any folder. What follows a colon is an interface's name, which a capture tells. */
function isPoint(point: string | null, wanted: string): boolean {
  if (point === null || point === wanted) return point !== null;
  return point.endsWith(`/${wanted}`) && !point.slice(0, -wanted.length).includes(':');
}

function read(file: string): unknown[] {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'), { maxAliasCount: 10 });
  } catch (error) {
    throw new UserError(`--accepted ${file}: cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  // What is left of a list whose last entry was removed.
  if (content === null) return [];
  if (!Array.isArray(content) || content.length > mostEntries)
    throw new UserError(`--accepted ${file}: expected a list of {rule, point, role, reason, expires}`);
  return content;
}

/** Date.parse lets the 30th of February pass for the 2nd of March. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

function entryOf(value: unknown, where: string, today: string): Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError(`${where}: expected {rule, reason, expires} with point and role if wanted`);
  const entry = value as Record<string, unknown>;
  for (const key of Object.keys(entry)) {
    if (keys.includes(key)) continue;
    const near = nearest(key, keys);
    throw new UserError(
      `${where}: there is no key ${key}; ${near === null ? `there are ${keys.join(', ')}` : `did you mean ${near}?`}`,
    );
  }
  const text = (key: string): string => {
    const each = entry[key];
    if (typeof each !== 'string' || each.trim() === '') throw new UserError(`${where}: ${key} is missing or no text`);
    return each;
  };
  const rule = findRule(text('rule'));
  if (rule === null)
    throw new UserError(`${where}: no rule is called ${text('rule')}; \`ipip-trace rules\` lists them`);
  const role = entry.role === undefined ? null : text('role');
  if (role !== null && !(hopRoles as readonly string[]).includes(role))
    throw new UserError(`${where}: role ${role} is none of ${hopRoles.join(', ')}`);
  const expires = text('expires');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(expires) || !isDay(expires))
    throw new UserError(`${where}: expires ${expires} is no day such as 2030-01-31`);
  return {
    rule: rule.meta.id,
    point: entry.point === undefined ? null : text('point'),
    role,
    reason: text('reason'),
    expires,
    isExpired: expires < today,
    uses: 0,
  };
}
