/** How losses lie among the probes in the order of sending: in stretches, every so many, or without any order. */

/** First and last lost position of a stretch, both counted from 0. */
type Stretch = readonly [from: number, to: number];

export type LossPattern =
  | {
      readonly kind: 'stretches';
      readonly stretches: readonly Stretch[];
      /** The first stretch begins with the first probe that came so far; the last one ends with the last. */
      readonly fromStart: boolean;
      readonly toEnd: boolean;
    }
  | { readonly kind: 'periodic'; readonly period: number; readonly lost: number };

/** Members of a bond or paths of one route that a period is looked for in; more are rare, and chance looks like them sooner. */
const MAX_PERIOD = 8;
/** A period is none before it was seen so often. */
const MIN_PERIODS = 3;
/** More stretches than this are told by no sentence that anybody would read. */
const MAX_STRETCHES = 5;
/** Fewer than this many losses in more than one stretch tell nothing. */
const MIN_IN_STRETCHES = 4;

/** `fate`: true for a probe that was lost here, false for one that passed, null for one that never came here or is unknown. */
export function lossPattern(length: number, fate: (position: number) => boolean | null): LossPattern | null {
  const stretches: (readonly [number, number])[] = [];
  let came = 0;
  let lost = 0;
  let before = false;
  let first = false;
  for (let position = 0; position < length; position++) {
    const here = fate(position);
    if (here === null) continue;
    if (came++ === 0) first = here;
    if (here) {
      lost++;
      if (before) stretches[stretches.length - 1] = [stretches.at(-1)![0], position];
      else stretches.push([position, position]);
    }
    before = here;
  }
  const periodic = periodOf(length, fate, came);
  if (periodic !== null) return periodic;
  // Drawn by lot, so many losses would fall into this many stretches on average (Wald and Wolfowitz, runs of two kinds).
  const byChance = (lost * (came - lost + 1)) / Math.max(1, came);
  const few = stretches.length <= MAX_STRETCHES && lost >= MIN_IN_STRETCHES && stretches.length <= byChance / 2;
  if (lost < 2 || (stretches.length > 1 && !few)) return null;
  return { kind: 'stretches', stretches, fromStart: first, toEnd: before };
}

/** The shortest period with which lost and passed ones alternate from the first to the last. */
function periodOf(length: number, fate: (position: number) => boolean | null, came: number): LossPattern | null {
  for (let period = 2; period <= MAX_PERIOD && period * MIN_PERIODS <= came; period++) {
    const lap: boolean[] = [];
    let holds = true;
    for (let position = 0, n = 0; position < length && holds; position++) {
      const here = fate(position);
      if (here === null) continue;
      if (n < period) lap.push(here);
      else holds = lap[n % period] === here;
      n++;
    }
    const lost = lap.filter(Boolean).length;
    if (holds && lost > 0 && lost < period) return { kind: 'periodic', period, lost };
  }
  return null;
}
