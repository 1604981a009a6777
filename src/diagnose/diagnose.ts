import type { Diagnosis } from '../report/report.js';
export function diagnoseFlow(_input: unknown): Diagnosis[] {
  return [];
}
export function diagnoseCaptures(_scene: unknown, _findings: unknown, _ignored: number): Diagnosis[] {
  return [];
}
