/**
 * The decoder against tshark, header by header and field by field. After a change of the corpus, with tshark 4.0.17:
 * UPDATE_TSHARK_ANSWERS=1 npx vitest run test/differential
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Difference, differenceOf, knownDifferences, reasonOf } from './compare.js';
import { corpus } from './corpus.js';
import { askTshark, readAnswers, type SeenLayer, storeAnswers, tsharkVersion } from './oracle.js';

const frames = corpus();
const version = tsharkVersion();
const isUpdate = process.env.UPDATE_TSHARK_ANSWERS === '1';
const listFile = new URL('known-differences.json', import.meta.url);
// Without tshark the live comparison is skipped in sight; where builds are judged its absence is a failure.
const mayBeSkipped = version === null && process.env.CI === undefined;

function differences(answers: readonly (readonly SeenLayer[])[]): Difference[] {
  return frames.flatMap((frame, i) => differenceOf(frame, answers[i]!) ?? []);
}

/** Frame names under the name of what explains their difference, and what nothing explains. */
function explained(found: readonly Difference[]): { known: Record<string, string[]>; unknown: Difference[] } {
  const known: Record<string, string[]> = {};
  for (const name of Object.keys(knownDifferences)) known[name] = [];
  const unknown: Difference[] = [];
  for (const difference of found) {
    const reason = reasonOf(difference);
    if (reason === null) unknown.push(difference);
    else known[reason]!.push(difference.frame);
  }
  return { known, unknown };
}

describe.runIf(isUpdate)('update', () => {
  test('stores the answers and the differences', () => {
    const answers = askTshark(frames);
    storeAnswers(frames, answers, version!);
    const { known } = explained(differences(answers));
    writeFileSync(listFile, `${JSON.stringify(known, null, 2)}\n`);
  });
});

describe('stored answers', () => {
  test('differ from ours in the listed frames, for the listed reasons, and nowhere else', () => {
    const answers = readAnswers(frames).frames;
    const { known, unknown } = explained(differences(answers));
    expect(answers.flat().length).toBeGreaterThan(3000);
    expect(unknown).toEqual([]);
    expect(known).toEqual(JSON.parse(readFileSync(listFile, 'utf8')));
  });

  test('every reason still explains a frame', () => {
    const listed = JSON.parse(readFileSync(listFile, 'utf8')) as Record<string, string[]>;
    expect(Object.keys(listed)).toEqual(Object.keys(knownDifferences));
    for (const [reason, names] of Object.entries(listed)) expect(names, reason).not.toEqual([]);
  });
});

describe.skipIf(mayBeSkipped)('live tshark', () => {
  test('differs from us only for known reasons', () => {
    expect(version, 'tshark is needed where CI is set').not.toBeNull();
    const answers = askTshark(frames);
    expect(explained(differences(answers)).unknown).toEqual([]);
    const stored = readAnswers(frames);
    if (version === stored.tshark) expect(answers).toEqual(stored.frames);
  });
});
