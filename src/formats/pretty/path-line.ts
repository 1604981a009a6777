/** The way of a datagram in one line. */
import type { Direction } from '../../path/roles.js';
import { breakOf, hopMark, hopName, hopsByRole, roleName, worstMark } from '../../report/reading.js';
import type { JourneyReport, LegReport } from '../../report/report.js';
import { safeText } from '../../report/safe-text.js';
import { pack, shorten } from '../layout.js';
import type { Page } from './page.js';

const broken = {
  lost: 'lost',
  refused: 'refused',
  misrouted: 'misrouted',
  'insufficient-evidence': 'not seen',
  delivered: '',
};

/** "pod1 ─✓─ flannel.ipip ─✓─ node1 ─✗ lost ┄ node2 ┄ pod2", in lines that break only between hops. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one line of the report from its left to its right
export function pathLine(
  { paint, nameOf }: Page,
  journey: JourneyReport,
  direction: Direction,
  leg: LegReport,
  width: number,
): string[] {
  const end = breakOf(leg);
  let past = false;
  const chunks: string[] = [];
  let uncaptured: string[] = [];
  let lastName = '';
  /** Hops that nobody captured, in one chunk. */
  const skip = (): void => {
    const [only] = uncaptured;
    if (only === undefined) return;
    const what = uncaptured.length === 1 ? `${only}: not captured` : `${uncaptured.length} hops not captured`;
    const lead = chunks.length === 0 ? '' : past ? '┄ ' : '─── ';
    chunks.push(`${past ? paint.faint(lead) : lead}${paint.faint(`(${what})`)}`);
    uncaptured = [];
  };
  for (const place of hopsByRole(leg)) {
    const hop =
      place.find((one) => one === end?.missing) ?? place.find((one) => one.observations.length > 0) ?? place[0];
    if (hop === undefined || (hop.point === null && hop.role.endsWith('bridge'))) continue;
    if (hop.point === null) {
      uncaptured.push(roleName(hop.role));
      continue;
    }
    skip();
    const more = place.length > 1 ? ` (+${place.length - 1})` : '';
    const name = `${shorten(safeText(hopName(hop, nameOf)), 30)}${more}`;
    const before = lastName;
    lastName = name;
    const shown =
      hop.state === 'blind' ? `(${name}: not seen)` : hop.state === 'not-running' ? `(${name}: not running)` : name;
    const mark = worstMark(place.map((one) => hopMark(journey, direction, one)));
    if (end !== null && hop === end.missing) {
      past = true;
      chunks.push(`${paint.as('fail', `─✗ ${broken[leg.disposition]} ┄`)} ${paint.faint(name)}`);
    } else if (past) {
      // Several places of one capture of every device, none of which has it.
      if (name !== before) chunks.push(paint.faint(`┄ ${name}`));
    } else if (chunks.length === 0) chunks.push(mark === 'pass' ? shown : `${paint.sign(mark)} ${shown}`);
    else chunks.push(`─${paint.sign(mark)}─ ${shown}`);
  }
  skip();
  return pack(chunks, width);
}
