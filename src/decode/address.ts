/** IPv4 and MAC addresses as text and numbers (dotted quad: RFC 6943 section 3.1.1, strict form; prefixes: RFC 4632). */

const DOTTED_QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const MAC = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/i;

export interface Prefix {
  /** First address, unsigned 32-bit, host bits zero. */
  readonly base: number;
  /** 0 to 32. */
  readonly length: number;
}

export interface MacAddress {
  /** First 16 bits. */
  readonly high: number;
  /** Last 32 bits. */
  readonly low: number;
}

export function addressText(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Four decimal numbers without leading zeros; null for anything else. Unsigned 32-bit. */
export function parseAddress(text: string): number | null {
  const parts = DOTTED_QUAD.exec(text);
  if (parts === null) return null;
  let address = 0;
  for (let i = 1; i <= 4; i++) {
    const part = Number(parts[i]);
    if (part > 255) return null;
    address = address * 256 + part;
  }
  return address;
}

/** The six octets at `at`, as `00:0c:29:3f:a2:81`. */
export function macText(bytes: Uint8Array, at: number): string {
  return macTextOf(
    (bytes[at]! << 8) | bytes[at + 1]!,
    (bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!,
  );
}

/** A link has few machines, and each of their frames names two of them; a capture made to have more is only slower. */
const MAX_MAC_TEXTS = 4096;
const macTexts = new Map<number, string>();

/** From the first 16 bits and the last 32. */
export function macTextOf(high: number, low: number): string {
  // 48 bits, exact in a double.
  const key = high * 2 ** 32 + (low >>> 0);
  let text = macTexts.get(key);
  if (text === undefined) {
    const digits = high.toString(16).padStart(4, '0') + (low >>> 0).toString(16).padStart(8, '0');
    text = digits.replace(/..(?=.)/g, '$&:');
    if (macTexts.size >= MAX_MAC_TEXTS) macTexts.clear();
    macTexts.set(key, text);
  }
  return text;
}

/** Six pairs of hexadecimal digits joined by colons or by hyphens; null for anything else. */
export function parseMac(text: string): MacAddress | null {
  if (!MAC.test(text)) return null;
  const digits = text.replaceAll(/[:-]/g, '');
  return { high: Number.parseInt(digits.slice(0, 4), 16), low: Number.parseInt(digits.slice(4), 16) };
}

/** Whether the first `length` bits of `address` are those of `base`. */
export function inPrefix(address: number, base: number, length: number): boolean {
  const mask = maskOf(length);
  return (address & mask) === (base & mask);
}

/** `10.244.1.0/24`, host bits tolerated and cleared; null for anything else. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const address = parseAddress(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (address === null || !/^(0|[1-9]\d?)$/.test(bits) || Number(bits) > 32) return null;
  const length = Number(bits);
  return { base: (address & maskOf(length)) >>> 0, length };
}

export function prefixText(prefix: Prefix): string {
  return `${addressText(prefix.base)}/${prefix.length}`;
}

/** Octets as pairs of hexadecimal digits, joined by colons. */
export function octetsText(bytes: Uint8Array, at: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += (i === 0 ? '' : ':') + bytes[at + i]!.toString(16).padStart(2, '0');
  return text;
}

/** The 16 octets at `at` in the canonical form of RFC 5952: the longest run of zero groups, from two on, is left out. */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  const groups: string[] = [];
  let runAt = -1;
  let runLength = 1;
  for (let i = 0, zeros = 0; i < 8; i++) {
    const group = (bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]!;
    groups.push(group.toString(16));
    zeros = group === 0 ? zeros + 1 : 0;
    if (zeros > runLength) {
      runLength = zeros;
      runAt = i - zeros + 1;
    }
  }
  if (runAt < 0) return groups.join(':');
  // IPv4 addresses in IPv6's stand as such, as inet_ntop() writes them.
  const isMapped = runLength === 5 && groups[5] === 'ffff';
  if (runAt === 0 && (runLength === 6 || isMapped)) {
    return `${isMapped ? '::ffff:' : '::'}${[...bytes.subarray(at + 12, at + 16)].join('.')}`;
  }
  return `${groups.slice(0, runAt).join(':')}::${groups.slice(runAt + runLength).join(':')}`;
}

function maskOf(length: number): number {
  // A shift by 32 would be a shift by 0.
  return length === 0 ? 0 : (-1 << (32 - length)) | 0;
}
