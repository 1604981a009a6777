/** What the two ends of a TCP connection announced about their segments. */
import type { FlowPath } from '../follow/journey.js';
import type { SynSighting } from '../observe/observation.js';

/** IPv4 and TCP header without options, which an MSS does not count (RFC 6691 section 2). */
export const TCP_OVERHEAD = 40;

/** The connection's SYNs and SYN+ACKs that announce an MSS. */
export function mssOf({ syns }: FlowPath): SynSighting[] {
  return syns.filter((s) => s.mss >= 0);
}
