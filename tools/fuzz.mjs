/**
 * Damages real captures, kernel state and path files from a seed, and holds the built tool to its promise: a capture may
 * be anything, and still nothing but a UserError is thrown, nothing hangs and nothing grows.
 *
 *   node tools/fuzz.mjs [--seconds 60] [--seed 1]     crashers are written to test/fixtures/crashers
 *   node tools/fuzz.mjs --replay FOLDER               each subfolder once: its captures, state/ and ipip-path.yaml
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const crashers = join(root, 'test/fixtures/crashers');
/** Seconds of the processor that one input may take: the captures are small, and a busy machine says nothing about the tool. */
const patience = 10;
/** Octets by which the heap may have grown at the end, after collection. */
const growth = 64 * 1024 * 1024;

/** Runs the work in a thread, so that a hang is seen and its input kept. */
async function watch() {
  const { values } = parseArgs({
    options: { seconds: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' } },
  });
  const scratch = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const options = {
    seconds: Number(values.seconds ?? 60),
    seed: Number(values.seed ?? 1),
    replay: values.replay ?? null,
    scratch,
    beat,
  };
  if (!(options.seconds > 0) || !Number.isInteger(options.seed)) {
    process.stderr.write('fuzz: --seconds and --seed are numbers\n');
    process.exit(2);
  }
  const worker = new Worker(new URL(import.meta.url), {
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  let seen = 0;
  let since = Date.now();
  const watchdog = setInterval(() => {
    const now = Atomics.load(beat, 0);
    if (now !== seen) {
      seen = now;
      since = Date.now();
    } else if (Date.now() - since > patience * 3000) {
      finish(1, `input ${now} hangs: ${keep(scratch, `hang-${options.seed}-${now}`)}`);
    }
  }, 1000);
  const finish = (status, words) => {
    clearInterval(watchdog);
    process.stdout.write(`${words}\n`);
    rmSync(scratch, { recursive: true, force: true });
    process.exit(status);
  };
  worker.on('message', ({ status, words }) => finish(status, words));
  worker.on('error', (error) =>
    finish(1, `input ${Atomics.load(beat, 0)}: ${error.stack}\n${keep(scratch, `died-${options.seed}-${seen}`)}`),
  );
}

function keep(scratch, name) {
  const folder = join(crashers, name);
  mkdirSync(folder, { recursive: true });
  cpSync(scratch, folder, { recursive: true });
  return folder;
}

async function work() {
  const { seconds, seed, replay, scratch, beat } = workerData;
  const tool = {
    ...(await import('../dist/index.js')),
    ...(await import('../dist/pipeline.js')),
    ...(await import('../dist/decode/frame.js')),
    ...(await import('../dist/decode/describe-frame.js')),
    reporters: (await import('../dist/formats/registry.js')).reporters,
  };
  const view = new tool.FrameView();
  const good = goodFrame();
  const wanted = describe(new tool.FrameView(), good, 1);

  if (replay !== null) {
    const folders = existsSync(replay)
      ? readdirSync(replay).filter((n) => statSync(join(replay, n)).isDirectory())
      : [];
    let failures = 0;
    for (const name of folders) {
      const problem = await run(join(replay, name), true);
      if (problem === null) continue;
      failures++;
      process.stderr.write(`${name}: ${problem}\n`);
    }
    parentPort.postMessage({
      status: failures === 0 ? 0 : 1,
      words: `${folders.length} crashers replayed, ${failures} fail`,
    });
    return;
  }

  const corpus = readCorpus();
  const next = random(seed);
  const started = Date.now();
  let inputs = 0;
  let failures = 0;
  let slowest = 0;
  let heap = 0;
  while (Date.now() - started < seconds * 1000 && failures < 10) {
    const began = process.cpuUsage();
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    const whole = inputs % 8 === 7;
    prepare(scratch, corpus, next, whole);
    Atomics.add(beat, 0, 1);
    inputs++;
    const problem = await run(scratch, whole);
    const spent = process.cpuUsage(began);
    const took = (spent.user + spent.system) / 1e6;
    slowest = Math.max(slowest, took);
    if (problem !== null || took > patience) {
      failures++;
      const folder = keep(scratch, `seed-${seed}-${inputs}`);
      process.stderr.write(`input ${inputs}: ${problem ?? `took ${took} s`}\n  kept in ${folder}\n`);
    }
    // Caches and compiled code are there after the first inputs: growth counts from then on.
    if (inputs === 200) heap = heapUsed();
  }
  const grown = heap === 0 ? 0 : heapUsed() - heap;
  if (grown > growth) failures++;
  parentPort.postMessage({
    status: failures === 0 ? 0 : 1,
    words: `${inputs} inputs in ${((Date.now() - started) / 1000).toFixed(0)} s, seed ${seed}, slowest ${slowest.toFixed(2)} s, heap grown by ${(grown / 1e6).toFixed(1)} MB, ${failures} failures`,
  });

  /** Everything that reads what is in a folder; what went wrong, or null. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one input through every reader, each with its own way to fail
  async function run(folder, whole) {
    const captures = readdirSync(folder)
      .filter((n) => /\.(cap|pcap|pcapng|gz)$/.test(n))
      .sort()
      .map((n) => join(folder, n));
    try {
      for (const file of captures) {
        try {
          await tool.describeCapture(file, (frame) => JSON.stringify(frame));
        } catch (error) {
          if (!(error instanceof tool.UserError)) throw error;
        }
      }
      const options = { maxJourneys: 8 };
      const state = join(folder, 'state');
      const expect = join(folder, 'ipip-path.yaml');
      if (existsSync(state)) options.state = state;
      if (existsSync(expect)) options.expect = expect;
      try {
        const report = await tool.checkCaptures(captures, options);
        for (const name of whole ? Object.keys(tool.reporters) : ['json']) {
          const reporter = await tool.reporters[name]();
          const text = reporter(report, { width: 100, color: false, all: true, verbose: true, explain: () => null });
          // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there
          if (/[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]/.test(text))
            return `${name} holds control characters`;
        }
      } catch (error) {
        if (!(error instanceof tool.UserError)) throw error;
        if (error.message.length > 20_000) return `a UserError of ${error.message.length} characters`;
      }
      for (const file of captures) dirty(readFileSync(file));
      if (describe(view, good, 1) !== wanted) return 'a good frame is decoded differently afterwards';
      return null;
    } catch (error) {
      return error instanceof Error ? error.stack : String(error);
    }
  }

  /** Any octets as a frame of any link type, through the one view. */
  function dirty(octets) {
    for (const linkType of [1, 0, 12, 101, 113, 276, 228, 9, 51, 107, 65535]) {
      const start = Math.min(octets.length, 40);
      describe(view, octets.subarray(start, start + 2048), linkType);
    }
  }

  function describe(into, octets, linkType) {
    tool.decodeFrame(into, octets, 0, octets.length, linkType);
    return JSON.stringify([tool.describeLayers(into), tool.faultOf(into)]);
  }
}

function heapUsed() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** Echo request 10.1.0.2 > 10.2.0.2 in IPIP 192.0.2.1 > 192.0.2.2. */
function goodFrame() {
  return Buffer.from(
    '02000000000202000000000108004500003800010000400400' +
      '00c0000201c000020245000024000240003f0100000a0100020a0200020800000000070001616263646566' +
      '6768',
    'hex',
  );
}

function readCorpus() {
  const scenarios = [];
  for (const base of ['samples', 'test/fixtures/scenarios']) {
    const folder = join(root, base);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).sort()) {
      const at = join(folder, name);
      if (!statSync(at).isDirectory()) continue;
      const captures = readdirSync(at)
        .filter((n) => /\.(cap|pcap|pcapng)$/.test(n))
        .sort();
      if (captures.length === 0) continue;
      const state = existsSync(join(at, 'state')) ? readdirSync(join(at, 'state')).sort() : [];
      scenarios.push({
        captures: captures
          .map((n) => ({ name: n, octets: readFileSync(join(at, n)) }))
          .filter((c) => c.octets.length < 200_000),
        state: state
          .filter((n) => statSync(join(at, 'state', n)).isFile())
          .map((n) => ({ name: n, octets: readFileSync(join(at, 'state', n)) })),
      });
    }
  }
  const extra = join(root, 'test/fixtures/capture');
  const containers = existsSync(extra)
    ? readdirSync(extra)
        .sort()
        .filter((n) => statSync(join(extra, n)).isFile())
        .map((n) => ({ name: n, octets: readFileSync(join(extra, n)) }))
        .filter((c) => c.octets.length < 200_000)
    : [];
  return { scenarios: scenarios.filter((s) => s.captures.length > 0), containers };
}

function prepare(folder, { scenarios, containers }, next, whole) {
  const below = (limit) => Math.floor(next() * limit);
  const one = (list) => list[below(list.length)];
  const scenario = one(scenarios);
  if (!whole) {
    const source = containers.length > 0 && below(3) === 0 ? one(containers) : one(scenario.captures);
    const other = one(scenario.captures);
    const octets = mutate(source.octets, other.octets, next);
    writeFileSync(join(folder, nameFor(octets)), octets);
    return;
  }
  const hurt = below(scenario.captures.length);
  scenario.captures.forEach((c, i) => {
    const octets = i === hurt || below(6) === 0 ? mutate(c.octets, one(scenario.captures).octets, next) : c.octets;
    writeFileSync(join(folder, c.name.replace(/\.\w+$/, `.${nameFor(octets).split('.')[1]}`)), octets);
  });
  if (scenario.state.length > 0 && below(2) === 0) {
    mkdirSync(join(folder, 'state'));
    const wounded = below(scenario.state.length);
    scenario.state.forEach((s, i) => {
      writeFileSync(join(folder, 'state', s.name), i === wounded ? mutateText(s.octets, next) : s.octets);
    });
  }
  if (below(2) === 0) writeFileSync(join(folder, 'ipip-path.yaml'), mutateText(Buffer.from(pathFile), next));
}

function nameFor(octets) {
  return octets[0] === 0x1f && octets[1] === 0x8b ? 'input.gz' : 'input.cap';
}

const interesting = [
  0, 1, 4, 7, 8, 12, 16, 20, 27, 28, 31, 32, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x3fffff, 0x7fffffff, 0x80000000,
  0xffffffff,
];

/** One to six wounds: flipped and overwritten octets, cuts, copies, splices, lengths, blocks, and compression around it. */
function mutate(original, other, next) {
  const below = (limit) => Math.floor(next() * Math.max(1, limit));
  let octets = Buffer.from(original);
  for (let wounds = 1 + below(6); wounds > 0; wounds--) {
    const at = below(octets.length);
    switch (below(10)) {
      case 0:
        if (octets.length > 0) octets[at] ^= 1 << below(8);
        break;
      case 1:
        for (let n = below(32); n >= 0 && at + n < octets.length; n--) octets[at + n] = below(256);
        break;
      case 2:
        octets = Buffer.from(octets.subarray(0, at));
        break;
      case 3: {
        const length = below(200);
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(at + length)]);
        break;
      }
      case 4: {
        const from = below(octets.length);
        octets = Buffer.concat([
          octets.subarray(0, at),
          octets.subarray(from, from + below(2000)),
          octets.subarray(at),
        ]);
        break;
      }
      case 5:
        octets = Buffer.concat([octets.subarray(0, at), other.subarray(below(other.length))]);
        break;
      case 6:
      case 7: {
        // A field of the container or of a header, most of them aligned to two octets.
        const value = interesting[below(interesting.length)];
        const place = Math.min(at & ~1, octets.length - 4);
        if (place < 0) break;
        if (below(2) === 0) octets.writeUInt32LE(value >>> 0, place);
        else octets.writeUInt16BE(value & 0xffff, place);
        break;
      }
      case 8:
        woundRecord(octets, next);
        break;
      default: {
        // A header within the first record: protocol numbers, lengths, TTL, fragment fields.
        const place = 24 + 16 + below(96);
        if (place < octets.length)
          octets[place] = [0, 1, 4, 6, 17, 41, 45, 47, 0x45, 0x46, 0x4f, 0x60, 0x20, 0x40, 0xff][below(15)];
      }
    }
    if (octets.length > 400_000) octets = Buffer.from(octets.subarray(0, 400_000));
  }
  if (below(6) !== 0) return octets;
  const packed = gzipSync(octets);
  if (below(2) === 0) return packed;
  packed[below(packed.length)] ^= 1 << below(8);
  return below(3) === 0 ? packed.subarray(0, below(packed.length)) : packed;
}

/** Walks to a record or block as a reader does, and gives it a wrong length, option or interface. */
function woundRecord(octets, next) {
  const below = (limit) => Math.floor(next() * Math.max(1, limit));
  const value = () => interesting[below(interesting.length)] >>> 0;
  if (octets.length < 64) return;
  if (octets.readUInt32LE(0) === 0x0a0d0d0a) {
    const blocks = [];
    for (let at = 0; at + 12 <= octets.length; ) {
      blocks.push(at);
      const length = octets.readUInt32LE(at + 4);
      if (length < 12 || length % 4 !== 0) break;
      at += length;
    }
    const at = blocks[below(blocks.length)];
    const place = at + 4 * below(10);
    if (place + 4 > octets.length) return;
    if (below(2) === 0) octets.writeUInt32LE(value(), place);
    else octets.writeUInt16LE(value() & 0xffff, place);
    return;
  }
  const records = [];
  for (let at = 24; at + 16 <= octets.length; ) {
    records.push(at);
    at += 16 + octets.readUInt32LE(at + 8);
  }
  const at = records[below(records.length)] ?? 24;
  const place = at + 4 * below(4);
  if (place + 4 <= octets.length) octets.writeUInt32LE(value(), place);
}

const pathFile = `profile: flannel-ipip
mtu: { tunnel: 1480, underlay: 1500 }
nodes:
  node1: { address: 192.168.0.81, mac: "00:0c:29:3f:a2:81" }
  node2: { address: 192.168.0.82, mac: "00:0c:29:d4:77:82", gateway: { mac: "b6:2d:e8:14:9f:02" } }
pods:
  pod1: { address: 10.244.1.2, mac: "ea:bc:22:e6:7a:fa", node: node1 }
  pod2: { address: 10.244.2.2, mac: "06:d6:fd:bf:4c:02", node: node2 }
captures:
  pod1.cap: { at: pod1 }
  pod2.cap: { at: pod2 }
`;

const words = [
  '{',
  '}',
  '[',
  ']',
  ':',
  '-',
  '&a',
  '*a',
  '!!js',
  '|',
  '"',
  "'",
  '\n',
  '\t',
  '0',
  '-1',
  '1e999',
  '10.0.0.0/33',
  '999.1.1.1',
  'null',
  '~',
  '<<',
  '\u202e',
  '\x1b[2J',
  '::error::',
  '__proto__',
  'constructor',
  '\ud800',
  '%TAG',
  '#',
  '? ',
  '0x7f',
  'dev',
  'via',
  'ipip',
];

function mutateText(original, next) {
  const below = (limit) => Math.floor(next() * Math.max(1, limit));
  let text = original.toString('utf8');
  for (let wounds = 1 + below(5); wounds > 0; wounds--) {
    const at = below(text.length);
    switch (below(5)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + below(40));
        break;
      case 1:
        text = text.slice(0, at) + words[below(words.length)] + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(below(text.length)).slice(0, 300) + text.slice(at);
        break;
      case 3:
        text = text.slice(0, at);
        break;
      default: {
        const lines = text.split('\n');
        const n = below(lines.length);
        lines[n] = lines[below(lines.length)] ?? '';
        text = lines.join('\n');
      }
    }
  }
  return Buffer.from(text);
}

/** Mulberry32: small, and the same everywhere. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (isMainThread) await watch();
else await work();
