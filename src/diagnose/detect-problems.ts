/** What an expectation already convicts before any packet is read. */
import { findDiagnosis } from './catalogue.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';

export function detectProblems(scene: FlowScene): Draft[] {
  return scene.summary.path.facts.problems
    .filter((p) => p.severity === 'error' && p.diagnosis !== undefined && findDiagnosis(p.diagnosis) !== null)
    .map((p) => ({
      id: p.diagnosis!,
      direction: p.direction ?? null,
      segment: p.segment ?? null,
      confidence: 'certain',
      message: p.message,
      fact: `${p.from}: ${p.message}`,
      evidence: [],
    }));
}
