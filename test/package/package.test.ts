/** What `npm pack` makes: small, without a script that npm would warn of, and all that the command line and the library need. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot, samplesFolder } from '../support/run-tool.js';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'ipip-package-'));
const installed = join(folder, 'node_modules/ipip-trace');
const ping = join(samplesFolder, 'ok-ping');
let packed: Packed;

function run(program: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd, encoding: 'utf8' });
  expect(status, `${program} ${words.join(' ')}: ${error ?? stderr}`).toBe(0);
  return stdout;
}

beforeAll(() => {
  // Packing takes files out of dist, which other tests read: it happens in a copy.
  const copy = join(folder, 'copy');
  const { files } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { files: string[] };
  const parts = ['package.json', 'README.md', 'README.zh-CN.md', 'LICENSE', 'tools', ...files];
  for (const part of parts.filter((name) => !name.startsWith('!'))) {
    cpSync(join(projectRoot, part), join(copy, part), { recursive: true });
  }
  const words = ['pack', '--json', '--offline', '--loglevel=error', '--pack-destination', folder];
  const said = run('npm', words, copy);
  [packed] = JSON.parse(said.slice(said.search(/^\[/m))) as [Packed];
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1'], folder);
  symlinkSync(join(projectRoot, 'node_modules'), join(installed, 'node_modules'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is at most 1 MB, and holds no captures and no code of one machine', () => {
  expect(packed.size).toBeLessThanOrEqual(1_000_000);
  expect(packed.files.map(({ path }) => path).filter((path) => /^samples|\.(cap|pcap|code|map)$/.test(path))).toEqual(
    [],
  );
});

it('runs nothing when it is installed, of which npm warns', () => {
  const { scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { scripts: object };
  const run = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];
  expect(Object.keys(scripts).filter((name) => run.includes(name))).toEqual([]);
});

it('has the man page, in a list: npm links no other', () => {
  const { man } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { man: readonly string[] };
  expect(man).toHaveLength(1);
  expect(Array.isArray(man) && readFileSync(join(installed, man[0]!), 'utf8')).toMatch(/^\.TH /m);
});

it('has a command line that checks, and reads its own report', () => {
  const bin = join(installed, 'bin/ipip-trace.js');
  const report = join(folder, 'report.json');
  const answer = run(
    process.execPath,
    [bin, 'check', ping, '--format', 'pretty', '--format', `json=${report}`],
    folder,
  );
  expect(answer).toMatch(/^PASS/);
  expect(run(process.execPath, [bin, 'report', report, '-q'], folder)).toMatch(/^PASS/);
  // The bundle, not the modules that stand in for it.
  writeFileSync(join(installed, 'dist/cli/main.js'), '');
  expect(run(process.execPath, [bin, 'check', ping], folder)).toBe(answer);
});

it('has a library, with its types', () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const program = join(folder, 'use.ts');
  const source = `import { checkCaptures, UserError, type Report } from 'ipip-trace';
    const report: Report = await checkCaptures([${JSON.stringify(ping)}], { mtu: 1480 });
    console.log(report.outcome, report.flows[0]?.diagnoses.length, UserError.name);`;
  writeFileSync(program, source);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2022.d.ts'],
    types: [],
    skipLibCheck: true,
    strict: true,
    outDir: folder,
  };
  const compiled = ts.createProgram([program], options);
  const faults = ts.getPreEmitDiagnostics(compiled).map(({ messageText }) => messageText);
  // Without Node's types, which are not what is asked here, console is unknown.
  expect(faults.filter((text) => !/'console'/.test(String(text)))).toEqual([]);
  compiled.emit();
  expect(run(process.execPath, [join(folder, 'use.js')], folder)).toBe('pass 0 UserError\n');
});

it('is of the version that the change log, the lock file and the krew manifest say', () => {
  const text = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');
  const { version } = JSON.parse(text('package.json')) as { version: string };
  expect(/^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$/m.exec(text('CHANGELOG.md'))?.[1]).toBe(version);
  expect(JSON.parse(text('package-lock.json'))).toMatchObject({ version, packages: { '': { version } } });
  const manifest = parse(text('deploy/krew/ipip-trace.yaml')) as { spec: { platforms: { uri: string }[] } };
  expect(manifest).toMatchObject({
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'ipip-trace' },
    spec: {
      version: `v${version}`,
      platforms: [
        {
          selector: { matchLabels: { os: 'linux', arch: 'amd64' } },
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          bin: 'ipip-trace',
        },
      ],
    },
  });
  expect(manifest.spec.platforms[0]!.uri).toContain(`/v${version}/`);
});
