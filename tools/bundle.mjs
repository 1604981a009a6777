// Joins dist's modules, and the packages they use, into few files that start fast: the second half of `npm run build`.
// Each entry becomes dist/bundle/<hash>/<entry>.cjs with chunks for what it loads later. Beside them stands what V8 compiled
// of them while it checked a sample, so that a start compiles next to nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const own = join(root, 'tools/bundle');
const require = createRequire(import.meta.url);

/**
 * By name: the module under dist, and what it loads by import() but needs in the usual case, so that both are one file.
 *
 * A module that starts a worker says `new Worker(new URL('./<file>.js', import.meta.url))`. When that file is an entry here,
 * its bundle takes its place; in dist's own modules the words mean what they say. JSON that a module reads from the package is in the bundle.
 */
const entries = {
  main: { module: 'cli/main.js', withIt: ['cli/settings.js', 'formats/pretty.js'] },
  worker: { module: 'observe/worker.js', withIt: [] },
};

/** pcap-parser says `new Buffer`, which Node takes without a warning under node_modules only. */
const outside = ['pcap-parser'];

/** What import.meta means in a file that is no longer where it was. */
function adapt() {
  return {
    name: 'adapt',
    transform(code, id) {
      if (!id.startsWith(dist)) return code.replaceAll('import.meta.url', 'urlOf(__filename)');
      const module = relative(dist, id).replaceAll('\\', '/');
      return code
        .replace(/readFileSync\(new URL\('([^']+\.json)', import\.meta\.url\), 'utf8'\)/g, (_, target) =>
          JSON.stringify(readFileSync(resolve(dirname(id), target), 'utf8')),
        )
        .replace(/new URL\('(\.[^']*\.js)', import\.meta\.url\)/g, (words, target) => {
          const file = relative(dist, resolve(dirname(id), target)).replaceAll('\\', '/');
          const entry = Object.keys(entries).find((name) => entries[name].module === file);
          return entry === undefined ? words : `new URL(urlOf(__dirname + '/${entry}-entry.cjs'))`;
        })
        .replaceAll('import.meta.url', `urlOf(__dirname + '/../../${module}')`);
    },
  };
}

/** The chunks of one entry, each the text of a CommonJS module. */
async function bundle(name, packages) {
  const { module, withIt } = entries[name];
  const start = [module, ...withIt].map((file) => join(dist, file));
  const together = new Set();
  /** Collects everything that the start loads without import(). */
  const usual = {
    name: 'usual',
    buildEnd(error) {
      const collect = (id) => {
        if (together.has(id)) return;
        together.add(id);
        for (const next of this.getModuleInfo(id)?.importedIds ?? []) collect(next);
      };
      if (error === undefined) for (const file of start) collect(file);
    },
  };
  const build = await rolldown({
    input: { [name]: start[0] },
    platform: 'node',
    external: outside,
    plugins: [adapt(), usual],
    onLog(level, log) {
      // Said of yargs' `extends` in configuration files, which is not used; and of what is one file on purpose.
      if (log.code === 'EMPTY_IMPORT_META' || log.code === 'INEFFECTIVE_DYNAMIC_IMPORT') return;
      if (level === 'warn') throw new Error(`bundling ${name}: ${log.message}`);
    },
  });
  const { output } = await build.generate({
    format: 'cjs',
    comments: false,
    // The chunks' loader knows require() only.
    dynamicImportInCjs: false,
    entryFileNames: '[name].cjs',
    chunkFileNames: `${name}-[name].cjs`,
    codeSplitting: {
      groups: [
        { debugName: name, name: (id) => (together.has(id) || id === '\0rolldown/runtime.js' ? 'usual' : null) },
      ],
    },
  });
  for (const id of output.flatMap(({ moduleIds }) => moduleIds)) {
    const folder = /^[^\0].*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replaceAll('\\', '/'))?.[0];
    if (folder !== undefined) packages.add(folder);
  }
  return output.map(({ fileName, code }) => {
    const head = 'const urlOf = (file) => require("node:url").pathToFileURL(file).href;';
    return {
      fileName,
      text: inAscii(`${head}${code}\n`),
    };
  });
}

/** Text that is read several times faster. An escape means the same in every place but the raw text of a template. */
function inAscii(text) {
  if (/String\.raw\s*`[^`]*[^\0-\x7f]/.test(text)) throw new Error('a raw template has characters that are not ASCII');
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The licences of what is in the bundle, which ask to be wherever their packages are. */
function licences(packages) {
  const texts = new Map();
  for (const folder of [...packages].sort()) {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = file === undefined ? `${license}\n` : readFileSync(join(folder, file), 'utf8');
    texts.set(`${name} ${version}`, `${name} ${version}\n\n${text.trim()}\n`);
  }
  return [...texts.values()].join(`\n${'-'.repeat(80)}\n\n`);
}

/** Runs the tool on a sample as users start it, and a thread as the tool starts it, then stores what was compiled of each chunk. */
function storeCode(folder) {
  const sample = join(root, 'samples/ok-ping');
  const files = readdirSync(sample)
    .filter((name) => name.endsWith('.cap'))
    .map((name) => join(sample, name));
  const store = `
    const { load, scripts, codeEnding } = require(${JSON.stringify(join(folder, 'load.cjs'))});
    const { writeFileSync } = require('node:fs');
    const store = () => {
      for (const [file, script] of scripts) {
        const code = script.createCachedData();
        writeFileSync(file + codeEnding, Buffer.concat([code, code]));
      }
    };`;
  const thread = `${store}
    load('worker.cjs').done.then(store);`;
  const script = `${store}
    const { Worker } = require('node:worker_threads');
    load('main.cjs').main(['check', ${JSON.stringify(sample)}]).then((status) => {
      store();
      process.exitCode = status;
      const files = ${JSON.stringify(files)};
      const shared = new SharedArrayBuffer(8 + 8 * files.length);
      new Worker(${JSON.stringify(thread)}, { eval: true, workerData: { files, maxMessages: 1000, shared } });
    });`;
  // Options for Node would make it other code than what is asked for later.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the bundle cannot check a sample (status ${status}): ${stderr}`);
}

async function bundleAll() {
  const packages = new Set();
  const files = (await Promise.all(Object.keys(entries).map((name) => bundle(name, packages)))).flat();
  files.push({ fileName: 'load.cjs', text: readFileSync(join(own, 'load.cjs'), 'utf8') });
  files.push({ fileName: 'LICENSES.txt', text: licences(packages) });
  for (const name of Object.keys(entries)) {
    files.push({ fileName: `${name}-entry.cjs`, text: `require('./load.cjs').start('${name}.cjs');\n` });
  }
  const hash = createHash('sha256');
  for (const { fileName, text } of files) hash.update(`${fileName}\0${text}\0`);
  const mark = hash.digest('hex').slice(0, 16);
  const folder = join(dist, 'bundle', mark);
  mkdirSync(folder, { recursive: true });
  for (const { fileName, text } of files) writeFileSync(join(folder, fileName), text);
  cpSync(join(dirname(require.resolve('yargs/package.json')), 'locales'), join(dist, 'locales'), { recursive: true });
  storeCode(folder);
  // Last: from here on it is run. The compiler writes the file anew, without this line.
  const marked = join(dist, 'version.js');
  writeFileSync(marked, `${readFileSync(marked, 'utf8').replace(/^\/\/ bundle .*\n/gm, '')}// bundle ${mark}\n`);
}

rmSync(join(dist, 'bundle'), { recursive: true, force: true });
try {
  await bundleAll();
} catch (error) {
  // dist works without it, as ever but for its start: not a reason to refuse an installation. A test sees to it that there is one.
  rmSync(join(dist, 'bundle'), { recursive: true, force: true });
  process.stderr.write(
    `no bundle, so that the command line starts slowly: ${error instanceof Error ? error.message : error}\n`,
  );
}
