/** What tells a probe from others of its flow, in words. */
import { probeWords } from '../path/probe-kinds.js';
import type { FlowReport, JourneyReport } from './report.js';

/** Addresses of a flow, each with its port where there is one. */
export function flowEnds({ source, destination, probe }: FlowReport): { source: string; destination: string } {
  const { sourcePort, destinationPort } = probe ?? {};
  if (sourcePort === undefined) return { source, destination };
  return { source: `${source}:${sourcePort}`, destination: `${destination}:${destinationPort}` };
}

/** "10.244.1.2 → 10.244.2.2", or "TCP 10.244.1.2 → 10.244.2.2:8080". */
export function flowTitle({ source, destination, probe }: FlowReport): string {
  if (probe?.destinationPort === undefined) return `${source} → ${destination}`;
  return `${probeWords(probe.kind).message} ${source} → ${destination}:${probe.destinationPort}`;
}

/** "identifier 236, sequence 1", or "port 40001 to 8080". */
export function probeNumbers({ identifier, sequence, sourcePort, destinationPort }: JourneyReport['probe']): string {
  return sourcePort === undefined
    ? `identifier ${identifier}, sequence ${sequence}`
    : `port ${sourcePort} to ${destinationPort}`;
}

/** The same in a word where the flow is known: "sequence 1". */
export function probeNumber({ sequence, sourcePort }: JourneyReport['probe'], position: number): string {
  return sourcePort === undefined ? `sequence ${sequence}` : `number ${position + 1}`;
}
