import type { Finding } from '../checks/finding.js';
import type { CaptureScene } from '../checks/rule.js';
import { baseName } from '../follow/point-name.js';
import type { TalkSeen } from '../follow/talks.js';
import { kindsOf, namedKinds, type ProbeChoice, probeWords } from '../path/probe-kinds.js';
import type { Diagnosis } from '../report/report.js';
import { detectAddressing } from './detect-addressing.js';
import { detectBlindCaptures, detectRuns } from './detect-captures.js';
import { detectConnections } from './detect-connections.js';
import { detectEncapsulation } from './detect-encapsulation.js';
import { detectErrors, unexplainedRefusal } from './detect-errors.js';
import { detectLosses } from './detect-losses.js';
import { detectMtu } from './detect-mtu.js';
import { detectProblems } from './detect-problems.js';
import { detectQuality } from './detect-quality.js';
import { type Draft, finishDiagnosis } from './draft.js';
import type { FlowScene } from './scene.js';
import { plainCount } from './words.js';

export function diagnoseFlow(scene: FlowScene): Diagnosis[] {
  const drafts: Draft[] = [];
  const said = (...ids: string[]): boolean => drafts.some((d) => ids.includes(d.id));
  drafts.push(...detectRuns(scene));
  drafts.push(...detectBlindCaptures(scene));
  drafts.push(...detectErrors(scene));
  drafts.push(...detectMtu(scene));
  drafts.push(...detectEncapsulation(scene));
  drafts.push(...detectAddressing(scene));
  drafts.push(...detectConnections(scene, said));
  // Silence is explained only where nothing speaks.
  drafts.push(...detectLosses(scene, said));
  if (drafts.length === 0) drafts.push(...unexplainedRefusal(scene));
  drafts.push(...detectQuality(scene));
  drafts.push(...detectProblems(scene));
  return inOrder(drafts).map((d) => finishDiagnosis(d, scene.summary.path));
}

const rank = { certain: 0, likely: 1, possible: 2 } as const;

/** The surest first, each once for a direction and segment. */
function inOrder(drafts: readonly Draft[]): Draft[] {
  const kept = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = `${draft.id} ${draft.direction}`;
    const known = kept.get(key);
    if (known === undefined || rank[draft.confidence] < rank[known.confidence]) kept.set(key, draft);
  }
  // The same said once of a direction and once of none (by the state) is one diagnosis.
  for (const [key, draft] of kept) {
    if (draft.direction === null && [...kept.values()].some((d) => d.id === draft.id && d.direction !== null))
      kept.delete(key);
  }
  const ordered = [...kept.values()].sort((a, b) => rank[a.confidence] - rank[b.confidence]);
  // The cause leads: what it brings about stands behind it.
  const follows = new Set(ordered.flatMap((d) => (d.confidence === 'certain' ? (consequences[d.id] ?? []) : [])));
  return [...ordered.filter((d) => !follows.has(d.id)), ...ordered.filter((d) => follows.has(d.id))];
}

/** A peer that looks a tunnel up by its addresses refuses what comes from, or goes to, an address that is not the tunnel's. */
const consequences: Readonly<Record<string, readonly string[]>> = {
  'wrong-outer-source': ['tunnel-down-at-decapsulator', 'decapsulator-input-reject'],
};

/** Where two claim one address, that address is asked for, on the link where both were heard. */
function conflictAt({ evidence, point }: Finding): Pick<Draft, 'peer' | 'machines'> {
  const address = /^MAC of (\S+)$/.exec(evidence[0]?.field ?? '')?.[1];
  if (address === undefined || point === null) return {};
  return { peer: address, machines: { sender: `the machine of ${baseName(point)}` } };
}

/** What of the captures was not followed. */
export interface NotFollowed {
  /** Flows that were there and are no pod traffic between nodes. */
  readonly passedOver: number;
  readonly probes: ProbeChoice;
  readonly talks: readonly TalkSeen[];
}

/** Connections and exchanges that are named one by one. */
const NAMED_TALKS = 4;

/** Nothing was followed: what was looked for, and what is there that another option would follow. */
function nothingFound(
  scene: CaptureScene,
  { passedOver, probes, talks }: NotFollowed,
): Pick<Draft, 'message' | 'fact' | 'first'> {
  const frames = scene.points.reduce((sum, p) => sum + p.traffic.frames, 0);
  const looked = namedKinds(probes);
  const other = passedOver > 0 ? `; ${plainCount(passedOver, 'flow')} of them on one link or between nodes` : '';
  const rest = talks.filter((t) => !kindsOf(probes).includes(t.kind));
  const named = rest
    .slice(0, NAMED_TALKS)
    .map((t) => `${probeWords(t.kind).message} ${t.name} (${plainCount(t.points, 'capture')})`);
  if (rest.length > NAMED_TALKS) named.push(`${rest.length - NAMED_TALKS} more`);
  const kinds = [...new Set(rest.map((t) => t.kind))];
  return {
    message:
      probes.length === 1 && probes[0] === 'icmp' ? null : `There is no ${looked} between pods in these captures.`,
    fact: `${plainCount(frames, 'frame')} in ${plainCount(scene.captures.length, 'capture')}, no ${looked} between pods among them${other}${named.length === 0 ? '' : `; there is ${named.join(', ')}`}`,
    first: kinds.map((kind) => ({
      cause: `the captures hold ${probeWords(kind).message}, which was not asked for`,
      confirm: `--probe ${kind} follows it`,
      on: 'capture',
      command: () => `ipip-trace check --probe ${kind} <captures>`,
    })),
  };
}

/** What concerns no single flow. */
export function diagnoseCaptures(scene: CaptureScene, findings: readonly Finding[], rest: NotFollowed): Diagnosis[] {
  const drafts: Draft[] = [];
  const base = { direction: null, segment: null, confidence: 'certain' } as const;
  const holding = new Set(scene.assignments.flatMap((flow) => flow.filter((a) => a.merged).map((a) => a.point)));
  const merged = scene.points.filter((p) => holding.has(p));
  if (merged.length > 0) {
    const names = merged.map((p) => p.label).join(', ');
    drafts.push({
      ...base,
      id: 'hops-merged',
      message: null,
      fact: `${names}: holds the same requests plain and encapsulated`,
      evidence: merged.flatMap((p) => scene.flows.flatMap((f) => f.firstRefAt(p)).slice(0, 1)),
    });
  } else if (
    // What was destroyed may have held the requests.
    scene.captures.every((c) => c.ending !== 'corrupt') &&
    scene.flows.every((f) => f.records.length === 0 || f.pointsSeen.size === 0)
  ) {
    drafts.push({ ...base, id: 'no-request-found', ...nothingFound(scene, rest), evidence: [] });
  }
  for (const c of scene.captures) {
    if (c.ending === 'clean') continue;
    drafts.push({
      ...base,
      id: 'capture-incomplete',
      message: `${c.file} is ${c.ending === 'cut' ? 'cut off' : 'corrupt'}: what it does not hold may have been there`,
      fact: `${c.damage ?? 'it ends inside a record'} (after frame ${c.frames}; ${c.octetsUnread} octets were not used)`,
      evidence: c.frames > 0 ? [{ file: c.file, frame: c.frames }] : [],
    });
  }
  for (const finding of findings) {
    if (finding.rule !== 'IPT107' || finding.verdict !== 'fail') continue;
    drafts.push({
      ...base,
      id: 'address-conflict',
      message: finding.message,
      fact: `seen at ${scene.points.find((p) => p.id === finding.point)?.label ?? finding.point}: ${finding.message}`,
      evidence: finding.evidence,
      ...conflictAt(finding),
    });
  }
  const seen = new Set<string>();
  return drafts
    .filter((d) => {
      const key = `${d.id} ${d.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .map((d) => finishDiagnosis(d, scene.flows[0]?.path ?? null));
}
