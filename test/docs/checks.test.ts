import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checksMarkdown } from '../../src/cli/checks-markdown.js';

it('docs/checks.md says what the rules and diagnoses say (npm run docs writes it anew)', () => {
  expect(readFileSync(new URL('../../docs/checks.md', import.meta.url), 'utf8')).toBe(checksMarkdown());
});
