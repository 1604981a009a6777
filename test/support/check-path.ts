/** Runs the whole check in this process over captures made from a description, and reads its report. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { EvidenceReport, Finding } from '../../src/checks/finding.js';
import { parseAddress } from '../../src/decode/address.js';
import { findProfile } from '../../src/expect/profiles.js';
import type { ExpectationSource, FlowFacts, HopRole } from '../../src/path/facts.js';
import type { Direction } from '../../src/path/roles.js';
import { type CheckRequest, check } from '../../src/pipeline.js';
import type { Diagnosis, Report } from '../../src/report/report.js';
import type { CaptureDraft, FileOptions } from './capture-file.js';
import { type CaptureChoice, IpipPath, writeCaptures } from './ipip-path.js';

/** Captures by name, as a description gives them or as a test bent them. */
export type Captures = ReadonlyMap<string, CaptureDraft>;

export interface CheckPathOptions
  extends Partial<Omit<CheckRequest, 'captures' | 'profile' | 'statedPoints' | 'flows' | 'require'>> {
  choice?: CaptureChoice;
  profile?: string;
  /** Capture name → role. */
  points?: Readonly<Record<string, HopRole>>;
  /** Pairs of addresses. */
  flows?: readonly (readonly [string, string])[];
  require?: readonly string[];
  format?: FileOptions;
  /** Bends a written file by its name before it is read. */
  bend?: Readonly<Record<string, (bytes: Buffer) => Buffer>>;
}

export async function checkPath(described: IpipPath | Captures, options: CheckPathOptions = {}): Promise<Report> {
  const { choice, profile, points, flows, require, format, bend, ...rest } = options;
  const folder = mkdtempSync(join(tmpdir(), 'check-path-'));
  try {
    const captures = described instanceof IpipPath ? described.captures(choice) : described;
    const files = writeCaptures(folder, captures, format ?? { nanosecond: true });
    for (const [name, change] of Object.entries(bend ?? {})) {
      const file = files.find((each) => nameOf(each) === name)!;
      writeFileSync(file, change(readFileSync(file)));
    }
    return await check({
      captures: files,
      expectations: [],
      profile: findProfile(profile ?? 'flannel-ipip')!,
      mtu: null,
      statedPoints: Object.entries(points ?? {}).map(([name, role]) => ({
        capture: files.find((each) => nameOf(each) === name)!,
        interfaceName: null,
        role,
        node: null,
      })),
      flows: (flows ?? []).map(([source, destination]) => ({
        source: parseAddress(source)!,
        destination: parseAddress(destination)!,
      })),
      only: null,
      skip: new Set(),
      byFlow: false,
      require: new Set(require ?? []),
      failOn: 'error',
      strict: false,
      maxJourneys: 0,
      version: 'test',
      ...rest,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An expectation that says what a test wants it to say, of every flow. */
export function expectation(facts: Partial<FlowFacts>): ExpectationSource {
  return {
    kind: 'declared',
    from: 'ipip-path.yaml',
    profile: null,
    tunnelMtu: null,
    underlayMtu: null,
    points: [],
    problems: [],
    isGeneral: false,
    flow: () => ({ request: {}, reply: {}, problems: [], ...facts }),
    nameOf: () => null,
    ownerOfMac: () => null,
  };
}

/** Base name without ending. */
export function nameOf(file: string): string {
  return basename(file).replace(/\.(pcap|pcapng|cap)$/, '');
}

/** A finding's place is compared only where it is given. */
export interface Where {
  direction?: Direction;
  role?: HopRole;
  /** Capture name. */
  point?: string;
  /** Position of the journey in the report. */
  journey?: number;
}

export function allFindings(report: Report): Finding[] {
  return [
    ...report.findings,
    ...report.flows.flatMap((f) => [...f.findings, ...f.journeys.flatMap((j) => j.findings)]),
  ];
}

export function findingsOf(report: Report, rule: string, where: Where = {}): Finding[] {
  const among =
    where.journey === undefined ? allFindings(report) : (report.flows[0]?.journeys[where.journey]?.findings ?? []);
  return among.filter(
    (f) =>
      f.rule === rule &&
      (where.direction === undefined || f.direction === where.direction) &&
      (where.role === undefined || f.role === where.role) &&
      (where.point === undefined || (f.point !== null && nameOf(f.point) === where.point)),
  );
}

export function diagnosesOf(report: Report): Diagnosis[] {
  return [...report.diagnoses, ...report.flows.flatMap((f) => f.diagnoses)];
}

/** "encapsulator-underlay#3": one frame of evidence, short. */
export function refsOf(evidence: readonly EvidenceReport[]): string[] {
  return evidence.map((e) => `${nameOf(e.file)}#${e.frame}`);
}
