// Loads the chunks of a bundle, which are CommonJS modules, with what the build stored of them. It is copied beside them.
const { readFileSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { Script } = require('node:vm');

/** Names the V8 that compiled a chunk's code. One of another version or machine looks for another file, and compiles itself. */
const codeEnding = `.${process.arch}-${process.versions.v8}.code`;
const head = '(function (exports, require, module, __filename, __dirname) {';
const loaded = new Map();
/** By file, for the build, which stores what they compiled to. */
const scripts = new Map();

/**
 * What the build stored for a chunk; undefined where V8 must compile it. V8 refuses a code of other options itself, but runs a
 * damaged one as it stands: it is written twice, and comparing is the quickest of all ways to see that it is whole.
 */
function storedCode(file) {
  try {
    const twice = readFileSync(file + codeEnding);
    const code = twice.subarray(0, twice.length >> 1);
    return code.equals(twice.subarray(code.length)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The exports of an entry. Where the build stored code of another V8, Node keeps what it compiles itself, if it can (from 22.8):
 * all chunks of a process are loaded one way, since each way has modules of its own.
 */
function start(name) {
  if (enableCompileCache === undefined || storedCode(`${__dirname}/${name}`) !== undefined) return load(name);
  enableCompileCache();
  return require(`./${name}`);
}

/** The exports of a chunk. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const filename = `${__dirname}/${name}`;
  const script = new Script(`${head}${readFileSync(filename, 'latin1')}\n})`, {
    filename,
    cachedData: storedCode(filename),
  });
  scripts.set(filename, script);
  script.runInThisContext()(module.exports, requireFromChunk, module, filename, __dirname);
  return module.exports;
}

function requireFromChunk(specifier) {
  return specifier.startsWith('./') ? load(specifier.slice(2)) : require(specifier);
}

module.exports = { start, load, scripts, codeEnding };
