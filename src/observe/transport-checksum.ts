/** Checksum of a TCP segment or UDP datagram over its pseudo header (RFC 9293 section 3.1, RFC 768). */
import { onesComplementSum } from '../decode/checksum.js';
import * as ipv4 from '../decode/ipv4.js';

/** null: it cannot be judged, because octets are missing or the sender gave none (UDP checksum 0). */
export function transportChecksumRight(
  bytes: Uint8Array,
  ip: number,
  at: number,
  limit: number,
  protocol: number,
): boolean | null {
  const length = ipv4.totalLength(bytes, ip) - ipv4.headerLength(bytes, ip);
  if (length <= 0 || limit - at !== length) return null;
  if (protocol === 17 && bytes[at + 6] === 0 && bytes[at + 7] === 0) return null;
  const pseudo = onesComplementSum(bytes, ip + 12, ip + 20, protocol + length);
  return (onesComplementSum(bytes, at, at + length, pseudo) & 0xffff) === 0xffff;
}
