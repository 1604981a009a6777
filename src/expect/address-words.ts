/** Addresses as tools and people write them: a MAC in one spelling, a route's destination with or without its length. */
import { macTextOf, type Prefix, parseAddress, parseMac, parsePrefix } from '../decode/address.js';

/** Lower case, colon-separated; null for anything else than a MAC address. */
export function canonicalMac(text: string): string | null {
  const mac = parseMac(text);
  return mac === null ? null : macTextOf(mac.high, mac.low);
}

/** `default`, `10.244.1.0/24`, or `10.244.1.2`, which `ip route` prints for a host route. */
export function parseDestination(text: string): Prefix | null {
  if (text === 'default') return { base: 0, length: 0 };
  const host = parseAddress(text);
  return host === null ? parsePrefix(text) : { base: host, length: 32 };
}
