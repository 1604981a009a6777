/** Everything that all captures had to say, put on one numbering of points. */
import type { CaptureSummary } from '../capture/capture.js';
import { macTextOf } from '../decode/address.js';
import type { CapturePoint } from './capture-point.js';
import { tellSides } from './exchanges.js';
import type { FileObservations } from './file-observations.js';
import { encapsulations } from './headers.js';
import {
  type ArpSighting,
  type ErrorSighting,
  elapsed,
  type FrameRef,
  type Observation,
  type StreamSighting,
  type SynSighting,
  type Talk,
} from './observation.js';
import { type RotatedFile, rotationsOf } from './rotation.js';
import { Flag, SightingTable } from './sightings.js';

export interface Sighted {
  readonly captures: readonly CaptureSummary[];
  readonly points: readonly CapturePoint[];
  readonly sightings: SightingTable;
  readonly errors: readonly ErrorSighting[];
  readonly arps: readonly ArpSighting[];
  readonly syns: readonly SynSighting[];
  readonly streams: readonly StreamSighting[];
  readonly talks: readonly Talk[];
  /** What was not kept because of a limit, in words; empty when all was. */
  readonly limits: readonly string[];
  /** Captures of which not every message of a probe, fragment or interface was kept: what they lack may have been there. */
  readonly incomplete: ReadonlySet<string>;
}

export interface FileSighted {
  readonly summary: CaptureSummary;
  readonly observations: FileObservations;
}

/** Joins the files' observations. The order of `files` does not matter: they are taken by name. */
export function gatherSighted(files: readonly FileSighted[]): Sighted {
  const ordered = [...files].sort((a, b) => compareText(a.summary.file, b.summary.file));
  const points: NumberedPoint[] = [];
  const parts: string[] = [];
  // The rows of a single file are numbered as they must be: a copy of them would be most of what the run holds.
  const only = ordered.length === 1 ? ordered[0]!.observations.sightings : null;
  const single = only instanceof SightingTable ? only : null;
  const sightings =
    single ??
    new SightingTable(
      ordered.reduce((sum, f) => sum + f.observations.sightings.rows.length, 1),
      ordered.reduce((sum, f) => sum + f.observations.sightings.kinds.length, 1),
    );
  const errors: ErrorSighting[] = [];
  const arps: ArpSighting[] = [];
  const syns: SynSighting[] = [];
  const streams: StreamSighting[] = [];
  const talks: Talk[] = [];
  const limits: string[] = [];
  const incomplete = new Set<string>();
  const shared = sharedFolders(ordered.map((f) => f.summary.file));
  const firsts = rotationsOf(ordered.map(rotatedFile));
  for (const { summary, observations } of ordered) {
    const mapping = addPoints(points, parts, summary, observations, shared, firsts.get(summary.file)!);
    if (single === null) sightings.append(observations.sightings, mapping);
    const point = (index: number): CapturePoint => points[mapping[index]!]!;
    const ref = (frame: number): FrameRef => ({ file: summary.file, frame });
    for (const e of observations.errors) {
      errors.push({ ...e, point: point(e.point), ref: ref(e.frame), encapsulation: encapsulations[e.encapsulation]! });
    }
    for (const a of observations.arps) arps.push({ ...a, point: point(a.point), ref: ref(a.frame) });
    for (const s of observations.syns) {
      syns.push({ ...s, point: point(s.point), ref: ref(s.frame), encapsulation: encapsulations[s.encapsulation]! });
    }
    for (const s of observations.streams) streams.push({ ...s, point: point(s.point) });
    for (const t of observations.talks) talks.push({ ...t, point: point(t.point) });
    const { dropped } = observations;
    if (dropped.messages + dropped.fragments + dropped.frames + dropped.segments > 0) incomplete.add(summary.file);
    limits.push(...limitsReached(summary.file, dropped));
  }
  joinSeries(points, parts, firsts, new Map(ordered.map(({ summary }) => [summary.file, summary.frames])));
  tellSides(sightings, points);
  return {
    captures: ordered.map((f) => f.summary),
    points,
    sightings,
    errors,
    arps,
    syns,
    streams,
    talks,
    limits,
    incomplete,
  };
}

/** What was not kept of a file, in words. */
function limitsReached(file: string, dropped: FileObservations['dropped']): string[] {
  return Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => {
      const what = kind === 'frames' ? 'frames of further interfaces' : kind;
      return `${file}: ${count} more ${what} than are kept were passed over`;
    });
}

/** Which series a point belongs to shows when all are there. */
type NumberedPoint = CapturePoint & { series: number; framesBefore: number };

function rotatedFile({ summary, observations }: FileSighted): RotatedFile {
  let window: RotatedFile['window'] = null;
  for (const { traffic: t } of observations.points) {
    if (t.frames === 0) continue;
    const first = { seconds: t.firstSeconds, nanoseconds: t.firstNanoseconds };
    const last = { seconds: t.lastSeconds, nanoseconds: t.lastNanoseconds };
    window = {
      first: window !== null && elapsed(window.first, first) >= 0 ? window.first : first,
      last: window !== null && elapsed(last, window.last) >= 0 ? window.last : last,
    };
  }
  return { summary, window };
}

/** Gives the points of one capture's later files the number of their like in the earliest file that has one. */
function joinSeries(
  points: readonly NumberedPoint[],
  parts: readonly string[],
  firsts: ReadonlyMap<string, string>,
  frames: ReadonlyMap<string, number>,
): void {
  const time = ({ traffic: t }: CapturePoint): number =>
    t.frames === 0 ? Number.POSITIVE_INFINITY : t.firstSeconds * 1e9 + t.firstNanoseconds;
  const series = new Map<string, { readonly index: number; before: number }>();
  for (const point of [...points].sort((a, b) => time(a) - time(b))) {
    const key = JSON.stringify([firsts.get(point.file)!, parts[point.index]]);
    const known = series.get(key) ?? { index: point.index, before: 0 };
    series.set(key, known);
    point.series = known.index;
    point.framesBefore = known.before;
    known.before += frames.get(point.file)!;
  }
}

function addPoints(
  points: NumberedPoint[],
  parts: string[],
  summary: CaptureSummary,
  observations: FileObservations,
  shared: number,
  first: string,
): number[] {
  const alone = observations.points.length === 1;
  const taken = new Set<string>();
  const namesakes = new Map<string, number>();
  return observations.points.map((raw) => {
    const device = summary.interfaces[raw.interfaceIndex];
    let id = summary.file;
    if (!alone) {
      const several = summary.interfaces.length > 1;
      const name = device?.name ?? `#${raw.interfaceIndex}`;
      id += raw.part === '' ? `:${name}` : several ? `:${name}:${raw.part}` : `:${raw.part}`;
      // Each namesake counts on from the last one, or a file full of them would be counted through again and again.
      for (const plain = id; taken.has(id); ) {
        const n = (namesakes.get(plain) ?? 1) + 1;
        namesakes.set(plain, n);
        id = `${plain}#${n}`;
      }
    }
    taken.add(id);
    const index = points.length;
    parts.push(`${raw.interfaceIndex} ${device?.name ?? ''} ${raw.part} ${raw.linkType}`);
    points.push({
      index,
      id,
      label: id.slice(shared),
      file: summary.file,
      interfaceName: raw.part === '' ? (device?.name ?? null) : null,
      linkType: raw.linkType,
      snapLength: device?.snapLength ?? 0,
      filter: device?.filter ?? null,
      link: raw.link,
      series: index,
      framesBefore: 0,
      namespace: raw.part === '' ? null : `${first}:${raw.interfaceIndex}`,
      traffic: raw.traffic,
    });
    return index;
  });
}

/** Length of the folder part that all names begin with. */
function sharedFolders(files: readonly string[]): number {
  const folder = (file: string): string => file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  let shared = files.length === 0 ? '' : folder(files[0]!);
  for (const file of files) {
    while (!file.startsWith(shared)) shared = folder(shared.slice(0, -1));
  }
  return shared.length;
}

/** Builds the Observation of one row. */
export function observationAt(evidence: Sighted, row: number): Observation {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const kind = c.kind[row]!;
  const flags = k.flags[kind]!;
  const point = evidence.points[k.point[kind]!]!;
  const extra = k.extra[kind] === 0 ? null : evidence.sightings.extras[k.extra[kind]! - 1]!;
  const triState = (right: number, wrong: number): boolean | null =>
    flags & right ? true : flags & wrong ? false : null;
  const headerLength = k.headerLength[kind]!;
  const totalLength = k.totalLength[kind]!;
  const datagramLength = extra?.datagramLength || totalLength;
  const linkSource =
    flags & (Flag.HasEthernet | Flag.HasLinkSource) ? macTextOf(k.sourceMacHigh[kind]!, k.sourceMacLow[kind]!) : null;
  return {
    point,
    ref: { file: point.file, frame: c.frame[row]! },
    seconds: c.seconds[row]!,
    nanoseconds: c.nanoseconds[row]!,
    message: flags & Flag.Reply ? 'reply' : 'request',
    ports: k.protocol[kind] === 1 ? null : { source: k.ports[kind]! >>> 16, destination: k.ports[kind]! & 0xffff },
    isReset: (flags & Flag.Reset) !== 0,
    ethernet:
      flags & Flag.HasEthernet
        ? { source: linkSource!, destination: macTextOf(k.destinationMacHigh[kind]!, k.destinationMacLow[kind]!) }
        : null,
    linkSource,
    packetType: k.packetType[kind] === 255 ? null : k.packetType[kind]!,
    vlans: extra?.vlans ?? [],
    encapsulation: encapsulations[k.encapsulation[kind]!]!,
    tunnelPort: extra?.tunnelPort || null,
    outer:
      flags & Flag.HasOuter
        ? {
            source: k.outerSource[kind]!,
            destination: k.outerDestination[kind]!,
            timeToLive: k.outerTimeToLive[kind]!,
            typeOfService: k.outerTypeOfService[kind]!,
            identification: c.outerIdentification[row]!,
            totalLength: k.outerTotalLength[kind]!,
            headerLength: extra?.outerHeaderLength || 20,
            dontFragment: (flags & Flag.OuterDontFragment) !== 0,
            reserved: (flags & Flag.OuterReserved) !== 0,
            protocol: extra?.outerProtocol || 4,
            checksumRight: triState(Flag.OuterChecksumRight, Flag.OuterChecksumWrong),
          }
        : null,
    inner: {
      source: k.source[kind]!,
      destination: k.destination[kind]!,
      timeToLive: k.timeToLive[kind]!,
      typeOfService: k.typeOfService[kind]!,
      identification: c.identification[row]!,
      totalLength,
      headerLength,
      dontFragment: (flags & Flag.InnerDontFragment) !== 0,
      reserved: (flags & Flag.InnerReserved) !== 0,
      protocol: k.protocol[kind]!,
      checksumRight: triState(Flag.InnerChecksumRight, Flag.InnerChecksumWrong),
    },
    number: c.number[row]!,
    payloadDigest: c.payloadDigest[row]!,
    payloadCaptured: k.payloadCaptured[kind]!,
    payloadLength: k.protocol[kind] === 6 ? 0 : Math.max(0, datagramLength - headerLength - 8),
    messageChecksumRight: triState(Flag.MessageChecksumRight, Flag.MessageChecksumWrong),
    icmpCode: k.icmpCode[kind]!,
    optionsDigest: extra?.optionsDigest ?? 0,
    recorded: extra?.recorded ?? [],
    capturedLength: k.capturedLength[kind]!,
    wireLength: k.wireLength[kind]!,
    fragmented: extra?.fragmented ?? 'no',
    fragments:
      extra?.pieces.map((piece, i) => ({
        file: point.file,
        frame: evidence.sightings.fragmentFrames.get(row)![i]!,
        ...piece,
      })) ?? [],
    complete: extra?.complete ?? true,
    datagramLength,
  };
}

/** By code units, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
