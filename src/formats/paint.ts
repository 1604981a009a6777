/** Colours for terminals, switched by the option alone and never by the machine the reporter runs on. */
import { Chalk, type ChalkInstance } from 'chalk';
import { type Mark, markSign } from '../report/reading.js';

export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly code: (text: string) => string;
  /** Text in the colour of a mark. */
  readonly as: (mark: Mark, text: string) => string;
  /** The sign of a mark in its colour. */
  readonly sign: (mark: Mark) => string;
}

export function paintFor(color: boolean): Paint {
  const chalk: ChalkInstance = new Chalk({ level: color ? 1 : 0 });
  const ink: Record<Mark, (text: string) => string> = {
    pass: (text) => chalk.green(text),
    fail: (text) => chalk.red.bold(text),
    warning: (text) => chalk.yellow(text),
    unproven: (text) => chalk.yellow(text),
    none: (text) => chalk.dim(text),
  };
  return {
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    code: (text) => chalk.cyan(text),
    as: (mark, text) => ink[mark](text),
    sign: (mark) => ink[mark](markSign[mark]),
  };
}
