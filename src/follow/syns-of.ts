/** Which SYNs concern a flow: one list serves every flow, so it is sorted once. */
import type { SynSighting } from '../observe/observation.js';
import type { Flow } from './flow.js';
import { swapPorts } from './probe-key.js';

interface Index {
  readonly bySource: ReadonlyMap<number, readonly number[]>;
  readonly byConnection: ReadonlyMap<string, readonly number[]>;
}

const indexes = new WeakMap<readonly SynSighting[], Index>();

const keyOf = (source: number, destination: number, ports: number): string => `${source} ${destination} ${ports}`;

function indexOf(syns: readonly SynSighting[]): Index {
  const known = indexes.get(syns);
  if (known !== undefined) return known;
  const bySource = new Map<number, number[]>();
  const byConnection = new Map<string, number[]>();
  for (const [n, s] of syns.entries()) {
    put(bySource, s.source, n);
    const ports = ((s.sourcePort << 16) | s.destinationPort) >>> 0;
    const isAnswer = s.acknowledges;
    put(
      byConnection,
      isAnswer ? keyOf(s.destination, s.source, swapPorts(ports)) : keyOf(s.source, s.destination, ports),
      n,
    );
  }
  const index = { bySource, byConnection };
  indexes.set(syns, index);
  return index;
}

function put<Key>(index: Map<Key, number[]>, key: Key, n: number): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [n]);
  else list.push(n);
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
      ? [flow, ...flow.probes.rewritten].map((n) => byConnection.get(keyOf(n.source, n.destination, n.ports)))
      : [bySource.get(flow.source), bySource.get(flow.destination)];
  return [...new Set(lists.flatMap((list) => list ?? []))].sort((a, b) => a - b).map((n) => syns[n]!);
}
