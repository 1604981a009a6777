/**
 * Times this project's command beside tcpdump, tshark and the floors, in turn, and prints medians and ratios. It judges nothing.
 *
 *     npm run bench                     small captures
 *     npm run bench -- --full           the captures that the bars are about
 *     npm run bench -- A C --runs 9     some workloads, more rounds
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder, filesOf, generate } from './generate.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const size = args.includes('--full') ? 'full' : 'small';
const runsAt = args.indexOf('--runs');
const rounds = runsAt < 0 ? 5 : Number(args[runsAt + 1]);
const wanted = args.filter((a) => /^[A-J]$/.test(a));
const workloads =
  wanted.length > 0 ? wanted : ['A', 'B', 'C', 'D', 'E', 'G', 'H', 'I', 'J', ...(size === 'full' ? ['F'] : [])];

const quoted = (files) => files.map((f) => `'${f}'`).join(' ');
const node = `'${process.execPath}'`;
const tool = (files) => `${node} '${join(here, '..', 'bin', 'ipip-trace.js')}' check ${quoted(files)}`;
const wireFilter = "'ip proto 4 and ip[40]=8'";
const tcpdump = (file) => {
  const filter = file.includes('tunl0') || file.includes('pod') ? "'icmp[0]=8'" : wireFilter;
  return `tcpdump -r '${file}' -w /dev/null ${filter}`;
};
const tshark = (file) => `tshark -n -r '${file}' -Y 'icmp.type == 8'`;
const walk = (files) => `${node} '${join(here, 'walk.mjs')}' ${quoted(files)}`;

function commandsOf(workload, files) {
  const floor = { walk: walk(files), cat: `cat ${quoted(files)} > /dev/null` };
  switch (workload) {
    case 'E':
      return { tool: tool(files), 'node -e 0': `${node} -e 0`, tshark: `tshark -n -r '${files[0]}'` };
    case 'I':
      return { tool: tool(files) };
    case 'J':
      return { tool: `${tool(files)} --probe tcp`, ...floor };
    case 'G':
      return { tool: tool(files), 'zcat | tcpdump': `zcat '${files[0]}' | tcpdump -r - -w /dev/null ${wireFilter}` };
    case 'A':
      // tshark takes minutes over all of them: it gets the small capture, a tenth of the frames.
      generate('A', 'small');
      return {
        tool: tool(files),
        tcpdump: tcpdump(files[0]),
        ...floor,
        [size === 'full' ? 'tshark (a tenth)' : 'tshark']: tshark(filesOf('A', 'small')[0]),
      };
    default:
      return { tool: tool(files), tcpdump: files.map(tcpdump).join('; '), ...floor };
  }
}

/** Wall and processor seconds and peak KiB of one run, by GNU time. */
function measure(command) {
  const run = spawnSync(
    '/usr/bin/time',
    ['-q', '-f', '%e %U %S %M', 'sh', '-c', `{ ${command}; } >/dev/null 2>/dev/null`],
    {
      encoding: 'utf8',
    },
  );
  const [wall, user, system, peak] = run.stderr.trim().split(/\s+/).slice(-4).map(Number);
  return { wall, cpu: user + system, peak };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

mkdirSync(dataFolder, { recursive: true });
for (const workload of workloads) {
  if (workload !== 'E') generate(workload, size);
  const files = workload === 'E' ? sampleFiles(join(here, '..', 'samples', 'ok-ping')) : filesOf(workload, size);
  const commands = Object.entries(commandsOf(workload, files));
  const taken = new Map(commands.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of commands) {
      // Tens of seconds of tshark once are enough; the first round only warms the page cache.
      if (name.startsWith('tshark') && round !== 1 && workload !== 'E') continue;
      const result = measure(command);
      if (round > 0) taken.get(name).push(result);
    }
  }
  const ours = median(taken.get('tool').map((r) => r.wall));
  process.stdout.write(`\n${workload} (${size})\n`);
  for (const [name, results] of taken) {
    const wall = median(results.map((r) => r.wall));
    const cpu = median(results.map((r) => r.cpu));
    const peak = Math.max(...results.map((r) => r.peak)) / 1024;
    const ratio = name === 'tool' ? '' : `tool takes ${(ours / wall).toFixed(2)} × as long`;
    process.stdout.write(
      `  ${name.padEnd(16)} ${wall.toFixed(2).padStart(7)} s  cpu ${cpu.toFixed(2).padStart(6)} s  ${peak.toFixed(0).padStart(5)} MiB  ${ratio}\n`,
    );
  }
}

function sampleFiles(folder) {
  const found = spawnSync('sh', ['-c', `ls '${folder}'/*.cap`], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n');
  if (!existsSync(found[0] ?? '')) throw new Error(`no captures in ${folder}`);
  return found;
}
