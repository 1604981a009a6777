/** What was not judged, by reason, each with what would prove it. A rule is not named here: its name is that of a defect. */
import type { Finding } from '../checks/finding.js';
import { hopName, type NameOf, shortNames } from './reading.js';
import type { FlowReport, HopReport, JourneyReport, Report } from './report.js';

export interface OpenQuestion {
  readonly reason: string;
  /** What would prove it; empty where nothing is known to. */
  readonly proof: string;
  /** Checks that stayed open for this reason. */
  readonly checks: number;
}

interface Class {
  readonly reason: string;
  readonly proof: string;
  /** What the reason lists; null where it says all there is. */
  readonly item: string | null;
}

const untold = /^nothing in the captures or the expectation tells (?:the )?/;

/** The most frequent reason first. What the basis tells (hops that nobody captured, the MTU not exercised) is not told again. */
export function openQuestions(report: Report, flow: FlowReport | null, journey: JourneyReport | null): OpenQuestion[] {
  const nameOf = shortNames(report);
  const groups = new Map<string, { items: Set<string>; proof: string; reason: string; checks: number }>();
  for (const finding of [...report.findings, ...(flow?.findings ?? []), ...(journey?.findings ?? [])]) {
    if (finding.verdict !== 'unproven') continue;
    const found = classOf(finding, journey, nameOf);
    if (found === null) continue;
    const key = `${found.reason}\n${found.proof}`;
    const group = groups.get(key) ?? { items: new Set(), proof: found.proof, reason: found.reason, checks: 0 };
    if (found.item !== null) group.items.add(found.item);
    group.checks++;
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => b.checks - a.checks)
    .map(({ items, proof, reason, checks }) => ({
      reason: items.size === 0 ? reason : `${reason} ${[...items].join(', ')}`,
      proof,
      checks,
    }));
}

function hopOf(finding: Finding, journey: JourneyReport | null): HopReport | undefined {
  const legs = [journey?.request, journey?.reply].filter((leg) => leg != null);
  const leg = finding.direction === 'reply' ? journey?.reply : journey?.request;
  if (finding.role !== null)
    return leg?.hops.find(
      (hop) => hop.role === finding.role && (finding.point === null || hop.point === finding.point),
    );
  return legs.flatMap(({ hops }) => hops).find((hop) => finding.point !== null && hop.point === finding.point);
}

/** null: the basis says it. */
function classOf(finding: Finding, journey: JourneyReport | null, nameOf: NameOf): Class | null {
  const { rule, missing, message } = finding;
  if (rule === 'IPT403' || rule === 'IPT404') return null;
  const hop = hopOf(finding, journey);
  const name = hop === undefined ? null : hopName(hop, nameOf);
  switch (hop?.state) {
    case 'not-captured':
      return null;
    case 'absent':
      return { reason: `the ${finding.direction ?? 'request'} is not in`, item: name, proof: '' };
    case 'lost-before':
    case 'beyond':
      return {
        reason: `the ${finding.direction ?? 'request'} is not in`,
        item: name,
        proof: 'nothing to judge there until it arrives',
      };
    case 'blind':
      return {
        reason: 'captured, not seen there, yet seen further on:',
        item: name,
        proof: "take it again: tcpdump -pni <interface> 'icmp or ip proto 4 or arp'",
      };
    case 'other-run':
      return { reason: 'holds other pings of this flow:', item: name, proof: 'capture all hops while one ping runs' };
    default:
  }
  if (missing === 'expectation') {
    const item = untold.test(message) ? `the ${message.replace(untold, '')}` : null;
    return {
      reason: item === null ? message : 'nothing tells',
      item: item === null ? null : `${item}${name === null ? '' : ` at ${name}`}`,
      proof: '--state DIR or --expect FILE',
    };
  }
  if (missing === 'bytes') return { reason: message, item: null, proof: 'tcpdump -s 0 captures whole frames' };
  if (missing === 'capture') return { reason: message, item: null, proof: 'capture at a second hop, in the same run' };
  const runs = /different pings|another ping|other pings/.test(message);
  return { reason: message, item: null, proof: runs ? 'capture all hops while one ping runs' : '' };
}
