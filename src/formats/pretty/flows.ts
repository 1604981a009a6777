/** Many flows in a table, and what of one is not shown. */

import Table from 'cli-table3';
import { flowEnds } from '../../report/flow-name.js';
import { worstOf } from '../../report/reading.js';
import type { FlowReport, JourneyReport } from '../../report/report.js';
import { safeText } from '../../report/safe-text.js';
import { shorten } from '../layout.js';
import { noRules } from '../table.js';
import { markOfFinding, outcomeMark, type Page } from './page.js';

export function flowsTable({ report, options, paint, width }: Page): string[] {
  const rank = { fail: 0, unproven: 1, pass: 2 } as const;
  const sorted = [...report.flows].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
  // What is wrong is what is looked for; a few of those that passed stand for the rest.
  const wrong = sorted.filter((flow) => flow.outcome !== 'pass').length;
  const shown = options.all ? sorted : sorted.slice(0, Math.min(30, Math.max(wrong + 3, 12)));
  const table = new Table({
    chars: noRules,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'left'],
    head: ['', 'source', 'destination', 'probes', 'delivered', 'replied', 'worst finding'].map((head) =>
      paint.strong(head),
    ),
  });
  for (const flow of shown) {
    const worst = worstOf(flow);
    const mark = outcomeMark[flow.outcome];
    const why = flow.outcome === 'pass' ? '–' : flow.outcome;
    table.push([
      paint.sign(mark),
      shorten(safeText(flowEnds(flow).source), 40),
      shorten(safeText(flowEnds(flow).destination), 40),
      flow.probes,
      flow.delivered,
      flow.replied,
      worst === null
        ? why
        : paint.as(markOfFinding(worst), shorten(`${worst.rule} ${safeText(worst.name)}`, Math.max(12, width - 60))),
    ]);
  }
  const rest = sorted.slice(shown.length);
  const lines = [
    paint.strong(`Flows (${report.flows.length})`),
    ...table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd()),
  ];
  if (rest.length > 0) {
    const parts = [
      ['fail', 'failed'],
      ['unproven', 'unproven'],
      ['pass', 'passed'],
    ].flatMap(([outcome, what]) => {
      const count = rest.filter((flow) => flow.outcome === outcome).length;
      return count === 0 ? [] : [`${count} ${what}`];
    });
    lines.push(`… and ${rest.length} more flow${rest.length === 1 ? '' : 's'}: ${parts.join(', ')}`);
  }
  lines.push('');
  return lines;
}

/** "4 more requests: 2 failed, 2 passed" */
export function restOfJourneys(flow: FlowReport, shown: readonly JourneyReport[]): string[] {
  const rest = flow.journeys.filter((journey) => !shown.includes(journey));
  if (rest.length + flow.journeysOmitted === 0) return [];
  const count = (outcome: string): number => rest.filter((journey) => journey.outcome === outcome).length;
  const parts = [
    [count('fail'), 'failed'] as const,
    [count('unproven'), 'unproven'] as const,
    [count('pass'), 'passed'] as const,
    [flow.journeysOmitted, 'left out of the report'] as const,
  ].filter(([n]) => n > 0);
  const n = rest.length + flow.journeysOmitted;
  return [
    `${n} more request${n === 1 ? '' : 's'} of this flow: ${parts.map(([m, what]) => `${m} ${what}`).join(', ')}`,
    '',
  ];
}
