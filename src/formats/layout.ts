/** Plain text at a given width: wrapping by words, packing of chunks that must not break, shortening in the middle. */
import stringWidth from 'string-width';

/** Printable ASCII and the signs of our own reports, one column each: the package builds a large expression for any other text. */
const plain = /^[ -~·–…→≈✓✗─┄Δ]*$/;

/**
 * Columns that a text takes on a terminal: colour sequences none, East Asian wide characters and emoji two. The table library
 * measures with this very package, so that what is packed here and what it draws agree.
 */
export function columns(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** As many characters from the front (or, reversed, from the back) as fit. */
function fitting(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let room = width;
  for (const character of characters) {
    room -= columns(character);
    if (room < 0) break;
    taken.push(character);
  }
  return taken;
}

/** Keeps both ends of a long name, since either may tell it from its neighbours. */
export function shorten(text: string, width: number): string {
  if (columns(text) <= width) return text;
  const characters = [...text];
  const head = fitting(characters, Math.ceil((width - 1) / 2));
  const tail = fitting([...characters].reverse(), width - 1 - columns(head.join('')));
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/** Puts chunks into lines without ever breaking one. */
export function pack(chunks: readonly string[], width: number, gap = ' '): string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const chunk of chunks) {
    if (line !== null && columns(line) + columns(gap) + columns(chunk) <= width) line += gap + chunk;
    else {
      if (line !== null) lines.push(line);
      line = chunk;
    }
  }
  if (line !== null) lines.push(line);
  return lines;
}

/** A word in pieces of at most so many columns. */
function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word];
  const characters = [...word];
  const parts: string[] = [];
  while (characters.length > 0) {
    const part = characters.splice(0, Math.max(1, fitting(characters, width).length));
    parts.push(part.join(''));
  }
  return parts;
}

/**
 * Words of a text in lines of `width`, the first behind `first`, the others behind as many spaces. A word longer than a line,
 * as a file's name may be, is broken where the line ends.
 */
export function wrap(text: string, width: number, first = ''): string {
  const indent = ' '.repeat(columns(first));
  const room = Math.max(20, width - columns(first));
  const words = text.split(' ').flatMap((word) => pieces(word, room));
  const lines = pack(words, room);
  return lines.map((line, i) => (i === 0 ? first : indent) + line).join('\n');
}
