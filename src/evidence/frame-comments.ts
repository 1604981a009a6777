/** What each frame proves, in the words of the report: the comments that Wireshark shows beside it. */

import type { Finding } from '../checks/finding.js';
import type { Diagnosis, Report } from '../report/report.js';
import { safeText } from '../report/safe-text.js';

/** Readers keep so many comments of a frame, the first of which says where it comes from. */
const mostComments = 16;

function restOf(all: readonly string[]): string {
  return `and ${all.length - mostComments + 1} more comments: the report has all findings`;
}

interface Proof {
  readonly rank: number;
  readonly text: string;
}

export class FrameComments {
  readonly #proofs = new Map<string, Proof[]>();
  readonly #passes = new Map<string, Set<string>>();

  constructor(report: Report) {
    for (const finding of report.findings) this.#addFinding(finding);
    for (const diagnosis of report.diagnoses) this.#addDiagnosis(diagnosis);
    for (const flow of report.flows) {
      for (const finding of flow.findings) this.#addFinding(finding);
      for (const diagnosis of flow.diagnoses) this.#addDiagnosis(diagnosis);
      for (const journey of flow.journeys) for (const finding of journey.findings) this.#addFinding(finding);
    }
  }

  /** Worst first; what passed by this frame stands in one line. `already`: comments that the frame had. */
  of(file: string, frame: number, origin: string, already: readonly string[]): string[] {
    const key = `${frame} ${file}`;
    const proofs = [...(this.#proofs.get(key) ?? [])].sort((a, b) => a.rank - b.rank).map((p) => p.text);
    const passed = [...(this.#passes.get(key) ?? [])].sort();
    const ours = [...new Set(proofs)];
    if (passed.length > 0) ours.push(`pass: ${passed.join(', ')}`);
    const all = [origin, ...ours, ...already];
    const kept = all.length <= mostComments ? all : [...all.slice(0, mostComments - 1), restOf(all)];
    return kept.map(safeText);
  }

  #addFinding(finding: Finding): void {
    const name = `${finding.rule} ${finding.name}`;
    for (const { file, frame, expected, found } of finding.evidence) {
      const key = `${frame} ${file}`;
      if (finding.verdict === 'pass') {
        const known = this.#passes.get(key);
        if (known === undefined) this.#passes.set(key, new Set([name]));
        else known.add(name);
        continue;
      }
      const values = [
        ...(expected === undefined ? [] : [`expected ${expected}`]),
        ...(found === undefined ? [] : [`found ${found}`]),
      ];
      const verdict = finding.verdict === 'fail' ? `FAIL (${finding.severity})` : finding.verdict;
      const text = `${name} ${verdict}: ${finding.message}${values.length === 0 ? '' : ` [${values.join(', ')}]`}`;
      this.#add(key, { rank: { error: 0, warning: 2, info: 3 }[finding.severity], text });
    }
  }

  #addDiagnosis(diagnosis: Diagnosis): void {
    const segment = diagnosis.segment === null ? '' : ` (${diagnosis.segment})`;
    for (const { file, frame } of diagnosis.evidence)
      this.#add(`${frame} ${file}`, { rank: 1, text: `diagnosis ${diagnosis.id}${segment}: ${diagnosis.message}` });
  }

  #add(key: string, proof: Proof): void {
    const known = this.#proofs.get(key);
    if (known === undefined) this.#proofs.set(key, [proof]);
    else known.push(proof);
  }
}
