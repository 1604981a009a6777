/** Reads what `ip -d -j link|addr|route|neigh|rule` print (iproute2, ip/ipaddress.c, iproute.c, ipneigh.c, iprule.c). */
import { parseAddress } from '../decode/address.js';
import { canonicalMac, parseDestination } from './address-words.js';
import { addAddress, addNeighbour, addRoute, mergeLink, type Namespace, type NextHop, printable } from './namespace.js';

type Item = Readonly<Record<string, unknown>>;

/** Why a dump cannot be used, in words that follow the file's name. */
export class DumpError extends Error {}

const text = (value: unknown): string | null => (typeof value === 'string' ? printable(value) : null);
const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
const address = (value: unknown): number | null => (typeof value === 'string' ? parseAddress(value) : null);
const mac = (value: unknown): string | null => (typeof value === 'string' ? canonicalMac(value) : null);
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseItems(json: string): Item[] {
  if (json.trim() === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new DumpError('is not JSON: it was cut or is something else; dump it again with `ip -j`');
  }
  if (!Array.isArray(parsed)) throw new DumpError('is not a list as `ip -j` prints one; dump it again');
  for (const item of parsed)
    if (!isItem(item)) throw new DumpError('is not a list of objects as `ip -j` prints one; dump it again');
  return parsed as Item[];
}

/** Both `ip -d -j link` and `ip -d -j addr`: the second adds `addr_info`. */
export function readLinks(namespace: Namespace, items: readonly Item[], from: string): void {
  namespace.told.add('links');
  for (const item of items) {
    const name = text(item.ifname);
    if (name === null) {
      if (Object.keys(item).length === 0) continue;
      throw new DumpError('has an entry without "ifname"; dump it again with `ip -d -j link`');
    }
    const info = isItem(item.linkinfo) ? item.linkinfo : {};
    const data = isItem(info.info_data) ? info.info_data : {};
    const kind = text(info.info_kind) ?? (item.link_type === 'ipip' ? 'ipip' : null);
    const flags = strings(item.flags);
    mergeLink(namespace, {
      name,
      from,
      index: whole(item.ifindex),
      mac: item.link_type === 'ether' ? mac(item.address) : null,
      mtu: whole(item.mtu),
      up: Array.isArray(item.flags) ? flags.includes('UP') : null,
      operState: text(item.operstate),
      kind,
      master: text(item.master),
      peerIndex: whole(item.link_index),
      tunnel: isItem(info.info_data)
        ? { local: address(data.local), remote: address(data.remote), ttl: whole(data.ttl) ?? 0 }
        : null,
    });
  }
}

export function readAddresses(namespace: Namespace, items: readonly Item[], from: string): void {
  readLinks(namespace, items, from);
  namespace.told.add('addresses');
  for (const item of items) {
    const name = text(item.ifname);
    if (name === null || !Array.isArray(item.addr_info)) continue;
    for (const info of item.addr_info as unknown[]) {
      if (!isItem(info) || info.family !== 'inet') continue;
      const local = address(info.local);
      const prefixLength = whole(info.prefixlen);
      if (local === null || prefixLength === null || prefixLength > 32) {
        throw new DumpError(
          `has an address of ${name} that is not IPv4 (${printable(String(info.local))}); dump it again`,
        );
      }
      addAddress(namespace, { address: local, prefixLength, interfaceName: name, from });
    }
  }
}

export function readRoutes(namespace: Namespace, items: readonly Item[], from: string): void {
  namespace.told.add('routes');
  for (const item of items) {
    if (Object.keys(item).length === 0) continue;
    const written = text(item.dst);
    if (written === null) throw new DumpError('has a route without "dst"; dump it again with `ip -j route`');
    const type = text(item.type) ?? 'unicast';
    const table = text(item.table) ?? 'main';
    if (table !== 'main' && !(table === 'local' && type === 'local')) continue;
    if (type === 'broadcast' || type === 'multicast' || type === 'anycast') continue;
    const prefix = parseDestination(written);
    if (prefix === null) {
      if (written.includes(':')) continue;
      throw new DumpError(
        `has a route to "${written}", which is no IPv4 prefix; dump it again with \`ip -4 -j route\``,
      );
    }
    const metrics = Array.isArray(item.metrics) ? (item.metrics as unknown[]).filter(isItem) : [];
    addRoute(namespace, {
      destination: prefix.base,
      prefixLength: prefix.length,
      type,
      nextHops: nextHopsOf(item),
      metric: whole(item.metric) ?? 0,
      preferredSource: address(item.prefsrc),
      mtu: whole(metrics.find((m) => whole(m.mtu) !== null)?.mtu),
      from,
    });
  }
}

function nextHopsOf(item: Item): NextHop[] {
  if (Array.isArray(item.nexthops)) return (item.nexthops as unknown[]).filter(isItem).map(nextHop);
  return item.dev !== undefined || item.gateway !== undefined ? [nextHop(item)] : [];
}

const nextHop = (item: Item): NextHop => ({ gateway: address(item.gateway), interfaceName: text(item.dev) });

export function readNeighbours(namespace: Namespace, items: readonly Item[], from: string): void {
  namespace.told.add('neighbours');
  for (const item of items) {
    if (Object.keys(item).length === 0) continue;
    if (typeof item.dst !== 'string')
      throw new DumpError('has an entry without "dst"; dump it again with `ip -j neigh`');
    const neighbour = parseAddress(item.dst);
    const name = text(item.dev);
    if (neighbour === null || name === null) continue;
    addNeighbour(namespace, {
      address: neighbour,
      interfaceName: name,
      mac: mac(item.lladdr),
      states: strings(item.state).map((state) => printable(state)),
      from,
    });
  }
}

/** Every namespace has `local`, `main` and `default`; any rule beyond them may send traffic elsewhere. */
export function readRules(namespace: Namespace, items: readonly Item[]): void {
  for (const item of items) {
    const table = text(item.table);
    const plain =
      item.src === 'all' && Object.keys(item).every((key) => ['priority', 'src', 'table', 'protocol'].includes(key));
    if (plain && table !== null && ['local', 'main', 'default'].includes(table)) continue;
    namespace.policyRules.push(printable(JSON.stringify(item)));
  }
}
