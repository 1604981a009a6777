/** The headers of each frame side by side, outermost first, with a sign on every field that differs from the hop before. */

import type { Direction } from '../../path/roles.js';
import {
  type Cell,
  cellMark,
  isFailure,
  type Mark,
  markSign,
  type NameOf,
  observationToShow,
  relativeTime,
} from '../../report/reading.js';
import type {
  HeaderReport,
  HopReport,
  JourneyReport,
  LegReport,
  ObservationReport,
  Report,
} from '../../report/report.js';
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
  readonly cell: Cell;
  /** How rules begin a field's name when it is one of this layer. */
  readonly prefix: string;
  readonly fields: readonly Field[];
}[] = [
  {
    title: 'Link',
    cell: 'mac',
    prefix: '',
    fields: [
      ['source MAC', (seen) => seen.sourceMac],
      ['destination MAC', (seen) => seen.destinationMac],
      ['VLAN', (seen) => (seen.vlans.length === 0 ? null : seen.vlans.join(', '))],
    ],
  },
  { title: 'Outer IP', cell: 'outer', prefix: 'outer ', fields: ipFields('outer') },
  { title: 'Inner IP', cell: 'inner', prefix: 'inner ', fields: ipFields('inner') },
];

/** Rules' names of fields that are not spelt like the row's, or that stand in two rows. */
const rowsOfField: Record<string, readonly string[]> = {
  'MAC pair': ['source MAC', 'destination MAC'],
  'outer addresses': ['outer source', 'outer destination'],
  'outer type of service': ['outer TOS'],
  'inner type of service': ['inner TOS'],
  'inner datagram length': ['inner total length'],
};

/** What failed checks expected of this very frame, by row. */
function contradicted(journey: JourneyReport, seen: ObservationReport): Map<string, string> {
  const rows = new Map<string, string>();
  for (const finding of journey.findings.filter(isFailure)) {
    for (const { file, frame, field, expected } of finding.evidence) {
      if (file !== seen.file || frame !== seen.frame || field === undefined) continue;
      for (const row of rowsOfField[field] ?? [field]) if (!rows.has(row)) rows.set(row, expected ?? '');
    }
  }
  return rows;
}

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
  const wrong = columns.map(({ seen }) => contradicted(journey, seen));
  const heads = columns.map(
    ({ hop, seen, time }) =>
      html`<th scope="col"><span class="role">${hop.role}</span><br>${nameOf(seen.file)} #${seen.frame}${seen.fragments.length > 0 ? html`<br>first of ${seen.fragments.length} fragments` : html``}<br><span class="faint">${time}</span></th>`,
  );
  const body: Markup[] = [];
  for (const { title, cell, prefix, fields: all } of layers) {
    const fields = all.filter(([, read]) => columns.some(({ seen }) => read(seen) !== null));
    if (fields.length === 0) continue;
    const marks = columns.map(({ hop, seen }, i) => {
      if (all.every(([, read]) => read(seen) === null)) return html`<td class="mark none"></td>`;
      const failed = all.some(([name]) => wrong[i]?.has(`${prefix}${name}`));
      const mark: Mark = failed ? 'fail' : cellMark(journey, direction, hop, cell);
      return html`<td class="mark ${mark}">${markSign[mark]}</td>`;
    });
    body.push(html`<tr class="layer"><th scope="row">${title}</th>${marks}</tr>`);
    for (const [name, read] of fields) {
      let before: string | null = null;
      // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one table: a layer's rows, a row's cells, a cell's marks
      const cells = columns.map(({ hop, seen }, i) => {
        const value = read(seen);
        if (value === null) return html`<td class="none">–</td>`;
        const changed = before !== null && before !== value;
        const was = before ?? '';
        before = value;
        const expected = wrong[i]?.get(`${prefix}${name}`);
        const measured = title === 'Outer IP' || seen.outer === null;
        const limit = name === 'total length' && measured ? ` of ${hop.mtu}` : '';
        const kind = `${changed ? 'changed' : 'same'}${expected === undefined ? '' : ' bad'}`;
        const cross = expected === undefined ? html`` : html`<span class="fail">${markSign.fail}</span> `;
        const instead =
          expected === undefined || expected === ''
            ? html``
            : html`<br><span class="instead">expected ${expected}</span>`;
        return changed
          ? html`<td class="${kind}" title="was ${was}">${cross}<span class="delta" aria-label="changed">Δ</span> ${value}${limit}${instead}</td>`
          : html`<td class="${kind}">${cross}${value}${limit}${instead}</td>`;
      });
      body.push(html`<tr><th scope="row">${name}</th>${cells}</tr>`);
    }
  }
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Headers of the ${direction}, scrolls sideways"><table class="headers"><thead><tr><th scope="col">field</th>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}
