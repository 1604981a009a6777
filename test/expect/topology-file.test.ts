/** ipip-path.yaml: every declared fact is enforced, every mistake is named with its path, line and cure. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKernelState } from '../../src/expect/kernel-state.js';
import { topologyOfState } from '../../src/expect/state-topology.js';
import { parseTopology, readTopologyFile } from '../../src/expect/topology-file.js';
import { topologyKeys, topologySchema } from '../../src/expect/topology-keys.js';
import { type TopologyModel, unknownNode, unknownPod, writeTopology } from '../../src/expect/write-topology.js';
import { UserError } from '../../src/user-error.js';
import { emptyFolder, flowOf, plain, scenarios, stateOf } from './support.js';

const fromMemory = `profile: flannel-ipip
mtu: { tunnel: 1480, underlay: 1500 }
nodes:
  node1: { address: 192.168.0.81, mac: "00:0c:29:3f:a2:81", pods: 10.244.1.0/24, gateway: { address: 10.244.1.1, mac: "ae:97:0b:c3:5e:01" } }
  node2: { address: 192.168.0.82, pods: 10.244.2.0/24 }
pods:
  pod1: { address: 10.244.1.2, mac: "ea:bc:22:e6:7a:fa", node: node1 }
captures:
  pod1.cap: { at: pod1/eth0 }
`;

function complaints(text: string): string[] {
  try {
    parseTopology(text, 'p.yaml');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.split('\n');
  }
  return [];
}

describe('a file written from memory', () => {
  const source = parseTopology(fromMemory, 'p.yaml');
  const facts = flowOf(source, '10.244.1.2', '10.244.2.2');
  it('declares a path', () => {
    expect(plain(facts.request['source-pod'])).toEqual({
      node: 'node1',
      encapsulation: 'none',
      innerTtlDrop: 0,
      sourceMac: 'ea:bc:22:e6:7a:fa',
      destinationMac: 'ae:97:0b:c3:5e:01',
      mtu: 1480,
      innerSource: '10.244.1.2',
    });
    expect(plain(facts.request['encapsulator-underlay'])).toMatchObject({
      encapsulation: 'ipip',
      sourceMac: '00:0c:29:3f:a2:81',
      outerSource: '192.168.0.81',
      outerDestination: '192.168.0.82',
      innerTtlDrop: 1,
      mtu: 1500,
    });
    expect(plain(facts.reply['encapsulator-underlay'])).toMatchObject({
      outerSource: '192.168.0.82',
      outerDestination: '192.168.0.81',
      destinationMac: '00:0c:29:3f:a2:81',
    });
    expect(plain(facts.reply['source-pod'])).toMatchObject({
      innerTtlDrop: 2,
      destinationMac: 'ea:bc:22:e6:7a:fa',
      sourceMac: 'ae:97:0b:c3:5e:01',
    });
  });
  it('and every fact names the line that declares it', () => {
    expect(facts.request['source-pod']?.sourceMac?.from).toBe('p.yaml:7');
    expect(facts.request['encapsulator-underlay']?.outerDestination?.from).toBe('p.yaml:5');
    expect(facts.request['encapsulator-underlay']?.encapsulation).toEqual({
      value: 'ipip',
      source: 'declared',
      from: 'p.yaml:1',
    });
    expect(facts.tunnelMtu).toEqual({ value: 1480, source: 'declared', from: 'p.yaml:2' });
    expect(source.points).toEqual([{ capture: 'pod1.cap', at: 'pod1', interfaceName: 'eth0', from: 'p.yaml:9' }]);
    expect([source.nameOf(0x0af40102), source.nameOf(0xc0a80052), source.nameOf(0x08080808)]).toEqual([
      'pod1',
      'node2',
      null,
    ]);
    expect(source.ownerOfMac('00:0C:29:3F:A2:81')).toBe('node1');
  });
  it('what nobody declared is nobody’s word', () => {
    // Without a word about routers, the far node's MAC need not be on the near node's wire.
    expect(facts.request['encapsulator-underlay']?.destinationMac).toBeUndefined();
    expect(facts.request['destination-pod']?.destinationMac).toBeUndefined();
    const bare = parseTopology('nodes:\n  a: { address: 10.0.0.1, pods: 10.1.0.0/24 }\n', 'p.yaml');
    expect(plain(flowOf(bare, '10.1.0.7', '10.2.0.7').request['encapsulator-underlay'])).toEqual({
      node: 'a',
      outerSource: '10.0.0.1',
    });
    expect(bare.flow(0x01010101, 0x02020202)).toBeNull();
    expect(() => parseTopology('# nothing\n', 'p.yaml')).toThrow('p.yaml: is empty');
  });
  it('DirectRouting and CrossSubnet follow from who shares a link', () => {
    const nodes = (lengths: string): string =>
      `profile: calico-ipip-crosssubnet\nnodes:\n  a: { address: 10.0.1.1${lengths}, mac: "02:00:00:00:00:0a", pods: 10.1.0.0/24 }\n  b: { address: 10.0.2.1${lengths}, mac: "02:00:00:00:00:0b", pods: 10.2.0.0/24 }\n`;
    const near = (text: string): Record<string, string | number> =>
      plain(flowOf(parseTopology(text, 'p'), '10.1.0.2', '10.2.0.2').request['encapsulator-underlay']);
    expect(near(nodes('/16'))).toMatchObject({ encapsulation: 'none', destinationMac: '02:00:00:00:00:0b' });
    expect(near(nodes('/24'))).toMatchObject({ encapsulation: 'ipip', outerSource: '10.0.1.1' });
    expect(near(nodes('/24'))).not.toHaveProperty('destinationMac');
    expect(near(nodes(''))).not.toHaveProperty('encapsulation');
    expect(near(`underlay: one-link\n${nodes('')}`)).toMatchObject({ encapsulation: 'none' });
  });
});

describe('mistakes', () => {
  it.each<[string, string, string]>([
    [
      'an address',
      'nodes:\n  node1:\n    pods: 10.1.0.0/24\n    address: 192.168.0.811\n',
      'p.yaml: nodes.node1.address: "192.168.0.811" is not an IPv4 address (line 4); write 192.168.0.81, or 192.168.0.81/24 to say which addresses share its link',
    ],
    [
      'an unknown key',
      'nodes:\n  a: { adress: 10.0.0.1 }\n',
      'p.yaml: nodes.a.adress: unknown key (line 2); did you mean "address"?',
    ],
    [
      'an unknown key far from any',
      'colour: blue\n',
      'p.yaml: colour: unknown key (line 1); known keys are profile, underlay, mtu, nodes, pods, captures',
    ],
    [
      'a key that every object has',
      'constructor: 1\n',
      'p.yaml: constructor: unknown key (line 1); known keys are profile, underlay, mtu, nodes, pods, captures',
    ],
    [
      'a profile',
      'profile: flannel\n',
      'p.yaml: profile: "flannel" is not one of flannel-ipip, flannel-ipip-direct-routing, calico-ipip, calico-ipip-crosssubnet (line 1); take one of these',
    ],
    [
      'an MTU',
      'mtu: { tunnel: 14800000 }\n',
      'p.yaml: mtu.tunnel: "14800000" is not an MTU (line 1); write a whole number from 68 to 65535, such as 1480',
    ],
    [
      'a list for a map',
      'nodes: [a, b]\n',
      'p.yaml: nodes: a list is not a map (line 1); write keys and values below it: names of your own',
    ],
    [
      'a map for a value',
      'pods:\n  p: { mac: { a: 1 } }\n',
      'p.yaml: pods.p.mac: a map is not a MAC address (line 2); write six pairs of hexadecimal digits, such as "00:0c:29:3f:a2:81"',
    ],
    [
      'the example’s own ellipsis',
      'nodes:\n  a: { mac: "00:0c:29:…" }\n',
      'p.yaml: nodes.a.mac: "00:0c:29:?" is not a MAC address (line 2); write six pairs of hexadecimal digits, such as "00:0c:29:3f:a2:81"',
    ],
    [
      'an unknown node',
      'nodes: { node1: { } }\npods:\n  p: { node: node11 }\n',
      'p.yaml: pods.p.node: "node11" is not under "nodes" (line 3); did you mean "node1"?',
    ],
    [
      'an address twice',
      'nodes:\n  a: { address: 10.0.0.1 }\n  b: { address: 10.0.0.1/24 }\n',
      'p.yaml: nodes.b.address: 10.0.0.1 is also nodes.a.address (line 3); give each its own',
    ],
    [
      'a pod outside its node',
      'nodes:\n  a: { pods: [10.1.0.0/24, 10.3.0.0/24] }\npods:\n  p: { address: 10.2.0.2, node: a }\n',
      'p.yaml: pods.p.address: 10.2.0.2 is not in nodes.a.pods, 10.1.0.0/24, 10.3.0.0/24 (line 4); correct one of them',
    ],
    [
      'a place nobody declared',
      'pods: { pod1: {} }\ncaptures: { a.cap: { at: pod2/eth0 } }\n',
      'p.yaml: captures.a.cap.at: "pod2" is no pod or node of this file (line 2); did you mean "pod1"?',
    ],
    [
      'bad YAML',
      'nodes:\n  a: { address: 10.0.0.1\n',
      'p.yaml: Flow map in block collection must be sufficiently indented and end with a } (line 3); correct the YAML',
    ],
    [
      'a key twice',
      'mtu: { tunnel: 1480 }\nmtu: { tunnel: 1440 }\n',
      'p.yaml: mtu: stands here a second time (line 2); keep one of them',
    ],
  ])('%s', (_, text, wanted) => {
    expect(complaints(text)).toContain(wanted);
    expect(complaints(text).length).toBeLessThanOrEqual(2);
  });
  it('all at once, and no more than anyone reads', () => {
    expect(complaints('profile: x\nmtu: { tunnel: y }\nnode: {}\n')).toHaveLength(3);
    expect(complaints(Array.from({ length: 500 }, (_, i) => `key${i}: 1`).join('\n')).at(-1)).toBe('and 480 more');
  });
  it('an MTU that leaves no room for the outer header is found before any packet', () => {
    const problems = (tunnel: number): unknown =>
      parseTopology(`mtu: { tunnel: ${tunnel}, underlay: 1500 }`, 'p').problems.map((p) => [
        p.name,
        p.severity,
        p.from,
      ]);
    expect(problems(1480)).toEqual([]);
    expect(problems(1500)).toEqual([['tunnel-mtu-mismatch', 'error', 'p:1']]);
    expect(problems(1400)).toEqual([['tunnel-mtu-mismatch', 'warning', 'p:1']]);
  });
  it('no file, a folder, a pipe', () => {
    expect(() => readTopologyFile('no/such.yaml')).toThrow(
      /no\/such\.yaml: no such file; `ipip-trace expect` writes one/,
    );
    expect(() => readTopologyFile('test')).toThrow(/test: is no regular file/);
    const pipe = join(emptyFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => readTopologyFile(pipe)).toThrow(/is no regular file/);
  });
});

describe('hostile files end in one line, at once', () => {
  const lol = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghij'.split('').map(
      (c) =>
        `${c}: &${c} [${Array(9)
          .fill(`*${String.fromCharCode(c.charCodeAt(0) - 1)}`)
          .join(',')}]`,
    ),
  ].join('\n');
  it.each<[string, string]>([
    ['a billion laughs', lol],
    ['laughs where names are free', `nodes: &n\n  a: *n\n`],
    ['an alias to itself', 'nodes: &n { a: { pods: *n } }\n'],
    ['ten megabytes of brackets', '['.repeat(10_000_000)],
    ['a megabyte of brackets', '['.repeat(1_000_000)],
    ['ten thousand braces', '{a: '.repeat(10_000)],
    ['ten thousand dashes', '- '.repeat(10_000)],
    ['ten thousand explicit keys', '? '.repeat(10_000)],
    ['deep indentation', Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['a megabyte of anchors', '&a '.repeat(300_000)],
    ['a megabyte of keys', Array.from({ length: 90_000 }, (_, i) => `k${i}: 1`).join('\n')],
    [
      'a thousand aliases',
      `x: &m "00:00:00:00:00:01"\npods:\n${Array.from({ length: 1000 }, (_, i) => `  p${i}: { mac: *m }`).join('\n')}`,
    ],
    ['binary', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7) & 255)).toString('latin1')],
    ['two documents', 'mtu: {}\n---\nmtu: {}\n'],
    ['a merge key', 'nodes:\n  a: &a { mtu: 1500 }\n  b: { <<: *a }\n'],
  ])('%s', (_, text) => {
    const started = performance.now();
    const found = complaints(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(21);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    for (const line of found) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
  it('any text is read or refused in words', () => {
    const words = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          'nodes:',
          'pods:',
          '\n  a: ',
          '{ ',
          ' }',
          'address: ',
          '10.0.0.1',
          'mac: ',
          '&a ',
          '*a',
          '- ',
          '[',
          ']',
          '\n',
          '|',
          '>',
          '!!binary ',
          '<<: ',
          '? ',
          '# ',
          'captures:',
          'at: ',
        ),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(words, (parts) => void complaints(parts.join(''))),
      { numRuns: 500 },
    );
  });
});

describe('what `expect` writes', () => {
  const healthy = [...scenarios.keys()].filter((name) => name.startsWith('ok-'));
  const states: [string, string, string, string][] = [
    ...healthy.map((name): [string, string, string, string] => [name, stateOf(name), '10.244.1.2', '10.244.2.2']),
    ['Calico', 'test/fixtures/state/calico-ipip', '10.60.73.5', '10.60.118.66'],
    ['CrossSubnet, one rack', 'test/fixtures/state/calico-crosssubnet', '10.42.1.4', '10.42.2.4'],
    ['CrossSubnet, two racks', 'test/fixtures/state/calico-crosssubnet', '10.42.1.4', '10.42.3.4'],
    ['text dumps', 'test/fixtures/state/article', '10.244.1.2', '10.244.2.2'],
  ];
  it.each(states)('declares the path that the state of %s predicts', (_, folder, from, to) => {
    const text = writeTopology(topologyOfState(folder));
    const declared = parseTopology(text, 'p.yaml');
    expect(declared.problems).toEqual([]);
    const wanted = flowOf(readKernelState(folder), from, to);
    const found = flowOf(declared, from, to);
    for (const direction of ['request', 'reply'] as const) {
      for (const [role, hop] of Object.entries(wanted[direction])) {
        const { interfaceName: _name, ...facts } = plain(hop);
        // A Calico pod's own end of the veth has a name of its own on the node, which no file declares.
        expect([direction, role, plain(found[direction][role as keyof typeof found.request])]).toEqual([
          direction,
          role,
          expect.objectContaining(facts),
        ]);
      }
    }
  });
  it('survives names that YAML would take for something else', () => {
    const model: TopologyModel = {
      comments: ['two\nlines \u001b[2J'],
      profile: null,
      underlay: 'one-link',
      mtu: { tunnel: null, underlay: null, pod: null },
      nodes: ['true', '1', '~', '0x1', 'node:1', '- a', '10.0.0.1', '#x', '2026-11-24', '*a', "it's", '"q"']
        .filter((n) => !n.includes(' '))
        .map((name, i) => ({ ...unknownNode, name, address: 0x0a000001 + i })),
      pods: [{ ...unknownPod, name: 'yes', node: 'true', address: 0x0b000001 }],
      captures: [{ capture: 'a b.cap'.replace(' ', '_'), at: 'yes/eth0' }],
    };
    const source = parseTopology(writeTopology(model), 'p.yaml');
    expect(model.nodes.map((node) => source.nameOf(node.address!))).toEqual(model.nodes.map((node) => node.name));
    expect(source.nameOf(0x0b000001)).toBe('yes');
    expect(source.points[0]).toMatchObject({ capture: 'a_b.cap', at: 'yes' });
  });
});

describe('the JSON Schema for editors', () => {
  const shipped = 'schema/ipip-path.schema.json';
  it('is the one the table of keys gives (UPDATE=1 writes it)', () => {
    const text = `${JSON.stringify(topologySchema(), null, 2)}\n`;
    if (process.env.UPDATE === '1') writeFileSync(shipped, text);
    expect(readFileSync(shipped, 'utf8')).toBe(text);
  });
  it('and its patterns accept what the reader accepts', () => {
    const scalars = (
      shape: (typeof topologyKeys.keys)[string],
    ): { accepts: (text: string) => boolean; schema: Readonly<Record<string, unknown>> }[] =>
      shape.kind === 'scalar'
        ? [shape]
        : shape.kind === 'list'
          ? [shape.of]
          : shape.kind === 'named'
            ? scalars(shape.of)
            : Object.values(shape.keys).flatMap(scalars);
    const samples = [
      '10.0.0.1',
      '10.0.0.256',
      '10.0.0.1/24',
      '10.0.0.1/33',
      '010.0.0.1',
      '255.255.255.255/32',
      '00:0c:29:3f:a2:81',
      '00-0C-29-3F-A2-81',
      '00:0c:29:3f:a2',
      'eth0',
      'a/b',
      'a/b/c',
      '/x',
      '',
      'a b',
      '1480',
      '67',
      '65535',
      '65536',
      'one-link',
      'flannel-ipip',
      'é',
    ];
    const digits = (text: string): boolean => /^\d+$/.test(text);
    for (const { accepts, schema } of scalars(topologyKeys)) {
      for (const text of samples) {
        const bySchema =
          schema.type === 'integer'
            ? digits(text) && Number(text) >= (schema.minimum as number) && Number(text) <= (schema.maximum as number)
            : Array.isArray(schema.enum)
              ? schema.enum.includes(text)
              : new RegExp(schema.pattern as string).test(text) && text.length >= ((schema.minLength as number) ?? 0);
        expect([text, schema.pattern ?? schema.type, bySchema]).toEqual([
          text,
          schema.pattern ?? schema.type,
          accepts(text),
        ]);
      }
    }
  });
});
