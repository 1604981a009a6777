/** Makes text from captures, file names and interfaces safe to print: whatever steers a terminal or hides becomes a visible escape. */

/**
 * C0/C1 controls and DEL, format characters (bidi controls, zero-width, soft hyphen, tags), unpaired surrogates,
 * line and paragraph separators, noncharacters, and the fillers that draw nothing although they are letters.
 */
const unsafe =
  /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Noncharacter_Code_Point}|\p{Variation_Selector}|[\u115f\u1160\u3164\uffa0]|\u034f|[\u17b4-\u17b5]/gu;

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\u{${code.toString(16)}}`;
}

/** Shows every character that a terminal would obey or hide as \x1b, \u202e or \u{e0041}. */
export function safeText(text: string): string {
  return text.replace(unsafe, escapeCharacter);
}

/** What CI runners obey anywhere in a line (`##[`, `##vso[`, `##teamcity[`). */
const runnerMark = /##(?=\[|vso\[|teamcity\[)/g;

/**
 * For lines on a terminal or in a CI log: no line begins with a workflow command ("::error …") and none holds a runner's mark,
 * wherever wrapping put the words.
 */
export function guardLines(text: string): string {
  return text.replace(/^([^\S\n]*):(?=:)/gm, '$1\\x3a').replace(runnerMark, '#\\x23');
}

/** The same octets inside JSON: exact after parsing, harmless when printed. Line feeds between tokens stay. */
export function safeJson(json: string): string {
  return json.replace(runnerMark, '#\\u0023').replace(unsafe, (character) => {
    if (character === '\n') return character;
    let escaped = '';
    for (let i = 0; i < character.length; i++) escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return escaped;
  });
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For element content and quoted attribute values, HTML and XML alike; safeText removed what XML 1.0 §2.2 forbids. */
export function markupText(text: string): string {
  return safeText(text)
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replace(runnerMark, '#&#35;');
}

/** For running Markdown text: nothing in it starts markup, a link, a mention, an HTML tag or a table cell. */
export function markdownText(text: string): string {
  return safeText(text)
    .replace(/[\\`*_{}[\]()#+!|~<>&$^]/g, (character) => entities[character] ?? `\\${character}`)
    .replace(/@/g, '@<!-- -->')
    .replace(/\b(https?|ftp):/gi, '$1&#58;')
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}&#46;`)
    .replace(/^(\s*)([-=]|\d+\.)/, '$1\\$2');
}

/** A Markdown code span that no run of backticks inside can close; a pipe is escaped for table cells. */
export function markdownCode(text: string): string {
  const safe = safeText(text);
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const padding = safe.startsWith('`') || safe.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${safe.replace(/\|/g, '\\|')}${padding}${fence}`;
}

/** The message of a GitHub workflow command (docs.github.com, "Workflow commands": %, CR and LF are escaped). */
export function workflowData(text: string): string {
  return safeText(text).replace(/%/g, '%25');
}

/** A property of a GitHub workflow command: colon and comma as well. */
export function workflowProperty(text: string): string {
  return workflowData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/** One argument for a POSIX-like shell; names with controls become bash's $'…', so that the command stays exact and printable. */
export function shellQuote(argument: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) && !argument.startsWith('-')) return argument;
  const path = argument.startsWith('-') ? `./${argument}` : argument;
  if (safeText(path) === path) return `'${path.replace(/'/g, `'\\''`)}'`;
  const escaped = path
    .replace(/[\\']/g, (character) => `\\${character}`)
    .replace(unsafe, (character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
      return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
    });
  return `$'${escaped}'`;
}

/** A path as a relative URI reference (RFC 3986): what is not unreserved is percent-encoded, folders stay folders. */
export function pathUri(path: string): string {
  return path
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}

/** FNV-1a, 64 bits, over UTF-16 code units: a short name for a text that stays the same between runs. */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash ^= BigInt(text.charCodeAt(i));
    hash = BigInt.asUintN(64, hash * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
