/** Which SYNs concern a flow: one list serves every flow, so it is sorted once. */
import { IpProtocol } from '../decode/ip-protocol.js';
import type { SynSighting } from '../observe/observation.js';
import { endsKey } from '../observe/transport-frames.js';
import type { Flow } from './flow.js';
import { put } from './index-by.js';
import { reversed } from './probe-key.js';

interface Index {
  readonly bySource: ReadonlyMap<number, readonly number[]>;
  readonly byConnection: ReadonlyMap<string, readonly number[]>;
}

const indexes = new WeakMap<readonly SynSighting[], Index>();

function indexOf(syns: readonly SynSighting[]): Index {
  const known = indexes.get(syns);
  if (known !== undefined) return known;
  const bySource = new Map<number, number[]>();
  const byConnection = new Map<string, number[]>();
  for (const [n, s] of syns.entries()) {
    put(bySource, s.source, n);
    const { source, destination } = s;
    const ports = ((s.sourcePort << 16) | s.destinationPort) >>> 0;
    const ends = { source, destination, protocol: IpProtocol.Tcp, ports };
    put(byConnection, endsKey(s.acknowledges ? reversed(ends) : ends), n);
  }
  const index = { bySource, byConnection };
  indexes.set(syns, index);
  return index;
}

/**
 * A connection's own SYNs and SYN+ACKs, under each name that NAT gave it; of another flow those that its two ends sent. Thousands of
 * connections between two pods would else look at each other's, each at all.
 */
export function synsOf(syns: readonly SynSighting[], flow: Flow): readonly SynSighting[] {
  if (syns.length === 0) return syns;
  const { bySource, byConnection } = indexOf(syns);
  const lists =
    flow.kind === 'tcp'
      ? [flow, ...flow.probes.rewritten].map((n) => byConnection.get(endsKey({ ...n, protocol: IpProtocol.Tcp })))
      : [bySource.get(flow.source), bySource.get(flow.destination)];
  return [...new Set(lists.flatMap((list) => list ?? []))].sort((a, b) => a - b).map((n) => syns[n]!);
}
