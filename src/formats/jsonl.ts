/**
 * The report in lines, one JSON object each, for `grep` and `jq`:
 *   {"type":"report", schema, tool, outcome, reasons, counts, expectation}         always the first line
 *   {"type":"capture", …the capture as in the report}
 *   {"type":"flow", source, destination, probes, delivered, replied, outcome, largestInner, largestOuter, journeysOmitted}
 *   {"type":"journey", flow, identifier, sequence, outcome, request, reply, lastSeen, firstMissing}
 *   {"type":"finding", flow, identifier, sequence, …the finding}                   flow and probe null where it concerns none
 *   {"type":"diagnosis", flow, …the diagnosis}
 *   {"type":"note", flow, …the note}
 * `flow` is "source>destination", each with its port for TCP and UDP; `request` and `reply` are dispositions, `reply` null when none was seen.
 */

import { flowEnds } from '../report/flow-name.js';
import { allDiagnoses, allFindings } from '../report/reading.js';
import type { FlowReport } from '../report/report.js';
import { safeJson } from '../report/safe-text.js';
import { inKeyOrder } from './key-order.js';
import type { Reporter } from './reporter.js';

const flowKey = (flow: FlowReport | null): string | null =>
  flow === null ? null : Object.values(flowEnds(flow)).join('>');

export const reportJsonLines: Reporter = (report) => {
  const { schema, tool, outcome, reasons, counts, expectation } = report;
  const lines: object[] = [{ type: 'report', schema, tool, outcome, reasons, counts, expectation }];
  const ordered = (value: object, under: string): object => inKeyOrder(value, under) as object;
  for (const capture of report.captures) lines.push({ type: 'capture', ...ordered(capture, 'captures') });
  for (const flow of report.flows) {
    const { segments, notes, findings, diagnoses, journeys, ...summary } = flow;
    lines.push({ type: 'flow', ...ordered(summary, 'flows') });
    for (const { probe, outcome, request, reply } of flow.journeys) {
      lines.push({
        type: 'journey',
        flow: flowKey(flow),
        identifier: probe.identifier ?? null,
        sequence: probe.sequence ?? null,
        outcome,
        request: request.disposition,
        reply: reply?.disposition ?? null,
        lastSeen: request.lastSeen,
        firstMissing: request.firstMissing,
      });
    }
  }
  for (const { finding, flow, journey } of allFindings(report)) {
    const { identifier = null, sequence = null } = journey?.probe ?? {};
    lines.push({ type: 'finding', flow: flowKey(flow), identifier, sequence, ...ordered(finding, 'findings') });
  }
  for (const { diagnosis, flow } of allDiagnoses(report)) {
    lines.push({ type: 'diagnosis', flow: flowKey(flow), ...ordered(diagnosis, 'diagnoses') });
  }
  for (const note of report.notes) lines.push({ type: 'note', flow: null, ...ordered(note, 'notes') });
  for (const flow of report.flows) {
    for (const note of flow.notes) lines.push({ type: 'note', flow: flowKey(flow), ...ordered(note, 'notes') });
  }
  return lines.map((line) => `${safeJson(JSON.stringify(line))}\n`).join('');
};
