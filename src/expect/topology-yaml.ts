/** Reads YAML by the table of keys: values with their lines, or every problem with its path, line and cure. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { UserError } from '../user-error.js';
import { printable } from './namespace.js';
import { type Keys, type Named, type Scalar, type Shape, topologyKeys } from './topology-keys.js';

/** Two thousand pods; the YAML library's time grows faster than the text. */
const LARGEST_FILE = 256 * 1024;
/** Deeper than any file of this kind by far; the YAML library recurses. */
const DEEPEST = 64;
const MOST_PROBLEMS = 20;
/** As many anchors resolved as a file of this kind could want. */
const MOST_ALIASES = 100;

/** A validated value, or keys that lead to further ones; `line` is 1-based. */
export interface Branch {
  readonly line: number;
  readonly values: readonly string[];
  readonly branches: ReadonlyMap<string, Branch>;
}

const leaf = (line: number): Branch => ({ line, values: [], branches: new Map() });

/** Throws a UserError that lists every problem, one a line. */
export function readTopologyYaml(text: string, name: string): Branch {
  if (text.length > LARGEST_FILE) {
    throw new UserError(
      `${name}: has ${text.length} characters, more than the ${LARGEST_FILE} an expectation may have; give the expectation file`,
    );
  }
  if (nesting(text) > DEEPEST)
    throw new UserError(`${name}: is nested more than ${DEEPEST} levels deep; give the expectation file`);
  if ((text.match(/(?:^|[\s,[{:])&/g) ?? []).length > MOST_ALIASES) {
    throw new UserError(`${name}: has more than ${MOST_ALIASES} anchors (&name); write the values out`);
  }
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      schema: 'core',
      logLevel: 'error',
      uniqueKeys: false,
      prettyErrors: false,
    });
  } catch (error) {
    throw new UserError(
      `${name}: is not YAML that can be read (${error instanceof Error ? printable(error.message) : 'unknown'})`,
    );
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const sentence = printable(error.message.split(/ at line \d+|\n/)[0] ?? '');
      return `${name}: ${sentence} (line ${lines.linePos(error.pos[0]).line}); correct the YAML`;
    });
    throw listed(problems);
  }
  const reader = new Reader(document, lines, name);
  const branch = reader.read(document.contents, topologyKeys, []);
  if (reader.problems.length > 0) throw listed(reader.problems);
  return branch;
}

export function listed(problems: readonly string[]): UserError {
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : [];
  return new UserError([...problems.slice(0, MOST_PROBLEMS), ...more].join('\n'));
}

/** How deep the text can nest at most: open brackets, and indentation, of which each level takes one column or one dash. */
function nesting(text: string): number {
  let open = 0;
  let deepest = 0;
  for (const line of text.split('\n')) {
    const dashes = /^[\s-]*(?:[?:]\s[\s-]*)*/.exec(line)![0].replace(/[^-?:]/g, '').length;
    deepest = Math.max(deepest, dashes);
    for (let i = 0; i < line.length; i++) {
      const character = line[i];
      if (character === '[' || character === '{') deepest = Math.max(deepest, ++open);
      else if ((character === ']' || character === '}') && open > 0) open--;
    }
  }
  let levels = 0;
  const indents: number[] = [];
  for (const line of text.split('\n')) {
    const indent = /^ */.exec(line)![0].length;
    if (indent === line.length) continue;
    while (indents.length > 0 && indents.at(-1)! >= indent) indents.pop();
    indents.push(indent);
    levels = Math.max(levels, indents.length);
  }
  return Math.max(deepest, levels);
}

class Reader {
  readonly problems: string[] = [];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #name: string;
  #aliases = 0;

  constructor(document: Document.Parsed, lines: LineCounter, name: string) {
    this.#document = document;
    this.#lines = lines;
    this.#name = name;
  }

  read(written: unknown, shape: Shape, path: readonly string[], line = 1): Branch {
    const node = this.#resolve(written, path, line);
    const at = this.#lineOf(node) ?? line;
    switch (shape.kind) {
      case 'keys':
        return this.#readKeys(node, shape, path, at);
      case 'named':
        return this.#readNamed(node, shape, path, at);
      case 'list': {
        if (!isSeq(node)) return this.#readScalar(node, shape.of, path, at);
        const items = node.items.map((item, i) => this.read(item, shape.of, [...path, String(i + 1)], at));
        return { line: at, values: items.flatMap((item) => item.values), branches: new Map() };
      }
      case 'scalar':
        return this.#readScalar(node, shape, path, at);
    }
  }

  #readKeys(node: unknown, shape: Keys, path: readonly string[], line: number): Branch {
    return this.#readMap(node, shape, path, line, (key, keyLine) => {
      // `Object.hasOwn`: a key named "constructor" is as unknown as any other.
      if (Object.hasOwn(shape.keys, key)) return shape.keys[key]!;
      const known = Object.keys(shape.keys);
      const near = nearest(key, known);
      const cure = near === null ? `known keys are ${known.join(', ')}` : `did you mean "${near}"?`;
      this.#complain([...path, key], `unknown key`, keyLine, cure);
      return null;
    });
  }

  #readNamed(node: unknown, shape: Named, path: readonly string[], line: number): Branch {
    return this.#readMap(node, shape, path, line, (key, keyLine) => {
      if (/^[\x21-\x7e]{1,253}$/.test(key)) return shape.of;
      this.#complain([...path, key], 'is not a name', keyLine, 'use letters, digits and signs without spaces');
      return null;
    });
  }

  #readMap(
    node: unknown,
    shape: Keys | Named,
    path: readonly string[],
    line: number,
    shapeOf: (key: string, line: number) => Shape | null,
  ): Branch {
    if (isEmpty(node)) return leaf(line);
    if (!isMap(node)) {
      const known = shape.kind === 'keys' ? Object.keys(shape.keys).join(', ') : 'names of your own';
      this.#complain(path, `${this.#quote(node)} is not a map`, line, `write keys and values below it: ${known}`);
      return leaf(line);
    }
    const branches = new Map<string, Branch>();
    for (const pair of node.items) {
      const keyLine = this.#lineOf(pair.key) ?? line;
      if (!isScalar(pair.key)) {
        this.#complain(path, 'has a key that is no plain text', keyLine, 'write a plain key');
        continue;
      }
      const key = typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value));
      if (branches.has(key)) {
        this.#complain([...path, key], 'stands here a second time', keyLine, 'keep one of them');
        continue;
      }
      const of = shapeOf(key, keyLine);
      if (of !== null) branches.set(key, this.read(pair.value, of, [...path, key], keyLine));
    }
    return { line, values: [], branches };
  }

  #readScalar(node: unknown, shape: Scalar, path: readonly string[], line: number): Branch {
    const text = isScalar(node) && node.value !== null ? (node.source ?? String(node.value)) : null;
    if (text !== null && shape.accepts(text)) return { line, values: [text], branches: new Map() };
    this.#complain(path, `${this.#quote(node)} is not ${shape.wanted}`, line, shape.cure);
    return leaf(line);
  }

  #resolve(node: unknown, path: readonly string[], line: number): unknown {
    if (!isAlias(node)) return node;
    if (++this.#aliases > MOST_ALIASES) {
      if (this.#aliases === MOST_ALIASES + 1)
        this.#complain(path, `uses more than ${MOST_ALIASES} aliases`, line, 'write the values out');
      return null;
    }
    return (node as Alias).resolve(this.#document) ?? null;
  }

  #lineOf(node: unknown): number | null {
    const range = (node as Node | null)?.range;
    return range == null ? null : this.#lines.linePos(range[0]).line;
  }

  #quote(node: unknown): string {
    if (isScalar(node)) return node.value === null ? 'nothing' : `"${printable(node.source ?? String(node.value))}"`;
    return isSeq(node) ? 'a list' : isMap(node) ? 'a map' : 'nothing';
  }

  #complain(path: readonly string[], what: string, line: number, cure: string): void {
    const where = path.length === 0 ? '' : ` ${path.map((key) => printable(key)).join('.')}:`;
    this.problems.push(`${this.#name}:${where} ${what} (line ${line}); ${cure}`);
  }
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** The known word that takes the fewest edits, when that is few enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > 64) return null;
  let best: string | null = null;
  let fewest = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
