/** The built tool from the outside: exit statuses, what goes to which stream, and what every option refuses. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../support/run-in-process.js';
import { capturesIn, projectRoot, runTool, samplesFolder, scenarioFolder, type ToolRun } from '../support/run-tool.js';

const scratch = mkdtempSync(join(tmpdir(), 'command-line-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const ping = join(samplesFolder, 'ok-ping');
const good = capturesIn(ping).map((name) => join(ping, name));
const blocked = join(samplesFolder, 'bad-ipip-blocked');
const bad = capturesIn(blocked).map((name) => join(blocked, name));
const node1 = join(ping, 'node1.cap');
const bin = join(projectRoot, 'bin/ipip-trace.js');

/** Exit 2, nothing on stdout, one line on stderr for each mistake, and no stack. */
function expectMistake(run: ToolRun, ...words: RegExp[]): void {
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  const lines = run.stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(words.length);
  for (const [i, word] of words.entries()) expect(lines[i]).toMatch(word);
  for (const line of lines) expect(line).toMatch(/^ipip-trace: /);
}

function shell(script: string, env: NodeJS.ProcessEnv = {}): ToolRun {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${script}`], {
    encoding: 'utf8',
    env: { ...process.env, TOOL: bin, NODE: process.execPath, PING: ping, ...env },
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('exit status', () => {
  it('is 0 when everything was proven, and stderr is silent', () => {
    const run = runTool(['check', ...good]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('10.244.1.2');
  });

  it('is 1 when a check failed', () => {
    expect(runTool(['check', ...bad])).toMatchObject({ status: 1, stderr: '' });
  });

  it('is 3 when something required could not be judged: a hop not captured, no echo request at all', () => {
    expect(runTool(['check', join(ping, 'pod1.cap')])).toMatchObject({ status: 3, stderr: '' });
    const empty = join(scratch, 'empty.cap');
    writeFileSync(empty, readFileSync(node1).subarray(0, 24));
    const run = runTool(['check', empty]);
    expect(run).toMatchObject({ status: 3, stderr: '' });
    expect(run.stdout).toMatch(/no echo request/);
  });

  it('is 4 for a mistake of ours, with a request for the file', () => {
    // What the standard library does is not ours to expect: a fault put there stands for one that nobody thought of.
    const fault =
      "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.fstatSync = () => { throw new TypeError('injected'); }; syncBuiltinESMExports();";
    const run = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(fault)}`, bin, 'check', node1],
      { encoding: 'utf8' },
    );
    expect(run.status).toBe(4);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/internal error, please report it[\s\S]*injected/);
  });
});

describe('one bad file does not hide what the others say', () => {
  const notes = join(scratch, 'notes.cap');
  writeFileSync(notes, 'these are notes, no capture');

  it('names each on stderr, prints the report of the rest, and exits with 2', async () => {
    const json = join(scratch, 'with-bad.json');
    const run = await runInProcess([
      'check',
      ...good,
      notes,
      join(scratch, 'none.cap'),
      '--format',
      'pretty',
      '--format',
      `json=${json}`,
    ]);
    expect(run.status).toBe(2);
    expect(run.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^ipip-trace: .*none\.cap: no such file/),
      expect.stringMatching(/^ipip-trace: .*notes\.cap: /),
    ]);
    expect(run.stdout).toContain('10.244.1.2');
    const report = JSON.parse(readFileSync(json, 'utf8'));
    expect(report.captures).toHaveLength(good.length);
    expect(report.outcome).toBe('unproven');
    expect(report.notes.filter((n: { id: string }) => n.id === 'capture-unusable')).toHaveLength(2);
  });

  it('prints no report when none can be read', async () => {
    expectMistake(
      await runInProcess(['check', notes, join(scratch, 'none.cap')]),
      /none\.cap: no such file/,
      /notes\.cap/,
    );
  });

  it('makes no baseline of what is left', async () => {
    expectMistake(await runInProcess(['expect', ...good, notes]), /notes\.cap/);
  });
});

describe('mistakes are named in one line', () => {
  it.each<[string[], RegExp]>([
    [[], /ipip-trace check/],
    [['chekc', node1], /check/],
    [['check'], /name captures, a folder of them/],
    [['check', node1, '--point', '-=encapsulator-underlay'], /point/],
    [['check', node1, '--nonsense'], /nonsense/],
    [['check', join(scratch, 'no*.pcap')], /no file matches this pattern/],
    [['check', node1, '--format', 'xlsx'], /no such format; there are .*junit/],
    [['check', node1, '--format', 'json='], /file name is missing/],
    [['check', node1, '--format', 'json', '--format', 'pretty'], /only one format/],
    [['check', ...good, '--format', `json=${scratch}/none/report.json`], /cannot write/],
    [['check', node1, '--mtu', 'big'], /--mtu/],
    [['check', node1, '--mtu', '67'], /68 to 65515/],
    [['check', node1, '--profile', 'weave'], /--profile weave: expected one of .*flannel/],
    [['check', node1, '--only', 'IPT999'], /no rule is called IPT999/],
    [['check', node1, '--skip', 'no-such-rule'], /no rule is called no-such-rule/],
    [['check', node1, '--require', 'luck'], /expected one of mtu, reply, all-hops/],
    [['check', node1, '--fail-on', 'info'], /fail-on|failOn/i],
    [['check', node1, '--flow', '10.244.1.2'], /SRC>DST/],
    [['check', node1, '--flow', '10.244.1.2>10.244.2.256'], /SRC>DST/],
    [['check', node1, '--flow', '10.244.1.2>10.244.2.2:0'], /port from 1 to 65535/],
    [['check', node1, '--flow', '10.244.1.2>10.244.2.2:65536'], /port from 1 to 65535/],
    [['check', node1, '--probe', 'sctp'], /--probe sctp: expected one of icmp, tcp, udp, auto/],
    [['check', node1, '--probe', 'auto,tcp'], /--probe auto: stands alone/],
    [['check', node1, '--point', 'node1.cap=router'], /ROLE/],
    [['check', node1, '--point', 'node3.cap=encapsulator-underlay'], /node3\.cap: no such capture was given/],
    [['check', node1, '--max-journeys', '-1'], /max-journeys/],
    [['check', node1, '--expect', join(scratch, 'none.yaml')], /none\.yaml/],
    [['check', node1, '--state', join(scratch, 'none')], /none/],
    [['decode', join(scratch, 'none.cap')], /no such file/],
    [['decode', node1, '--frame', '0'], /--frame 0: expected a whole number from 1 upwards/],
    [['decode', node1, '--frame', '9999'], /there is no frame 9999/],
    [['explain', 'IPT20'], /nothing is called IPT20; did you mean IPT/],
    [['expect'], /give captures or --state/],
  ])('%j', async (args, words) => expectMistake(await runInProcess(args), words));
});

describe('colour', () => {
  const run = (args: string[], env: Record<string, string>): string => {
    const { FORCE_COLOR: _f, NO_COLOR: _n, ...plain } = process.env;
    return spawnSync(process.execPath, [bin, 'check', ...good, ...args], {
      encoding: 'utf8',
      env: { ...plain, ...env },
    }).stdout;
  };

  it('is left out of pipes, on when forced, and --no-color has the last word', () => {
    expect(run([], {})).not.toContain('\x1b');
    expect(run([], { FORCE_COLOR: '1' })).toContain('\x1b[');
    expect(run([], { NO_COLOR: '1' })).not.toContain('\x1b');
    expect(run(['--no-color'], { FORCE_COLOR: '1' })).not.toContain('\x1b');
    expect(run(['--color'], {})).toContain('\x1b[');
    const file = join(scratch, 'colour.txt');
    run(['--color', '--format', `pretty=${file}`], {});
    expect(readFileSync(file, 'utf8')).not.toContain('\x1b');
  });
});

describe('pipes', () => {
  it('takes a reader that leaves early for a reader that has what it wanted', () => {
    const run = shell('"$NODE" "$TOOL" decode "$PING/node1.cap" --format jsonl | head -1; echo "$PIPESTATUS"');
    expect(run.stderr).toBe('');
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('0');
  });

  it('reads standard input as pcap, pcapng and gzip, and a FIFO', () => {
    const rest = '"$PING"/pod1.cap "$PING"/pod1-ipip.cap "$PING"/node2.cap "$PING"/pod2-ipip.cap "$PING"/pod2.cap';
    const point = '--point=-=encapsulator-underlay';
    expect(shell(`cat "$PING/node1.cap" | "$NODE" "$TOOL" check - ${rest} ${point}`)).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(shell(`gzip -c "$PING/node1.cap" | "$NODE" "$TOOL" check - ${rest} ${point}`)).toMatchObject({
      status: 0,
      stderr: '',
    });
    const all = join(samplesFolder, 'ok-pcapng', 'all.pcapng');
    expect(shell(`cat "${all}" | "$NODE" "$TOOL" check -`).status).toBe(runTool(['check', all]).status);
    const fifo = join(scratch, 'node1.cap');
    const run = shell(
      `mkfifo "${fifo}" && (cat "$PING/node1.cap" > "${fifo}" &) ; "$NODE" "$TOOL" check "${fifo}" ${rest}`,
    );
    expect(run).toMatchObject({ status: 0, stderr: '' });
  });

  it('makes a baseline from standard input, which can be read once only', () => {
    const rest = '"$PING"/pod1.cap "$PING"/pod1-ipip.cap "$PING"/node1.cap "$PING"/node2.cap "$PING"/pod2-ipip.cap';
    const run = shell(`cat "$PING/pod2.cap" | "$NODE" "$TOOL" expect - ${rest}`);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('nodes:');
  });
});

describe('what names a capture', () => {
  it('a directory, a pattern that the shell left alone, a name given twice', async () => {
    const wanted = JSON.parse((await runInProcess(['check', ...good, '--format', 'json'])).stdout);
    for (const args of [[ping], [`${ping}/*.cap`], [...good, ...good, `${ping}/../ok-ping/node1.cap`]]) {
      const run = await runInProcess(['check', ...args, '--format', 'json']);
      expect(run).toMatchObject({ status: 0, stderr: '' });
      expect(JSON.parse(run.stdout).captures).toEqual(wanted.captures);
    }
    const link = join(scratch, 'link.cap');
    symlinkSync(node1, link);
    expect(JSON.parse((await runInProcess(['check', ...good, link, '--format', 'json'])).stdout).captures).toHaveLength(
      good.length,
    );
  });

  it.each([
    'a\x1b[2Jb.cap',
    'a\nb.cap',
    'a\u202eb.cap',
    '::error::x.cap',
    '<script>alert(1)<∕script>.cap',
    'a\r\u0085b.cap',
    '##[error]x.cap',
  ])(
    'the name %j steers no terminal, no runner and no page, in any format or message',
    async (name) => {
      const folder = join(scratch, Buffer.from(name).toString('hex'));
      mkdirSync(folder);
      for (const file of good)
        copyFileSync(file, join(folder, file.endsWith('node1.cap') ? name : file.slice(ping.length + 1)));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there
      const steers = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]|^::error::|##\[/m;
      const files = ['json', 'jsonl', 'junit', 'tap', 'sarif', 'github', 'gitlab', 'markdown', 'html'];
      const told = files.map((format) => join(scratch, `steers.${format}`));
      const formats = files.flatMap((format, i) => ['--format', `${format}=${told[i]}`]);
      const run = await runInProcess(['check', folder, '--format', 'pretty', ...formats], folder);
      expect([0, 3], run.stderr).toContain(run.status);
      for (const [i, text] of [run.stdout, ...told.map((file) => readFileSync(file, 'utf8'))].entries()) {
        const format = ['pretty', ...files][i]!;
        expect(text, format).not.toBe('');
        expect(text, format).not.toMatch(steers);
        if (format === 'html' || format === 'junit') expect(text).not.toContain('<script>alert');
      }
      expect(await runInProcess(['decode', name], folder)).toMatchObject({ status: 0 });
      writeFileSync(join(folder, name), 'no capture');
      for (const args of [
        ['decode', name],
        ['check', name],
        ['check', folder],
      ]) {
        const { status, stderr } = await runInProcess(args, folder);
        expect(status).toBe(2);
        expect(stderr).not.toMatch(steers);
      }
    },
    60_000,
  );
});

describe('options that change the judgement', () => {
  const json = async (...args: string[]): Promise<{ status: number | null; report: ReturnType<typeof JSON.parse> }> => {
    const run = await runInProcess(['check', ...args, '--format', 'json']);
    expect(run.stderr).toBe('');
    return { status: run.status, report: JSON.parse(run.stdout) };
  };
  const rulesOf = (report: { flows: { journeys: { findings: { rule: string }[] }[] }[] }): Set<string> =>
    new Set(report.flows.flatMap((f) => f.journeys.flatMap((j) => j.findings.map((x) => x.rule))));

  it('--only and --skip, by id or by name', async () => {
    expect([...rulesOf((await json(...good, '--only', 'IPT201')).report)]).toEqual(['IPT201']);
    const all = rulesOf((await json(...good)).report);
    const name = /IPT201 +(\S+)/.exec((await runInProcess(['rules'])).stdout)![1]!;
    const without = rulesOf((await json(...good, '--skip', name)).report);
    expect([...all].filter((id) => !without.has(id))).toEqual(['IPT201']);
  });

  it('--require: a proof that is missing is no pass', async () => {
    expect((await json(...good, '--require', 'mtu')).status).toBe(3);
    const full = join(samplesFolder, 'ok-full-mtu');
    expect((await json(full, '--require', 'mtu')).status).toBe(0);
    expect((await json(...good.filter((f) => !f.endsWith('pod2-ipip.cap')), '--require', 'all-hops')).status).toBe(3);
  });

  it('--fail-on unproven turns 3 into 1', async () => {
    expect((await json(join(ping, 'pod1.cap'), '--fail-on', 'unproven')).status).toBe(1);
  });

  it('--mtu', async () => {
    const full = join(samplesFolder, 'ok-full-mtu');
    expect(await json(full, '--mtu', '1400')).toMatchObject({
      status: 1,
      report: { expectation: { tunnelMtu: 1400 } },
    });
  });

  it('--strict: a cut capture is an error', async () => {
    const cut = join(scratch, 'cut');
    mkdirSync(cut);
    for (const file of good) copyFileSync(file, join(cut, file.slice(ping.length + 1)));
    writeFileSync(join(cut, 'node1.cap'), Buffer.concat([readFileSync(node1), Buffer.alloc(7)]));
    expect((await json(cut)).report.captures.map((c: { ending: string }) => c.ending)).toContain('cut');
    expect((await json(cut, '--strict')).status).toBe(1);
  });

  it('--flow follows one pair, and finds none that is not there', async () => {
    expect((await json(...good, '--flow', '10.244.1.2>10.244.2.2')).report.flows).toHaveLength(1);
    expect((await json(...good, '--flow', '10.244.9.9>10.244.2.2')).status).toBe(3);
  });

  it('--point says what a capture is', async () => {
    const { report } = await json(...good, '--point', 'node1.cap=encapsulator-underlay@alpha');
    const point = report.points.find((p: { file: string }) => p.file.endsWith('node1.cap'));
    expect(point).toMatchObject({ role: 'encapsulator-underlay', roleFrom: 'command-line', node: 'alpha' });
  });

  it('two formats at once: one on stdout, one in a file', async () => {
    const file = join(scratch, 'out.json');
    const run = await runInProcess(['check', ...good, '--format', 'pretty', '--format', `json=${file}`]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).not.toMatch(/^\{/);
    expect(JSON.parse(readFileSync(file, 'utf8')).outcome).toBe('pass');
  });
});

describe('the other commands', () => {
  it('explain, by id and by name', async () => {
    const byId = await runInProcess(['explain', 'IPT201']);
    expect(byId).toMatchObject({ status: 0, stderr: '' });
    const name = /^IPT201 (\S+)/.exec(byId.stdout)![1]!;
    expect((await runInProcess(['explain', name])).stdout).toBe(byId.stdout);
  });

  it('rules as text and as JSON', async () => {
    expect((await runInProcess(['rules'])).stdout).toContain('IPT201');
    const { rules, diagnoses } = JSON.parse((await runInProcess(['rules', '--format', 'json'])).stdout);
    expect(rules.length).toBeGreaterThan(30);
    expect(diagnoses.length).toBeGreaterThan(10);
  });

  it('decode one frame, and all as JSON lines', async () => {
    expect((await runInProcess(['decode', node1, '--frame', '1'])).stdout).toMatch(/^frame 1 /);
    const lines = (await runInProcess(['decode', node1, '--format', 'jsonl'])).stdout
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l));
    expect(lines.at(-1)).toEqual({ ending: 'clean', frames: lines.length - 1, octetsUnread: 0 });
  });

  it('expect writes what check --expect then finds true', async () => {
    const file = join(scratch, 'ipip-path.yaml');
    writeFileSync(file, (await runInProcess(['expect', ...good])).stdout);
    expect(await runInProcess(['check', ...good, '--expect', file])).toMatchObject({ status: 0, stderr: '' });
    const refused = await runInProcess(['expect', ...bad]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toMatch(/no baseline/);
  });

  it('expect --probe does so of connections and exchanges', async () => {
    for (const [scenario, probe] of [
      ['tcp-ok', 'tcp'],
      ['udp-ok', 'auto'],
    ] as const) {
      const folder = scenarioFolder(scenario);
      const files = capturesIn(folder).map((name) => join(folder, name));
      const { status, stdout } = await runInProcess(['expect', ...files, '--probe', probe]);
      expect([status, (await runInProcess(['expect', ...files])).stdout]).toEqual([0, '']);
      const file = join(scratch, `${scenario}.yaml`);
      writeFileSync(file, stdout);
      expect(await runInProcess(['check', ...files, '--probe', probe, '--expect', file])).toMatchObject({ status: 0 });
      // The baseline is of this path and no other.
      writeFileSync(file, stdout.replace(/(address: \d+\.\d+\.\d+\.)\d+/, '$1250'));
      expect(await runInProcess(['check', ...files, '--probe', probe, '--expect', file])).toMatchObject({ status: 1 });
    }
  });

  it('collect prints a script that a shell accepts', async () => {
    const script = (await runInProcess(['collect'])).stdout;
    expect(spawnSync('sh', ['-n'], { input: script }).status).toBe(0);
  });

  it('--help and --version', async () => {
    expect(await runInProcess(['--help'])).toMatchObject({ status: 0, stderr: '' });
    expect((await runInProcess(['--version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('the library', () => {
  it('gives the same report as the command line, prints nothing, and throws UserError', async () => {
    const entry = pathToFileURL(join(projectRoot, 'dist/index.js')).href;
    const answer = join(scratch, 'library.json');
    const script = `
      import { writeFileSync } from 'node:fs';
      import { checkCaptures, UserError } from ${JSON.stringify(entry)};
      const [answer, none, ...good] = process.argv.slice(1);
      const report = await checkCaptures(good);
      const refused = await checkCaptures([none, ...good]).catch((error) => error instanceof UserError);
      writeFileSync(answer, JSON.stringify({ report, refused }));`;
    const words = ['--input-type=module', '-e', script, answer, join(scratch, 'none.cap'), ...good];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    const fromLine = JSON.parse((await runInProcess(['check', ...good, '--format', 'json'])).stdout);
    expect(JSON.parse(readFileSync(answer, 'utf8'))).toEqual({ report: fromLine, refused: true });
  });
});

describe('compressed captures', () => {
  it('are known by content, not by name', async () => {
    const file = join(scratch, 'packed.cap');
    writeFileSync(file, gzipSync(readFileSync(node1)));
    const run = await runInProcess([
      'check',
      ...good.filter((f) => f !== node1),
      file,
      '--point',
      `${file}=encapsulator-underlay`,
    ]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
  });
});
