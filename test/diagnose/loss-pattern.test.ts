/** How losses lie in the order of sending; "x" is lost, "." passed, "?" never came so far. */
import { describe, expect, it } from 'vitest';
import { type LossPattern, lossPattern } from '../../src/diagnose/loss-pattern.js';

const of = (text: string): LossPattern | null =>
  lossPattern(text.length, (n) => (text[n] === '?' ? null : text[n] === 'x'));

describe('lossPattern', () => {
  it.each<[string, LossPattern | null]>([
    ['....xxx...', { kind: 'stretches', stretches: [[4, 6]], fromStart: false, toEnd: false }],
    ['xxx.......', { kind: 'stretches', stretches: [[0, 2]], fromStart: true, toEnd: false }],
    ['.......xxx', { kind: 'stretches', stretches: [[7, 9]], fromStart: false, toEnd: true }],
    ['?xx?x..', { kind: 'stretches', stretches: [[1, 4]], fromStart: true, toEnd: false }],
    [
      '..xxxx......xxxx....',
      {
        kind: 'stretches',
        stretches: [
          [2, 5],
          [12, 15],
        ],
        fromStart: false,
        toEnd: false,
      },
    ],
    ['x.x.x.', { kind: 'periodic', period: 2, lost: 1 }],
    ['.x?.x.x', { kind: 'periodic', period: 2, lost: 1 }],
    ['xx.xx.xx.', { kind: 'periodic', period: 3, lost: 2 }],
    ['...x...x...x', { kind: 'periodic', period: 4, lost: 1 }],
    // Twice is no period, one alone no stretch, and three scattered ones nothing.
    ['x.x.', null],
    ['....x.....', null],
    ['.x..x.x....x........', null],
    ['', null],
  ])('%s', (text, wanted) => expect(of(text)).toEqual(wanted));

  it('says of losses drawn by lot that they have no pattern, but for few draws', () => {
    let state = 12345;
    const draw = (): number => {
      // Park and Miller's generator: the same lots at every run.
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    let found = 0;
    for (let run = 0; run < 400; run++) {
      const lost = Array.from({ length: 40 }, () => draw() < 0.25);
      if (lossPattern(lost.length, (n) => lost[n]!) !== null) found++;
    }
    expect(found).toBeLessThan(8);
  });
});
