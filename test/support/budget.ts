/**
 * How much is tried of what could be tried without end. `npm test` tries a part, the same in every run; `npm run test:long`
 * (TEST_LONG=1) tries more, or all.
 */
const isLong = process.env.TEST_LONG === '1';

/** How often, for a property and the like. */
export function times(usual: number, long: number): number {
  return isLong ? long : usual;
}

/**
 * All variants in a long run, else `count` of them, evenly spread. Whoever passes another `turn` for each thing that is varied has
 * every variant tried on some of them.
 */
export function share<T>(variants: readonly T[], count: number, turn: number): readonly T[] {
  if (isLong || count >= variants.length) return variants;
  return Array.from(
    { length: count },
    (_, i) => variants[(turn + Math.floor((i * variants.length) / count)) % variants.length]!,
  );
}
