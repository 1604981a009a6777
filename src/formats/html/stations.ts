/** The places of a path as drawn: one station for each role, with what request and reply were there. */
import { type HopRole, hopRoles } from '../../path/facts.js';
import type { Direction } from '../../path/roles.js';
import {
  findingsOfHop,
  hopMark,
  hopName,
  isFailure,
  type Mark,
  type NameOf,
  relativeTime,
  roleName,
  sideOf,
  worstFirst,
  worstMark,
} from '../../report/reading.js';
import type { HopReport, HopReportState, JourneyReport, LegReport, Report } from '../../report/report.js';

type SightingState = HopReportState | 'no-leg';

export interface Sighting {
  readonly state: SightingState;
  readonly mark: Mark;
  /** Failed rules and warnings here, worst first; empty when not seen. */
  readonly failed: readonly string[];
  /** Whole sentence for tooltips and screen readers. */
  readonly title: string;
}

export interface Station {
  readonly role: HopRole;
  readonly side: 'source' | 'destination';
  readonly kind: 'Pod' | 'Bridge' | 'Tunnel' | 'Underlay';
  readonly name: string;
  /** Further capture points at the same place. */
  readonly morePoints: number;
  readonly captured: boolean;
  readonly request: Sighting;
  readonly reply: Sighting;
}

function kindOf(role: HopRole): Station['kind'] {
  if (role.endsWith('pod')) return 'Pod';
  if (role.endsWith('bridge')) return 'Bridge';
  return role.endsWith('tunnel') ? 'Tunnel' : 'Underlay';
}

const stateText: Record<SightingState, string> = {
  seen: 'seen',
  'lost-before': 'captured, not seen: lost before here',
  beyond: 'captured, not seen, after the loss',
  absent: 'captured, not seen',
  blind: 'captured, not seen, yet seen further on',
  'not-running': 'nothing shows that this capture ran when it was due',
  'other-run': 'captured, holds other pings of this flow',
  'not-captured': 'not captured',
  'no-leg': 'no reply was seen',
};

const markText: Record<Mark, string> = {
  pass: 'all judged checks passed',
  fail: 'a check failed',
  warning: 'a warning',
  unproven: 'something required could not be judged',
  none: 'nothing judged',
};

function sighting(
  report: Report,
  journey: JourneyReport,
  direction: Direction,
  leg: LegReport | null,
  hops: readonly HopReport[],
): Sighting {
  const word = direction === 'request' ? 'Request' : 'Reply';
  if (leg === null) return { state: 'no-leg', mark: 'none', failed: [], title: stateText['no-leg'] };
  const first =
    hops.find((hop) => hop.observations.length > 0) ?? hops.find((hop) => hop.state === 'lost-before') ?? hops[0];
  const state: SightingState = first?.state ?? 'not-captured';
  const mark = worstMark(hops.map((hop) => hopMark(journey, direction, hop)));
  const seen = first?.observations[0];
  const time =
    first === undefined || seen === undefined ? null : (relativeTime(report, journey, first, seen)?.text ?? null);
  const failures = hops.flatMap((hop) => findingsOfHop(journey, direction, hop)).filter(isFailure);
  const failed = state === 'seen' ? [...new Set(worstFirst(failures).map(({ rule }) => rule))] : [];
  const rules = failed.length === 0 ? '' : ` (${failed.join(', ')})`;
  const title = `${word}: ${stateText[state]}${state === 'seen' ? ` (${seen?.file} frame ${seen?.frame}, ${time ?? 'no time'}): ${markText[mark]}${rules}` : ''}`;
  return { state, mark, failed, title };
}

/** Stations in the request's order; a bridge that nobody captured is left out. */
export function stationsOf(report: Report, journey: JourneyReport, nameOf: NameOf): Station[] {
  const stations: Station[] = [];
  for (const role of hopRoles) {
    const ofRequest = journey.request.hops.filter((hop) => hop.role === role);
    const ofReply = (journey.reply?.hops ?? []).filter((hop) => hop.role === role);
    const all = [...ofRequest, ...ofReply];
    const captured = all.find((hop) => hop.point !== null);
    const shown = captured ?? all[0];
    if (shown === undefined || (captured === undefined && role.endsWith('bridge'))) continue;
    const more = new Set(all.map((hop) => hop.point).filter((point) => point !== null)).size - 1;
    const name = captured === undefined ? roleName(role) : hopName(captured, nameOf);
    stations.push({
      role,
      side: sideOf(role),
      kind: kindOf(role),
      name,
      morePoints: Math.max(0, more),
      captured: captured !== undefined,
      request: sighting(report, journey, 'request', journey.request, ofRequest),
      reply: sighting(report, journey, 'reply', journey.reply, ofReply),
    });
  }
  return stations;
}

/** Indexes of the last station that saw a leg and of the first that had to and did not; null when it arrived. */
export function gapOf(stations: readonly Station[], direction: Direction): { last: number; missing: number } | null {
  const missing = stations.findIndex((station) => station[direction].state === 'lost-before');
  if (missing < 0) return null;
  const step = direction === 'request' ? -1 : 1;
  let last = missing + step;
  while (last >= 0 && last < stations.length && stations[last]?.[direction].state !== 'seen') last += step;
  return last < 0 || last >= stations.length ? null : { last, missing };
}

export function nodeName(stations: readonly Station[], journey: JourneyReport, side: 'source' | 'destination'): string {
  for (const leg of [journey.request, journey.reply]) {
    for (const hop of leg?.hops ?? []) {
      if (sideOf(hop.role) === side && hop.node !== null) return `${side} node ${hop.node}`;
    }
  }
  const underlay = journey.request.hops.flatMap((hop) => hop.observations).find((seen) => seen.outer !== null)?.outer;
  const address = side === 'source' ? underlay?.source : underlay?.destination;
  return stations.length > 0 && address !== undefined ? `${side} node ${address}` : `${side} node`;
}
