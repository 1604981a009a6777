/** What a flow is called. */
import { probeWords } from '../path/probe-kinds.js';
import type { FlowReport } from './report.js';

/** Addresses of a flow, each with its port where there is one. */
export function flowEnds({ source, destination, probe }: FlowReport): { source: string; destination: string } {
  const { sourcePort, destinationPort } = probe ?? {};
  if (sourcePort === undefined) return { source, destination };
  return { source: `${source}:${sourcePort}`, destination: `${destination}:${destinationPort}` };
}

/** "10.244.1.2 > 10.244.2.2", or "10.244.1.2:40001 > 10.244.2.2:8080". */
export function flowName(flow: FlowReport): string {
  return Object.values(flowEnds(flow)).join(' > ');
}

/** "10.244.1.2 → 10.244.2.2", or "TCP 10.244.1.2 → 10.244.2.2:8080". */
export function flowTitle({ source, destination, probe }: FlowReport): string {
  if (probe?.destinationPort === undefined) return `${source} → ${destination}`;
  return `${probeWords(probe.kind).message} ${source} → ${destination}:${probe.destinationPort}`;
}
