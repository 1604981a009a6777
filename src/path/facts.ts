/** The one type that everything after reads: what each hop of a path must show, and where every fact comes from. */

/** Authority, highest first: declared (ipip-path.yaml) > kernel-state (dumps) > inferred (captures) > profile (defaults). */
type FactSource = 'declared' | 'kernel-state' | 'inferred' | 'profile';

/** One expected value with its provenance: `from` says where a reader can check it ("ipip-path.yaml:4", "node1.route.json"). */
export interface Fact<Value> {
  readonly value: Value;
  readonly source: FactSource;
  readonly from: string;
}

export const hopRoles = [
  'source-pod',
  'source-bridge',
  'encapsulator-tunnel',
  'encapsulator-underlay',
  'decapsulator-underlay',
  'decapsulator-tunnel',
  'destination-bridge',
  'destination-pod',
] as const;
/** Seen in the direction of the request; the reply's own source-pod is the request's destination-pod. */
export type HopRole = (typeof hopRoles)[number];

/** How a datagram travels between two nodes. 'none' is plain routing. */
export type Encapsulation =
  | 'none'
  | 'ipip'
  | 'ipip-in-ipip'
  | 'vxlan'
  | 'gre'
  | 'geneve'
  | '6in4'
  | '4in6'
  | 'wireguard'
  /** Directly inside a UDP datagram of whatever port: FoU, GUE, flannel's udp backend. */
  | 'udp'
  | 'other';

/** What is expected of one direction at one hop. An absent fact means "nobody says"; the rule is then unproven or compares captures. */
export interface HopFacts {
  readonly node?: Fact<string>;
  readonly interfaceName?: Fact<string>;
  readonly sourceMac?: Fact<string>;
  /** Lower case, colon-separated. */
  readonly destinationMac?: Fact<string>;
  /** Must the datagram be encapsulated here? */
  readonly encapsulation?: Fact<Encapsulation>;
  /** Addresses as unsigned 32-bit numbers. */
  readonly outerSource?: Fact<number>;
  readonly outerDestination?: Fact<number>;
  readonly outerTtl?: Fact<number>;
  readonly innerSource?: Fact<number>;
  readonly innerDestination?: Fact<number>;
  /** How much lower than at its source the inner TTL must be here. */
  readonly innerTtlDrop?: Fact<number>;
  /** Longest IP datagram in octets that may pass here (inner length on pod, bridge and tunnel; outer length on the underlay). */
  readonly mtu?: Fact<number>;
}

export type PathFacts = Readonly<Partial<Record<HopRole, HopFacts>>>;

/** What one source knows of one flow (a pair of pod addresses), both directions keyed by the REQUEST's roles. */
export interface FlowFacts {
  readonly request: PathFacts;
  readonly reply: PathFacts;
  readonly tunnelMtu?: Fact<number>;
  readonly underlayMtu?: Fact<number>;
  /** What the source itself cannot support: no route, no tunnel device, MTU contradiction … Found before any packet is read. */
  readonly problems: readonly ExpectationProblem[];
}

/** A finding about the expectation itself. */
export interface ExpectationProblem {
  /** kebab-case, names the defect: 'no-route', 'no-tunnel-device', 'tunnel-mtu-mismatch', 'pod-mtu-exceeds-tunnel', 'neighbour-missing', … */
  readonly name: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** Where it stands: "node1.route.json", "ipip-path.yaml:4". */
  readonly from: string;
  /** The diagnosis (rules.md) this supports, when there is one. */
  readonly diagnosis?: string;
  /** The segment it concerns (S12, S23, S34, S45, S56), when there is one. */
  readonly segment?: string;
  readonly role?: HopRole;
  readonly direction?: 'request' | 'reply';
}

/** Where a capture was taken, when a file says so. */
export interface DeclaredPoint {
  /** File name as the expectation writes it (compare by base name). */
  readonly capture: string;
  readonly interfaceName: string | null;
  /** The namespace it was taken in: a pod's or a node's name. */
  readonly at: string;
  readonly from: string;
}

/** A source of expectations. It answers for one pair of inner addresses at a time; null when it knows nothing of either. */
export interface ExpectationSource {
  readonly kind: 'declared' | 'kernel-state';
  /** The file or folder it was read from, as the user gave it. */
  readonly from: string;
  readonly profile: Fact<string> | null;
  readonly tunnelMtu: Fact<number> | null;
  readonly underlayMtu: Fact<number> | null;
  readonly points: readonly DeclaredPoint[];
  /** It names no pod and no node, so that what it says is of every flow. */
  readonly isGeneral: boolean;
  /** Problems that concern no single flow: two nodes with one tunnel address, unreadable dump … */
  readonly problems: readonly ExpectationProblem[];
  flow(source: number, destination: number): FlowFacts | null;
  /** Name of the pod or node that owns an address, null when unknown. */
  nameOf(address: number): string | null;
  /** Node on which a MAC address lives, and what it is there ("node2 ens33"); null when unknown. */
  ownerOfMac(mac: string): string | null;
}

/** An outer IPv4 header without options: RFC 791 section 3.1. */
export const OUTER_HEADER = 20;
