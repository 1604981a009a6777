/** The report: plain data, the same as `--format json` prints. Fields are added freely and never renamed. */

import type { EvidenceReport, Finding, Outcome } from '../checks/finding.js';
import type { HopRole } from '../path/facts.js';
import type { ProbeFields, ProbeKind } from '../path/probe-kinds.js';
import type { Direction } from '../path/roles.js';

export type Disposition = 'delivered' | 'lost' | 'refused' | 'misrouted' | 'insufficient-evidence';
export type RoleSource = 'command-line' | 'expectation' | 'kernel-state' | 'content' | 'name' | 'elimination' | null;

export interface Report {
  readonly schema: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly outcome: Outcome;
  /** Why the outcome is not pass, one short sentence each; empty when it is. */
  readonly reasons: readonly string[];
  readonly expectation: ExpectationReport;
  readonly captures: readonly CaptureReport[];
  readonly points: readonly PointReport[];
  readonly findings: readonly Finding[];
  readonly diagnoses: readonly Diagnosis[];
  /** Capture artefacts and other things worth knowing that are no findings, each once. */
  readonly notes: readonly Note[];
  /** Clock offsets between capture domains, estimated with an error bound, or the reason why not. */
  readonly clocks: readonly ClockReport[];
  readonly flows: readonly FlowReport[];
  readonly counts: Counts;
}

export interface Counts {
  readonly pass: number;
  readonly fail: number;
  readonly unproven: number;
  readonly notApplicable: number;
}

export interface ExpectationReport {
  readonly source: 'inferred' | 'topology-file' | 'kernel-state';
  /** The file or folder it came from; null when inferred. */
  readonly from: string | null;
  readonly profile: string;
  readonly tunnelMtu: number;
  readonly underlayMtu: number;
  /** What this expectation cannot notice, in sentences for people. */
  readonly weaknesses: readonly string[];
}

export interface CaptureReport {
  readonly file: string;
  readonly format: 'pcap' | 'pcapng';
  readonly compression: string | null;
  readonly frames: number;
  readonly linkTypes: readonly string[];
  readonly ending: 'clean' | 'cut' | 'corrupt';
  readonly octetsUnread: number;
  readonly damageOffset: number | null;
  readonly damage: string | null;
  readonly notes: readonly string[];
}

export interface PointReport {
  readonly id: string;
  readonly file: string;
  readonly interface: string | null;
  readonly linkType: string;
  /** The role in the first flow that uses this point; `roles` has all when they differ. */
  readonly role: HopRole | null;
  readonly node: string | null;
  readonly roleFrom: RoleSource;
  readonly roles: readonly { readonly flow: string; readonly role: HopRole }[];
  readonly frames: number;
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly snapLength: number;
}

export interface Note {
  readonly id: string;
  readonly message: string;
  readonly points: readonly string[];
}

export interface ClockReport {
  /** Node (or capture) names; the offset is second minus first. */
  readonly between: readonly [string, string];
  /** Nanoseconds as decimal text; null when it cannot be estimated. */
  readonly offset: string | null;
  readonly bound: string | null;
  readonly exchanges: number;
  /** Why there is no estimate; null when there is one. */
  readonly reason: string | null;
}

/** One possible cause, with what would confirm it and the command to run next. */
export interface Cause {
  readonly cause: string;
  readonly confirm: string;
  readonly command: string;
  /** The machine to run it on: a node's or pod's name, or "a router between …". */
  readonly where: string;
}

export interface Diagnosis {
  readonly id: string;
  readonly segment: string | null;
  readonly direction: Direction | null;
  readonly confidence: 'certain' | 'likely' | 'possible';
  /** One line that names what is wrong. */
  readonly message: string;
  /** What was seen, and nothing else. */
  readonly fact: string;
  /** Ranked, most likely first. */
  readonly candidates: readonly string[];
  readonly causes: readonly Cause[];
  /** The commands of `causes`, as "machine# command". */
  readonly next: readonly string[];
  readonly evidence: readonly EvidenceReport[];
}

export interface SegmentReport {
  /** S12, S23, S34, S45, S56 or a wider stretch ("S12-S34") when the hops between were not captured. */
  readonly segment: string;
  readonly direction: Direction;
  readonly from: HopRole;
  readonly to: HopRole;
  readonly entered: number;
  readonly arrived: number;
  readonly lost: number;
  /** Median one-way time in nanoseconds as decimal text, and its error bound (0 on one clock); null when clocks do not allow it. */
  readonly oneWay: string | null;
  readonly bound: string | null;
}

export interface FlowReport {
  readonly source: string;
  readonly destination: string;
  /** Ports are there for TCP and UDP. Reports saved by older versions lack it: they are of ICMP. */
  readonly probe?: { readonly kind: ProbeKind; readonly sourcePort?: number; readonly destinationPort?: number };
  readonly probes: number;
  readonly delivered: number;
  readonly replied: number;
  readonly outcome: Outcome;
  readonly largestInner: number;
  readonly largestOuter: number | null;
  readonly segments: readonly SegmentReport[];
  readonly notes: readonly Note[];
  readonly findings: readonly Finding[];
  readonly diagnoses: readonly Diagnosis[];
  readonly journeys: readonly JourneyReport[];
  readonly journeysOmitted: number;
}

export interface JourneyReport {
  readonly probe: ProbeFields & { readonly source: string; readonly destination: string };
  readonly outcome: Outcome;
  readonly request: LegReport;
  readonly reply: LegReport | null;
  /** ICMP errors that quote this probe. */
  readonly refusals: readonly RefusalReport[];
  /** Sightings at points that have no place on the path. */
  readonly strays: readonly ObservationReport[];
  readonly findings: readonly Finding[];
}

export interface LegReport {
  readonly disposition: Disposition;
  readonly lastSeen: HopRole | null;
  readonly firstMissing: HopRole | null;
  readonly hops: readonly HopReport[];
}

/**
 * seen: the datagram is in this capture. lost-before: it had to be here and is not, the last sighting stands before it. beyond:
 * behind such a hop. absent: not in this capture, and nothing tells that it was lost. blind: not in this capture, and seen
 * further on. not-running: nothing shows that the capture ran when it was due. other-run: the capture holds other pings only.
 * not-captured: no capture.
 */
export type HopReportState =
  | 'seen'
  | 'lost-before'
  | 'beyond'
  | 'absent'
  | 'blind'
  | 'not-running'
  | 'other-run'
  | 'not-captured';

export interface HopReport {
  readonly role: HopRole;
  readonly state: HopReportState;
  /** null: this hop was not captured. A point with no observations: captured, and absent. */
  readonly point: string | null;
  readonly node: string | null;
  readonly interface: string | null;
  /** How the datagram was seen here: none, ipip, vxlan …; null when it was not seen. */
  readonly encapsulation: string | null;
  /** Longest IP datagram allowed here, in octets. */
  readonly mtu: number;
  readonly observations: readonly ObservationReport[];
}

export interface HeaderReport {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly tos: number;
  readonly identification: number;
  readonly totalLength: number;
  readonly dontFragment: boolean;
  readonly protocol: number;
}

export interface ObservationReport {
  readonly file: string;
  readonly frame: number;
  /** Seconds since 1970 with nine decimals, by that capture's own clock. */
  readonly time: string;
  readonly point: string;
  readonly sourceMac: string | null;
  readonly destinationMac: string | null;
  readonly vlans: readonly number[];
  readonly outer: HeaderReport | null;
  readonly inner: HeaderReport;
  readonly capturedLength: number;
  readonly wireLength: number;
  /** Every frame of the datagram, this one included, when it travelled in fragments; empty otherwise. */
  readonly fragments: readonly {
    readonly file: string;
    readonly frame: number;
    readonly offset: number;
    readonly length: number;
  }[];
}

export interface RefusalReport {
  readonly file: string;
  readonly frame: number;
  readonly point: string;
  readonly role: HopRole | null;
  readonly sender: string;
  readonly encapsulated: boolean;
  readonly type: number;
  readonly code: number;
  readonly meaning: string;
  readonly nextHopMtu: number | null;
  /** Does it quote the outer header, or only the inner datagram? */
  readonly quotes: 'outer' | 'inner';
}
