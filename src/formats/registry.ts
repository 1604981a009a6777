/** Every output format by name. Each is loaded when asked for, so that start-up carries none of the others. */
import type { Reporter } from './reporter.js';

export const reporters: Record<string, () => Promise<Reporter>> = {
  pretty: async () => (await import('./pretty.js')).reportPretty,
  json: async () => (await import('./json.js')).reportJson,
  jsonl: async () => (await import('./jsonl.js')).reportJsonLines,
  junit: async () => (await import('./junit.js')).reportJUnit,
  tap: async () => (await import('./tap.js')).reportTap,
  sarif: async () => (await import('./sarif.js')).reportSarif,
  github: async () => (await import('./github.js')).reportGithub,
  gitlab: async () => (await import('./gitlab.js')).reportGitlab,
  html: async () => (await import('./html.js')).reportHtml,
  markdown: async () => (await import('./markdown.js')).reportMarkdown,
};

export const formatNames: readonly string[] = Object.keys(reporters);
