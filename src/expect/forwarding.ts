/** Linux IPv4 forwarding decisions over a dumped namespace: longest prefix, then metric (net/ipv4/fib_trie.c, fib_table_lookup). */
import { inPrefix } from '../decode/address.js';
import type { InterfaceAddress, Link, Namespace, Neighbour, Route } from './namespace.js';

/** Kinds whose devices carry the datagram inside another one. */
const tunnelKinds: ReadonlySet<string> = new Set([
  'ipip',
  'vxlan',
  'gre',
  'gretap',
  'geneve',
  'wireguard',
  'sit',
  'tun',
  'ip6tnl',
]);

export interface Decision {
  /** 'local': the namespace itself is the destination. 'refused': blackhole, unreachable … */
  readonly kind: 'forward' | 'local' | 'refused' | 'none';
  readonly route: Route | null;
  readonly link: Link | null;
  readonly interfaceName: string | null;
  /** Whom the frame is addressed to: the gateway, or the destination itself on the link. */
  readonly nextHop: number | null;
  readonly gateway: number | null;
  /** Several next hops: the kernel picks one per flow by a hash nobody can predict from a dump. */
  readonly multipath: boolean;
}

/** One namespace with its tables indexed, so that a lookup costs 33 steps at most. */
export class Host {
  readonly namespace: Namespace;
  readonly name: string;
  readonly #routes: Map<number, Route[]>[] = Array.from({ length: 33 }, () => new Map());
  readonly #addresses = new Map<number, InterfaceAddress[]>();
  readonly #neighbours = new Map<string, Neighbour>();
  readonly #ports = new Set<string>();
  readonly #byIndex = new Map<number, Link>();

  constructor(namespace: Namespace) {
    this.namespace = namespace;
    this.name = namespace.name;
    for (const route of namespace.routes) push(this.#routes[route.prefixLength]!, route.destination, route);
    for (const address of namespace.addresses) push(this.#addresses, address.address, address);
    for (const neighbour of namespace.neighbours)
      this.#neighbours.set(`${neighbour.address} ${neighbour.interfaceName}`, neighbour);
    for (const link of namespace.links.values()) {
      if (link.master !== null) this.#ports.add(link.master);
      if (link.index !== null) this.#byIndex.set(link.index, link);
    }
  }

  link(name: string | null): Link | null {
    return name === null ? null : (this.namespace.links.get(name) ?? null);
  }

  linkByIndex(index: number | null): Link | null {
    return index === null ? null : (this.#byIndex.get(index) ?? null);
  }

  get links(): readonly Link[] {
    return [...this.namespace.links.values()];
  }

  /** Own addresses; loopback's 127.0.0.0/8 aside. */
  addressesOf(interfaceName: string | null): readonly InterfaceAddress[] {
    return this.namespace.addresses.filter((a) => a.interfaceName === interfaceName);
  }

  owns(address: number): InterfaceAddress | null {
    return this.#addresses.get(address)?.[0] ?? null;
  }

  neighbour(address: number, interfaceName: string | null): Neighbour | null {
    return this.#neighbours.get(`${address} ${interfaceName}`) ?? null;
  }

  isBridge(interfaceName: string | null): boolean {
    if (interfaceName === null) return false;
    return this.link(interfaceName)?.kind === 'bridge' || this.#ports.has(interfaceName);
  }

  isTunnel(interfaceName: string | null): boolean {
    const link = this.link(interfaceName);
    // Where no dump tells a device's kind, the names that flannel and the ipip module give are what there is.
    if (link?.kind == null) return interfaceName !== null && /^(flannel\.ipip|tunl\d+)$/.test(interfaceName);
    return tunnelKinds.has(link.kind);
  }

  /** Tunnel devices of kind ipip that are not switched off; the module's own tunl0 is down unless someone uses it. */
  get ipipLinks(): readonly Link[] {
    return this.links.filter((link) => this.isIpip(link.name) && link.up !== false);
  }

  isIpip(interfaceName: string | null): boolean {
    return this.isTunnel(interfaceName) && (this.link(interfaceName)?.kind ?? 'ipip') === 'ipip';
  }

  decide(destination: number): Decision {
    if (this.owns(destination) !== null)
      return { ...nowhere, kind: 'local', interfaceName: this.owns(destination)!.interfaceName };
    const route = this.#lookup(destination);
    if (route === null) return nowhere;
    if (route.type === 'local') return { ...nowhere, kind: 'local', route };
    const hop = route.nextHops[0];
    if (route.type !== 'unicast' || hop === undefined) return { ...nowhere, kind: 'refused', route };
    return {
      kind: 'forward',
      route,
      link: this.link(hop.interfaceName),
      interfaceName: hop.interfaceName,
      nextHop: hop.gateway ?? destination,
      gateway: hop.gateway,
      multipath: route.nextHops.length > 1,
    };
  }

  #lookup(destination: number): Route | null {
    for (let length = 32; length >= 0; length--) {
      const base = length === 0 ? 0 : (destination & (0xffffffff << (32 - length))) >>> 0;
      const found = this.#routes[length]!.get(base);
      if (found === undefined) continue;
      const best = found.reduce((a, b) => (b.metric < a.metric ? b : a));
      if (best.type !== 'throw') return best;
    }
    return null;
  }

  /** The source address the kernel would choose towards a destination: the route's own, else the device's first that fits. */
  sourceTowards(decision: Decision): InterfaceAddress | { readonly address: number; readonly from: string } | null {
    if (decision.route?.preferredSource != null)
      return { address: decision.route.preferredSource, from: decision.route.from };
    const own = this.addressesOf(decision.interfaceName);
    const near = own.find((a) => decision.nextHop !== null && inPrefix(decision.nextHop, a.address, a.prefixLength));
    return near ?? own[0] ?? null;
  }

  /** Largest datagram that may leave by this decision: the device's MTU, or the route's own when it is lower. */
  mtuOf(decision: Decision): number | null {
    const device = decision.link?.mtu ?? null;
    const route = decision.route?.mtu ?? null;
    return route !== null && (device === null || route < device) ? route : device;
  }

  setting(name: string): string | null {
    return this.namespace.settings.get(name) ?? null;
  }
}

const nowhere: Decision = {
  kind: 'none',
  route: null,
  link: null,
  interfaceName: null,
  nextHop: null,
  gateway: null,
  multipath: false,
};

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
