/** Turns the command line's words into capture files: directories into the captures in them, patterns into what they match. */

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../user-error.js';
import { asUserError } from './system-error.js';

/** Rotated ones as well: tcpdump -C and -W put a number behind the ending (x.cap0, x.pcap03), dumpcap -b before it. */
const captureName = /\.(?:p?cap|pcapng)\d*(?:\.(?:gz|zst|lz4|xz))?$/i;

export interface CapturePaths {
  readonly paths: readonly string[];
  /** One line for each word that stands for no capture. */
  readonly problems: readonly string[];
}

/**
 * A directory stands for the captures in it, not those further down, sorted by name; a pattern that the shell did not
 * expand (`*.cap`) for the files it matches; '-' for standard input. Each file comes once, where it was named first,
 * by whatever names it is called.
 */
export function expandCapturePaths(args: readonly string[]): CapturePaths {
  const paths = new Map<string, string>();
  const problems = new Set<string>();
  for (const arg of args) {
    try {
      for (const path of expand(arg)) {
        const identity = identityOf(path);
        if (!paths.has(identity)) paths.set(identity, path);
      }
    } catch (error) {
      const told = asUserError(arg, error);
      if (!(told instanceof UserError)) throw told;
      problems.add(told.message);
    }
  }
  return { paths: [...paths.values()], problems: [...problems] };
}

/** What cannot be resolved is left to the reader, which says why. */
function identityOf(path: string): string {
  if (path === '-') return path;
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function expand(arg: string): readonly string[] {
  if (arg === '-') return [arg];
  if (isDirectory(arg)) {
    const found = listNames(arg).filter((name) => captureName.test(name));
    if (found.length === 0) {
      throw new UserError(
        `${arg}: no .cap, .pcap or .pcapng file in this directory: name the files, or another directory`,
      );
    }
    return found.map((name) => join(arg, name)).filter((path) => !isDirectory(path));
  }
  // A file may really have such a name.
  if (!/[*?]/.test(arg) || existsSync(arg)) return [arg];
  const directory = dirname(arg);
  const pattern = patternOf(basename(arg));
  const found = isDirectory(directory) ? listNames(directory).filter((name) => pattern.test(name)) : [];
  if (found.length === 0) throw new UserError(`${arg}: no file matches this pattern: check the name`);
  // Keeps `*.cap` from turning into `./a.cap`, and `./*.cap` from losing its `./`.
  const prefix = arg.slice(0, arg.length - basename(arg).length);
  return found.map((name) => prefix + name).filter((path) => !isDirectory(path));
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** By code unit, so that the order is the same everywhere. Hidden files are left out, as shells do. */
function listNames(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

function patternOf(text: string): RegExp {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`);
}
