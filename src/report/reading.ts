/** Reads a report the way people ask about it: which journey matters, what a cell is worth, where the path breaks. No text layout here. */

import type { EvidenceReport, Finding } from '../checks/finding.js';
import { rules } from '../checks/registry.js';
import type { Cell, RuleMeta } from '../checks/rule.js';
import type { HopRole } from '../path/facts.js';
import type { Direction } from '../path/roles.js';
import type {
  Diagnosis,
  FlowReport,
  HopReport,
  JourneyReport,
  LegReport,
  Note,
  ObservationReport,
  RefusalReport,
  Report,
} from './report.js';
import { safeText, shellQuote } from './safe-text.js';

export type Mark = 'pass' | 'fail' | 'warning' | 'unproven' | 'none';

export type { Cell };

/** The sign says it; colour only repeats it. */
export const markSign: Record<Mark, string> = { pass: '✓', fail: '✗', warning: '!', unproven: '?', none: '·' };

const metaOf: ReadonlyMap<string, RuleMeta> = new Map(rules.map(({ meta }) => [meta.id, meta]));

/** The findings of one hop: by capture point when both name one, else by role. */
export function findingsOfHop(journey: JourneyReport, direction: Direction, hop: HopReport): Finding[] {
  return journey.findings.filter(
    (finding) =>
      finding.direction === direction &&
      (finding.point !== null && hop.point !== null ? finding.point === hop.point : finding.role === hop.role) &&
      (finding.role === null || finding.role === hop.role || finding.point === hop.point),
  );
}

function markOf(findings: readonly Finding[]): Mark {
  let mark: Mark = 'none';
  for (const { verdict, severity, rule } of findings) {
    if (verdict === 'fail' && severity === 'error') return 'fail';
    if (verdict === 'fail' && severity === 'warning') mark = 'warning';
    else if (
      verdict === 'unproven' &&
      severity === 'error' &&
      metaOf.get(rule)?.required === true &&
      mark !== 'warning'
    ) {
      mark = 'unproven';
    } else if (verdict === 'pass' && mark === 'none') mark = 'pass';
  }
  return mark;
}

/** What the findings of this hop say of one cell of its row. */
export function cellMark(journey: JourneyReport, direction: Direction, hop: HopReport, cell: Cell): Mark {
  const own = findingsOfHop(journey, direction, hop).filter((finding) => metaOf.get(finding.rule)?.cell === cell);
  const proven = own.some((finding) => finding.verdict === 'pass');
  return markOf(
    proven ? own.filter(({ verdict, rule }) => verdict !== 'unproven' || !metaOf.get(rule)?.hasAlternative) : own,
  );
}

/** What a hop as a whole is worth: absent where it had to be, judged good, bad, or not at all. */
export function hopMark(journey: JourneyReport, direction: Direction, hop: HopReport): Mark {
  if (hop.state === 'lost-before') return 'fail';
  if (hop.state === 'blind' || hop.state === 'not-running') return 'unproven';
  if (hop.state !== 'seen') return 'none';
  return markOf(findingsOfHop(journey, direction, hop));
}

/** Hops of a leg by role: one place may be captured at several points (cni0 and the veth, every device with `-i any`). */
export function hopsByRole(leg: LegReport): HopReport[][] {
  const places: HopReport[][] = [];
  for (const hop of leg.hops) {
    const last = places.at(-1);
    if (last?.[0]?.role === hop.role) last.push(hop);
    else places.push([hop]);
  }
  return places;
}

const markRank: Record<Mark, number> = { fail: 0, warning: 1, unproven: 2, pass: 3, none: 4 };

export function worstMark(marks: readonly Mark[]): Mark {
  return [...marks].sort((a, b) => markRank[a] - markRank[b])[0] ?? 'none';
}

export interface Break {
  /** The last hop that saw the datagram; null when none did. */
  readonly last: HopReport | null;
  /** The first captured hop after it that did not; null when none is known. */
  readonly missing: HopReport | null;
}

/** Where a leg ends early; null when its last captured hop saw it or nobody can say. */
export function breakOf(leg: LegReport): Break | null {
  if (leg.disposition === 'delivered') return null;
  const missing = leg.hops.find(({ state }) => state === 'lost-before') ?? null;
  const last = leg.hops.findLast(({ state }) => state === 'seen') ?? null;
  return missing === null && last === null ? null : { last, missing };
}

const severityRank = { error: 0, warning: 1, info: 2 } as const;
const verdictRank = { fail: 0, unproven: 1, pass: 2, 'not-applicable': 3 } as const;

/** Worst first: failed errors, failed warnings, failed infos, unproven; the report's own order within. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => verdictRank[a.verdict] - verdictRank[b.verdict] || severityRank[a.severity] - severityRank[b.severity],
  );
}

export function isFailure(finding: Finding): boolean {
  return finding.verdict === 'fail' && finding.severity !== 'info';
}

/**
 * The one journey to show: the first of those that failed in the way that most of them did, else the first that could not be
 * proven, else the first.
 */
export function journeyToShow(flow: FlowReport): JourneyReport | null {
  const ways = new Map<string, JourneyReport[]>();
  for (const journey of flow.journeys) {
    if (journey.outcome !== 'fail') continue;
    const rules = journey.findings.filter((finding) => isFailure(finding) && finding.severity === 'error');
    const way = [...new Set(rules.map(({ rule }) => rule)), journey.request.firstMissing].join(' ');
    ways.set(way, [...(ways.get(way) ?? []), journey]);
  }
  const isLost = ([journey]: readonly JourneyReport[]): number => (journey?.request.firstMissing == null ? 0 : 1);
  const [most] = [...ways.values()].sort((a, b) => b.length - a.length || isLost(b) - isLost(a));
  return most?.[0] ?? flow.journeys.find((journey) => journey.outcome === 'unproven') ?? flow.journeys[0] ?? null;
}

const outcomeRank = { fail: 0, unproven: 1, pass: 2 } as const;

export function flowToShow(report: Report): FlowReport | null {
  return [...report.flows].sort((a, b) => outcomeRank[a.outcome] - outcomeRank[b.outcome])[0] ?? null;
}

export interface PlacedFinding {
  readonly finding: Finding;
  readonly flow: FlowReport | null;
  readonly journey: JourneyReport | null;
}

/** Every finding with the flow and journey it stands under: the captures' own first. */
export function allFindings(report: Report): PlacedFinding[] {
  const placed: PlacedFinding[] = report.findings.map((finding) => ({ finding, flow: null, journey: null }));
  for (const flow of report.flows) {
    for (const finding of flow.findings) placed.push({ finding, flow, journey: null });
    for (const journey of flow.journeys)
      for (const finding of journey.findings) placed.push({ finding, flow, journey });
  }
  return placed;
}

export interface PlacedDiagnosis {
  readonly diagnosis: Diagnosis;
  readonly flow: FlowReport | null;
}

export function allDiagnoses(report: Report): PlacedDiagnosis[] {
  const placed: PlacedDiagnosis[] = report.diagnoses.map((diagnosis) => ({ diagnosis, flow: null }));
  for (const flow of report.flows) for (const diagnosis of flow.diagnoses) placed.push({ diagnosis, flow });
  return placed;
}

export function worstOf(flow: FlowReport): Finding | null {
  const bad = [...flow.findings, ...flow.journeys.flatMap((journey) => journey.findings)].filter(
    (finding) => finding.verdict === 'fail' && finding.severity !== 'info',
  );
  return worstFirst(bad)[0] ?? null;
}

/** Folder that all captures share, with its slash; empty when they share none. */
export function commonFolder(report: Report): string {
  const folders = report.captures.map(({ file }) => file.slice(0, file.lastIndexOf('/') + 1));
  const first = folders[0] ?? '';
  return folders.every((folder) => folder === first) ? first : '';
}

export type NameOf = (id: string) => string;

/** Short names for files and points: without the folder they all share. Not yet safe to print. */
export function shortNames(report: Report): NameOf {
  const folder = commonFolder(report);
  return (id) => (folder !== '' && id.startsWith(folder) ? id.slice(folder.length) : id);
}

/** What people call this hop: "node1 ens33", or the capture's name without its ending. */
export function hopName(hop: HopReport, nameOf: NameOf): string {
  if (hop.interface !== null) return hop.node === null ? hop.interface : `${hop.node} ${hop.interface}`;
  if (hop.point !== null) return nameOf(hop.point).replace(/\.(p?cap|pcapng|dmp)(\.(gz|zst|xz|bz2|lz4))?(?=:|$)/i, '');
  return roleName(hop.role);
}

export function roleName(role: HopRole): string {
  return role.replace(/-/g, ' ');
}

/** The command that shows a frame in its capture. */
export function frameCommand(file: string, frame: number): string {
  return `tshark -r ${shellQuote(file)} -Y 'frame.number == ${frame}'`;
}

export function evidencePlace(evidence: EvidenceReport, nameOf: NameOf): string {
  return `${safeText(nameOf(evidence.file))} frame ${evidence.frame}`;
}

/** Nanoseconds of a report's time text ("1795454243.360003000"); null when it is none. */
function nanoseconds(time: string): bigint | null {
  const parts = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(time);
  if (parts === null) return null;
  const value = BigInt(parts[2] ?? '0') * 1_000_000_000n + BigInt((parts[3] ?? '').padEnd(9, '0'));
  return parts[1] === '-' ? -value : value;
}

/** A duration for people: "26 µs", "3.509 ms", "−250.1 ms". */
export function durationText(value: bigint): string {
  const sign = value < 0n ? '−' : '';
  const size = value < 0n ? -value : value;
  const scaled = (unit: bigint, name: string): string => {
    const whole = size / unit;
    const thousandths = ((size % unit) * 1000n) / unit;
    const digits = whole >= 100n ? 1 : whole >= 10n ? 2 : 3;
    const fraction = thousandths.toString().padStart(3, '0').slice(0, digits).replace(/0+$/, '');
    return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`} ${name}`;
  };
  if (size === 0n) return '0 s';
  if (size < 1_000n) return `${sign}${size} ns`;
  if (size < 1_000_000n) return scaled(1_000n, 'µs');
  if (size < 1_000_000_000n) return scaled(1_000_000n, 'ms');
  return scaled(1_000_000_000n, 's');
}

function decimal(text: string | null): bigint | null {
  return text !== null && /^-?\d+$/.test(text) ? BigInt(text) : null;
}

/** "1.343 ms", "32 µs ± 32 µs" or null when the clocks did not allow a one-way time. */
export function boundedDuration(value: string | null, bound: string | null): string | null {
  const amount = decimal(value);
  if (amount === null) return null;
  const error = decimal(bound);
  return error === null || error === 0n ? durationText(amount) : `${durationText(amount)} ± ${durationText(error)}`;
}

/** Files that were given and could not be read as captures, by name. */
export function unusableFiles(report: Report): string[] {
  return report.notes
    .filter(({ id }) => id === 'capture-unusable')
    .map(({ message }) => (message.split(': ')[0] ?? message).split('/').at(-1) ?? message);
}

/** One sentence per capture that did not end well. */
export function captureTroubles(report: Report, nameOf: NameOf): string[] {
  return report.captures
    .filter((capture) => capture.ending !== 'clean')
    .map((capture) => {
      const at = capture.damageOffset === null ? '' : ` at octet ${capture.damageOffset}`;
      const why = capture.damage === null ? '' : `: ${capture.damage}`;
      const what = capture.ending === 'cut' ? 'ends inside a record' : 'is corrupt';
      const unread = capture.octetsUnread > 0 ? `, ${capture.octetsUnread} octets unread` : '';
      return safeText(`${nameOf(capture.file)} ${what}${at}${why} (${capture.frames} frames read${unread})`);
    });
}

/** The observation a row shows: the one that a failure points at, else the first. */
export function observationToShow(
  journey: JourneyReport,
  direction: Direction,
  hop: HopReport,
): ObservationReport | null {
  const blamed = findingsOfHop(journey, direction, hop)
    .filter(isFailure)
    .flatMap((finding) => finding.evidence);
  return (
    hop.observations.find((seen) => blamed.some((at) => at.file === seen.file && at.frame === seen.frame)) ??
    hop.observations[0] ??
    null
  );
}

/** How many checks came out how. A failed check of severity warning or info does not make the outcome fail. */
export function tallyLine(report: Report): string {
  const { pass, fail, unproven, notApplicable } = report.counts;
  const failures = allFindings(report).filter(({ finding }) => finding.verdict === 'fail');
  const warnings = failures.filter(({ finding }) => finding.severity === 'warning').length;
  const notes = failures.filter(({ finding }) => finding.severity === 'info').length;
  const parts: [number, string][] = [
    [Math.max(0, fail - warnings - notes), 'failed'],
    [warnings, warnings === 1 ? 'warning' : 'warnings'],
    [notes, notes === 1 ? 'note' : 'notes'],
    [unproven, 'unproven'],
    [pass, 'passed'],
    [notApplicable, 'not applicable'],
  ];
  const shown = parts
    .filter(([count, what]) => count > 0 || what === 'passed')
    .map(([count, what]) => `${count} ${what}`);
  return `Checks: ${shown.join(', ')}`;
}

/** Which of the two nodes a role lies on, in the direction of the request. */
export function sideOf(role: HopRole): 'source' | 'destination' {
  return role.startsWith('source') || role.startsWith('encapsulator') ? 'source' : 'destination';
}

/** Everything a clock's side may be called: the node, its capture points, its underlay address. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: names of two directions and two sides in one walk
function namesOfSide(journey: JourneyReport, side: 'source' | 'destination'): Set<string> {
  const names = new Set<string>();
  for (const leg of [journey.request, journey.reply]) {
    for (const hop of leg?.hops ?? []) {
      const ofSource = leg === journey.request ? side === 'source' : side === 'destination';
      for (const { outer } of hop.observations)
        if (outer !== null) names.add(ofSource ? outer.source : outer.destination);
      if (sideOf(hop.role) !== side) continue;
      if (hop.node !== null) names.add(hop.node);
      if (hop.point !== null) names.add(hop.point);
    }
  }
  return names;
}

/** Destination node's clock minus the source node's in nanoseconds; null when nobody could estimate it. */
function clockOffset(report: Report, journey: JourneyReport): bigint | null {
  const source = namesOfSide(journey, 'source');
  const destination = namesOfSide(journey, 'destination');
  for (const clock of report.clocks) {
    const offset = decimal(clock.offset);
    if (offset === null) continue;
    const [first, second] = clock.between;
    if (source.has(first) && destination.has(second)) return offset;
    if (source.has(second) && destination.has(first)) return -offset;
  }
  return null;
}

export interface RelativeTime {
  readonly nanoseconds: bigint;
  /** By the first hop's own clock, or corrected by the estimated offset. */
  readonly by: 'same-clock' | 'corrected';
  /** "+1.343 ms", "≈ +4.9 ms" */
  readonly text: string;
}

/** When a datagram was seen, counted from the journey's first sighting; null where no clock can tell. */
export function relativeTime(
  report: Report,
  journey: JourneyReport,
  hop: HopReport,
  seen: ObservationReport,
): RelativeTime | null {
  const firstHop = journey.request.hops.find((other) => other.observations.length > 0);
  const start = nanoseconds(firstHop?.observations[0]?.time ?? '');
  const at = nanoseconds(seen.time);
  if (firstHop === undefined || start === null || at === null) return null;
  const offset = sideOf(firstHop.role) === sideOf(hop.role) ? 0n : clockOffset(report, journey);
  // Between clocks that nobody could compare, and between different pings, there is no time.
  const flow = report.flows.find(({ journeys }) => journeys.includes(journey));
  if (offset === null || flow?.notes.some(({ id }) => id === 'different-runs')) return null;
  const value = at - start - (sideOf(hop.role) === 'destination' ? offset : -offset);
  const text = `${value >= 0n ? '+' : ''}${durationText(value)}`;
  return offset === 0n
    ? { nanoseconds: value, by: 'same-clock', text }
    : { nanoseconds: value, by: 'corrected', text: `≈ ${text}` };
}

/** What a diagnosis saw, without the words that its message has already said; empty when there are no others. */
export function furtherFact({ message, fact }: Diagnosis): string {
  if (!fact.startsWith(message)) return fact;
  const rest = fact.slice(message.length);
  return rest === '' || /^[;,:.]/.test(rest) ? rest.replace(/^[;,:.]\s*/, '') : fact;
}

/** "ICMP 3/4 (fragmentation needed), next-hop MTU 1400" */
export function refusalText({ type, code, meaning, nextHopMtu }: RefusalReport): string {
  const named = meaning.startsWith(`${type}/${code}`) ? meaning : `${type}/${code} (${meaning})`;
  return `ICMP ${named}${nextHopMtu === null ? '' : `, next-hop MTU ${nextHopMtu}`}`;
}

/** A note with the captures it is about. */
export function noteText(note: Note, nameOf: NameOf): string {
  const names = note.points.map(nameOf).filter((name) => !note.message.includes(name));
  return names.length === 0 ? note.message : `${names.join(', ')}: ${note.message}`;
}

/** Refusals that say the same, seen at several points: one message, all its frames. */
export function refusalGroups(journey: JourneyReport): RefusalReport[][] {
  const groups = new Map<string, RefusalReport[]>();
  for (const refusal of journey.refusals) {
    const key = JSON.stringify([refusal.sender, refusalText(refusal), refusal.quotes]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [refusal]);
    else group.push(refusal);
  }
  return [...groups.values()];
}
