/** Plain text at a given width: wrapping by words, packing of chunks that must not break, shortening in the middle. */

export function withoutColors(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences are what is taken out here
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

/** Columns that a text takes, colour sequences not counted. Counts code points. */
export function columns(text: string): number {
  return [...withoutColors(text)].length;
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** Keeps both ends of a long name, since either may tell it from its neighbours. */
export function shorten(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (width - 1 - head)).join('')}`;
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

/** Words of a text in lines of `width`, the first behind `first`, the others behind as many spaces. */
export function wrap(text: string, width: number, first = ''): string {
  const indent = ' '.repeat(columns(first));
  const lines = pack(text.split(' '), Math.max(20, width - columns(first)));
  return lines.map((line, i) => (i === 0 ? first : indent) + line).join('\n');
}
