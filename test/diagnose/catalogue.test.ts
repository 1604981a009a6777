/** Every diagnosis of the catalogue from captures of its fault: where, which way, how sure, and what to run on which machine. */
import { describe, expect, it } from 'vitest';
import { diagnosisTexts, findDiagnosis } from '../../src/diagnose/catalogue.js';
import { checkPath, diagnosesOf } from '../support/check-path.js';
import { diagnosisCases } from './cases.js';

describe.each(diagnosisTexts.map((text) => text.id))('%s', (id) => {
  const cases = diagnosisCases.filter((each) => each.id === id);

  it('has a case', () => expect(cases.length).toBeGreaterThan(0));

  it.each(cases)('$name', async (wanted) => {
    const report = await checkPath(wanted.path, wanted.options);
    const all = diagnosesOf(report);
    const told = all.map(
      (d) => `${d.id} ${d.segment} ${d.direction} ${d.confidence}: ${d.message} | ${d.fact} | ${d.next.join(' ;; ')}`,
    );
    const hint = [...report.reasons, ...told].join('\n');
    const found = all.find((d) => d.id === id && (wanted.segment === d.segment || wanted.direction === d.direction));
    expect(found, hint).toBeDefined();
    const { segment, direction, confidence, candidates, causes, next, fact, message, evidence } = found!;
    expect({ segment, direction, confidence }, hint).toEqual({
      segment: wanted.segment,
      direction: wanted.direction,
      confidence: wanted.confidence,
    });
    expect(report.outcome, hint).toBe(wanted.outcome);

    // Silence never narrows the causes down: all that the catalogue knows are named, each with a command and a machine,
    // but for those that the captures rule out.
    const refuted = (cause: string): boolean => wanted.refuted?.some((each) => each.test(cause)) ?? false;
    const known = findDiagnosis(id)!.causes.map((each) => each.cause);
    expect(candidates).toEqual(expect.arrayContaining(known.filter((cause) => !refuted(cause))));
    expect(candidates.filter(refuted)).toEqual([]);
    for (const candidate of wanted.candidates ?? []) {
      expect(
        candidates.some((each) => candidate.test(each)),
        `${candidate} in ${candidates.join('; ')}`,
      ).toBe(true);
    }
    expect(causes.map((each) => each.cause)).toEqual(candidates);
    expect(next).toEqual(causes.map((each) => `${each.where}# ${each.command}`));
    expect(
      next.some((each) => wanted.next.test(each)),
      next.join('\n'),
    ).toBe(true);
    for (const text of [...next, fact, message]) expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    // Who was seen in the captures is named in the commands.
    const nodesSeen = wanted.options?.choice?.only === undefined;
    if (nodesSeen && id !== 'no-request-found' && id !== 'encapsulator-output-drop') {
      expect(next.join()).not.toMatch(/<address of/);
    }
    if (wanted.fact !== undefined) expect(fact).toMatch(wanted.fact);
    if (wanted.message !== undefined) expect(message).toMatch(wanted.message);
    if (id !== 'no-request-found' && !/while the ping runs/.test(message)) expect(evidence.length).toBeGreaterThan(0);

    // One fault, one explanation: whatever else is said was said on purpose.
    expect(
      all
        .map((d) => d.id)
        .filter((each) => each !== id)
        .sort(),
      hint,
    ).toEqual([...(wanted.also ?? [])].sort());
  });
});

it('knows no case of an id that the catalogue lacks', () => {
  for (const { id } of diagnosisCases) expect(findDiagnosis(id), id).not.toBeNull();
});
