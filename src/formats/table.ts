/** The hop table: one row for each place on the path with the fields that people compare there, and a mark on each judged cell. */
import Table from 'cli-table3';
import type { Direction } from '../path/roles.js';
import {
  breakOf,
  type Cell,
  cellMark,
  hopName,
  type Mark,
  type NameOf,
  observationToShow,
  relativeTime,
} from '../report/reading.js';
import type { HopReport, HopReportState, JourneyReport, LegReport, Report } from '../report/report.js';
import { safeText } from '../report/safe-text.js';
import { columns, pack, pad, shorten, wrap } from './layout.js';
import type { Paint } from './paint.js';

/** One row as text, free of layout and of unsafe characters. */
export interface HopRow {
  readonly role: string;
  readonly name: string;
  readonly state: HopReportState;
  /** In words, when there is no datagram to show. */
  readonly absence: string;
  /** "node1.cap #3", further frames of the same datagram after it. */
  readonly place: string;
  /** Since the first sighting of this journey; null without a usable time. */
  readonly time: string | null;
  readonly mac: readonly [string, string] | null;
  readonly outer: readonly [string, string] | null;
  readonly inner: readonly [string, string];
  readonly ttl: readonly string[];
  readonly length: readonly string[];
  readonly marks: Readonly<Record<Cell, Mark>>;
  readonly remarks: readonly string[];
}

const none: Readonly<Record<Cell, Mark>> = { mac: 'none', outer: 'none', inner: 'none', ttl: 'none', length: 'none' };

function absenceText(leg: LegReport, hop: HopReport, nameOf: NameOf): string {
  switch (hop.state) {
    case 'seen':
      return '';
    case 'not-captured':
      return 'not captured';
    case 'blind':
      return 'captured, not seen, yet seen further on';
    case 'not-running':
      return 'nothing shows that this capture ran when it was due';
    case 'other-run':
      return 'captured, holds other pings of this flow';
    case 'lost-before': {
      const last = breakOf(leg)?.last;
      const between = last
        ? ` between ${shorten(hopName(last, nameOf), 40)} and ${shorten(hopName(hop, nameOf), 40)}`
        : '';
      const how = {
        lost: 'lost',
        refused: 'refused',
        misrouted: 'misrouted',
        delivered: '',
        'insufficient-evidence': '',
      };
      const word = how[leg.disposition];
      return `captured, not seen${word === '' ? '' : `: ${word}${between}`}`;
    }
    default:
      return 'captured, not seen';
  }
}

/** Rows of one leg, in path order. */
export function hopRows(
  report: Report,
  journey: JourneyReport,
  direction: Direction,
  leg: LegReport,
  nameOf: NameOf,
): HopRow[] {
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one row from its first cell to its last
  return leg.hops.map((hop) => {
    const { state } = hop;
    const name = safeText(hopName(hop, nameOf));
    const seen = observationToShow(journey, direction, hop);
    if (seen === null) {
      return {
        role: hop.role,
        name,
        state,
        absence: safeText(absenceText(leg, hop, nameOf)),
        place: hop.point === null ? '' : safeText(nameOf(hop.point)),
        time: null,
        mac: null,
        outer: null,
        inner: ['', ''],
        ttl: [],
        length: [],
        marks: none,
        remarks: [],
      };
    }
    const mark = (cell: Cell): Mark => cellMark(journey, direction, hop, cell);
    const others = hop.observations.filter((other) => other !== seen);
    const remarks: string[] = [];
    // Several points may lie in one file: what tells them apart.
    if (hop.interface !== null) remarks.push(safeText(hop.interface));
    else if (hop.point?.startsWith(`${seen.file}:`)) remarks.push(safeText(hop.point.slice(seen.file.length + 1)));
    if (seen.vlans.length > 0) remarks.push(`VLAN ${seen.vlans.join(', ')}`);
    if (hop.encapsulation !== null && hop.encapsulation !== 'none' && hop.encapsulation !== 'ipip') {
      remarks.push(`inside ${safeText(hop.encapsulation)}`);
    }
    if (others.length > 0)
      remarks.push(
        `also ${others
          .slice(0, 3)
          .map((other) => `#${other.frame}`)
          .join(' ')}${others.length > 3 ? ' …' : ''}`,
      );
    if (seen.fragments.length > 0) remarks.push(`${seen.fragments.length} fragments`);
    const limit = (length: number): string => `${length} of ${hop.mtu}`;
    return {
      role: hop.role,
      name,
      state,
      absence: '',
      place: `${safeText(nameOf(seen.file))} #${seen.frame}`,
      time: relativeTime(report, journey, hop, seen)?.text ?? null,
      mac:
        seen.sourceMac === null && seen.destinationMac === null
          ? null
          : [safeText(seen.sourceMac ?? '–'), safeText(seen.destinationMac ?? '–')],
      outer: seen.outer === null ? null : [safeText(seen.outer.source), safeText(seen.outer.destination)],
      inner: [safeText(seen.inner.source), safeText(seen.inner.destination)],
      ttl: seen.outer === null ? [`${seen.inner.ttl}`] : [`outer ${seen.outer.ttl}`, `inner ${seen.inner.ttl}`],
      length:
        seen.outer === null
          ? [limit(seen.inner.totalLength)]
          : [limit(seen.outer.totalLength), `inner ${seen.inner.totalLength}`],
      marks: { mac: mark('mac'), outer: mark('outer'), inner: mark('inner'), ttl: mark('ttl'), length: mark('length') },
      remarks,
    };
  });
}

export function absenceMark(state: HopReportState): Mark {
  if (state === 'lost-before') return 'fail';
  return state === 'blind' || state === 'not-running' ? 'unproven' : 'none';
}

/** Between two columns. */
const gap = '  ';

/** A table without lines: columns apart by two spaces. */
export const noRules = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '',
  'mid-mid': '',
  middle: gap,
};

/** Place, time and remarks of a row below its role, in as few lines as its column allows. */
function below(row: HopRow, width: number): string[] {
  const parts = [row.place, row.time ?? '', ...row.remarks].filter((part) => part !== '');
  return pack(
    parts.map((part) => shorten(part, width)),
    width,
    '  ',
  );
}

/** Hops that nobody captured stand together: one line each says all there is. */
function bothUncaptured(row: HopRow, before: HopRow | undefined): boolean {
  return row.state === 'not-captured' && before?.state === 'not-captured';
}

/** Columns that a table of these rows takes at least, found without drawing it. */
function leastWidth(rows: readonly unknown[]): number {
  const widths: number[] = [];
  for (const row of rows) {
    if (!Array.isArray(row)) continue;
    for (const [at, content] of row.entries()) {
      // A cell over several columns takes what they have.
      if (typeof content !== 'string') continue;
      for (const line of content.split('\n')) widths[at] = Math.max(widths[at] ?? 0, columns(line.trimEnd()));
    }
  }
  return widths.reduce((sum, width) => sum + gap.length + width, -gap.length);
}

/** null: it is wider than `width`. */
function wideTable(
  rows: readonly HopRow[],
  withTime: boolean,
  nameWidth: number,
  paint: Paint,
  width: number,
): string | null {
  const heads = ['hop', ...(withTime ? ['time'] : []), 'MAC', 'outer IP', 'inner IP', 'TTL', 'length of MTU'];
  const table = new Table({
    chars: noRules,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    head: heads.map((head) => paint.strong(head)),
  });
  const marked = (mark: Mark, lines: readonly string[]): string =>
    lines
      .map((line, i) =>
        i === 0
          ? `${paint.sign(mark)} ${mark === 'fail' ? paint.as(mark, line) : line}`
          : `  ${mark === 'fail' ? paint.as(mark, line) : line}`,
      )
      .join('\n');
  const pair = (mark: Mark, addresses: readonly [string, string] | null): string =>
    addresses === null
      ? paint.sign('none')
      : `${marked(mark, [addresses[0]])}\n→ ${mark === 'fail' ? paint.as(mark, addresses[1]) : addresses[1]}`;
  const roles = Math.max(...rows.map((row) => columns(row.role)));
  rows.forEach((row, i) => {
    if (i > 0 && !bothUncaptured(row, rows[i - 1])) table.push([{ colSpan: heads.length, content: '' }]);
    const hop = [
      paint.strong(row.role),
      ...(withTime
        ? [row.place, ...row.remarks].filter((line) => line !== '').map((line) => shorten(line, nameWidth))
        : below(row, Math.max(roles, Math.min(nameWidth, columns(row.place))))),
    ];
    if (row.state !== 'seen') {
      const mark = absenceMark(row.state);
      table.push([
        hop.join('\n'),
        { colSpan: heads.length - 1, content: `${paint.sign(mark)} ${paint.as(mark, row.absence)}` },
      ]);
      return;
    }
    table.push([
      hop.join('\n'),
      ...(withTime ? [row.time ?? ''] : []),
      pair(row.marks.mac, row.mac),
      pair(row.marks.outer, row.outer),
      pair(row.marks.inner, row.inner),
      marked(row.marks.ttl, row.ttl),
      marked(row.marks.length, row.length),
    ]);
  });
  // Drawing takes far longer than all that comes before it.
  if (leastWidth([table.options.head, ...table]) > width) return null;
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return Math.max(...lines.map(columns)) <= width ? lines.join('\n') : null;
}

/** For a narrow terminal: where it was seen on the left, what was seen on the right, one header a line. */
function stacked(rows: readonly HopRow[], width: number, paint: Paint): string {
  const roles = Math.max(...rows.map((row) => columns(row.role)));
  const places = rows.map((row) => columns(row.place));
  // 56 columns hold the longest IPv4 line, and two MAC addresses.
  const leftWidth = Math.max(roles, Math.min(Math.max(...places), width - 2 - 56));
  const room = Math.max(20, width - leftWidth - 2);
  const sideBySide = (left: readonly string[], right: readonly string[]): string =>
    Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
      const beside = right[i] ?? '';
      return beside === '' ? (left[i] ?? '') : `${pad(left[i] ?? '', leftWidth)}  ${beside}`;
    }).join('\n');
  const blocks = rows.map((row) => {
    const left = [paint.strong(row.role), ...below(row, leftWidth)];
    if (row.state !== 'seen') {
      const mark = absenceMark(row.state);
      const text = wrap(row.absence, room, '  ').split('\n');
      return sideBySide(
        left,
        text.map((line, i) => `${i === 0 ? paint.sign(mark) : ' '} ${paint.as(mark, line.slice(2))}`),
      );
    }
    const fact = (label: string, mark: Mark, text: string): string =>
      `${paint.faint(pad(label, 6))} ${paint.sign(mark)} ${mark === 'fail' ? paint.as(mark, text) : text}`;
    const pair = (label: string, mark: Mark, addresses: readonly [string, string] | null): string[] => {
      if (addresses === null) return [];
      const [from, to] = addresses.map((address) => shorten(address, room - 9)) as [string, string];
      const chunks = [fact(label, mark, from), mark === 'fail' ? paint.as(mark, `→ ${to}`) : `→ ${to}`];
      return pack(chunks, room).map((line, i) => (i === 0 ? line : `       ${line}`));
    };
    return sideBySide(left, [
      ...pair('MAC', row.marks.mac, row.mac),
      ...pair('outer', row.marks.outer, row.outer),
      ...pair('inner', row.marks.inner, row.inner),
      ...pack(
        [fact('TTL', row.marks.ttl, row.ttl.join(', ')), fact('length', row.marks.length, row.length.join(', '))],
        room,
        '  ',
      ),
    ]);
  });
  return blocks
    .map((block, i) => {
      const row = rows[i];
      const apart = i > 0 && row !== undefined && !bothUncaptured(row, rows[i - 1]);
      return apart ? `\n${block}` : block;
    })
    .join('\n');
}

/** The rows as a table where one fits, stacked otherwise; never a line broken inside an address. */
export function hopTable(rows: readonly HopRow[], width: number, paint: Paint): string {
  // The table library measures text character by character; a text that cannot fit anyway is not given to it.
  const texts = rows.flatMap((row) => [row.absence, ...(row.mac ?? []), ...(row.outer ?? []), ...row.inner]);
  if (texts.some((text) => text.length > width)) return stacked(rows, width, paint);
  for (const [withTime, nameWidth] of [
    [true, 40],
    [true, 24],
    [false, 24],
  ] as const) {
    const table = wideTable(rows, withTime, nameWidth, paint, width);
    if (table !== null) return table;
  }
  return stacked(rows, width, paint);
}
