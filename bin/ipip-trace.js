#!/usr/bin/env node
// Starts the command line from the bundle that belongs to dist, which loads much faster than dist's many modules do.
// CommonJS, as bin/package.json says: Node starts it sooner than a module.
const { existsSync, readFileSync } = require('node:fs');

const dist = `${__dirname}/../dist`;

/** The bundle of exactly this dist, or null: compiling anew takes away the mark that leads to it, so an older one is never run. */
function bundle() {
  const mark = /^\/\/ bundle ([0-9a-f]+)$/m.exec(readFileSync(`${dist}/version.js`, 'latin1'));
  const loader = mark === null ? null : `${dist}/bundle/${mark[1]}/load.cjs`;
  return loader !== null && existsSync(loader) ? require(loader) : null;
}

async function run() {
  // What holds if the command line ends before it has a status: "internal error", never "pass".
  process.exitCode = 4;
  const { main } = bundle()?.start('main.cjs') ?? (await import('../dist/cli/main.js'));
  process.exitCode = await main(process.argv.slice(2));
}

run().catch((error) => {
  process.exitCode = 4;
  process.stderr.write(`ipip-trace: internal error, the installation may be damaged: ${error?.stack ?? error}\n`);
});
