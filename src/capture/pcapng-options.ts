/** Walks the options at the end of a pcapng block (draft-ietf-opsawg-pcapng): code (2), length (2), value padded to 4. */

const endOfOptions = 0;

/**
 * Calls `take` with each option's code and its value's place, [from, to). Returns false when an option goes past `end`;
 * fewer than four octets at the end are no option.
 */
export function forEachOption(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  take: (code: number, from: number, to: number) => void,
): boolean {
  let at = start;
  while (end - at >= 4) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    if (code === endOfOptions) return true;
    const from = at + 4;
    if (from + length > end) return false;
    take(code, from, from + length);
    at = from + ((length + 3) & ~3);
  }
  return true;
}

const utf8 = new TextDecoder('utf-8');

/** The text of [from, to) up to its first NUL, which some writers count in; octets that are no UTF-8 become U+FFFD. */
export function readText(bytes: Uint8Array, from: number, to: number): string {
  const nul = bytes.subarray(from, to).indexOf(0);
  return utf8.decode(bytes.subarray(from, nul < 0 ? to : from + nul));
}
