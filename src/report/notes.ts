/** Capture artefacts: recognised, named once, and never a finding. */

import type { FlowSummary } from '../checks/flow-summary.js';
import { addressText } from '../decode/address.js';
import type { FlowPath } from '../follow/journey.js';
import { serviceOf } from '../follow/probe-key.js';
import type { CapturePoint } from '../observe/capture-point.js';
import { compareText, type Sighted } from '../observe/sighted.js';
import type { Note } from './report.js';

export function captureNotes(evidence: Sighted, paths: readonly FlowPath[]): Note[] {
  const notes: Note[] = [];
  const note = (id: string, message: string, points: readonly CapturePoint[]): void => {
    if (points.length > 0) notes.push({ id, message, points: points.map((p) => p.id).sort(compareText) });
  };
  const limit = Math.max(0, ...paths.map((p) => p.underlayMtu.value)) || 1500;
  const { points } = evidence;
  note(
    'transmit-checksum-offload',
    'TCP or UDP checksums are not filled in here yet, as on a sending side with checksum offload: not a fault',
    points.filter((p) => p.traffic.transportWrong > 0),
  );
  note(
    'segmentation-offload',
    'TCP datagrams longer than the MTU: segmentation or receive offload (GSO/GRO) joins them before the capture sees them: not a fault',
    points.filter((p) => p.traffic.largestTcp > limit),
  );
  note(
    'vlan-tag',
    'frames carry an 802.1Q or 802.1ad tag, which does not count against the MTU',
    points.filter((p) => p.traffic.tagged > 0),
  );
  note(
    'any-capture',
    "taken with `-i any`: every device's copy of a datagram is a sighting of its own, and only the sender's MAC is known",
    points.filter((p) => p.link.startsWith('cooked') && p.traffic.messages > 0),
  );
  const { length, columns: k } = evidence.sightings.kinds;
  const cut = new Set<number>();
  for (let kind = 0; kind < length; kind++) {
    if (k.capturedLength[kind]! < k.wireLength[kind]!) cut.add(k.point[kind]!);
  }
  note(
    'payload-cut',
    'the snapshot length cuts the probes: what lies beyond it is unproven',
    points.filter((p) => cut.has(p.index)),
  );
  note(
    'empty-capture',
    'no frame at all: captured, and nothing seen',
    points.filter((p) => p.traffic.frames === 0),
  );
  return notes;
}

export function flowNotes(summary: FlowSummary): Note[] {
  const notes: Note[] = [];
  const { octets, flow } = summary.path;
  const service = serviceOf(flow, flow.probes.rewritten);
  if (service !== null && flow.kind !== 'icmp') {
    notes.push({
      id: 'service',
      message: `the pod asked ${addressText(service.destination)}:${service.ports & 0xffff}, a Service, which its node turned into ${addressText(flow.destination)}:${flow.ports & 0xffff}`,
      points: [],
    });
  }
  if (octets.some((leg) => leg.places.length > 0) && octets.every((leg) => leg.places.every((p) => !p.hasHandshake))) {
    notes.push({
      id: 'no-handshake',
      message: 'captured from the middle of the connection: no handshake was seen, its octets were followed',
      points: [],
    });
  }
  const clock = summary.clock;
  // Between different pings there is no exchange by which clocks could be compared.
  if (clock !== null && summary.path.runs === null && Math.abs(clock.offset) > clock.bound) {
    notes.push({
      id: 'clock-offset',
      message: `the destination node's clock is ${duration(Math.abs(clock.offset))} ${clock.offset > 0 ? 'ahead of' : 'behind'} the source node's (± ${duration(clock.bound)}); one-way times are corrected by it`,
      points: [],
    });
  }
  for (const [point, ends] of summary.gaps) {
    const when =
      ends.size === 2
        ? 'began after some of them were due and ended before others'
        : ends.has('start')
          ? 'began after some of them were due'
          : 'ended before some of them were due';
    notes.push({
      id: 'capture-window',
      message: `this capture ${when}, from its first frame at ${clockTime(point.traffic.firstSeconds)} to its last at ${clockTime(point.traffic.lastSeconds)} UTC: what it lacks outside of that is neither lost nor proven`,
      points: [point.id],
    });
  }
  if (summary.path.runs !== null) {
    notes.push({
      id: 'different-runs',
      message: 'the captures hold different pings of this flow: every frame is judged for itself',
      points: [],
    });
  }
  return notes;
}

/** "09:14:27" of seconds since 1970; a hostile capture's may be beyond any date. */
function clockTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(11, 19);
}

/** Nanoseconds in a unit that reads well. */
function duration(nanoseconds: number): string {
  if (nanoseconds >= 1e9) return `${(nanoseconds / 1e9).toFixed(3)} s`;
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(3)} ms`;
  return `${(nanoseconds / 1e3).toFixed(1)} µs`;
}
