/** By how much the clock of each node is ahead of one reference, from the report's estimates. */
import type { PointReport, Report } from '../report/report.js';

/**
 * Nanoseconds to take off a point's time stamps, by point id; a point without an entry keeps its own time. An offset within
 * its own error bound is no proof that clocks differ, and corrects nothing.
 */
export function clockShifts(report: Report): ReadonlyMap<string, bigint> {
  const ahead = new Map<string, bigint>();
  for (const { between, offset, bound } of report.clocks) {
    if (offset === null || bound === null) continue;
    const [near, far] = between;
    const value = BigInt(offset);
    const differs = (value < 0n ? -value : value) > BigInt(bound);
    const shift = differs ? value : 0n;
    if (!ahead.has(near) && ahead.has(far)) ahead.set(near, ahead.get(far)! - shift);
    else if (!ahead.has(far)) ahead.set(far, (ahead.get(near) ?? setZero(ahead, near)) + shift);
  }
  const shifts = new Map<string, bigint>();
  for (const point of report.points) {
    const shift = ahead.get(nodeOf(point, report) ?? '');
    if (shift !== undefined && shift !== 0n) shifts.set(point.id, shift);
  }
  return shifts;
}

function setZero(ahead: Map<string, bigint>, node: string): bigint {
  ahead.set(node, 0n);
  return 0n;
}

/** The name under which the clocks know the point's node; unnamed sides are told apart only while there is one flow. */
function nodeOf(point: PointReport, report: Report): string | null {
  if (point.node !== null && report.clocks.some((c) => c.between.includes(point.node!))) return point.node;
  if (point.role === null || report.flows.length !== 1) return point.node;
  const side = point.role.startsWith('source') || point.role.startsWith('encapsulator') ? 0 : 1;
  return report.clocks[0]?.between[side] ?? null;
}
