/** The hop table takes the first of its layouts that fits, to the column: what refuses one without drawing it refuses nothing that fits. */

import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { columns } from '../../src/formats/layout.js';
import { paintFor } from '../../src/formats/paint.js';
import { hopRows, hopTable } from '../../src/formats/table.js';
import { shortNames } from '../../src/report/reading.js';
import { share } from '../support/budget.js';
import { fixture, fixtureNames } from './support.js';

const places = [null, 'a', 'café ≈ 漢字.cap #1', `${'x'.repeat(70)} #2`, `e${'\u0301'.repeat(9)} #3`];
const widest = (text: string): number => Math.max(...text.split('\n').map(columns));

it.each(fixtureNames)('%s', (name) => {
  const report = fixture(name);
  const nameOf = shortNames(report);
  const tables = report.flows
    .flatMap((flow) => flow.journeys)
    .flatMap((journey) => [
      hopRows(report, journey, 'request', journey.request, nameOf),
      ...(journey.reply === null ? [] : [hopRows(report, journey, 'reply', journey.reply, nameOf)]),
    ]);
  let layouts = 0;
  for (const [turn, rows] of tables.slice(0, 3).entries()) {
    for (const place of share(places, 3, turn)) {
      const named =
        place === null ? rows : rows.map((row) => ({ ...row, place: row.state === 'seen' ? place : row.place }));
      for (const color of [false, true]) {
        let width = 10_000;
        for (;;) {
          const text = hopTable(named, width, paintFor(color));
          // Stacked, each line is as long as there is room.
          if (!stripVTControlCharacters(text).startsWith('hop')) break;
          layouts++;
          const least = widest(text);
          expect(hopTable(named, least, paintFor(color))).toBe(text);
          width = least - 1;
        }
      }
    }
  }
  expect(layouts).toBeGreaterThan(10);
});
