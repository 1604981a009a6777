/** Which frames belong to the judged flows, and at which capture point each was seen. */
import { addressText } from '../decode/address.js';
import type { FlowPath } from '../follow/journey.js';
import type { CapturePoint } from '../observe/capture-point.js';
import type { FrameRef } from '../observe/observation.js';
import { observationAt, type Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import { probeNumberText, probeWords } from '../path/probe-kinds.js';
import type { Report } from '../report/report.js';
import { UserError } from '../user-error.js';
import { type FollowedFrame, TransportNames } from './followed-transport.js';

export interface Followed {
  readonly points: readonly CapturePoint[];
  /** By file as the user named it, then by frame number. */
  readonly frames: ReadonlyMap<string, ReadonlyMap<number, FollowedFrame>>;
  /** Flows of which every segment or datagram belongs here, not only those that `frames` names. */
  readonly transport: TransportNames;
}

/** More than anybody looks at, and little enough to be held at once. */
const mostFrames = 200_000;

/** @throws UserError for more frames than are held */
export function refuseMany(frames: number): void {
  if (frames > mostFrames)
    throw new UserError(`--evidence: the flows have more than ${mostFrames} frames: choose flows with --flow`);
}

/** A question that was asked in vain counts by its repeats, and no majority takes more of one voice than this. */
const mostRepeats = 15;
const TCP = 6;

/**
 * Requests, replies with all their fragments, every segment and datagram of TCP and UDP flows, ICMP errors that quote them; and, since verdicts lean on them, ARP that names
 * an address of the flow or was heard where none of its probes was, SYNs between its pods, and every frame that a finding names.
 */
export function followedFrames(evidence: Sighted, paths: readonly FlowPath[], report: Report): Followed {
  const frames = new Map<string, Map<number, FollowedFrame>>();
  const arps = new Map(evidence.arps.map((arp) => [keyOf(arp.ref), arp]));
  const transport = new TransportNames();
  let count = 0;
  const add = (ref: FrameRef, point: CapturePoint, what: string): void => {
    let ofFile = frames.get(ref.file);
    if (ofFile === undefined) {
      ofFile = new Map();
      frames.set(ref.file, ofFile);
    }
    if (ofFile.has(ref.frame) || ref.frame < 1) return;
    const repeats = Math.min((arps.get(keyOf(ref))?.count ?? 1) - 1, mostRepeats);
    count += 1 + repeats;
    refuseMany(count);
    ofFile.set(ref.frame, { point, what, repeats });
  };
  for (const path of paths) {
    addProbes(evidence, path, add);
    addTransport(path, transport);
    const flow = flowText(path);
    for (const error of path.errors)
      add(error.ref, error.point, `ICMP type ${error.type} code ${error.code} that quotes ${flow}`);
    addTestimony(evidence, path, add);
  }
  addNamed(evidence, report, add);
  // Captures that hold octets of a connection, and nothing that is known by its frame.
  for (const stream of evidence.streams) {
    const { file } = stream.point;
    if (!frames.has(file) && transport.has({ ...stream, protocol: TCP })) frames.set(file, new Map());
  }
  return { points: evidence.points, frames, transport };
}

type Add = (ref: FrameRef, point: CapturePoint, what: string) => void;

const keyOf = ({ file, frame }: FrameRef): string => `${frame} ${file}`;

function flowText({ flow }: FlowPath): string {
  return `${addressText(flow.source)} > ${addressText(flow.destination)}`;
}

function addProbes(evidence: Sighted, path: FlowPath, add: Add): void {
  const text = flowText(path);
  for (const { key, requests, replies, attempts = [] } of path.flow.probes) {
    const number = probeNumberText(path.flow.kind, key);
    for (const row of [{ requests, replies }, ...attempts].flatMap((a) => [...a.requests, ...a.replies])) {
      const what = `${messageName(evidence, path, row)} of ${text}${number}`;
      const seen = observationAt(evidence, row);
      add(seen.ref, seen.point, what);
      for (const fragment of seen.fragments) add(fragment, seen.point, `${what}, fragment at ${fragment.offset}`);
    }
  }
}

function messageName(evidence: Sighted, { flow }: FlowPath, row: number): string {
  const { columns, kinds } = evidence.sightings;
  const flags = kinds.columns.flags[columns.kind[row]!]!;
  if (flags & Flag.Middle) return 'segment';
  if (flags & Flag.Reset) return 'reset';
  const words = probeWords(flow.kind);
  return words.prefix + (flags & Flag.Reply ? words.reply : words.request);
}

function addTransport(path: FlowPath, transport: TransportNames): void {
  const { flow } = path;
  if (flow.kind === 'icmp') return;
  const { protocol } = probeWords(flow.kind);
  const what = `${flow.kind === 'tcp' ? 'segment' : 'datagram'} of ${flowText(path)}`;
  for (const { source, destination, ports } of [flow, ...flow.probes.rewritten])
    transport.add({ source, destination, protocol, ports }, what, `${what}, from the other side`);
}

/** The flow's own addresses and those of its tunnel, expected and seen. */
function addressesOf(evidence: Sighted, path: FlowPath): ReadonlySet<number> {
  const { flow, outerSeen } = path;
  const { outerSource, outerDestination } = evidence.sightings.kinds.columns;
  const addresses = new Set([flow.source, flow.destination]);
  if (outerSeen !== null) addresses.add(outerSeen.source).add(outerSeen.destination);
  for (const leg of [path.facts.request, path.facts.reply]) {
    for (const hop of Object.values(leg)) {
      for (const fact of [hop.outerSource, hop.outerDestination]) if (fact) addresses.add(fact.value);
    }
  }
  for (const kind of flow.probes.kinds) {
    if (outerSource[kind] === 0 && outerDestination[kind] === 0) continue;
    addresses.add(outerSource[kind]!).add(outerDestination[kind]!);
  }
  return addresses;
}

/** What the facts of a path were read from, and what silent points were placed by. */
function addTestimony(evidence: Sighted, path: FlowPath, add: Add): void {
  const { flow } = path;
  const addresses = addressesOf(evidence, path);
  const seenAt = new Set<CapturePoint>();
  const k = evidence.sightings.kinds.columns;
  for (const kind of path.flow.probes.kinds) seenAt.add(evidence.points[k.point[kind]!]!);
  const silent = new Set(path.assignments.filter((a) => a.role !== null && !seenAt.has(a.point)).map((a) => a.point));
  for (const arp of path.arps) {
    if (addresses.has(arp.senderAddress) || addresses.has(arp.targetAddress))
      add(arp.ref, arp.point, `ARP that names an address of ${flowText(path)}`);
    else if (silent.has(arp.point)) add(arp.ref, arp.point, `ARP where no probe of ${flowText(path)} was seen`);
  }
  for (const syn of path.syns) {
    const there = syn.source === flow.source && syn.destination === flow.destination;
    const back = syn.source === flow.destination && syn.destination === flow.source;
    if (!there && !back) continue;
    add(syn.ref, syn.point, `TCP SYN between the pods of ${flowText(path)}`);
    // A wrong checksum says nothing where segments are joined, and a segment above the MTU is what shows that they are.
    const { largestTcp, firstLargeTcp } = syn.point.traffic;
    if (largestTcp > path.underlayMtu.value)
      add({ file: syn.point.file, frame: firstLargeTcp }, syn.point, 'TCP segment above the MTU: joined by an offload');
  }
}

/** Frames that findings and diagnoses name, at the point that the finding or the frame itself tells, else the file's only one. */
function addNamed(evidence: Sighted, report: Report, add: Add): void {
  const onlyPoint = new Map<string, CapturePoint | null>();
  for (const point of evidence.points) onlyPoint.set(point.file, onlyPoint.has(point.file) ? null : point);
  const byId = new Map(evidence.points.map((point) => [point.id, point]));
  const seen = new Map([...evidence.arps, ...evidence.syns, ...evidence.errors].map((s) => [keyOf(s.ref), s.point]));
  const name = (refs: readonly FrameRef[], told: CapturePoint | undefined): void => {
    for (const ref of refs) {
      const point =
        seen.get(keyOf(ref)) ?? (told !== undefined && told.file === ref.file ? told : onlyPoint.get(ref.file));
      if (point !== undefined && point !== null) add(ref, point, 'named by a finding');
    }
  };
  const findings = [
    ...report.findings,
    ...report.flows.flatMap((f) => [...f.findings, ...f.journeys.flatMap((j) => j.findings)]),
  ];
  for (const finding of findings) name(finding.evidence, byId.get(finding.point ?? ''));
  for (const { evidence: refs } of [...report.diagnoses, ...report.flows.flatMap((f) => f.diagnoses)])
    name(refs, undefined);
}
