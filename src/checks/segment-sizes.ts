/** What the two ends of a TCP connection announced about their segments. */
import type { FlowPath } from '../follow/journey.js';
import { swapPorts } from '../follow/probe-key.js';
import type { SynSighting } from '../observe/observation.js';

/** IPv4 and TCP header without options, which an MSS does not count (RFC 6691 section 2). */
export const TCP_OVERHEAD = 40;

/** The flow's SYNs and SYN+ACKs that announce an MSS, under whatever name NAT gave them. */
export function mssOf({ syns, flow }: FlowPath): SynSighting[] {
  const names = [flow, ...flow.probes.rewritten];
  return syns.filter((s) => {
    const ports = ((s.sourcePort << 16) | s.destinationPort) >>> 0;
    const isOurs = names.some((n) =>
      s.acknowledges
        ? n.source === s.destination && n.destination === s.source && n.ports === swapPorts(ports)
        : n.source === s.source && n.destination === s.destination && n.ports === ports,
    );
    return isOurs && s.mss >= 0;
  });
}
