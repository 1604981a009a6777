/** Writes the frames of the judged flows into one pcapng: an interface for each hop in path order, every frame with what it proves. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import type { FrameCursor } from '../capture/capture.js';
import { readCapture } from '../capture/read-capture.js';
import { baseName } from '../follow/point-name.js';
import type { CapturePoint } from '../observe/capture-point.js';
import { compareText } from '../observe/sighted.js';
import { roleOrder } from '../path/segments.js';
import type { Report } from '../report/report.js';
import { safeText } from '../report/safe-text.js';
import { UserError } from '../user-error.js';
import { clockShifts } from './clock-shift.js';
import { type Followed, refuseMany } from './followed-frames.js';
import { type FollowedFrame, FollowedTransport } from './followed-transport.js';
import { FrameComments } from './frame-comments.js';
import { incompleteMark } from './incomplete.js';
import { interfaceBlock, packetBlock, sectionHeaderBlock } from './pcapng-writer.js';

/** Octets of frames that are held while they are put in order. */
const mostOctets = 256 * 1024 * 1024;

interface HeldFrame {
  readonly lane: Lane;
  readonly frame: number;
  /** By the reference clock, in nanoseconds since 1970; what the frames are ordered by. */
  readonly order: bigint;
  readonly time: bigint;
  readonly bytes: Uint8Array;
  readonly wireLength: number;
  readonly comments: readonly string[];
}

/** One interface of the evidence: a capture point, or all devices of one `-i any` capture, which cannot be told apart by their link. */
interface Lane {
  readonly points: readonly CapturePoint[];
  readonly isOnPath: boolean;
  index: number;
  snapLength: number;
  /** The latest time so far: frames of one point stay in their order, whatever their stamps say. */
  latest: bigint;
}

/** Returns the number of frames written. Throws UserError when a capture cannot be read a second time. */
export async function writeEvidence(out: string, report: Report, followed: Followed): Promise<number> {
  const all = lanesOf(report, followed);
  const held = await holdFrames(report, followed, all);
  const used = new Set(held.map(({ lane }) => lane));
  const lanes = all.filter((lane) => used.has(lane) || lane.isOnPath);
  for (const [index, lane] of lanes.entries()) lane.index = index;
  held.sort(
    (a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0) || a.lane.index - b.lane.index || a.frame - b.frame,
  );
  const lost = lostWithTheCaptures(report);
  write(out, [
    sectionHeaderBlock(`${report.tool.name} ${report.tool.version}`, [
      `outcome ${report.outcome}`,
      ...report.reasons.slice(0, 20),
      ...lost.slice(0, 20),
    ]),
    ...lanes.map((lane) =>
      interfaceBlock(
        lane.points[0]!.linkType,
        lane.snapLength,
        nameOf(lane),
        `${lost.length > 0 && lane.index === 0 && report.outcome === 'unproven' ? incompleteMark : ''}${descriptionOf(lane, report)}`,
        lane.points[0]!.filter,
      ),
    ),
    ...held.map((f) => packetBlock(f.lane.index, f.time, f.bytes, f.wireLength, f.comments)),
  ]);
  return held.length;
}

/** All points, in path order. */
function lanesOf(report: Report, followed: Followed): Lane[] {
  const role = new Map(report.points.map((p) => [p.id, p.role]));
  const place = (point: CapturePoint): number => {
    const of = role.get(point.id) ?? null;
    return of === null ? 99 : roleOrder(of);
  };
  const groups = new Map<string, CapturePoint[]>();
  for (const point of followed.points) {
    const key = point.namespace === null ? `point ${point.index}` : `devices ${point.namespace}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [point]);
    else group.push(point);
  }
  const first = (points: readonly CapturePoint[]): number => Math.min(...points.map(place));
  return [...groups.values()]
    .sort((a, b) => first(a) - first(b) || compareText(a[0]!.id, b[0]!.id))
    .map((points, index) => ({
      points,
      isOnPath: first(points) !== 99,
      index,
      snapLength: points[0]!.snapLength,
      latest: 0n,
    }));
}

async function holdFrames(report: Report, followed: Followed, lanes: readonly Lane[]): Promise<HeldFrame[]> {
  const comments = new FrameComments(report);
  const shifts = clockShifts(report);
  const laneOf = new Map(lanes.flatMap((lane) => lane.points.map((point) => [point, lane] as const)));
  const role = new Map(report.points.map((p) => [p.id, p.role]));
  const held: HeldFrame[] = [];
  let octets = 0;
  for (const [file, frames] of followed.frames) {
    if (frames.size === 0 && followed.transport.isEmpty) continue;
    refuseStream(file);
    const repeats = new Repeats();
    const transport = new FollowedTransport(
      followed.transport,
      followed.points.filter((point) => point.file === file),
    );
    await readCapture(file, (cursor) => {
      const carried = transport.take(cursor);
      const named = frames.get(cursor.frameNumber) ?? carried;
      if (named === undefined && !repeats.mayHold(cursor)) return;
      const bytes = cursor.bytes.slice(cursor.start, cursor.end);
      const found = named ?? repeats.take(cursor.interfaceIndex, bytes);
      if (found === undefined) return;
      refuseMany(held.length + 1);
      if (named !== undefined && named.repeats > 0) repeats.expect(cursor.interfaceIndex, bytes, named);
      const { point, what } = found;
      const lane = laneOf.get(point)!;
      octets += bytes.length;
      if (octets > mostOctets)
        throw new UserError(`--evidence: the flows have more than ${mostOctets} octets: choose flows with --flow`);
      const shift = shifts.get(point.id) ?? 0n;
      const time = shiftedTime(cursor, shift);
      if (time > lane.latest) lane.latest = time;
      if (lane.snapLength > 0) lane.snapLength = Math.max(lane.snapLength, bytes.length);
      const origin = `${file} frame ${cursor.frameNumber}, ${role.get(point.id) ?? 'off the path'}: ${what}; ${timeSaid(cursor, shift)}`;
      held.push({
        lane,
        frame: cursor.frameNumber,
        order: lane.latest,
        time,
        bytes,
        wireLength: cursor.wireLength,
        comments: comments.of(file, cursor.frameNumber, origin, cursor.comments ?? []),
      });
    });
  }
  return held;
}

/** In nanoseconds since 1970; never before. */
function shiftedTime({ seconds, nanoseconds }: FrameCursor, shift: bigint): bigint {
  const original = BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(nanoseconds);
  return original < shift ? 0n : original - shift;
}

function timeSaid({ seconds, nanoseconds }: FrameCursor, shift: bigint): string {
  const clock = shift === 0n ? '' : ` (corrected here by ${-shift} ns of clock offset)`;
  return `original time ${seconds}.${String(nanoseconds).padStart(9, '0')}${clock}`;
}

/** Frames that are known by their like alone: the same octets at the same interface, a few times. */
class Repeats {
  readonly #known = new Map<string, { readonly found: FollowedFrame; left: number }>();
  readonly #lengths = new Set<number>();

  expect(interfaceIndex: number, bytes: Uint8Array, found: FollowedFrame): void {
    this.#known.set(keyOf(interfaceIndex, bytes), { found, left: found.repeats });
    this.#lengths.add(bytes.length);
  }

  mayHold(cursor: FrameCursor): boolean {
    return this.#lengths.has(cursor.end - cursor.start);
  }

  take(interfaceIndex: number, bytes: Uint8Array): FollowedFrame | undefined {
    const known = this.#known.get(keyOf(interfaceIndex, bytes));
    if (known === undefined || known.left === 0) return undefined;
    known.left--;
    return known.found;
  }
}

function keyOf(interfaceIndex: number, bytes: Uint8Array): string {
  return `${interfaceIndex} ${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')}`;
}

/** A pipe is gone once it was read. */
function refuseStream(file: string): void {
  if (file !== '-' && statSync(file).isFile()) return;
  const name = file === '-' ? 'standard input' : file;
  throw new UserError(`--evidence: ${name} cannot be read a second time: save it to a file and check that`);
}

const captureEnding = /\.(cap|pcap|pcapng|dmp|dump)(\.(gz|zst|lz4|xz))?(:|$)/i;

/** The capture's name, and its interface's behind a colon: what a reader takes roles from where frames tell none. */
function nameOf({ points }: Lane): string {
  const { label, file, namespace } = points[0]!;
  const plain = baseName(namespace === null ? label : file);
  return safeText(captureEnding.test(plain) ? plain : `${plain}.cap`);
}

function descriptionOf({ points }: Lane, report: Report): string {
  const reports = points.map((p) => report.points.find((r) => r.id === p.id)).filter((r) => r !== undefined);
  const roles = [...new Set(reports.flatMap((r) => (r.role === null ? [] : [r.role])))];
  const node = reports.find((r) => r.node !== null)?.node ?? null;
  const place = roles.length === 0 ? 'off the path' : roles.join(', ');
  return safeText(`${place}${node === null ? '' : ` on ${node}`}, from ${points[0]!.id}`);
}

/** Why no whole file can stand for the captures: what they lost, or what was not kept of them, may have been there. */
function lostWithTheCaptures(report: Report): string[] {
  return [
    ...report.captures.filter((c) => c.ending !== 'clean').map((c) => `${c.file} ended ${c.ending}: ${c.damage ?? ''}`),
    ...report.notes.filter((n) => report.reasons.includes(n.message)).map((n) => n.message),
  ];
}

function write(out: string, blocks: readonly Uint8Array[]): void {
  try {
    const descriptor = openSync(out, 'w');
    try {
      for (const block of blocks) {
        for (let at = 0; at < block.length; ) at += writeSync(descriptor, block, at);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new UserError(`cannot write ${out}: ${(error as Error).message}`);
  }
}
