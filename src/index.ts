/** The library: the same check as the command line, as a function that returns the report. It prints nothing and exits nowhere. */
import { rules as allRules } from './checks/registry.js';
import type { RuleMeta } from './checks/rule.js';
import { type failLevels, isTaken, type requirable } from './cli/options.js';
import { defaultProfile, findProfile, profiles } from './expect/profiles.js';
import type { ExpectationSource, HopRole } from './path/facts.js';
import { type ProbeChoice, probeKinds } from './path/probe-kinds.js';
import { check } from './pipeline.js';
import type { Report } from './report/report.js';
import { UserError } from './user-error.js';
import { version } from './version.js';

export type { EvidenceReport, Finding, Outcome, VerdictName } from './checks/finding.js';
export type { RuleMeta, Severity, Source } from './checks/rule.js';
export type { HopRole } from './path/facts.js';
export type { Direction } from './path/roles.js';
export type * from './report/report.js';
export { UserError } from './user-error.js';

/** What a check may be told; the names are those of the command line. */
export interface CheckOptions {
  /** An ipip-path.yaml. */
  readonly expect?: string;
  /** A folder with dumps of the nodes' and pods' kernel state. */
  readonly state?: string;
  /** Tunnel MTU in octets. */
  readonly mtu?: number;
  readonly profile?: string;
  readonly points?: readonly {
    readonly capture: string;
    readonly interface?: string;
    readonly role: HopRole;
    readonly node?: string;
  }[];
  /** Only these pairs of pod addresses, as unsigned 32-bit numbers; of TCP and UDP with this destination port. */
  readonly flows?: readonly { readonly source: number; readonly destination: number; readonly port?: number }[];
  /** Kinds of probes to follow; 'auto': pings, else TCP, else UDP. Default ['icmp']. */
  readonly probes?: ProbeChoice;
  /** Rule ids (IPT204). */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly byFlow?: boolean;
  readonly require?: readonly (typeof requirable)[number][];
  readonly failOn?: (typeof failLevels)[number];
  readonly strict?: boolean;
  /** Journeys a flow keeps in the report, failing ones first; 0 = all. Default 100. */
  readonly maxJourneys?: number;
  readonly onProgress?: (file: string, read: number, total: number | null) => void;
}

/**
 * Follows the requests through the captures and judges every hop.
 * Throws UserError when a capture, an expectation or an option cannot be used; what a capture says is in the report, never thrown.
 */
export async function checkCaptures(captures: readonly string[], options: CheckOptions = {}): Promise<Report> {
  refuseUnknown(options);
  const expectations: ExpectationSource[] = [];
  if (options.expect !== undefined)
    expectations.push((await import('./expect/topology-file.js')).readTopologyFile(options.expect));
  if (options.state !== undefined)
    expectations.push((await import('./expect/kernel-state.js')).readKernelState(options.state));
  const wanted = options.profile ?? expectations.map((s) => s.profile?.value).find((p) => p !== undefined);
  const profile = wanted === undefined ? defaultProfile : findProfile(wanted);
  if (profile === null)
    throw new UserError(`there is no profile ${wanted}; there are ${profiles.map((p) => p.name).join(', ')}`);
  return check({
    captures,
    expectations,
    profile,
    mtu: options.mtu ?? null,
    statedPoints: (options.points ?? []).map((p) => ({
      capture: p.capture,
      interfaceName: p.interface ?? null,
      role: p.role,
      node: p.node ?? null,
    })),
    flows: options.flows ?? [],
    probes: options.probes ?? ['icmp'],
    only: options.only === undefined ? null : new Set(options.only),
    skip: new Set(options.skip ?? []),
    byFlow: options.byFlow ?? false,
    require: new Set(options.require ?? []),
    failOn: options.failOn ?? 'error',
    strict: options.strict ?? false,
    maxJourneys: options.maxJourneys ?? 100,
    version: version(),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
}

/** Options whose values are no text, number or switch of the command line; the others are judged by its table. */
const ownValues: Readonly<Record<string, (value: unknown) => boolean>> = {
  points: Array.isArray,
  flows: Array.isArray,
  probes: (value) =>
    value === 'auto' || (Array.isArray(value) && value.length > 0 && value.every((kind) => probeKinds.includes(kind))),
  only: areRules,
  skip: areRules,
  onProgress: (value) => typeof value === 'function',
};

function areRules(value: unknown): boolean {
  return Array.isArray(value) && value.every((id) => allRules.some((rule) => rule.meta.id === id));
}

/** Every option's name; the compiler sees to it that none is forgotten. */
const names: { readonly [Name in keyof Required<CheckOptions>]: true } = {
  expect: true,
  state: true,
  mtu: true,
  profile: true,
  points: true,
  flows: true,
  probes: true,
  only: true,
  skip: true,
  byFlow: true,
  require: true,
  failOn: true,
  strict: true,
  maxJourneys: true,
  onProgress: true,
};

/** A gate that takes a misspelt requirement for none would pass what it should not. */
function refuseUnknown(options: CheckOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(names, name)) throw new UserError(`checkCaptures has no option ${name}`);
    const isRight = Object.hasOwn(ownValues, name) ? ownValues[name]!(value) : isTaken(name, value);
    if (value !== undefined && !isRight) throw new UserError(`checkCaptures: option ${name} cannot be taken`);
  }
}

/** Every rule's own words. */
export const rules: readonly RuleMeta[] = allRules.map((r) => r.meta);
