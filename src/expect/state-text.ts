/** Reads what `ip`, `ifconfig`, `route -n`, `arp -n`, `ethtool -S` and `sysctl` print as text, since pod images often have no `ip -j`. */
import { parseAddress } from '../decode/address.js';
import { canonicalMac, parseDestination } from './address-words.js';
import {
  addAddress,
  addNeighbour,
  addRoute,
  type Link,
  mergeLink,
  type Namespace,
  type NextHop,
  printable,
  type Tunnel,
} from './namespace.js';

const linesOf = (dump: string): string[] => dump.replace(/\\(?=\s)/g, '\n').split(/\r?\n/);
const words = (line: string): string[] => line.trim().split(/\s+/);
/** The word after a keyword: `via 10.0.0.1` → 10.0.0.1. */
const after = (of: readonly string[], keyword: string): string | null => {
  const at = of.indexOf(keyword);
  return at === -1 ? null : (of[at + 1] ?? null);
};
const number = (word: string | null): number | null => (word !== null && /^\d{1,10}$/.test(word) ? Number(word) : null);
const addressOrAny = (word: string | null): number | null =>
  word === null || word === 'any' ? null : parseAddress(word);

const kinds = new Set([
  'ipip',
  'vxlan',
  'veth',
  'bridge',
  'vlan',
  'gre',
  'gretap',
  'geneve',
  'wireguard',
  'sit',
  'bond',
  'dummy',
  'macvlan',
  'ipvlan',
  'tun',
]);

/** `ip [-d] link|addr [show]`, also with -o. */
export function readIpLink(namespace: Namespace, dump: string, from: string): void {
  let link: (Partial<Link> & { name: string; from: string }) | null = null;
  const keep = (): void => {
    if (link !== null) mergeLink(namespace, link);
  };
  for (const line of linesOf(dump)) {
    const head = /^(\d+):\s+([^\s@:]+)(?:@([^\s:]+))?:?\s+(.*)$/.exec(line);
    const of = words(line);
    if (head !== null) {
      const name = printable(head[2]!);
      if (head[4]!.startsWith('inet')) {
        readInet(namespace, name, words(head[4]!), from);
        continue;
      }
      keep();
      namespace.told.add('links');
      link = { name, from, ...readHead(head, line, of) };
      continue;
    }
    if (link === null) continue;
    const first = of[0] ?? '';
    if (first.startsWith('link/')) {
      Object.assign(link, { mac: first === 'link/ether' ? canonicalMac(of[1] ?? '') : null });
      if (first === 'link/ipip') Object.assign(link, { kind: 'ipip' });
    } else if (first === 'inet') readInet(namespace, link.name, of, from);
    else if (kinds.has(first)) Object.assign(link, { kind: first, tunnel: readTunnel(of) });
  }
  keep();
}

/** The first line of a link. */
function readHead(head: RegExpExecArray, line: string, of: readonly string[]): Partial<Link> {
  const flags = /<([^>]*)>/.exec(line)?.[1]?.split(',') ?? null;
  const printed = (key: string): string | null => {
    const word = after(of, key);
    return word === null ? null : printable(word);
  };
  return {
    index: number(head[1]!),
    up: flags === null ? null : flags.includes('UP'),
    mtu: number(after(of, 'mtu')),
    master: printed('master'),
    operState: printed('state'),
    peerIndex: number(/^if(\d+)$/.exec(head[3] ?? '')?.[1] ?? null),
  };
}

function readTunnel(of: readonly string[]): Tunnel | null {
  if (!of.includes('local') && !of.includes('remote')) return null;
  return {
    local: addressOrAny(after(of, 'local')),
    remote: addressOrAny(after(of, 'remote')),
    ttl: number(after(of, 'ttl')) ?? 0,
  };
}

function readInet(namespace: Namespace, interfaceName: string, of: readonly string[], from: string): void {
  if (of[0] !== 'inet') return;
  namespace.told.add('addresses');
  const written = of[1] ?? '';
  const own = parseAddress(written.split('/')[0] ?? '');
  // With `peer`, the prefix length stands behind the peer's address.
  const length = number((after(of, 'peer') ?? written).split('/')[1] ?? '32');
  if (own !== null && length !== null && length <= 32) {
    addAddress(namespace, { address: own, prefixLength: length, interfaceName, from });
  }
}

const refusing = new Set(['blackhole', 'unreachable', 'prohibit', 'throw']);
const skipped = new Set(['broadcast', 'multicast', 'anycast']);

/** `ip route [show [table all]]`. */
export function readIpRoute(namespace: Namespace, dump: string, from: string): void {
  namespace.told.add('routes');
  const lines = linesOf(dump);
  for (let i = 0; i < lines.length; i++) {
    let of = words(lines[i]!);
    let type = 'unicast';
    if (refusing.has(of[0]!) || skipped.has(of[0]!) || of[0] === 'local' || of[0] === 'unicast') {
      type = of[0]!;
      of = of.slice(1);
    }
    const table = after(of, 'table') ?? 'main';
    const prefix = parseDestination(of[0] ?? '');
    const nextHops: NextHop[] = [];
    if (of.includes('dev') || of.includes('via')) nextHops.push(textHop(of));
    while (/^\s+nexthop\s/.test(lines[i + 1] ?? '')) nextHops.push(textHop(words(lines[++i]!)));
    if (prefix === null || skipped.has(type)) continue;
    if (table !== 'main' && !(table === 'local' && type === 'local')) continue;
    addRoute(namespace, {
      destination: prefix.base,
      prefixLength: prefix.length,
      type,
      nextHops,
      metric: number(after(of, 'metric')) ?? 0,
      preferredSource: addressOrAny(after(of, 'src')),
      mtu: number(after(of, 'mtu')),
      from,
    });
  }
}

function textHop(of: readonly string[]): NextHop {
  const device = after(of, 'dev');
  return { gateway: addressOrAny(after(of, 'via')), interfaceName: device === null ? null : printable(device) };
}

/** `ip neigh`. */
export function readIpNeigh(namespace: Namespace, dump: string, from: string): void {
  namespace.told.add('neighbours');
  for (const line of linesOf(dump)) {
    const of = words(line);
    const address = parseAddress(of[0] ?? '');
    const device = after(of, 'dev');
    if (address === null || device === null) continue;
    addNeighbour(namespace, {
      address,
      interfaceName: printable(device),
      mac: canonicalMac(after(of, 'lladdr') ?? ''),
      states: of.filter((word) => /^[A-Z]{3,}$/.test(word)),
      from,
    });
  }
}

/** `route -n`: the flags column says G for a gateway, ! for a refusal. */
export function readRouteN(namespace: Namespace, dump: string, from: string): void {
  namespace.told.add('routes');
  for (const line of linesOf(dump)) {
    const [destination, gateway, mask, flags, metric, , , device] = words(line);
    const base = parseAddress(destination === 'default' ? '0.0.0.0' : (destination ?? ''));
    const length = maskLength(mask ?? '');
    if (base === null || length === null || flags === undefined || !/^[A-Z!]/.test(flags)) continue;
    const refused = flags.includes('!');
    addRoute(namespace, {
      destination: base,
      prefixLength: length,
      type: refused ? 'unreachable' : 'unicast',
      nextHops: refused
        ? []
        : [
            {
              gateway: flags.includes('G') ? parseAddress(gateway ?? '') : null,
              interfaceName: device === undefined ? null : printable(device),
            },
          ],
      metric: number(metric ?? null) ?? 0,
      preferredSource: null,
      mtu: null,
      from,
    });
  }
}

function maskLength(mask: string): number | null {
  const value = parseAddress(mask);
  if (value === null) return null;
  const length = 32 - Math.log2(2 ** 32 - value);
  return Number.isInteger(length) ? length : null;
}

/** `ifconfig`, of net-tools 1.60 and BusyBox ("Link encap") and of net-tools 2 ("flags="). */
export function readIfconfig(namespace: Namespace, dump: string, from: string): void {
  for (const block of dump.split(/\r?\n(?=\S)/)) {
    const name = /^(\S+?):?\s/.exec(block)?.[1];
    if (name === undefined || !/Link encap|flags=/.test(block)) continue;
    namespace.told.add('links');
    namespace.told.add('addresses');
    const device = printable(name.split(':')[0]!);
    const mtu = /\bMTU:(\d{1,9})|\bmtu (\d{1,9})/.exec(block);
    mergeLink(namespace, {
      name: device,
      from,
      mac: canonicalMac(/(?:HWaddr|\bether) ([0-9A-Fa-f:]{17})/.exec(block)?.[1] ?? ''),
      mtu: number(mtu?.[1] ?? mtu?.[2] ?? null),
      up: /^\s+UP\s/m.test(block) || /<([^>]*,)?UP[,>]/.test(block),
      kind: /IPIP Tunnel|tunnel\s+txqueuelen.*\(IPIP/.test(block) ? 'ipip' : null,
    });
    const own = parseAddress(/inet (?:addr:)?(\d+\.\d+\.\d+\.\d+)/.exec(block)?.[1] ?? '');
    const length = maskLength(/(?:Mask:|netmask )(\d+\.\d+\.\d+\.\d+)/.exec(block)?.[1] ?? '255.255.255.255');
    if (own !== null && length !== null)
      addAddress(namespace, { address: own, prefixLength: length, interfaceName: device, from });
  }
}

/** `arp -n` (a table) and `arp -an` (BSD style, BusyBox). */
export function readArpN(namespace: Namespace, dump: string, from: string): void {
  namespace.told.add('neighbours');
  for (const line of linesOf(dump)) {
    const of = words(line);
    const bsd = /\(([\d.]+)\) at (\S+)/.exec(line);
    const address = parseAddress(bsd?.[1] ?? of[0] ?? '');
    const device = bsd === null ? of.at(-1) : after(of, 'on');
    if (address === null || device === undefined || device === null) continue;
    const mac = canonicalMac(bsd?.[2] ?? of[2] ?? '');
    const permanent = bsd === null ? /^C?M/.test(of[3] ?? '') : /\bPERM\b/.test(line);
    addNeighbour(namespace, {
      address,
      interfaceName: printable(device),
      mac,
      states: [mac === null ? 'INCOMPLETE' : permanent ? 'PERMANENT' : 'REACHABLE'],
      from,
    });
  }
}

/** `ethtool -S` of a veth: `peer_ifindex` ties a pod's interface to its other end on the node. The dump does not name the interface. */
export function readEthtoolS(namespace: Namespace, dump: string, interfaceName: string | null, from: string): void {
  const peerIndex = number(/peer_ifindex:\s*(\d+)/.exec(dump)?.[1] ?? null);
  if (peerIndex === null) return;
  const ethernet = [...namespace.links.values()].filter((link) => link.mac !== null);
  const name = interfaceName ?? (ethernet.length === 1 ? ethernet[0]!.name : 'eth0');
  mergeLink(namespace, { name: printable(name), from, peerIndex, kind: 'veth' });
}

/** `sysctl -a`: only what decides about forwarding is kept. */
export function readSysctl(namespace: Namespace, dump: string): void {
  for (const line of linesOf(dump)) {
    const found = /^(net\.ipv4\.(?:ip_forward|conf\.\S{1,40}\.(?:rp_filter|forwarding)))\s*=\s*(\d)\s*$/.exec(
      line.trim(),
    );
    if (found !== null) namespace.settings.set(found[1]!, found[2]!);
  }
}

/** `ip rule`. */
export function readIpRule(namespace: Namespace, dump: string): void {
  for (const line of linesOf(dump)) {
    const rule = line.trim();
    if (rule === '' || /^\d+:\s+from all lookup (local|main|default)$/.test(rule)) continue;
    if (/^\d+:\s/.test(rule)) namespace.policyRules.push(printable(rule));
  }
}
