/** What tells a probe from others of its flow, in words. */
import type { JourneyReport } from './report.js';

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
