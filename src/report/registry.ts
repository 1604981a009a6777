/** Every output format by name. Each is loaded when asked for, so that start-up carries none of the others. */
import type { Reporter } from './reporter.js';

export const reporters: Record<string, () => Promise<Reporter>> = {
  pretty: async () => (await import('./pretty.js')).reportPretty,
  json: async () => (await import('./json.js')).reportJson,
};
