/** Typed arrays do not grow by themselves. */

export function widened<A extends Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array>(
  array: A,
  length: number,
): A {
  const made = new (array.constructor as new (length: number) => A)(length);
  made.set(array as never);
  return made;
}
