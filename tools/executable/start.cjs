// The first script of the single executable, and of each of its threads: bin/ipip-trace.js and the bundle's loader, for files that
// are assets inside the executable. Here `require` knows Node's own modules only.
const { getRawAsset } = require('node:sea');
const { runInThisContext } = require('node:vm');
const threads = require('node:worker_threads');

/** Where the bundle believes it is: a place in which nobody can put a file. */
const folder = '/proc/ipip-trace/dist/bundle';

/** An asset's octets, which must not be written to. */
const octetsOf = (name) => Buffer.from(getRawAsset(name));

/** Runs an asset as a CommonJS module. */
function run(name, filename) {
  const module = { exports: {} };
  const wrapped = `(function (exports, require, module, __dirname) {${octetsOf(name)}\n})`;
  runInThisContext(wrapped, { filename })(module.exports, requireInside, module, folder);
  return module.exports;
}

class Worker extends threads.Worker {
  constructor(_, options) {
    super(octetsOf('start.cjs').toString(), { ...options, eval: true });
  }
}

const inside = {
  'node:fs': {
    ...require('node:fs'),
    readFileSync(file, encoding) {
      if (!String(file).startsWith(`${folder}/`)) return require('node:fs').readFileSync(file, encoding);
      const octets = octetsOf(file.slice(folder.length + 1));
      return encoding === undefined ? octets : octets.toString(encoding);
    },
  },
  'node:module': { ...require('node:module'), createRequire: () => requireInside },
  'node:worker_threads': { ...threads, Worker },
  // Its `new Buffer` is taken without a warning from a file of a package only.
  get 'pcap-parser'() {
    return run('pcap-parser.cjs', `${folder}/node_modules/pcap-parser/lib/pcap-parser.js`);
  },
};

function requireInside(specifier) {
  return inside[specifier] ?? require(specifier);
}

const { start } = run('load.cjs', `${folder}/load.cjs`);
if (threads.isMainThread) {
  // What holds if the command line ends before it has a status: "internal error", never "pass".
  process.exitCode = 4;
  start('main.cjs')
    .main(process.argv.slice(2))
    .then(
      (status) => {
        process.exitCode = status;
      },
      (error) => {
        process.stderr.write(`ipip-trace: internal error: ${error?.stack ?? error}\n`);
      },
    );
} else start('worker.cjs');
