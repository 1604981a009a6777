import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { manPage } from '../../src/cli/man-page.js';
import { options } from '../../src/cli/options.js';
import { version } from '../../src/version.js';

const page = new URL('../../man/ipip-trace.1', import.meta.url);
const text = readFileSync(page, 'utf8');
const hasGroff = spawnSync('groff', ['--version']).status === 0;

it('the man page says what --help says (npm run docs writes it anew)', () => {
  expect(text).toBe(manPage(version()));
});

it('the man page has every option of every command', () => {
  const dashed = text.replaceAll('\\-', '-');
  for (const [command, table] of Object.entries(options)) {
    const from = dashed.indexOf(`\n.SS ipip-trace ${command}`);
    expect(from, command).toBeGreaterThan(0);
    const section = dashed.slice(from, dashed.indexOf('\n.S', from + 2));
    for (const name of Object.keys(table)) expect(section).toContain(`--${name}\\fR`);
  }
});

it.skipIf(!hasGroff)('groff has nothing to say against the man page (skipped where there is no groff)', () => {
  const { stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-P-cbou', '-ww', fileURLToPath(page)], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toContain('EXIT STATUS');
});
