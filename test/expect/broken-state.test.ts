/** Hand-broken dumps: one clear line for each, never a crash, never a hang. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKernelState } from '../../src/expect/kernel-state.js';
import { UserError } from '../../src/user-error.js';
import { times } from '../support/budget.js';
import { changedState, discard, emptyFolder, flowOf, stateOf } from './support.js';

function complaint(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
  return '';
}
const with1 = (file: string, text: string): string =>
  complaint(() => readKernelState(changedState(stateOf('ok-ping'), { [file]: text })));

describe('a dump that cannot be used is named with its cure', () => {
  it.each<[string, string, string, RegExp]>([
    ['cut JSON', 'node1.link.json', '[{"ifindex":1,"ifname":"lo","fl', /node1\.link\.json is not JSON: it was cut/],
    ['an object', 'node1.route.json', '{"dst":"default"}', /node1\.route\.json is not a list as `ip -j` prints one/],
    ['a list of numbers', 'node1.neigh.json', '[1,2]', /node1\.neigh\.json is not a list of objects/],
    ['no names', 'node1.link.json', '[{"ifindex":1}]', /node1\.link\.json has an entry without "ifname"/],
    ['a wrong type', 'node1.route.json', '[{"dst":17}]', /node1\.route\.json has a route without "dst"/],
    ['an impossible prefix', 'node1.route.json', '[{"dst":"10.244.1.0/44","dev":"cni0"}]', /10\.244\.1\.0\/44/],
    [
      'an impossible address',
      'node1.addr.json',
      '[{"ifname":"e","addr_info":[{"family":"inet","local":"1.2.3.400","prefixlen":24}]}]',
      /1\.2\.3\.400/,
    ],
    ['ten megabytes of brackets', 'node1.addr.json', '['.repeat(10_000_000), /node1\.addr\.json is not JSON/],
    [
      'deep, closed brackets',
      'node1.addr.json',
      `${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}`,
      /node1\.addr\.json is not/,
    ],
    ['something else as Retina', 'x.ip-resources.txt', 'hello', /no line "Execute:"/],
    ['no gzip', 'x.tar.gz', 'hello', /is no gzipped tar/],
  ])('%s', (_, file, text, wanted) => {
    const message = with1(file, text);
    expect(message).toMatch(wanted);
    expect(message.split('\n')).toHaveLength(1);
  });
  it('two broken files are both named', () => {
    const folder = changedState(stateOf('ok-ping'), { 'node1.link.json': '{', 'node2.link.json': '{' });
    expect(complaint(() => readKernelState(folder)).split('\n')).toHaveLength(2);
  });
  it('a dump too large to be one', () => {
    expect(with1('node1.link.json', ' '.repeat(33 * 1024 * 1024))).toMatch(/more than the \d+ a dump may have/);
  });
  it('no folder, a file, an empty folder', () => {
    expect(complaint(() => readKernelState('no/such/folder'))).toMatch(/no\/such\/folder: no such folder/);
    expect(complaint(() => readKernelState('package.json'))).toMatch(/package\.json: is a file/);
    expect(complaint(() => readKernelState(emptyFolder()))).toMatch(/no state dump in this folder.*ipip-trace collect/);
  });
  it('a pipe and a folder with the name of a dump', () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'node2.link.json'));
    execFileSync('mkfifo', [join(folder, 'node1.link.json')]);
    expect(complaint(() => readKernelState(folder)).match(/is no regular file/g)).toHaveLength(2);
  });
  it('a tarball that unpacks without end', () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024));
    const folder = emptyFolder();
    writeFileSync(join(folder, 'x.tar.gz'), bomb);
    expect(complaint(() => readKernelState(folder))).toMatch(/is no gzipped tar, or unpacks to more than/);
  });
});

it('reads ip-resources.txt out of a tarball as Retina makes it', () => {
  const folder = emptyFolder();
  execFileSync('tar', ['-czf', join(folder, 'capture-node7.tar.gz'), '-C', 'test/fixtures/state/retina', '.']);
  expect(readKernelState(folder).nameOf(0x0ae00004)).toBe('capture-node7');
});

it('a missing dump is no error: what nobody dumped, nobody says', () => {
  const folder = changedState(stateOf('ok-ping'), {
    'node1.link.json': null,
    'node1.addr.json': null,
    'node2.neigh.json': null,
    'pod1.route.json': null,
    'master.addr.json': '',
  });
  expect(complaint(() => readKernelState(folder).flow(0x0af40102, 0x0af40202))).toBe('');
});

it('text from a dump cannot reach the terminal as control characters', () => {
  const folder = changedState(stateOf('bad-stale-arp'), {
    'node1.route.json': (before) => before.replaceAll('ens33', 'e\\u001b[2Jns33'),
    'node1.neigh.json': (before) => before.replaceAll('ens33', 'e\\u001b[2Jns33'),
    'no\u001b[31mde.link.json': '[]',
  });
  const source = readKernelState(folder);
  const text = JSON.stringify([source.problems, flowOf(source, '10.244.1.2', '10.244.2.2')]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|\\u00[01]/);
});

it('a cluster of many routes is read at once', () => {
  const many = Array.from({ length: 60_000 }, (_, i) => ({
    dst: `${11 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/24`,
    gateway: '192.168.0.82',
    dev: 'flannel.ipip',
    flags: ['onlink'],
  }));
  const folder = changedState(stateOf('ok-ping'), {
    'node1.route.json': (before) => JSON.stringify([...(JSON.parse(before) as unknown[]), ...many]),
  });
  const started = performance.now();
  const source = readKernelState(folder);
  for (let i = 0; i < 200; i++) flowOf(source, '10.244.1.2', '10.244.2.2');
  expect(performance.now() - started).toBeLessThan(5_000);
});

describe('whatever a dump holds', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '10.244.1.0/24',
      '10.244.2.2',
      'default',
      '192.168.0.82',
      'flannel.ipip',
      'cni0',
      'ens33',
      'UP',
      'inet',
      'ipip',
      'veth',
      'bridge',
      '00:0c:29:d4:77:82',
      'any',
      '__proto__',
      'blackhole',
    ),
    fc.string(),
  );
  const key = fc.constantFrom(
    'ifindex',
    'ifname',
    'flags',
    'mtu',
    'link_type',
    'address',
    'link_index',
    'master',
    'linkinfo',
    'info_kind',
    'info_data',
    'local',
    'remote',
    'ttl',
    'addr_info',
    'family',
    'prefixlen',
    'dst',
    'gateway',
    'dev',
    'metric',
    'prefsrc',
    'type',
    'table',
    'nexthops',
    'metrics',
    'lladdr',
    'state',
    '__proto__',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 6 }),
    ),
  }));
  const items = fc.array(fc.dictionary(key, value, { maxKeys: 8 }), { maxLength: 6 });
  it('it is read or refused in words, and followed without end or fall', () => {
    fc.assert(
      fc.property(fc.constantFrom('link', 'addr', 'route', 'neigh', 'rule'), items, (kind, dump) => {
        const folder = changedState(stateOf('ok-ping'), { [`node1.${kind}.json`]: JSON.stringify(dump) });
        complaint(() => readKernelState(folder).flow(0x0af40102, 0x0af40202));
        discard(folder);
      }),
      { numRuns: times(30, 100) },
    );
  });
  const textual = fc
    .array(
      fc.oneof(
        word,
        fc.constantFrom(
          '\n',
          '\n    ',
          '1: eth0@if4: <UP>',
          'link/ether',
          'via',
          'dev',
          'nexthop',
          'mtu',
          'Execute:',
          'inet',
          'UG',
          '0.0.0.0',
          '255.255.255.0',
          '4294967296',
          '\u001b[2J',
        ),
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(' '));
  it('text dumps too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'ip-d-link',
          'ip-addr',
          'ip-route',
          'ip-neigh',
          'ip-rule',
          'route-n',
          'arp-n',
          'ifconfig',
          'ethtool-S',
          'sysctl',
          'ip-resources',
        ),
        textual,
        (command, dump) => {
          const folder = changedState('test/fixtures/state/article', { [`node1.${command}.txt`]: dump });
          complaint(() => readKernelState(folder).flow(0x0af40102, 0x0af40202));
          discard(folder);
        },
      ),
      { numRuns: times(30, 100) },
    );
  });
});
