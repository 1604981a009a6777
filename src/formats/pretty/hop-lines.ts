/** The hop table with one line a hop. What does not fit beside stands below; a text that is the same at every hop stands in the head. */
import type { Direction } from '../../path/roles.js';
import { type Cell, cellMark, isFailure, type Mark } from '../../report/reading.js';
import type { HopReport, JourneyReport, LegReport } from '../../report/report.js';
import { columns, pad, shorten, wrap } from '../layout.js';
import { absenceMark, type HopRow, hopRows } from '../table.js';
import type { Page } from './page.js';

type Pair = readonly [string, string];

/** How much of a row is written out: with fewer columns the MAC's source goes first, then the addresses that are the same everywhere. */
const layouts = [
  { mac: 'pair', addresses: true, mtu: true },
  { mac: 'pair', addresses: false, mtu: true },
  { mac: 'destination', addresses: true, mtu: true },
  { mac: 'destination', addresses: false, mtu: true },
  { mac: 'destination', addresses: false, mtu: false },
  { mac: 'mark', addresses: false, mtu: false },
] as const;

type Layout = (typeof layouts)[number];

interface Line {
  readonly row: HopRow;
  readonly cells: readonly (readonly [Mark, string])[];
}

const arrow = (pair: Pair): string => `${pair[0]} → ${pair[1]}`;

/** What the first hop shows that has such addresses: the others are told where they differ from the one before. */
function firstOf(rows: readonly HopRow[], read: (row: HopRow) => Pair | null): string {
  const pair = rows.find((row) => row.state === 'seen' && read(row) !== null);
  return pair === undefined ? '' : arrow(read(pair)!);
}

function macText(row: HopRow, { mac }: Layout): string {
  if (row.mac === null || mac === 'mark') return '';
  const [from, to] = row.mac;
  // A cooked capture keeps the sender's address only, or none.
  if (to === '–') return from === '–' ? '' : `${from} →`;
  return mac === 'pair' ? arrow(row.mac) : `→ ${to}`;
}

function lineOf(row: HopRow, layout: Layout): Line {
  const { marks } = row;
  const text = (pair: Pair | null): string => (pair === null || !layout.addresses ? '' : arrow(pair));
  const length = row.length[0] ?? '';
  return {
    row,
    cells: [
      [marks.mac, macText(row, layout)],
      [row.outer === null ? 'none' : marks.outer, text(row.outer)],
      [marks.inner, text(row.inner)],
      [marks.ttl, row.ttl.map((part) => part.replace(/^(outer|inner) /, '')).join('/')],
      [marks.length, layout.mtu ? length : length.replace(/ of .*/, '')],
    ],
  };
}

const heads = ['MAC', 'outer', 'inner', 'TTL', 'length'];

/** A leg in lines of one layout; null: wider than the page. */
function drawn(page: Page, title: string, rows: readonly HopRow[], layout: Layout): string[] | null {
  const { paint, width } = page;
  const seen = rows.filter(({ state }) => state === 'seen').map((row) => lineOf(row, layout));
  const names = Math.max(columns(title), ...rows.map(({ name }) => Math.min(24, columns(name))));
  const widths = heads.map((head, at) =>
    Math.max(
      columns(head),
      ...seen.map(({ cells }) => columns(cells[at]![1])).map((size) => (size === 0 ? 1 : size + 2)),
    ),
  );
  if (names + widths.reduce((sum, size) => sum + 2 + size, 0) > width) return null;
  const lines = [
    paint.strong(`${pad(title, names)}  ${heads.map((head, at) => pad(head, widths[at]!)).join('  ')}`.trimEnd()),
  ];
  const before = { outer: firstOf(rows, (row) => row.outer), inner: firstOf(rows, (row) => row.inner) };
  for (const row of merged(rows)) {
    const name = pad(shorten(row.name, 24), names);
    const line = seen.find((one) => one.row === row);
    if (line === undefined) {
      const mark = absenceMark(row.state);
      const beside = `${columns(row.name) <= names ? name : row.name}  `;
      const text = wrap(row.absence, width, '  ').slice(2);
      const fits = columns(beside) + 2 + columns(row.absence) <= width;
      const said = `${paint.sign(mark)} ${paint.as(mark, fits ? row.absence : text)}`;
      lines.push(...(fits ? [beside + said] : [paint.faint(wrap(row.name, width)), `  ${said}`]));
      continue;
    }
    const cells = line.cells.map(([mark, text], at) => {
      const size = widths[at]!;
      // What has no judgement here (a tunnel device's MAC) is left empty.
      if (text === '' && mark === 'none') return ' '.repeat(size);
      return `${paint.sign(mark)}${text === '' ? '' : ` ${mark === 'fail' ? paint.as(mark, text) : text}`}${' '.repeat(Math.max(0, size - (text === '' ? 1 : columns(text) + 2)))}`;
    });
    lines.push(`${name}  ${cells.join('  ')}`.trimEnd());
    if (!layout.addresses) lines.push(...changed(page, row, before));
    if (row.remarks.some((remark) => remark.startsWith('inside ')))
      lines.push(`  ${row.remarks.filter((remark) => remark.startsWith('inside ')).join(', ')}`);
  }
  return lines;
}

/** Addresses that changed on the way to this hop, below its line. */
function changed({ paint, width }: Page, row: HopRow, before: { outer: string; inner: string }): string[] {
  const lines: string[] = [];
  for (const cell of ['outer', 'inner'] as const) {
    const pair = row[cell];
    if (pair === null || arrow(pair) === before[cell]) continue;
    before[cell] = arrow(pair);
    lines.push(wrap(`${cell} ${arrow(pair)}`, width, `  ${paint.sign(row.marks[cell])} `));
  }
  return lines;
}

/** Hops behind the one where it was lost, in one row. */
function merged(rows: readonly HopRow[]): HopRow[] {
  const list: HopRow[] = [];
  for (const row of rows) {
    const last = list.at(-1);
    const same = last !== undefined && row.state !== 'seen' && last.state === row.state && last.absence === row.absence;
    if (same) list[list.length - 1] = { ...last, name: `${last.name}, ${row.name}` };
    else list.push(row);
  }
  return list;
}

function legLines(page: Page, journey: JourneyReport, direction: Direction, leg: LegReport): string[] {
  const rows = hopRows(page.report, journey, direction, leg, page.nameOf).filter(
    ({ state }) => state !== 'not-captured',
  );
  if (!rows.some(({ state }) => state === 'seen')) return [];
  for (const layout of layouts) {
    const lines = drawn(page, direction, rows, layout);
    if (lines === null) continue;
    if (layout.addresses) return [...lines, ''];
    const usual = [
      ['inner', firstOf(rows, (row) => row.inner)],
      ['outer', firstOf(rows, (row) => row.outer)],
    ].filter(([, text]) => text !== '');
    const said = usual.map(([what, text]) => `${what} ${text}`).join(', ');
    return [page.paint.faint(wrap(said, page.width)), ...lines, ''];
  }
  return [];
}

/** Does a row of this leg say more than that all is right? */
function isTelling(journey: JourneyReport, direction: Direction, leg: LegReport): boolean {
  const cells: readonly Cell[] = ['mac', 'outer', 'inner', 'ttl', 'length'];
  const bad = (hop: HopReport): boolean =>
    cells.some((cell) => ['fail', 'warning'].includes(cellMark(journey, direction, hop, cell)));
  return leg.hops.some((hop) => ['lost-before', 'blind', 'not-running'].includes(hop.state) || bad(hop));
}

/** The request hop by hop; the reply as well where it is the one that tells something. */
export function hopLines(page: Page, journey: JourneyReport): string[] {
  const { reply } = journey;
  const failed = journey.findings.some((finding) => finding.direction === 'reply' && isFailure(finding));
  const withReply = reply !== null && (failed || isTelling(journey, 'reply', reply));
  return [
    ...legLines(page, journey, 'request', journey.request),
    ...(withReply ? legLines(page, journey, 'reply', reply) : []),
  ];
}
