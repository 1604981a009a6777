/** The printed completion script, run by the shell it is for. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../support/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'ipip-completion-'));
mkdirSync(join(folder, 'bin'));
const tool = join(folder, 'bin', 'ipip-trace');
writeFileSync(tool, `#!/bin/sh\nexec '${process.execPath}' '${join(projectRoot, 'bin/ipip-trace.js')}' "$@"\n`);
chmodSync(tool, 0o755);

function run(shell: string, script: string) {
  const PATH = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`;
  return spawnSync(shell, ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH, SHELL: `/bin/${shell}` },
  });
}
const haveZsh = spawnSync('zsh', ['--version']).status === 0;

it('bash: commands, options, names of formats, profiles, rules and diagnoses, and files where files are due', () => {
  const lines: [string[], string][] = [
    [['ch'], 'check'],
    [['check', ''], ''],
    [['check', 'a.cap', '--max'], '--max-journeys'],
    [['check', 'a.cap', '--bas'], ''],
    [['check', '--require', 'a'], 'all-hops'],
    [['check', '--format', 'js'], 'json jsonl'],
    [['report', 'r.json', '--format', 'mark'], 'markdown'],
    [['check', '--profile', 'calico'], 'calico-ipip calico-ipip-crosssubnet'],
    [['check', '--fail-on', 'w'], 'warning'],
    [['check', '--expect', ''], ''],
    [['explain', 'IPT01'], 'IPT010 IPT011 IPT012 IPT013 IPT014 IPT015 IPT016 IPT017'],
    [['explain', 'proto4-b'], 'proto4-blocked-in-underlay'],
  ];
  const tries = lines.map(([words]) => {
    const quoted = ['ipip-trace', ...words].map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; COMPREPLY=(); _ipip-trace_yargs_completions; echo "\${COMPREPLY[*]}"`;
  });
  const { stdout, stderr } = run('bash', `source <(ipip-trace completion)\n${tries.join('\n')}`);
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual(lines.map(([, offered]) => offered));
});

it.runIf(haveZsh)('zsh: takes the script', () => {
  const script =
    'autoload -Uz compinit && compinit -D; source <(ipip-trace completion); print -r -- $_comps[ipip-trace]';
  expect(run('zsh', script).stdout.trim()).toBe('_ipip-trace_yargs_completions');
});
