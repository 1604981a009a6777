// Loads the chunks of a bundle. It is copied beside them, and they have no other way to one another.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

/** Names the V8 that compiled a chunk's code. One of another version or machine looks for another file, and compiles itself. */
const codeEnding = `.${process.arch}-${process.versions.v8}.code`;
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

/** The exports of a chunk, which is one function expression with the parameters of a CommonJS module. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const filename = `${__dirname}/${name}`;
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: storedCode(filename) });
  scripts.set(filename, script);
  script.runInThisContext()(module.exports, requireFromChunk, module, filename, __dirname);
  return module.exports;
}

function requireFromChunk(specifier) {
  return specifier.startsWith('./') ? load(specifier.slice(2)) : require(specifier);
}

module.exports = { load, scripts, codeEnding };
