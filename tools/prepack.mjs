// Before `npm pack`: takes out of dist the declarations that the library's own do not lead to (four fifths of them), and sees to it
// that what is packed has its bundle: without it the command line would start slowly for everyone.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const needed = new Set();

function collect(file) {
  if (needed.has(file)) return;
  needed.add(file);
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)[\s(]*['"](\.[^'"]+)\.js['"]/g)) {
    collect(join(dirname(file), `${target}.d.ts`));
  }
}

if (!existsSync(join(dist, 'bundle'))) throw new Error('dist has no bundle: npm run build');
collect(join(dist, 'index.d.ts'));
for (const name of readdirSync(dist, { recursive: true })) {
  const file = join(dist, name);
  if (name.endsWith('.d.ts') && !needed.has(file)) rmSync(file);
}
