/** Real captures bent in ways that must not change a verdict: other names, orders, clocks, addresses, TTLs and containers. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readCapture } from '../../src/capture/read-capture.js';
import type { Finding } from '../../src/checks/finding.js';
import { findRule } from '../../src/checks/registry.js';
import { readKernelState } from '../../src/expect/kernel-state.js';
import { defaultProfile, findProfile } from '../../src/expect/profiles.js';
import { readTopologyFile } from '../../src/expect/topology-file.js';
import type { ProbeKind } from '../../src/path/probe-kinds.js';
import { type CheckRequest, check } from '../../src/pipeline.js';
import type { Report } from '../../src/report/report.js';
import { type CaptureDraft, type CapturedFrame, type FileOptions, pcapFile, pcapngFile } from './capture-file.js';
import { defaultRequest } from './default-request.js';

/** One file of a set: several drafts when it has several interfaces. */
interface SetFile {
  name: string;
  drafts: CaptureDraft[];
  /** The capture filter and the like are not kept; the ending is: octets after the last whole record. */
  tail: Uint8Array;
}
export type CaptureSet = SetFile[];

const root = mkdtempSync(join(tmpdir(), 'variants-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
let folders = 0;

export async function readSet(folder: string, names: readonly string[]): Promise<CaptureSet> {
  const set: CaptureSet = [];
  for (const name of names) {
    const frames: { index: number; frame: CapturedFrame }[] = [];
    const summary = await readCapture(join(folder, name), (f) => {
      frames.push({
        index: f.interfaceIndex,
        frame: {
          time: BigInt(f.seconds) * 1_000_000_000n + BigInt(f.nanoseconds),
          bytes: f.bytes.slice(f.start, f.end),
          wireLength: f.wireLength,
        },
      });
    });
    const drafts: CaptureDraft[] = summary.interfaces.map((i) => ({
      linkType: i.linkType,
      snapLength: i.snapLength,
      interfaceName: i.name,
      frames: frames.filter((f) => f.index === i.index).map((f) => f.frame),
    }));
    // A record header that promises more than there is.
    const tail =
      summary.ending === 'clean'
        ? new Uint8Array()
        : Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 98, 0, 0, 0, 98, 0, 0, 0, 1);
    set.push({ name, drafts, tail });
  }
  return set;
}

/** A copy that may be bent. */
export function copySet(set: CaptureSet): CaptureSet {
  return set.map((file) => ({
    ...file,
    drafts: file.drafts.map((d) => ({ ...d, frames: d.frames.map((f) => ({ ...f, bytes: f.bytes.slice() })) })),
  }));
}

/** Writes a set into a folder of its own and returns the paths in the set's order. */
export function writeSet(set: CaptureSet, options: FileOptions & { gzip?: boolean } = {}): string[] {
  const folder = join(root, String(folders++));
  mkdirSync(folder, { recursive: true });
  return set.map((file) => {
    const many = file.drafts.length !== 1 || options.format === 'pcapng';
    const octets = Buffer.concat([
      many ? pcapngFile(file.drafts, options) : pcapFile(file.drafts[0]!, options),
      file.tail,
    ]);
    const path = join(folder, options.gzip ? `${file.name}.gz` : file.name);
    writeFileSync(path, options.gzip ? gzipSync(octets) : octets);
    return path;
  });
}

/** The request that `check` makes of these options of the command line. */
function requestOf(captures: readonly string[], options: readonly string[] = [], folder = ''): CheckRequest {
  const value = (name: string): string | undefined => {
    const at = options.indexOf(name);
    return at < 0 ? undefined : options[at + 1];
  };
  const path = (name: string | undefined): string | undefined => (name === undefined ? undefined : join(folder, name));
  const state = path(value('--state'));
  const expect = path(value('--expect'));
  const mtu = value('--mtu');
  const skip = value('--skip');
  const probes = value('--probe')?.split(',') as ProbeKind[] | undefined;
  return {
    ...defaultRequest(captures),
    expectations: [
      ...(expect === undefined ? [] : [readTopologyFile(expect)]),
      ...(state === undefined ? [] : [readKernelState(state)]),
    ],
    profile: findProfile(value('--profile') ?? '') ?? defaultProfile,
    mtu: mtu === undefined ? null : Number(mtu),
    ...(probes === undefined ? {} : { probes }),
    skip: new Set(skip === undefined ? [] : [findRule(skip)!.meta.id]),
    byFlow: options.includes('--by-flow'),
    require: new Set(value('--require')?.split(',') ?? []),
    failOn: (value('--fail-on') ?? 'error') as CheckRequest['failOn'],
    maxJourneys: 0,
  };
}

export async function judge(
  captures: readonly string[],
  options: readonly string[] = [],
  folder = '',
): Promise<Report> {
  return check(requestOf(captures, options, folder));
}

export async function judgeSet(set: CaptureSet, options: readonly string[] = [], folder = ''): Promise<Report> {
  return judge(writeSet(set), options, folder);
}

export function findingsOf(report: Report): Finding[] {
  return [
    ...report.findings,
    ...report.flows.flatMap((f) => [...f.findings, ...f.journeys.flatMap((j) => j.findings)]),
  ];
}

export interface Verdict {
  outcome: Report['outcome'];
  /** Rules of severity error or warning that fail, with where; sorted. */
  failing: string[];
  diagnoses: string[];
  flows: string[];
}

/** What of a report must stay the same; names, addresses and times are left out. */
export function verdictOf(report: Report): Verdict {
  const failing = findingsOf(report)
    .filter((f) => f.verdict === 'fail')
    .map((f) => `${f.rule} ${f.direction ?? '-'} ${f.role ?? '-'}`);
  const diagnoses = [...report.diagnoses, ...report.flows.flatMap((f) => f.diagnoses)].map(
    (d) => `${d.id} ${d.direction ?? '-'} ${d.segment ?? '-'}`,
  );
  return {
    outcome: report.outcome,
    failing: [...new Set(failing)].sort(),
    diagnoses: [...new Set(diagnoses)].sort(),
    flows: report.flows.map((f) => `${f.outcome} ${f.probes}/${f.delivered}/${f.replied}`).sort(),
  };
}

/** Only ids: what a variant with other points (merged, renamed) may be held to. */
export function idsOf(report: Report): { outcome: string; failing: string[]; diagnoses: string[] } {
  const v = verdictOf(report);
  const first = (list: string[]): string[] => [...new Set(list.map((x) => x.split(' ')[0]!))].sort();
  return { outcome: v.outcome, failing: first(v.failing), diagnoses: first(v.diagnoses) };
}

export function shiftClock(set: CaptureSet, names: ReadonlySet<string>, by: bigint): CaptureSet {
  return copySet(set).map((file) => {
    if (names.has(file.name)) for (const d of file.drafts) for (const f of d.frames) f.time += by;
    return file;
  });
}

export interface Remapping {
  /** IPv4 address → IPv4 address, as unsigned numbers. */
  address?: (address: number) => number;
  /** In place. */
  mac?: (bytes: Uint8Array, at: number) => void;
  /** TTL of any IPv4 header (quoted ones and outer ones included). */
  ttl?: (ttl: number) => number;
  /** ICMP echo identifiers. */
  identifier?: (identifier: number) => number;
}

/** Rewrites every header of every frame; a checksum that was right is right again, one that was wrong stays as it is. */
export function remap(set: CaptureSet, how: Remapping): CaptureSet {
  const copy = copySet(set);
  for (const file of copy) {
    for (const draft of file.drafts) for (const frame of draft.frames) remapFrame(frame.bytes, draft.linkType, how);
  }
  return copy;
}

const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!;
const put16 = (b: Uint8Array, at: number, v: number): void => {
  b[at] = v >> 8;
  b[at + 1] = v & 255;
};
const u32 = (b: Uint8Array, at: number): number => (u16(b, at) * 65536 + u16(b, at + 2)) >>> 0;
const put32 = (b: Uint8Array, at: number, v: number): void => {
  put16(b, at, v >>> 16);
  put16(b, at + 2, v & 0xffff);
};

function sum(b: Uint8Array, from: number, to: number, start = 0): number {
  let s = start;
  for (let i = from; i < to; i += 2) s += (b[i]! << 8) | (i + 1 < to ? b[i + 1]! : 0);
  while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
  return s;
}

function remapFrame(b: Uint8Array, linkType: number, how: Remapping): void {
  if (linkType === 1) remapEthernet(b, 0, b.length, how);
  else if (linkType === 101 || linkType === 12) remapIp(b, 0, b.length, how, false);
  else if (linkType === 113) {
    if (u16(b, 4) === 6) how.mac?.(b, 6);
    remapPayload(b, 16, b.length, u16(b, 14), how);
  } else if (linkType === 276) {
    if (b[11] === 6) how.mac?.(b, 12);
    remapPayload(b, 20, b.length, u16(b, 0), how);
  }
}

function remapEthernet(b: Uint8Array, at: number, end: number, how: Remapping): void {
  if (end - at < 14) return;
  how.mac?.(b, at);
  how.mac?.(b, at + 6);
  let type = u16(b, at + 12);
  let next = at + 14;
  while (type === 0x8100 || type === 0x88a8) {
    type = u16(b, next + 2);
    next += 4;
  }
  remapPayload(b, next, end, type, how);
}

function remapPayload(b: Uint8Array, at: number, end: number, type: number, how: Remapping): void {
  if (type === 0x0800) remapIp(b, at, end, how, false);
  if (type === 0x0806 && end - at >= 28) {
    how.mac?.(b, at + 8);
    how.mac?.(b, at + 18);
    if (how.address) {
      put32(b, at + 14, how.address(u32(b, at + 14)));
      put32(b, at + 24, how.address(u32(b, at + 24)));
    }
  }
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a header rewritten from its first octet to its checksums
function remapIp(b: Uint8Array, at: number, end: number, how: Remapping, quoted: boolean): void {
  if (end - at < 20 || b[at]! >> 4 !== 4) return;
  const header = (b[at]! & 15) * 4;
  const stop = Math.min(end, at + u16(b, at + 2));
  const whole = quoted ? false : stop === at + u16(b, at + 2);
  const headerRight = sum(b, at, at + header) === 0xffff;
  const protocol = b[at + 9]!;
  const fragment = (u16(b, at + 6) & 0x3fff) !== 0;
  const first = (u16(b, at + 6) & 0x1fff) === 0;
  const l4 = at + header;
  const pseudo = (): number => sum(b, at + 12, at + 20, protocol + (stop - l4));
  const l4Checksum = protocol === 6 ? l4 + 16 : protocol === 17 ? l4 + 6 : protocol === 1 ? l4 + 2 : -1;
  const usable = whole && !fragment && l4Checksum > 0 && l4Checksum + 2 <= stop;
  const zeroUdp = usable && protocol === 17 && u16(b, l4Checksum) === 0;
  const right = usable && !zeroUdp && sum(b, l4, stop, protocol === 1 ? 0 : pseudo()) === 0xffff;
  if (how.address) {
    put32(b, at + 12, how.address(u32(b, at + 12)));
    put32(b, at + 16, how.address(u32(b, at + 16)));
  }
  if (how.ttl) b[at + 8] = how.ttl(b[at + 8]!);
  if (first) {
    if (protocol === 4) remapIp(b, l4, stop, how, quoted);
    else if (protocol === 1 && stop - l4 >= 8) {
      const type = b[l4]!;
      if ((type === 8 || type === 0) && how.identifier) {
        const before = u16(b, l4 + 4);
        const after = how.identifier(before) & 0xffff;
        put16(b, l4 + 4, after);
        // A fragment's or a cut message's checksum cannot be computed anew, only moved on (RFC 1624).
        if (!usable) put16(b, l4 + 2, moved(u16(b, l4 + 2), before, after));
      }
      if (type === 3 || type === 11 || type === 5) {
        remapIp(b, l4 + 8, stop, how, true);
        if (type === 5 && how.address) put32(b, l4 + 4, how.address(u32(b, l4 + 4)));
      }
    } else if (protocol === 17 && u16(b, l4 + 2) === 8472 && stop - l4 > 16) remapEthernet(b, l4 + 16, stop, how);
  }
  if (right) {
    put16(b, l4Checksum, 0);
    put16(b, l4Checksum, ~sum(b, l4, stop, protocol === 1 ? 0 : pseudo()) & 0xffff);
  }
  if (headerRight) {
    put16(b, at + 10, 0);
    put16(b, at + 10, ~sum(b, at, at + header) & 0xffff);
  }
}

function moved(checksum: number, before: number, after: number): number {
  let s = (~checksum & 0xffff) + (~before & 0xffff) + after;
  while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
  return ~s & 0xffff;
}

/** Any order of 0..n-1, from a number. */
export function permutation(n: number, seed: number): number[] {
  const list = Array.from({ length: n }, (_, i) => i);
  let state = seed >>> 0;
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
