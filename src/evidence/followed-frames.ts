/** Which frames belong to the judged flows, and at which capture point each was seen. */
import { addressText } from '../decode/address.js';
import type { Report } from '../report/report.js';
import type { CapturePoint } from '../trace/capture-point.js';
import { type Evidence, observationAt } from '../trace/evidence.js';
import type { FlowPath } from '../trace/journey.js';
import type { FrameRef } from '../trace/observation.js';
import { UserError } from '../user-error.js';

export interface FollowedFrame {
  readonly point: CapturePoint;
  /** What the frame is to the flow, in a few words. */
  readonly what: string;
}

export interface Followed {
  readonly points: readonly CapturePoint[];
  /** By file as the user named it, then by frame number. */
  readonly frames: ReadonlyMap<string, ReadonlyMap<number, FollowedFrame>>;
}

/** More than anybody looks at, and little enough to be held at once. */
const mostFrames = 200_000;

/**
 * Requests, replies with all their fragments, ICMP errors that quote them; and, since verdicts lean on them, ARP that names
 * an address of the flow, SYNs between its pods and every frame that a finding names.
 */
export function followedFrames(evidence: Evidence, paths: readonly FlowPath[], report: Report): Followed {
  const frames = new Map<string, Map<number, FollowedFrame>>();
  let count = 0;
  const add = (ref: FrameRef, point: CapturePoint, what: string): void => {
    let ofFile = frames.get(ref.file);
    if (ofFile === undefined) {
      ofFile = new Map();
      frames.set(ref.file, ofFile);
    }
    if (ofFile.has(ref.frame) || ref.frame < 1) return;
    if (++count > mostFrames)
      throw new UserError(`--evidence: the flows have more than ${mostFrames} frames: choose flows with --flow`);
    ofFile.set(ref.frame, { point, what });
  };
  for (const path of paths) {
    addProbes(evidence, path, add);
    const flow = flowText(path);
    for (const error of path.errors)
      add(error.ref, error.point, `ICMP type ${error.type} code ${error.code} that quotes ${flow}`);
    addTestimony(evidence, path, add);
  }
  addNamed(evidence, report, add);
  return { points: evidence.points, frames };
}

type Add = (ref: FrameRef, point: CapturePoint, what: string) => void;

function flowText({ flow }: FlowPath): string {
  return `${addressText(flow.source)} > ${addressText(flow.destination)}`;
}

function addProbes(evidence: Evidence, path: FlowPath, add: Add): void {
  for (const { key, requests, replies } of path.flow.probes) {
    for (const rows of [requests, replies]) {
      const what = `echo ${rows === requests ? 'request' : 'reply'} of ${flowText(path)} identifier ${key.identifier} sequence ${key.sequence}`;
      for (const row of rows) {
        const seen = observationAt(evidence, row);
        add(seen.ref, seen.point, what);
        for (const fragment of seen.fragments) add(fragment, seen.point, `${what}, fragment at ${fragment.offset}`);
      }
    }
  }
}

/** What the facts of a path were read from. */
function addTestimony(evidence: Evidence, path: FlowPath, add: Add): void {
  const { flow, outerSeen } = path;
  const addresses = new Set([flow.source, flow.destination]);
  const k = evidence.sightings.kinds.columns;
  if (outerSeen !== null) addresses.add(outerSeen.source).add(outerSeen.destination);
  for (const kind of path.flow.probes.kinds) {
    if (k.outerSource[kind] === 0 && k.outerDestination[kind] === 0) continue;
    addresses.add(k.outerSource[kind]!).add(k.outerDestination[kind]!);
  }
  for (const arp of path.arps) {
    if (!addresses.has(arp.senderAddress) && !addresses.has(arp.targetAddress)) continue;
    add(arp.ref, arp.point, `ARP that names an address of ${flowText(path)}`);
  }
  for (const syn of path.syns) {
    const there = syn.source === flow.source && syn.destination === flow.destination;
    const back = syn.source === flow.destination && syn.destination === flow.source;
    if (there || back) add(syn.ref, syn.point, `TCP SYN between the pods of ${flowText(path)}`);
  }
}

/** Frames that findings and diagnoses name; a point of the file that a finding does not tell is the file's only one. */
function addNamed(evidence: Evidence, report: Report, add: Add): void {
  const pointOf = new Map<string, CapturePoint | null>();
  for (const point of evidence.points) pointOf.set(point.file, pointOf.has(point.file) ? null : point);
  const named = [
    ...report.findings,
    ...report.diagnoses,
    ...report.flows.flatMap((f) => [...f.findings, ...f.diagnoses, ...f.journeys.flatMap((j) => j.findings)]),
  ];
  for (const { evidence: refs } of named) {
    for (const ref of refs) {
      const point = pointOf.get(ref.file);
      if (point !== undefined && point !== null) add(ref, point, 'named by a finding');
    }
  }
}
