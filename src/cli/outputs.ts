/** Files that a command writes: never one over another, nor over what it reads. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../user-error.js';

export interface NamedFile {
  /** How a sentence calls it: the option that names an output, or what an input is ("one of the captures"). */
  readonly called: string;
  readonly file: string;
}

/** Throws UserError for the first output that is an input or an earlier output, under whatever name. */
export function refuseClashes(outputs: readonly NamedFile[], inputs: readonly NamedFile[]): void {
  const known = new Map<string, string>();
  for (const { called, file } of inputs) {
    const identity = identityOf(file);
    if (identity !== null) known.set(identity, `is ${called}`);
  }
  for (const { called, file } of outputs) {
    const identity = identityOf(file);
    if (identity === null) continue;
    const clash = known.get(identity);
    if (clash !== undefined) throw new UserError(`${called}: ${file} ${clash}: name another file`);
    known.set(identity, `is written by ${called} as well`);
  }
}

/** What tells a regular file, there or still to be made, from all others; null for devices, pipes and folders. */
function identityOf(file: string): string | null {
  try {
    const { dev, ino, isFile } = fileAt(file);
    return isFile ? `${dev} ${ino}` : null;
  } catch {
    try {
      return join(realpathSync(dirname(file)), basename(file));
    } catch {
      return resolve(file);
    }
  }
}

function fileAt(file: string): { dev: number; ino: number; isFile: boolean } {
  const found = statSync(file);
  return { dev: found.dev, ino: found.ino, isFile: found.isFile() };
}
