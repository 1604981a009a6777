/** The Internet checksum (RFC 1071). */

/** One's complement sum of the 16-bit words in [from, to), an odd last octet padded with zero; folded to 16 bits. */
export function onesComplementSum(bytes: Uint8Array, from: number, to: number, initial = 0): number {
  let sum = initial;
  let i = from;
  // Folded every 16 384 words, so that the sum stays a small integer.
  while (i < to) {
    const stop = Math.min(to, i + 32_768);
    for (; i + 1 < stop; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
    if (i < stop) {
      sum += bytes[i]! << 8;
      i++;
    }
    sum = fold(sum);
  }
  return fold(sum);
}

/** What stands in a checksum field: the complement of the sum over octets in which the field itself is zero. */
export function internetChecksum(bytes: Uint8Array, from: number, to: number, initial = 0): number {
  return ~onesComplementSum(bytes, from, to, initial) & 0xffff;
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}
