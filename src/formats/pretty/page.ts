/** What the parts of the terminal report share: the page, its marks and its commands. */
import type { Finding } from '../../checks/finding.js';
import type { Mark, NameOf } from '../../report/reading.js';
import type { Report } from '../../report/report.js';
import { safeText } from '../../report/safe-text.js';
import { columns, pack, pad, wrap } from '../layout.js';
import type { Paint } from '../paint.js';
import type { ReporterOptions } from '../reporter.js';

export interface Page {
  readonly report: Report;
  readonly options: ReporterOptions;
  readonly width: number;
  readonly paint: Paint;
  readonly nameOf: NameOf;
}

export const outcomeMark = { pass: 'pass', fail: 'fail', unproven: 'unproven' } as const;

export const markOfFinding = ({ verdict, severity }: Finding): Mark => {
  if (verdict === 'fail') return severity === 'error' ? 'fail' : severity === 'warning' ? 'warning' : 'none';
  return verdict === 'not-applicable' ? 'none' : verdict;
};

/**
 * A command behind its place, on lines of its own where it does not fit; broken only where a shell reads on: before an option
 * with a backslash, behind a semicolon or a pipe. `label` stands in the indent of the first line.
 */
export function commandLines(
  { width, paint }: Page,
  indent: string,
  place: string,
  command: string,
  label = '',
): string[] {
  const [where, text] = [safeText(place), safeText(command)];
  const line = `${indent}${where}:  ${text}`;
  const lead = label === '' ? indent : paint.strong(pad(label, columns(indent)));
  if (columns(line) <= width) return [`${lead}${paint.faint(`${where}:`)}  ${paint.code(text)}`];
  const inner = `${indent}  `;
  const room = width - columns(inner);
  const pieces = text.startsWith('tshark ')
    ? text.replace(/ -Y (?='[^']*'$)/, ' \\\n  -Y ').split('\n')
    : text.split(/(?<=[;|]) /);
  const lines = columns(text) <= room ? [text] : text.startsWith('tshark ') ? pieces : pack(pieces, room);
  const told = wrap(`${where}:`, width, indent).slice(indent.length);
  return [lead + paint.faint(told), ...lines.map((piece) => `${inner}${paint.code(piece)}`)];
}
