/** What one network namespace said of itself: links, addresses, routes and neighbours as plain data, whoever printed them. */

export interface Tunnel {
  /** null: any. */
  readonly local: number | null;
  readonly remote: number | null;
  /** 0: inherited from the inner header. */
  readonly ttl: number;
}

export interface Link {
  /** Interface index; null where the dump does not print it (ifconfig). */
  readonly index: number | null;
  readonly name: string;
  /** Lower case; null for links without an Ethernet address. */
  readonly mac: string | null;
  readonly mtu: number | null;
  /** The UP flag; null where the dump does not tell. */
  readonly up: boolean | null;
  readonly operState: string | null;
  /** 'veth', 'bridge', 'ipip', 'vxlan' … as the kernel names link kinds; null where the dump does not tell, or for a plain NIC. */
  readonly kind: string | null;
  /** Bridge or bond this link is a port of. */
  readonly master: string | null;
  /** Index of the other end of a veth pair, in the other end's namespace. */
  readonly peerIndex: number | null;
  readonly tunnel: Tunnel | null;
  readonly from: string;
}

export interface InterfaceAddress {
  readonly address: number;
  readonly prefixLength: number;
  readonly interfaceName: string;
  readonly from: string;
}

export interface NextHop {
  readonly gateway: number | null;
  readonly interfaceName: string | null;
}

export interface Route {
  readonly destination: number;
  readonly prefixLength: number;
  /** 'unicast', 'local', 'blackhole', 'unreachable', 'prohibit', 'throw' … */
  readonly type: string;
  /** One, or several for a multipath route; none for a route that refuses. */
  readonly nextHops: readonly NextHop[];
  readonly metric: number;
  readonly preferredSource: number | null;
  readonly mtu: number | null;
  readonly from: string;
}

export interface Neighbour {
  readonly address: number;
  readonly interfaceName: string;
  /** null: nobody answered (FAILED, INCOMPLETE). */
  readonly mac: string | null;
  readonly states: readonly string[];
  readonly from: string;
}

export interface Namespace {
  readonly name: string;
  readonly links: Map<string, Link>;
  readonly addresses: InterfaceAddress[];
  readonly routes: Route[];
  readonly neighbours: Neighbour[];
  /** Kernel settings by their dotted name, e.g. net.ipv4.ip_forward. */
  readonly settings: Map<string, string>;
  /** Routing rules besides the three that every namespace has, as printed. */
  readonly policyRules: string[];
  /** What was dumped at all: an absent dump is no statement, an empty one is. */
  readonly told: Set<'links' | 'addresses' | 'routes' | 'neighbours'>;
  /** What was added already: two dumps of one namespace may tell the same. */
  readonly seen: Set<string>;
}

export function newNamespace(name: string): Namespace {
  return {
    name,
    links: new Map(),
    addresses: [],
    routes: [],
    neighbours: [],
    settings: new Map(),
    policyRules: [],
    told: new Set(),
    seen: new Set(),
  };
}

const unknownLink: Omit<Link, 'name' | 'from'> = {
  index: null,
  mac: null,
  mtu: null,
  up: null,
  operState: null,
  kind: null,
  master: null,
  peerIndex: null,
  tunnel: null,
};

/** Adds what a further dump tells of a link; what an earlier one knew and this one does not stays. */
export function mergeLink(
  namespace: Namespace,
  told: Partial<Link> & { readonly name: string; readonly from: string },
): void {
  const known = namespace.links.get(told.name);
  const merged: Record<string, unknown> = { ...unknownLink, name: told.name, from: told.from, ...known };
  for (const [key, value] of Object.entries(told))
    if (value !== null && value !== undefined && key !== 'from') merged[key] = value;
  namespace.links.set(told.name, merged as unknown as Link);
}

export function addAddress(namespace: Namespace, address: InterfaceAddress): void {
  if (isNew(namespace, `address ${address.address} ${address.interfaceName}`)) namespace.addresses.push(address);
}

export function addRoute(namespace: Namespace, route: Route): void {
  const { destination, prefixLength, type, metric, nextHops } = route;
  const hops = nextHops.map((hop) => `${hop.gateway} ${hop.interfaceName}`).join();
  if (isNew(namespace, `route ${destination}/${prefixLength} ${type} ${metric} ${hops}`)) namespace.routes.push(route);
}

export function addNeighbour(namespace: Namespace, neighbour: Neighbour): void {
  const key = `neighbour ${neighbour.address} ${neighbour.interfaceName}`;
  if (isNew(namespace, key)) namespace.neighbours.push(neighbour);
}

function isNew(namespace: Namespace, key: string): boolean {
  if (namespace.seen.has(key)) return false;
  namespace.seen.add(key);
  return true;
}

/** Text from a dump, safe to print: control characters replaced, length bounded. */
export function printable(text: string, longest = 80): string {
  const safe = text.replace(/[^\x20-\x7e\u00a1-\u024f]/g, '?');
  return safe.length > longest ? `${safe.slice(0, longest - 3)}...` : safe;
}

/** A path as the user gave it, without what a terminal would obey. */
export function printablePath(path: string): string {
  return printable(path, 1024);
}
