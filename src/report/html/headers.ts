/** The headers of each frame side by side, outermost first, with a sign on every field that differs from the hop before. */
import { type Cell, cellMark, type Mark, markSign, type NameOf, observationToShow, relativeTime } from '../reading.js';
import type {
  Direction,
  HeaderReport,
  HopReport,
  JourneyReport,
  LegReport,
  ObservationReport,
  Report,
} from '../report.js';
import { html, type Markup } from './markup.js';

interface Column {
  readonly hop: HopReport;
  readonly seen: ObservationReport;
  readonly time: string;
}

type Field = readonly [name: string, read: (seen: ObservationReport) => string | null];

const ofHeader = (
  which: 'outer' | 'inner',
  read: (header: HeaderReport) => string,
): ((seen: ObservationReport) => string | null) => {
  return (seen) => {
    const header = seen[which];
    return header === null ? null : read(header);
  };
};

const ipFields = (which: 'outer' | 'inner'): Field[] => [
  ['source', ofHeader(which, (header) => header.source)],
  ['destination', ofHeader(which, (header) => header.destination)],
  ['TTL', ofHeader(which, (header) => String(header.ttl))],
  ['protocol', ofHeader(which, (header) => String(header.protocol))],
  ['total length', ofHeader(which, (header) => String(header.totalLength))],
  ['identification', ofHeader(which, (header) => `0x${header.identification.toString(16).padStart(4, '0')}`)],
  ['DF', ofHeader(which, (header) => (header.dontFragment ? 'set' : 'clear'))],
  ['TOS', ofHeader(which, (header) => `0x${header.tos.toString(16).padStart(2, '0')}`)],
];

const layers: readonly {
  readonly title: string;
  readonly cells: readonly Cell[];
  readonly fields: readonly Field[];
}[] = [
  {
    title: 'Link',
    cells: ['mac'],
    fields: [
      ['source MAC', (seen) => seen.sourceMac],
      ['destination MAC', (seen) => seen.destinationMac],
      ['VLAN', (seen) => (seen.vlans.length === 0 ? null : seen.vlans.join(', '))],
    ],
  },
  { title: 'Outer IP', cells: ['outer'], fields: ipFields('outer') },
  { title: 'Inner IP', cells: ['inner', 'ttl', 'length'], fields: ipFields('inner') },
];

const cellsOfField: Record<string, Cell> = { TTL: 'ttl', 'total length': 'length' };
const layerCell: Record<string, Cell> = { Link: 'mac', 'Outer IP': 'outer', 'Inner IP': 'inner' };

function columnsOf(report: Report, journey: JourneyReport, direction: Direction, leg: LegReport): Column[] {
  return leg.hops.flatMap((hop) => {
    const seen = observationToShow(journey, direction, hop);
    return seen === null ? [] : [{ hop, seen, time: relativeTime(report, journey, hop, seen)?.text ?? '' }];
  });
}

/** A table with a column for each frame that was seen. */
export function headerStacks(
  report: Report,
  journey: JourneyReport,
  direction: Direction,
  leg: LegReport,
  nameOf: NameOf,
): Markup {
  const columns = columnsOf(report, journey, direction, leg);
  if (columns.length === 0) return html`<p>The ${direction} was seen nowhere.</p>`;
  const markAt = (column: Column, cell: Cell): Mark => cellMark(journey, direction, column.hop, cell);
  const heads = columns.map(
    ({ hop, seen, time }) =>
      html`<th scope="col"><span class="role">${hop.role}</span><br>${nameOf(seen.file)} #${seen.frame}<br><span class="faint">${time}</span></th>`,
  );
  const body: Markup[] = [];
  for (const layer of layers) {
    const fields = layer.fields.filter(([, read]) => columns.some(({ seen }) => read(seen) !== null));
    if (fields.length === 0) continue;
    const marks = columns.map((column) => {
      const present = layer.fields.some(([, read]) => read(column.seen) !== null);
      const mark = present ? markAt(column, layerCell[layer.title] ?? 'inner') : 'none';
      return html`<td class="mark ${mark}">${present ? markSign[mark] : ''}</td>`;
    });
    body.push(html`<tr class="layer"><th scope="row">${layer.title}</th>${marks}</tr>`);
    for (const [name, read] of fields) {
      let before: string | null = null;
      const cells = columns.map((column) => {
        const value = read(column.seen);
        if (value === null) return html`<td class="none">–</td>`;
        const changed = before !== null && before !== value;
        const was = before ?? '';
        before = value;
        const cell = cellsOfField[name];
        const mark = cell === undefined ? markAt(column, layerCell[layer.title] ?? 'inner') : markAt(column, cell);
        const bad = mark === 'fail' ? ' bad' : '';
        const limit =
          name === 'total length' && (layer.title === 'Outer IP' || column.seen.outer === null)
            ? ` of ${column.hop.mtu}`
            : '';
        return changed
          ? html`<td class="changed${bad}" title="was ${was}"><span class="delta" aria-label="changed">Δ</span> ${value}${limit}</td>`
          : html`<td class="same${bad}">${value}${limit}</td>`;
      });
      body.push(html`<tr><th scope="row">${name}</th>${cells}</tr>`);
    }
  }
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Headers of the ${direction}, scrolls sideways"><table class="headers"><thead><tr><th scope="col">field</th>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}
