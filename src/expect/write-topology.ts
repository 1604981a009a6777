/** Writes an ipip-path.yaml from what was observed or derived: plain data in, text out that `readTopologyFile` reads. */
import { addressText, type Prefix, prefixText } from '../decode/address.js';
import { printable } from './namespace.js';

/** Everything may be unknown (null); addresses are unsigned 32-bit numbers, MACs lower case with colons, MTUs octets. */
export interface TopologyModel {
  /** Lines of a comment at the head: where this came from. */
  readonly comments: readonly string[];
  readonly profile: string | null;
  readonly underlay: 'one-link' | 'routed' | null;
  readonly mtu: { readonly tunnel: number | null; readonly underlay: number | null; readonly pod: number | null };
  readonly nodes: readonly TopologyNode[];
  readonly pods: readonly TopologyPod[];
  /** `at` is "pod1/eth0" or "node1". */
  readonly captures: readonly { readonly capture: string; readonly at: string }[];
}

export interface TopologyNode {
  readonly name: string;
  readonly address: number | null;
  /** Length of the link's prefix behind the address; tells which nodes share a link. */
  readonly prefixLength: number | null;
  readonly mac: string | null;
  readonly interfaceName: string | null;
  readonly mtu: number | null;
  readonly pods: readonly Prefix[];
  readonly gateway: {
    readonly address: number | null;
    readonly mac: string | null;
    readonly interfaceName: string | null;
  };
  readonly tunnel: {
    readonly interfaceName: string | null;
    readonly address: number | null;
    /** Outer source, when it is not the node's address. */
    readonly local: number | null;
    readonly mtu: number | null;
  };
  readonly router: { readonly address: number | null; readonly mac: string | null };
}

export interface TopologyPod {
  readonly name: string;
  readonly address: number | null;
  readonly mac: string | null;
  readonly node: string | null;
  readonly interfaceName: string | null;
  readonly mtu: number | null;
}

/** A node or pod of which nothing is known but its name: fill in by spreading. */
export const unknownNode: Omit<TopologyNode, 'name'> = {
  address: null,
  prefixLength: null,
  mac: null,
  interfaceName: null,
  mtu: null,
  pods: [],
  gateway: { address: null, mac: null, interfaceName: null },
  tunnel: { interfaceName: null, address: null, local: null, mtu: null },
  router: { address: null, mac: null },
};
export const unknownPod: Omit<TopologyPod, 'name'> = {
  address: null,
  mac: null,
  node: null,
  interfaceName: null,
  mtu: null,
};

type Value = string | number | null | Value[] | { readonly [key: string]: Value };
const WIDTH = 110;

export function writeTopology(model: TopologyModel): string {
  const address = (value: number | null): string | null => (value === null ? null : addressText(value));
  const nodes = model.nodes.map((node): [string, Value] => [
    node.name,
    {
      address:
        node.address === null
          ? null
          : `${addressText(node.address)}${node.prefixLength === null ? '' : `/${node.prefixLength}`}`,
      mac: node.mac,
      interface: node.interfaceName,
      mtu: node.mtu,
      pods:
        node.pods.length === 1 ? prefixText(node.pods[0]!) : node.pods.length === 0 ? null : node.pods.map(prefixText),
      gateway: { address: address(node.gateway.address), mac: node.gateway.mac, interface: node.gateway.interfaceName },
      tunnel: {
        interface: node.tunnel.interfaceName,
        address: address(node.tunnel.address),
        local: address(node.tunnel.local),
        mtu: node.tunnel.mtu,
      },
      router: { address: address(node.router.address), mac: node.router.mac },
    },
  ]);
  const pods = model.pods.map((pod): [string, Value] => [
    pod.name,
    { address: address(pod.address), mac: pod.mac, node: pod.node, interface: pod.interfaceName, mtu: pod.mtu },
  ]);
  const captures = model.captures.map(({ capture, at }): [string, Value] => [capture, { at }]);
  const lines = [
    ...model.comments.map((comment) => `# ${printable(comment, 1024)}`),
    ...(model.profile === null ? [] : [`profile: ${scalar(model.profile)}`]),
    ...(model.underlay === null ? [] : [`underlay: ${model.underlay}`]),
    ...section('mtu', flow({ ...model.mtu })),
    ...entries('nodes', nodes),
    ...entries('pods', pods),
    ...entries('captures', captures),
  ];
  return `${lines.join('\n')}\n`;
}

function section(key: string, value: string | null): string[] {
  return value === null ? [] : [`${key}: ${value}`];
}

function entries(key: string, named: readonly [string, Value][]): string[] {
  if (named.length === 0) return [];
  const lines = [`${key}:`];
  for (const [name, value] of named) {
    const one = `  ${scalar(name)}: ${flow(value) ?? '{}'}`;
    if (one.length <= WIDTH) lines.push(one);
    else {
      lines.push(`  ${scalar(name)}:`);
      for (const [inner, of] of Object.entries(value as Record<string, Value>)) {
        const text = flow(of);
        if (text !== null) lines.push(`    ${inner}: ${text}`);
      }
    }
  }
  return lines;
}

/** One line of YAML in flow style; null when nothing is known. */
function flow(value: Value): string | null {
  if (value === null) return null;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return scalar(value);
  if (Array.isArray(value)) return `[${value.map((item) => flow(item) ?? '').join(', ')}]`;
  const known = Object.entries(value).flatMap(([key, of]) => {
    const text = flow(of);
    return text === null ? [] : [`${key}: ${text}`];
  });
  return known.length === 0 ? null : `{ ${known.join(', ')} }`;
}

/** Plain where every YAML reader takes it as text; quoted as JSON otherwise, which is YAML too. */
function scalar(text: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9._/-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  const numeric = /^\d+(\.\d+){3}(\/\d+)?$/.test(text);
  return plain || numeric ? text : JSON.stringify(text);
}
