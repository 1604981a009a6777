// Makes one file of Node and the tool, which runs where there is neither Node nor npm: `npm run build:executable [FILE]`, after the
// bundle of `npm run build`. For the kind of machine that it is made on; Node's documentation calls this a single executable application.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'postject';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'dist/ipip-trace'));

/** By name. `start.cjs` is what threads begin with. */
function assets() {
  const bundles = join(root, 'dist/bundle');
  const [mark] = readdirSync(bundles);
  const files = readdirSync(join(bundles, mark)).map((name) => [name, join(bundles, mark, name)]);
  const parser = require.resolve('pcap-parser');
  return {
    ...Object.fromEntries(files),
    'start.cjs': join(root, 'tools/executable/start.cjs'),
    'pcap-parser.cjs': parser,
    'pcap-parser.LICENSE.txt': join(dirname(parser), '../LICENSE'),
  };
}

/** Node's own words for what is put into it. */
function blob(folder) {
  const config = {
    main: join(root, 'tools/executable/start.cjs'),
    output: join(folder, 'blob'),
    disableExperimentalSEAWarning: true,
    assets: assets(),
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const words = ['--experimental-sea-config', join(folder, 'config.json')];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Node makes no single executable (status ${status}): ${stderr}`);
  return readFileSync(config.output);
}

const folder = mkdtempSync(join(tmpdir(), 'ipip-executable-'));
try {
  const octets = blob(folder);
  const node = join(folder, 'node');
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  // The names that debuggers read: a sixth of Node. It works with them as well.
  spawnSync('strip', [node]);
  await inject(node, 'NODE_SEA_BLOB', octets, { sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2' });
  rmSync(target, { force: true });
  copyFileSync(node, target);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
