/** The rooms of docs/architecture.md, held: who may import what, each line with its reason. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../support/run-tool.js';

interface Allowance {
  /** A path under src without its ending (`*` is one name, `**` any depth), `node:x`, or a package. */
  readonly to: string;
  /** Only `import type` and `export type`. */
  readonly typesOnly?: true;
  readonly because: string;
}
interface Room {
  /** Files under src, same patterns. The first room that a file matches is its room. */
  readonly files: string;
  readonly may: readonly Allowance[];
}

const everyRoomMay: readonly Allowance[] = [
  { to: 'user-error', because: 'what a user did wrong is said in one way everywhere, and caught in one place' },
];

const rooms: readonly Room[] = [
  { files: 'user-error', may: [] },
  { files: 'version', may: [{ to: 'node:*', because: 'the version stands in package.json, and only there' }] },
  {
    files: 'path/**',
    may: [{ to: 'path/**', because: 'the ground: hop roles, segments and facts are words that every room speaks' }],
  },
  {
    files: 'decode/**',
    may: [
      { to: 'decode/**', because: 'decoding is pure: octets in, offsets and numbers out, the same everywhere' },
      { to: 'path/link-types', because: 'one table of link types' },
    ],
  },
  {
    files: 'capture/unxz',
    may: [
      { to: 'capture/**', because: 'the room itself' },
      { to: 'node:stream/web', because: 'the package takes web streams' },
      { to: 'xz-decompress', because: 'Node 20 cannot unpack xz' },
    ],
  },
  {
    files: 'capture/unzstd',
    may: [
      { to: 'capture/**', because: 'the room itself' },
      { to: 'fzstd', because: 'Node 20 cannot unpack zstd' },
    ],
  },
  {
    files: 'capture/**',
    may: [
      { to: 'capture/**', because: 'the room itself' },
      { to: 'path/link-types', because: 'one table of link types' },
      { to: 'node:**', because: 'it is the room that reads files and pipes' },
      { to: 'pcap-parser', because: 'it reads classic pcap that arrives in a stream' },
    ],
  },
  {
    files: 'expect/**',
    may: [
      { to: 'expect/**', because: 'the room itself' },
      { to: 'path/**', because: 'what it states are facts of hop roles' },
      { to: 'decode/address', because: 'one way to read and write an address' },
      { to: 'node:fs', because: 'it reads ipip-path.yaml and the kernel-state dumps' },
      { to: 'node:path', because: 'it finds them' },
      { to: 'node:zlib', because: 'a collected state may come as a packed archive' },
      { to: 'yaml', because: 'topology files, with line numbers for errors' },
    ],
  },
  {
    files: 'observe/**',
    may: [
      { to: 'observe/**', because: 'the room itself' },
      { to: 'capture/**', because: 'it opens the sources of frames and reads them' },
      { to: 'decode/**', because: 'observe() reads fields where the decoder found them' },
      { to: 'path/**', because: 'link types and roles have one table' },
      { to: 'node:*', because: 'sizes of files, and threads' },
    ],
  },
  {
    files: 'follow/**',
    may: [
      { to: 'follow/**', because: 'the room itself' },
      { to: 'observe/**', because: 'journeys are made of what was observed' },
      { to: 'expect/**', because: 'what was stated outranks what is inferred, and both are merged here' },
      { to: 'capture/**', typesOnly: true, because: 'how a file ended tells what it can testify' },
      { to: 'decode/**', because: 'one way to write an address, and the meaning of ICMP messages' },
      { to: 'path/**', because: 'roles, segments, facts' },
    ],
  },
  {
    files: 'checks/rules/*',
    may: [
      { to: 'checks/*', because: 'the rule type and what several rules share; one rule never leans on another' },
      { to: 'decode/address', because: 'messages show addresses' },
      { to: 'follow/**', because: 'journeys, and helpers that put their parts into words' },
      { to: 'observe/**', because: 'a journey is made of sightings' },
      { to: 'path/**', because: 'a rule compares with expected facts, by role' },
      { to: 'capture/capture', typesOnly: true, because: 'a rule may judge how a file ended' },
    ],
  },
  {
    files: 'checks/*',
    may: [
      { to: 'checks/**', because: 'the room itself: the registry lists the rules' },
      { to: 'decode/address', because: 'findings show addresses' },
      { to: 'decode/**', typesOnly: true, because: 'faults are values' },
      { to: 'capture/capture', typesOnly: true, because: 'a rule may judge how a file ended' },
      { to: 'follow/**', because: 'rules judge journeys' },
      { to: 'observe/**', because: 'a journey is made of sightings' },
      { to: 'path/**', because: 'roles, segments, facts' },
    ],
  },
  {
    files: 'report/**',
    may: [
      { to: 'report/**', because: 'the room itself' },
      { to: 'checks/*', because: "it puts findings into the report; single rules are the registry's" },
      { to: 'follow/**', because: 'it puts journeys into the report' },
      { to: 'observe/**', because: 'it names captures and points' },
      { to: 'expect/**', typesOnly: true, because: 'it names where an expectation comes from' },
      { to: 'path/**', because: 'roles, segments, facts, link types' },
      { to: 'decode/address', because: 'the report shows addresses as text' },
      { to: 'capture/**', typesOnly: true, because: 'the report tells how each file ended' },
    ],
  },
  {
    files: 'diagnose/**',
    may: [
      { to: 'diagnose/**', because: 'the room itself' },
      { to: 'report/**', typesOnly: true, because: 'a diagnosis is a part of the report' },
      { to: 'checks/*', because: 'it reads findings; helpers are shared, single rules are not' },
      { to: 'follow/**', because: 'it reads journeys' },
      { to: 'observe/**', because: 'a journey is made of sightings' },
      { to: 'path/**', because: 'roles, segments, facts' },
      { to: 'decode/address', because: 'candidates name addresses' },
      { to: 'capture/capture', typesOnly: true, because: 'how a file ended may be the diagnosis' },
    ],
  },
  {
    files: 'formats/**',
    may: [
      { to: 'formats/**', because: 'the room itself' },
      {
        to: 'report/report',
        typesOnly: true,
        because: 'a format turns a report into text and knows nothing of its making',
      },
      { to: 'report/safe-text', because: 'names from a file must not steer the terminal or the page that shows them' },
      { to: 'report/reading', because: 'what a report says is read in one way by all formats' },
      { to: 'report/basis', because: 'what the MTU of each flow rests on' },
      { to: 'report/flow-name', because: 'a flow is named alike in all formats' },
      { to: 'report/story', because: 'sentences, their order and their selection are the same in all formats' },
      { to: 'checks/finding', typesOnly: true, because: 'findings are part of the report' },
      { to: 'path/**', because: 'the order of the roles is the order of the picture' },
      { to: 'chalk', because: 'colour' },
      { to: 'cli-table3', because: 'the hop table' },
      { to: 'string-width', because: 'what the hop table measures with, for the lines around it' },
      { to: 'sarif', typesOnly: true, because: 'the shape of a SARIF log' },
    ],
  },
  {
    files: 'evidence/**',
    may: [
      { to: 'evidence/**', because: 'the room itself' },
      { to: 'report/**', because: 'findings become comments, in the words of the report' },
      { to: 'checks/*', typesOnly: true, because: 'findings become comments' },
      { to: 'follow/**', because: 'journeys tell which frames belong to a flow' },
      { to: 'observe/**', because: 'sightings name frames' },
      { to: 'capture/**', because: 'it reads the captures a second time, for the octets of chosen frames' },
      { to: 'decode/address', because: 'comments show addresses' },
      { to: 'path/**', because: 'roles, segments, facts' },
      { to: 'node:fs', because: 'it writes a file' },
    ],
  },
  {
    files: 'cli/**',
    may: [
      { to: 'cli/**', because: 'the room itself' },
      { to: 'pipeline', because: 'the stages are joined there, not in a command' },
      { to: 'index', because: 'the public API is enough for a command' },
      { to: 'formats/**', because: 'a command chooses the format and prints its text' },
      { to: 'evidence/write-evidence', because: '--evidence writes a file beside the report' },
      { to: 'report/**', because: 'what a command prints is a report' },
      { to: 'expect/**', because: 'options name expectation files, folders and profiles' },
      { to: 'checks/registry', because: 'rules and explain print the registry' },
      { to: 'diagnose/catalogue', because: 'rules and explain print the diagnoses as well' },
      { to: 'diagnose/draft', because: 'explain shows commands with the words for unknown names' },
      { to: 'decode/address', because: '--flow is a pair of addresses' },
      { to: 'path/**', because: 'options name hop roles' },
      { to: '**', typesOnly: true, because: 'options become what the pipeline takes' },
      { to: 'version', because: 'reports and --version name the tool' },
      { to: 'yaml', because: 'ipip-trace.config.yaml and the accepted findings' },
      { to: 'ajv/dist/*', because: 'a saved report is checked against its schema before it is shown' },
      { to: 'yargs', because: 'the command line' },
      { to: 'yargs/helpers', because: 'the command line' },
      { to: 'chalk', because: 'colour of messages' },
      { to: 'node:**', because: 'it is the room that reads arguments, prints and exits' },
    ],
  },
  {
    files: 'pipeline',
    may: [
      { to: 'node:v8', because: 'how much memory Node allows bounds the flows that are judged' },
      { to: '**', because: 'it joins the stages' },
      { to: 'node:**', because: 'directories, globs and file names' },
    ],
  },
  { files: 'index', may: [{ to: '**', because: 'it is the public face of the rooms' }] },
];

/** Loaded by `import()` alone, so that nobody waits for what few need. */
const loadedLazily: readonly { readonly file: string; readonly because: string }[] = [
  { file: 'capture/unlz4', because: 'few captures are packed with lz4' },
  { file: 'capture/unxz', because: 'few captures are packed with xz, and its package is WebAssembly' },
  { file: 'capture/unzstd', because: 'few captures are packed with zstd' },
];

const nobodyMayCall: readonly { readonly call: RegExp; readonly except: string | null; readonly because: string }[] = [
  { call: /^console\./, except: 'cli/**', because: 'only the command line prints' },
  {
    call: /^process\.exit$/,
    except: null,
    because: 'it cuts off output that is still on its way; set process.exitCode',
  },
  { call: /^process\.(stdout|stderr)\.write$/, except: 'cli/**', because: 'only the command line prints' },
];

interface Import {
  /** Under src, without ending; `line` is 1-based. */
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** A path under src without ending, or the specifier itself. */
  readonly to: string;
  readonly isType: boolean;
  readonly isLazy: boolean;
}

const sourceFolder = join(projectRoot, 'src');
const withoutEnding = (path: string): string => path.replace(/\.(d\.ts|ts|js)$/, '');

function matches(pattern: string, path: string): boolean {
  const expression = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+^$(){}|[\]\\]/g, '\\$&')))
    .join('');
  // `**` speaks of files under src, never of packages.
  return new RegExp(`^${expression}$`).test(path);
}

function targetOf(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return withoutEnding(posix.normalize(posix.join(posix.dirname(from), specifier)));
}

function readSource(file: string): { name: string; source: ts.SourceFile } {
  const name = withoutEnding(relative(sourceFolder, file).split(sep).join('/'));
  return { name, source: ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true) };
}

/** `import type`, `export type`, and imports all of whose names are marked as types. */
function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return true;
    const clause = node.exportClause;
    return clause !== undefined && ts.isNamedExports(clause) && clause.elements.every((element) => element.isTypeOnly);
  }
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.length > 0 &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

function importsOf({ name, source }: { name: string; source: ts.SourceFile }): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, isType: boolean, isLazy: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push({ from: name, line, specifier: specifier.text, to: targetOf(name, specifier.text), isType, isLazy });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node), false);
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node), false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node, node.argument.literal, true, false);
    else if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
      if (isImport || isRequire) add(node, node.arguments[0], false, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function callsOf({ source }: { source: ts.SourceFile }): { text: string; line: number }[] {
  const calls: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      calls.push({ text: node.expression.getText().replace(/\s|\?/g, ''), line });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

const files = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => readSource(join(sourceFolder, file)));
const imports = files.flatMap(importsOf);
const fileNames = new Set(files.map(({ name }) => name));

function isAllowed(one: Import, allowance: Allowance): boolean {
  const isPackage = !fileNames.has(one.to) && !one.specifier.startsWith('.');
  if (allowance.to === '**' && isPackage) return false;
  if (!matches(allowance.to, one.to)) return false;
  return !allowance.typesOnly || one.isType;
}

function sentence(one: Import, room: Room): string {
  const kind = one.isType ? 'type import' : one.isLazy ? 'lazy import' : 'import';
  const limit = room.may.some(({ to, typesOnly }) => typesOnly && matches(to, one.to)) ? ' (only types of it)' : '';
  return `src/${one.from}.ts:${one.line}: ${kind} of '${one.specifier}' is not allowed in room ${room.files}${limit}`;
}

/** One circle for each arrow that leads back: a walk in depth that remembers what it has left for good. */
function circlesOf(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: readonly string[]): void => {
    const at = path.at(-1)!;
    for (const next of arrows.get(at) ?? []) {
      if (path.includes(next)) circles.push([...path.slice(path.indexOf(next)), next].join(' → '));
      else if (!done.has(next)) walk([...path, next]);
    }
    done.add(at);
  };
  for (const name of arrows.keys()) if (!done.has(name)) walk([name]);
  return circles;
}

describe('the rooms of src', () => {
  it('has files to judge', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(imports.length).toBeGreaterThan(files.length / 2);
  });

  it('every file stands in a room', () => {
    const homeless = [...fileNames].filter((name) => !rooms.some((room) => matches(room.files, name)));
    expect(homeless).toEqual([]);
  });

  it.each(rooms)('$files imports only what its room may', (room) => {
    const broken = imports
      .filter((one) => rooms.find((candidate) => matches(candidate.files, one.from)) === room)
      .filter((one) => ![...everyRoomMay, ...room.may].some((allowance) => isAllowed(one, allowance)))
      .map((one) => sentence(one, room));
    expect(broken).toEqual([]);
  });

  it.each(loadedLazily)('$file is loaded by import() alone: $because', ({ file }) => {
    const loads = imports.filter((one) => one.to === file && !one.isType);
    expect(loads.length).toBeGreaterThan(0);
    expect(loads.filter((one) => !one.isLazy).map((one) => `src/${one.from}.ts:${one.line}`)).toEqual([]);
  });

  it.each(['rooms', 'files'] as const)('no %s import one another in a circle, types counted', (level) => {
    const nameOf = (path: string): string => (level === 'files' ? path : path.split('/')[0]!);
    const arrows = new Map<string, Set<string>>();
    for (const one of imports) {
      if (!fileNames.has(one.to) || nameOf(one.from) === nameOf(one.to)) continue;
      arrows.set(nameOf(one.from), (arrows.get(nameOf(one.from)) ?? new Set()).add(nameOf(one.to)));
    }
    expect(circlesOf(arrows)).toEqual([]);
  });

  it('the picture of docs/architecture.md is what the imports say', () => {
    const page = readFileSync(join(projectRoot, 'docs/architecture.md'), 'utf8');
    const picture = /```mermaid\n([\s\S]*?)```/.exec(page)![1]!;
    const drawn = new Map<string, string[]>();
    for (const line of picture.split('\n')) {
      const names = line.trim().split(' --> ');
      for (const [i, name] of names.slice(1).entries()) drawn.set(names[i]!, [...(drawn.get(names[i]!) ?? []), name]);
    }
    const reachable = (from: string): Set<string> =>
      new Set((drawn.get(from) ?? []).flatMap((next) => [next, ...reachable(next)]));
    const roomOf = (path: string): string => path.split('/')[0]!;
    const everybodys = new Set(['user-error', 'version']);
    const real = new Set(
      imports
        .filter((one) => fileNames.has(one.to) && !everybodys.has(one.to) && roomOf(one.from) !== roomOf(one.to))
        .map((one) => `${roomOf(one.from)} → ${roomOf(one.to)}`),
    );
    const notDrawn = [...real].filter((arrow) => {
      const [from, to] = arrow.split(' → ');
      return !reachable(from!).has(to!);
    });
    const notReal = [...drawn].flatMap(([from, all]) => all.map((to) => `${from} → ${to}`)).filter((a) => !real.has(a));
    expect({ notDrawn, notReal }).toEqual({ notDrawn: [], notReal: [] });
  });

  it.each(nobodyMayCall)('nobody calls $call: $because', ({ call, except, because }) => {
    const broken = files
      .filter(({ name }) => except === null || !matches(except, name))
      .flatMap((file) => callsOf(file).map((one) => ({ ...one, name: file.name })))
      .filter((one) => call.test(one.text))
      .map((one) => `src/${one.name}.ts:${one.line}: ${one.text}() is not allowed: ${because}`);
    expect(broken).toEqual([]);
  });

  it('the rules know of nothing but octets already decoded', () => {
    const room = rooms.find((candidate) => candidate.files === 'checks/rules/*')!;
    const forbidden: Import[] = [
      'node:fs',
      '../../decode/ipv4.js',
      './some-other-rule.js',
      '../../capture/open-capture.js',
    ].map((specifier) => ({
      from: 'checks/rules/some-rule',
      line: 1,
      specifier,
      to: targetOf('checks/rules/some-rule', specifier),
      isType: false,
      isLazy: false,
    }));
    for (const one of forbidden) {
      expect(
        room.may.some((allowance) => isAllowed(one, allowance)),
        one.specifier,
      ).toBe(false);
    }
    expect(
      room.may.some((allowance) =>
        isAllowed({ ...forbidden[0]!, specifier: '../rule.js', to: 'checks/rule' }, allowance),
      ),
    ).toBe(true);
  });
});
