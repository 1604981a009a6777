/** docs/ci-gate.md, action.yml and the Sonobuoy plugin: every script is run with the built tool, every YAML parsed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/index';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AcceptedFindings } from '../../src/cli/accepted.js';
import { readSettings } from '../../src/cli/settings.js';
import { projectRoot, runTool, samplesFolder } from '../support/run-tool.js';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const page = read('docs/ci-gate.md');

function example(name: string): string {
  const found = new RegExp(`<!-- tested: ${name} -->\n\`\`\`\\w+\n([\\s\\S]*?)\n\`\`\``).exec(page);
  if (found === null) throw new Error(`no example ${name}`);
  return `${found[1]!}\n`;
}

/** A folder with `captures/` of a sample and `ipip-trace` on the path. */
function place(sample: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ipip-gate-'));
  mkdirSync(join(folder, 'bin'));
  cpSync(join(samplesFolder, sample), join(folder, 'captures'), {
    recursive: true,
    filter: (from) => !from.endsWith('state'),
  });
  const tool = join(folder, 'bin', 'ipip-trace');
  writeFileSync(tool, `#!/bin/sh\nexec node ${join(projectRoot, 'bin/ipip-trace.js')} "$@"\n`);
  chmodSync(tool, 0o755);
  return folder;
}

function shell(script: string, cwd: string, environment: Record<string, string> = {}, program = 'sh') {
  const path = `${join(cwd, 'bin')}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, ...environment };
  return spawnSync(program, ['-e', '-c', script], { cwd, encoding: 'utf8', env });
}

const outcomes: [sample: string, status: number][] = [
  ['ok-ping', 0],
  ['bad-ipip-blocked', 1],
];

describe.each(outcomes)('with samples/%s', (sample, status) => {
  it('the shell example ends with the status and leaves its files', () => {
    const folder = place(sample);
    const run = spawnSync('sh', ['-c', example('shell')], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` },
    });
    expect(run.status, run.stderr).toBe(status);
    expect(XMLValidator.validate(readFileSync(join(folder, 'report.xml'), 'utf8'))).toBe(true);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(existsSync(join(folder, 'evidence.pcapng'))).toBe(status !== 0);
  });

  it('the GitLab script does', () => {
    const folder = place(sample);
    const job = (parse(example('gitlab')) as { ipip: { script: string[]; variables: Record<string, string> } }).ipip;
    // One ping of 84 octets proves no MTU, which the job's variables ask for.
    const gated = shell(job.script.join('\n'), folder, job.variables);
    expect(gated.status).toBe(status === 0 ? 3 : status);
    expect(shell(job.script.join('\n'), folder).status).toBe(status);
    expect(Array.isArray(JSON.parse(readFileSync(join(folder, 'quality.json'), 'utf8')))).toBe(true);
  });

  it("the action's step does, with the options of the example", () => {
    const folder = place(sample);
    const action = parse(read('action.yml')) as { inputs: object; runs: { steps: { run: string }[] } };
    const workflow = parse(example('github')) as {
      jobs: { ipip: { steps: { uses: string; with?: Record<string, string> }[] } };
    };
    const inputs = workflow.jobs.ipip.steps.find((s) => s.uses.includes('ipip-trace'))!.with!;
    for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name);
    const run = shell(
      action.runs.steps[1]!.run,
      folder,
      {
        ACTION_PATH: projectRoot,
        CAPTURES: inputs.captures!,
        OPTIONS: '--require=reply\n\n',
        REPORT: 'ipip-trace.json',
      },
      'bash',
    );
    expect(run.status, run.stderr).toBe(status);
    expect(run.stdout).toMatch(/^::/);
    expect(JSON.parse(readFileSync(join(folder, 'ipip-trace.json'), 'utf8')).schema).toBe(1);
    for (const option of inputs.options!.trim().split('\n')) {
      expect(runTool(['check', option, 'none.cap']).stderr).toMatch(/^ipip-trace: none\.cap: no such file.*\n$/);
    }
  });

  it('the Sonobuoy script hands over JUnit', () => {
    const folder = place(sample);
    const plugin = parse(read('deploy/sonobuoy-plugin.yaml')) as Record<string, Record<string, unknown>>;
    expect(plugin['sonobuoy-config']).toMatchObject({ driver: 'Job', 'result-format': 'junit' });
    expect(plugin.spec!.command).toEqual(['/ipip-trace/deploy/sonobuoy-run.sh']);
    // The script's default is where the volume that Sonobuoy's worker watches is mounted, and every other mount has its volume.
    const mounts = plugin.spec!.volumeMounts as { name: string; mountPath: string }[];
    expect(read('deploy/sonobuoy-run.sh')).toContain(mounts.find((m) => m.name === 'results')!.mountPath);
    const volumes = (plugin.podSpec!.volumes as { name: string }[]).map((v) => v.name);
    expect([...volumes, 'results'].sort()).toEqual(mounts.map((m) => m.name).sort());
    const results = join(folder, 'results');
    const environment = {
      SONOBUOY_RESULTS_DIR: results,
      CAPTURES: join(folder, 'captures'),
      IPIP_TRACE_BIN: join(projectRoot, 'bin/ipip-trace.js'),
    };
    const script = join(projectRoot, 'deploy/sonobuoy-run.sh');
    expect(spawnSync('sh', [script], { env: { ...process.env, ...environment } }).status).toBe(0);
    const named = readFileSync(join(results, 'done'), 'utf8');
    const junit = readFileSync(named, 'utf8');
    expect(XMLValidator.validate(junit)).toBe(true);
    expect(/<failure/.test(junit)).toBe(status !== 0);
    const broken = { ...process.env, ...environment, CAPTURES: '/none', SONOBUOY_RESULTS_DIR: join(folder, 'empty') };
    spawnSync('sh', [script], { env: broken });
    expect(readFileSync(join(folder, 'empty/ipip-trace.xml'), 'utf8')).toContain('<error message=');
  });
});

describe("by GitHub's own parser", () => {
  const silent = { info: () => {}, verbose: () => {}, error: () => {} };
  const wrongIn = (parse: typeof parseWorkflow, content: string): string[] =>
    parse({ name: 'x.yml', content }, silent)
      .context.errors.getErrors()
      .map((error) => error.message);

  it('the workflow is one, and a slip in it is found', () => {
    expect(wrongIn(parseWorkflow, example('github'))).toEqual([]);
    expect(wrongIn(parseWorkflow, example('github').replace('runs-on', 'runs'))).not.toEqual([]);
    expect(wrongIn(parseWorkflow, example('github').replace('contents: read', 'contents: reed'))).not.toEqual([]);
  });

  it('the action is one, and a slip in it is found', () => {
    expect(wrongIn(parseAction, read('action.yml'))).toEqual([]);
    expect(wrongIn(parseAction, read('action.yml').replace('using: composite', 'using: compost'))).not.toEqual([]);
    expect(wrongIn(parseAction, read('action.yml').replace('shell: bash', 'shel: bash'))).not.toEqual([]);
  });
});

it("the GitLab job has only keys of GitLab's, and hands over what it writes", () => {
  const { ipip, ...others } = parse(example('gitlab')) as Record<string, Record<string, unknown>>;
  expect(others).toEqual({});
  // docs.gitlab.com, "CI/CD YAML syntax reference": job keywords, artifacts, artifacts:reports.
  expect(Object.keys(ipip!)).toEqual(['image', 'variables', 'script', 'artifacts']);
  const artifacts = ipip!.artifacts as { when: string; paths: string[]; reports: Record<string, string> };
  expect(Object.keys(artifacts).sort()).toEqual(['paths', 'reports', 'when']);
  expect(Object.keys(artifacts.reports)).toEqual(['junit', 'codequality']);
  const script = (ipip!.script as string[]).join(' ');
  for (const file of [...artifacts.paths, ...Object.values(artifacts.reports)]) expect(script).toContain(`=${file}`);
});

it('the configuration and the accepted findings of the page are taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipip-gate-'));
  writeFileSync(join(folder, 'ipip-trace.config.yaml'), example('config'));
  writeFileSync(join(folder, 'accepted.yaml'), example('accepted'));
  const settings = await readSettings(folder, {});
  expect([...settings.keys()]).toEqual(['require', 'fail-on', 'accepted']);
  expect(new AcceptedFindings(settings.get('accepted')!.values[0]!, '2030-01-01').notes.map((n) => n.id)).toEqual([
    'baseline-unused',
  ]);
});
