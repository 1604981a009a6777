/**
 * The Containerfile's steps, taken in a temporary folder instead of an image. Only `npm` stands in: it installs what is installed
 * here, with the modules that are compiled already, and runs the rest of the build.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot, samplesFolder } from '../support/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'ipip-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const npm = `#!/bin/sh
set -e
case $1 in
ci)
  test -f package-lock.json && test -d src && test -f tsconfig.json && test -f tsconfig.build.json
  cp -r '${projectRoot}/dist' dist
  ln -s '${projectRoot}/node_modules' node_modules
  exec node tools/bundle.mjs
  ;;
prune) ;;
*) exit 1 ;;
esac
`;

/** What a stage has become: its files under `root`, and where the next step is taken. */
interface Stage {
  readonly root: string;
  readonly name: string | undefined;
  workFolder: string;
  entry: readonly string[];
}

function run(words: readonly string[], stage: Stage) {
  const [program, ...rest] = words;
  const inStage = rest.map((word) =>
    existsSync(join(stage.root, word)) && word.startsWith('/') ? join(stage.root, word) : word,
  );
  const { status, stdout, stderr } = spawnSync(program!, inStage, {
    cwd: join(stage.root, stage.workFolder),
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` },
  });
  return { status, stdout, stderr };
}

function copy(rest: string, stage: Stage, stages: readonly Stage[]): void {
  const [, from, source, target] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(rest)!;
  const to = resolve(stage.workFolder, target!);
  if (from === undefined) {
    const ignored = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').trim().split('\n');
    const filter = (file: string) => !ignored.includes(relative(projectRoot, file));
    cpSync(join(projectRoot, source!), join(stage.root, to), { recursive: true, filter });
    return;
  }
  const origin = join(stages.find(({ name }) => name === from)!.root, source!);
  const place = target!.endsWith('/') ? join(to, basename(source!)) : to;
  cpSync(origin, join(stage.root, place), { recursive: true, dereference: false });
}

function build(): Stage {
  const stages: Stage[] = [];
  for (const line of readFileSync(join(projectRoot, 'Containerfile'), 'utf8').split('\n')) {
    const [, instruction, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const stage = stages.at(-1)!;
    switch (instruction) {
      case 'FROM': {
        const root = join(folder, `stage${stages.length}`);
        mkdirSync(root);
        stages.push({ root, name: / AS (\S+)$/.exec(rest!)?.[1], workFolder: '/', entry: [] });
        break;
      }
      case 'WORKDIR':
        stage.workFolder = resolve(stage.workFolder, rest!);
        mkdirSync(join(stage.root, stage.workFolder), { recursive: true });
        break;
      case 'COPY':
        copy(rest!, stage, stages);
        break;
      case 'RUN': {
        const words = rest!.startsWith('[') ? (JSON.parse(rest!) as string[]) : ['sh', '-c', rest!];
        const { status, stderr } = run(words, stage);
        expect(status, `${line}\n${stderr}`).toBe(0);
        expect(stderr, line).toBe('');
        break;
      }
      case 'ENTRYPOINT':
        stage.entry = JSON.parse(rest!) as string[];
        break;
      case 'USER':
      case undefined:
        expect(line).toMatch(/^(#.*|USER node|)$/);
        break;
      default:
        throw new Error(`an instruction that this test does not know: ${line}`);
    }
  }
  return stages.at(-1)!;
}

let image: Stage;
beforeAll(() => {
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/npm'), npm);
  chmodSync(join(folder, 'bin/npm'), 0o755);
  image = build();
}, 60_000);

it('makes an image that checks captures and shows a saved report', () => {
  const report = join(folder, 'report.json');
  const checked = run([...image.entry, 'check', join(samplesFolder, 'ok-ping'), '--format', `json=${report}`], image);
  expect(checked).toMatchObject({ status: 0, stderr: '' });
  const shown = run([...image.entry, 'report', report, '-q'], image);
  expect(shown).toMatchObject({ status: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^PASS/);
});

it("has the script of Sonobuoy's plugin where the plugin calls it", () => {
  const [, script] = /command: \['([^']+)'\]/.exec(
    readFileSync(join(projectRoot, 'deploy/sonobuoy-plugin.yaml'), 'utf8'),
  )!;
  expect(existsSync(join(image.root, script!))).toBe(true);
});
