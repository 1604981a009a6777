/** The text of ipip-trace.config.yaml as plain values. */
import { LineCounter, parseDocument } from 'yaml';
import { UserError } from '../user-error.js';

export function parseConfig(file: string, text: string): unknown {
  try {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { lineCounter });
    const [error] = document.errors;
    if (error !== undefined) {
      throw new UserError(`${file}:${error.linePos?.[0].line ?? 1}: is no YAML: ${error.message.split('\n')[0]}`);
    }
    return document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    if (error instanceof UserError) throw error;
    // Too deep to be walked, or aliases that multiply one another.
    throw new UserError(`${file}: cannot be read as settings: ${(error as Error).message.split('\n')[0]}`);
  }
}
