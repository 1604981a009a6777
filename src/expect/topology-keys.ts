/** The keys of ipip-path.yaml, once: the reader validates by this table and the editors' JSON Schema is written from it. */
import { parseAddress, parsePrefix } from '../decode/address.js';
import { canonicalMac } from './address-words.js';
import { profiles } from './profiles.js';

export interface Scalar {
  readonly kind: 'scalar';
  readonly description: string;
  /** What it must be, for the sentence `"x" is not …`. */
  readonly wanted: string;
  readonly cure: string;
  readonly accepts: (text: string) => boolean;
  /** For JSON Schema: a whole number, one of these words, or text of this pattern. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** One value, or a list of them. */
interface ScalarList {
  readonly kind: 'list';
  readonly of: Scalar;
}

export interface Keys {
  readonly kind: 'keys';
  readonly description: string;
  readonly keys: Readonly<Record<string, Shape>>;
}

/** A map whose keys are the user's own names. */
export interface Named {
  readonly kind: 'named';
  readonly description: string;
  readonly of: Keys;
}

export type Shape = Scalar | ScalarList | Keys | Named;

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ADDRESS = `${OCTET}(\\.${OCTET}){3}`;
const LENGTH = '/(3[0-2]|[12]?[0-9])';

const address = (description: string): Scalar => ({
  kind: 'scalar',
  description,
  wanted: 'an IPv4 address',
  cure: 'write four numbers from 0 to 255, such as 192.168.0.81',
  accepts: (text) => parseAddress(text) !== null,
  schema: { type: 'string', pattern: `^${ADDRESS}$` },
});

const addressOrInterface = (description: string): Scalar => ({
  kind: 'scalar',
  description,
  wanted: 'an IPv4 address',
  cure: 'write 192.168.0.81, or 192.168.0.81/24 to say which addresses share its link',
  accepts: (text) => parseAddress(text.split('/')[0]!) !== null && (!text.includes('/') || parsePrefix(text) !== null),
  schema: { type: 'string', pattern: `^${ADDRESS}(${LENGTH})?$` },
});

const prefix = (description: string): Scalar => ({
  kind: 'scalar',
  description,
  wanted: 'an IPv4 prefix',
  cure: 'write an address and a length, such as 10.244.1.0/24',
  accepts: (text) => parsePrefix(text) !== null,
  schema: { type: 'string', pattern: `^${ADDRESS}${LENGTH}$` },
});

const mac = (description: string): Scalar => ({
  kind: 'scalar',
  description,
  wanted: 'a MAC address',
  cure: 'write six pairs of hexadecimal digits, such as "00:0c:29:3f:a2:81"',
  accepts: (text) => canonicalMac(text) !== null,
  schema: { type: 'string', pattern: '^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$' },
});

/** RFC 791: every module must be able to forward 68 octets whole (section 3.2), and no datagram is longer than 65535 (3.1). */
const mtu = (description: string): Scalar => ({
  kind: 'scalar',
  description,
  wanted: 'an MTU',
  cure: 'write a whole number from 68 to 65535, such as 1480',
  accepts: (text) => /^\d{2,5}$/.test(text) && Number(text) >= 68 && Number(text) <= 65_535,
  schema: { type: 'integer', minimum: 68, maximum: 65_535 },
});

const name = (description: string, wanted: string, cure: string): Scalar => ({
  kind: 'scalar',
  description,
  wanted,
  cure,
  accepts: (text) => /^[\x21-\x7e]{1,253}$/.test(text),
  schema: { type: 'string', minLength: 1, maxLength: 253, pattern: '^[!-~]+$' },
});

const interfaceName = (description: string): Scalar =>
  name(description, 'an interface name', 'write it as `ip link` shows it, such as ens33');

const oneOf = (description: string, words: readonly string[]): Scalar => ({
  kind: 'scalar',
  description,
  wanted: `one of ${words.join(', ')}`,
  cure: 'take one of these',
  accepts: (text) => words.includes(text),
  schema: { type: 'string', enum: words },
});

const keys = (description: string, of: Keys['keys']): Keys => ({ kind: 'keys', description, keys: of });
const named = (description: string, of: Keys): Named => ({ kind: 'named', description, of });

export const topologyKeys: Keys = keys(
  'The path that ICMP requests must take between the pods of a cluster, for `ipip-trace check --expect`',
  {
    profile: oneOf(
      'How the cluster carries pod traffic between its nodes',
      profiles.map((p) => p.name),
    ),
    underlay: oneOf('Whether the nodes share one link, or routers stand between them', ['one-link', 'routed']),
    mtu: keys('MTUs that hold everywhere unless a node or pod says otherwise, in octets', {
      tunnel: mtu('Of the tunnel devices'),
      underlay: mtu('Of the nodes’ own interfaces'),
      pod: mtu('Of the pods’ interfaces'),
    }),
    nodes: named(
      'The nodes by name',
      keys('A node', {
        address: addressOrInterface('Underlay address of the node, which its tunnel sends from and is sent to'),
        mac: mac('MAC address of its underlay interface'),
        interface: interfaceName('Name of its underlay interface'),
        mtu: mtu('MTU of its underlay interface'),
        pods: { kind: 'list', of: prefix('Addresses of the pods that live on it') },
        gateway: keys('What the pods of this node have as gateway (cni0, or a cali interface)', {
          address: address('Its address'),
          mac: mac('Its MAC address'),
          interface: interfaceName('Its name'),
        }),
        tunnel: keys('Its IPIP device', {
          interface: interfaceName('Its name'),
          address: address('The address the node itself uses as source towards pods'),
          local: address('Outer source address, when it is not the node’s address'),
          mtu: mtu('Its MTU'),
        }),
        router: keys('The router through which it reaches the other nodes, when they do not share one link', {
          address: address('Its address'),
          mac: mac('Its MAC address'),
        }),
      }),
    ),
    pods: named(
      'The pods by name',
      keys('A pod', {
        address: address('Its address'),
        mac: mac('MAC address of its interface'),
        node: name('Name of the node it lives on', 'the name of a node', 'write it as under "nodes"'),
        interface: interfaceName('Name of its interface'),
        mtu: mtu('MTU of its interface'),
      }),
    ),
    captures: named(
      'Where the capture files were taken, by file name',
      keys('A capture file', {
        at: {
          ...name(
            'Pod or node, and interface: pod1/eth0',
            'a place',
            'write the name of a pod or node and an interface, such as pod1/eth0',
          ),
          accepts: (text) => /^[\x21-\x2e\x30-\x7e]{1,253}(\/[\x21-\x7e]{1,64})?$/.test(text),
          schema: { type: 'string', pattern: '^[!-.0-~]{1,253}(/[!-~]{1,64})?$' },
        },
      }),
    ),
  },
);

/** JSON Schema (draft 2020-12) for editors. */
export function topologySchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'ipip-path.schema.json',
    title: 'ipip-path.yaml',
    ...schemaOf(topologyKeys),
  };
}

function schemaOf(shape: Shape): Record<string, unknown> {
  switch (shape.kind) {
    case 'scalar':
      return { description: shape.description, ...shape.schema };
    case 'list': {
      const { description, ...one } = schemaOf(shape.of);
      return { description, anyOf: [one, { type: 'array', items: one }] };
    }
    case 'keys':
      return {
        description: shape.description,
        type: ['object', 'null'],
        additionalProperties: false,
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, of]) => [key, schemaOf(of)])),
      };
    case 'named':
      return { description: shape.description, type: ['object', 'null'], additionalProperties: schemaOf(shape.of) };
  }
}
