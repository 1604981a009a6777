/** The expectation that a person declares in ipip-path.yaml. Every declared fact is enforced; what is not declared is nobody's word. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { addressText, inPrefix, type Prefix, parseAddress, parsePrefix, prefixText } from '../decode/address.js';
import {
  type DeclaredPoint,
  type Encapsulation,
  type ExpectationProblem,
  type ExpectationSource,
  type Fact,
  type FlowFacts,
  type HopFacts,
  type HopRole,
  hopRoles,
  OUTER_HEADER,
  type PathFacts,
} from '../path/facts.js';
import { UserError } from '../user-error.js';
import { canonicalMac } from './address-words.js';
import { printablePath } from './namespace.js';
import { findProfile, type Profile } from './profiles.js';
import { type Branch, listed, nearest, readTopologyYaml } from './topology-yaml.js';

/** Octets; the reader of the YAML has its own limit in characters. */
const LARGEST_FILE = 4 * 1024 * 1024;

/** Reads the file; throws one UserError with everything that is wrong in it. `-` is not special here. */
export function readTopologyFile(path: string): ExpectationSource {
  return parseTopology(readText(path), printablePath(path));
}

/** `name` is what facts and errors call the file. */
export function parseTopology(text: string, name: string): ExpectationSource {
  if (text.replace(/^\s*#.*$/gm, '').trim() === '')
    throw new UserError(`${name}: is empty, so nothing is expected; \`ipip-trace expect\` writes one to start from`);
  return new DeclaredSource(readTopologyYaml(text, name), name);
}

function readText(path: string): string {
  const shown = printablePath(path);
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(
      `${shown}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}; \`ipip-trace expect\` writes one to start from`,
    );
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new UserError(`${shown}: is no regular file; give an expectation file (ipip-path.yaml)`);
    if (stat.size > LARGEST_FILE) {
      throw new UserError(
        `${shown}: has ${stat.size} octets, more than the ${LARGEST_FILE} an expectation may have; give the expectation file`,
      );
    }
    const octets = Buffer.alloc(stat.size);
    let read = 0;
    while (read < octets.length) {
      const got = readSync(handle, octets, read, octets.length - read, read);
      if (got === 0) break;
      read += got;
    }
    return octets.toString('utf8', 0, read).replace(/^\uFEFF/, '');
  } finally {
    closeSync(handle);
  }
}

interface Declared<Value> {
  readonly value: Value;
  readonly line: number;
}

interface DeclaredNode {
  readonly name: string;
  readonly line: number;
  readonly address: Declared<number> | null;
  /** Given with a length: the addresses that share its link. */
  readonly link: Prefix | null;
  readonly mac: Declared<string> | null;
  readonly interfaceName: Declared<string> | null;
  readonly mtu: Declared<number> | null;
  readonly pods: readonly Declared<Prefix>[];
  readonly gateway: {
    readonly address: Declared<number> | null;
    readonly mac: Declared<string> | null;
    readonly interfaceName: Declared<string> | null;
  };
  readonly tunnel: {
    readonly interfaceName: Declared<string> | null;
    readonly address: Declared<number> | null;
    readonly local: Declared<number> | null;
    readonly mtu: Declared<number> | null;
  };
  readonly routerMac: Declared<string> | null;
}

interface DeclaredPod {
  readonly name: string;
  readonly line: number;
  readonly address: Declared<number> | null;
  readonly mac: Declared<string> | null;
  readonly node: Declared<string> | null;
  readonly interfaceName: Declared<string> | null;
  readonly mtu: Declared<number> | null;
}

interface End {
  readonly address: number;
  readonly pod: DeclaredPod | null;
  readonly node: DeclaredNode | null;
  /** The address is the node's own. */
  readonly isNode: boolean;
  readonly line: number | null;
}

const child = (branch: Branch | undefined, key: string): Branch | undefined => branch?.branches.get(key);
function declared<Value>(
  branch: Branch | undefined,
  key: string,
  read: (text: string) => Value | null,
): Declared<Value> | null {
  const at = child(branch, key);
  const text = at?.values[0];
  const value = text === undefined ? null : read(text);
  return at === undefined || value === null ? null : { value, line: at.line };
}
const asText = (text: string): string => text;

class DeclaredSource implements ExpectationSource {
  readonly kind = 'declared';
  readonly from: string;
  readonly profile: Fact<string> | null;
  readonly tunnelMtu: Fact<number> | null;
  readonly underlayMtu: Fact<number> | null;
  readonly points: readonly DeclaredPoint[];
  readonly isGeneral: boolean;
  readonly problems: readonly ExpectationProblem[];
  readonly #root: Branch;
  readonly #nodes: ReadonlyMap<string, DeclaredNode>;
  readonly #pods: ReadonlyMap<string, DeclaredPod>;
  readonly #podMtu: Declared<number> | null;
  readonly #underlay: Declared<string> | null;
  readonly #knownProfile: Profile | null;

  constructor(root: Branch, from: string) {
    this.#root = root;
    this.from = from;
    this.#nodes = readNodes(child(root, 'nodes'));
    this.#pods = readPods(child(root, 'pods'));
    this.isGeneral = this.#nodes.size === 0 && this.#pods.size === 0;
    const mtu = child(root, 'mtu');
    this.profile = this.#fact(declared(root, 'profile', asText));
    this.#knownProfile = this.profile === null ? null : findProfile(this.profile.value);
    this.tunnelMtu = this.#fact(declared(mtu, 'tunnel', Number));
    this.underlayMtu = this.#fact(declared(mtu, 'underlay', Number));
    this.#podMtu = declared(mtu, 'pod', Number);
    this.#underlay = declared(root, 'underlay', asText);
    this.points = this.#readPoints();
    const contradictions = [...this.#contradictions(), ...this.#unknownPlaces()];
    if (contradictions.length > 0) throw listed(contradictions.map((problem) => `${from}: ${problem}`));
    this.problems = this.#mtuProblems();
  }

  nameOf(address: number): string | null {
    const end = this.#endOf(address);
    return end.pod?.name ?? (end.isNode ? (end.node?.name ?? null) : null);
  }

  ownerOfMac(mac: string): string | null {
    const wanted = mac.toLowerCase();
    const owners = [
      ...[...this.#pods.values()]
        .filter((pod) => pod.mac?.value === wanted)
        .map((pod) => named(pod.name, pod.interfaceName)),
      ...[...this.#nodes.values()]
        .filter((node) => node.mac?.value === wanted)
        .map((node) => named(node.name, node.interfaceName)),
      ...[...this.#nodes.values()]
        .filter((node) => node.gateway.mac?.value === wanted)
        .map((node) => named(node.name, node.gateway.interfaceName ?? gatewayName)),
    ];
    return owners.length === 1 ? owners[0]! : null;
  }

  flow(source: number, destination: number): FlowFacts | null {
    const from = this.#endOf(source);
    const to = this.#endOf(destination);
    const knows = (end: End): boolean => end.pod !== null || end.node !== null;
    if (!knows(from) && !knows(to)) return null;
    const tunnelMtu = this.#tunnelMtuOf(from.node) ?? this.#tunnelMtuOf(to.node);
    const underlayMtu = this.#underlayMtuOf(from.node) ?? this.#underlayMtuOf(to.node);
    return {
      request: this.#leg(from, to),
      reply: mirror(this.#leg(to, from)),
      ...(tunnelMtu === null ? {} : { tunnelMtu }),
      ...(underlayMtu === null ? {} : { underlayMtu }),
      problems: [],
    };
  }

  #fact<Value>(told: Declared<Value> | null): Fact<Value> | null {
    return told === null ? null : { value: told.value, source: 'declared', from: `${this.from}:${told.line}` };
  }

  #tunnelMtuOf(node: DeclaredNode | null): Fact<number> | null {
    return this.#fact(node?.tunnel.mtu ?? null) ?? this.tunnelMtu;
  }

  #underlayMtuOf(node: DeclaredNode | null): Fact<number> | null {
    return this.#fact(node?.mtu ?? null) ?? this.underlayMtu;
  }

  #endOf(address: number): End {
    const pod = [...this.#pods.values()].find((p) => p.address?.value === address) ?? null;
    const nodes = [...this.#nodes.values()];
    if (pod !== null) {
      const node = this.#nodes.get(pod.node?.value ?? '') ?? nodeOfPod(nodes, address);
      return { address, pod, node, isNode: false, line: pod.address!.line };
    }
    const own = nodes.find(
      (n) =>
        n.address?.value === address || n.tunnel.address?.value === address || n.gateway.address?.value === address,
    );
    if (own !== undefined) return { address, pod: null, node: own, isNode: true, line: own.line };
    return { address, pod: null, node: nodeOfPod(nodes, address), isNode: false, line: null };
  }

  /** Whether two nodes share one link: declared for all, or told by the lengths of their addresses; null when nobody says. */
  #shareLink(a: DeclaredNode, b: DeclaredNode): boolean | null {
    if (a.link !== null && b.link !== null && a.address !== null && b.address !== null) {
      return (
        inPrefix(b.address.value, a.link.base, a.link.length) && inPrefix(a.address.value, b.link.base, b.link.length)
      );
    }
    if (a.routerMac !== null || b.routerMac !== null) return false;
    return this.#underlay === null ? null : this.#underlay.value === 'one-link';
  }

  #encapsulation(a: DeclaredNode, b: DeclaredNode, to: End): Encapsulation | null {
    // A node's own address needs no tunnel to be reached.
    if (to.isNode && to.address === to.node?.address?.value) return 'none';
    if (this.#knownProfile === null) return null;
    if (this.#knownProfile.between === 'ipip') return 'ipip';
    const share = this.#shareLink(a, b);
    return share === null ? null : share ? 'none' : 'ipip';
  }

  #leg(from: End, to: End): PathFacts {
    const facts: Partial<Record<HopRole, { -readonly [Key in keyof HopFacts]: HopFacts[Key] }>> = {};
    const set = <Key extends keyof HopFacts>(
      role: HopRole,
      key: Key,
      value: Declared<NonNullable<HopFacts[Key]>['value']> | Fact<NonNullable<HopFacts[Key]>['value']> | null,
    ): void => {
      if (value === null) return;
      const hop = facts[role] ?? {};
      hop[key] = ('source' in value ? value : this.#fact(value)) as NonNullable<HopFacts[Key]> as never;
      facts[role] = hop;
    };
    const a = from.node;
    const b = to.node;
    const sameNode = a !== null && a === b;
    const between = a === null || b === null || sameNode ? null : this.#encapsulation(a, b, to);
    const plainLine = (end: End): number => end.pod?.line ?? end.node?.line ?? 1;
    const word = <Value>(value: Value, line: number): Declared<Value> => ({ value, line });
    const limit = sameNode || between === 'none' ? null : (this.#tunnelMtuOf(a) ?? this.#tunnelMtuOf(b));

    // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the facts of one leg, hop by hop in the order of travel
    const podHop = (role: HopRole, end: End, outgoing: boolean, drop: number | null): void => {
      const isPod = role.endsWith('-pod');
      if (end.isNode || (end.pod === null && end.node === null)) return;
      const line = plainLine(end);
      if (end.node !== null) set(role, 'node', word(end.node.name, line));
      set(role, 'interfaceName', isPod ? (end.pod?.interfaceName ?? null) : (end.node?.gateway.interfaceName ?? null));
      set(role, 'encapsulation', word('none', line));
      if (drop !== null) set(role, 'innerTtlDrop', word(drop, line));
      set(role, outgoing ? 'sourceMac' : 'destinationMac', end.pod?.mac ?? null);
      // Between pods of one node the bridge may or may not stand in between.
      if (!sameNode) set(role, outgoing ? 'destinationMac' : 'sourceMac', end.node?.gateway.mac ?? null);
      // What passes a pod's bridge is on its way from or to the pod.
      const own = this.#fact(end.pod?.mtu ?? this.#podMtu);
      set(role, 'mtu', own === null ? limit : limit === null || own.value < limit.value ? own : limit);
    };

    podHop('source-pod', from, true, 0);
    if (!sameNode) podHop('source-bridge', from, true, 0);
    const drop = from.isNode ? 0 : 1;
    if (!sameNode) {
      if (between !== 'none') {
        this.#tunnelHop(set, 'encapsulator-tunnel', a, drop);
        this.#tunnelHop(set, 'decapsulator-tunnel', b, drop);
      }
      this.#underlayHops(set, from, to, between, drop);
      const routedPlain = between === 'none' && a !== null && b !== null && this.#shareLink(a, b) !== true;
      const last = routedPlain || a === null || b === null || between === null ? null : drop + 1;
      podHop('destination-bridge', to, false, last);
      podHop('destination-pod', to, false, last);
    } else podHop('destination-pod', to, false, null);

    const keptSource = !to.isNode;
    for (const role of Object.keys(facts) as HopRole[]) {
      if (to.line !== null) set(role, 'innerDestination', word(to.address, to.line));
      if (from.line !== null && (keptSource || role === 'source-pod'))
        set(role, 'innerSource', word(from.address, from.line));
    }
    return facts;
  }

  #tunnelHop(set: Setter, role: HopRole, node: DeclaredNode | null, drop: number): void {
    if (node === null) return;
    set(role, 'node', { value: node.name, line: node.line });
    set(role, 'interfaceName', node.tunnel.interfaceName);
    set(role, 'encapsulation', { value: 'none', line: node.line });
    set(role, 'innerTtlDrop', { value: drop, line: node.line });
    set(role, 'mtu', this.#tunnelMtuOf(node));
  }

  #underlayHops(set: Setter, from: End, to: End, between: Encapsulation | null, drop: number): void {
    const a = from.node;
    const b = to.node;
    const outerOf = (node: DeclaredNode | null): Declared<number> | null => node?.tunnel.local ?? node?.address ?? null;
    const share = a === null || b === null ? null : this.#shareLink(a, b);
    const hop = (role: HopRole, node: DeclaredNode | null): void => {
      if (node === null) return;
      set(role, 'node', { value: node.name, line: node.line });
      set(role, 'interfaceName', node.interfaceName);
      set(role, 'mtu', this.#underlayMtuOf(node));
      // Plain through routers costs a hop each, and nobody declared how many there are.
      if (between === 'ipip' || (between === 'none' && (role === 'encapsulator-underlay' || share === true))) {
        set(role, 'innerTtlDrop', { value: drop, line: node.line });
      }
      if (between !== null)
        set(
          role,
          'encapsulation',
          this.profile === null || between === 'none'
            ? { value: between, line: node.line }
            : { ...this.profile, value: between },
        );
      if (between === 'none') return;
      set(role, 'outerSource', outerOf(a));
      set(role, 'outerDestination', outerOf(b));
    };
    hop('encapsulator-underlay', a);
    hop('decapsulator-underlay', b);
    if (a !== null) set('encapsulator-underlay', 'sourceMac', a.mac);
    if (b !== null) set('decapsulator-underlay', 'destinationMac', b.mac);
    // The far end's MAC is on the near end's wire only when they share a link.
    if (a !== null)
      set(
        'encapsulator-underlay',
        'destinationMac',
        share === true ? (b?.mac ?? null) : share === false ? a.routerMac : null,
      );
    if (b !== null)
      set(
        'decapsulator-underlay',
        'sourceMac',
        share === true ? (a?.mac ?? null) : share === false ? b.routerMac : null,
      );
  }

  #readPoints(): DeclaredPoint[] {
    const points: DeclaredPoint[] = [];
    for (const [capture, branch] of child(this.#root, 'captures')?.branches ?? []) {
      const at = declared(branch, 'at', asText);
      if (at === null) continue;
      const slash = at.value.indexOf('/');
      points.push({
        capture,
        at: slash === -1 ? at.value : at.value.slice(0, slash),
        interfaceName: slash === -1 ? null : at.value.slice(slash + 1),
        from: `${this.from}:${at.line}`,
      });
    }
    return points;
  }

  /** What the file says twice and differently. */
  #contradictions(): string[] {
    const problems: string[] = [];
    const once = <Value>(known: Map<Value, string>, value: Value, text: string, path: string, line: number): void => {
      const first = known.get(value);
      if (first === undefined) known.set(value, path);
      else problems.push(`${path}: ${text} is also ${first} (line ${line}); give each its own`);
    };
    const addresses = new Map<number, string>();
    for (const node of this.#nodes.values()) {
      if (node.address !== null)
        once(
          addresses,
          node.address.value,
          addressText(node.address.value),
          `nodes.${node.name}.address`,
          node.address.line,
        );
    }
    for (const pod of this.#pods.values()) {
      const path = `pods.${pod.name}`;
      if (pod.address !== null)
        once(addresses, pod.address.value, addressText(pod.address.value), `${path}.address`, pod.address.line);
      if (pod.node === null) continue;
      const node = this.#nodes.get(pod.node.value);
      if (node === undefined) {
        const near = nearest(pod.node.value, [...this.#nodes.keys()]);
        problems.push(
          `${path}.node: "${pod.node.value}" is not under "nodes" (line ${pod.node.line}); ${near === null ? 'declare it there' : `did you mean "${near}"?`}`,
        );
      } else if (
        pod.address !== null &&
        node.pods.length > 0 &&
        !node.pods.some((p) => inPrefix(pod.address!.value, p.value.base, p.value.length))
      ) {
        problems.push(
          `${path}.address: ${addressText(pod.address.value)} is not in nodes.${node.name}.pods, ${node.pods.map((p) => prefixText(p.value)).join(', ')} (line ${pod.address.line}); correct one of them`,
        );
      }
    }
    const subnets = new Map<string, string>();
    for (const node of this.#nodes.values()) {
      for (const pods of node.pods)
        once(subnets, prefixText(pods.value), prefixText(pods.value), `nodes.${node.name}.pods`, pods.line);
    }
    return problems;
  }

  #unknownPlaces(): string[] {
    const names = [...this.#pods.keys(), ...this.#nodes.keys()];
    if (names.length === 0) return [];
    return this.points
      .filter((point) => !names.includes(point.at))
      .map((point) => {
        const near = nearest(point.at, names);
        const line = point.from.slice(point.from.lastIndexOf(':') + 1);
        return `captures.${point.capture}.at: "${point.at}" is no pod or node of this file (line ${line}); ${near === null ? 'declare it under "pods" or "nodes"' : `did you mean "${near}"?`}`;
      });
  }

  #mtuProblems(): ExpectationProblem[] {
    const tunnel = this.tunnelMtu;
    const underlay = this.underlayMtu;
    if (tunnel === null || underlay === null || tunnel.value === underlay.value - OUTER_HEADER) return [];
    const over = tunnel.value > underlay.value - OUTER_HEADER;
    return [
      {
        name: 'tunnel-mtu-mismatch',
        severity: over ? 'error' : 'warning',
        message: `the declared tunnel MTU is ${tunnel.value}, the underlay's ${underlay.value}: the tunnel's must be ${underlay.value - OUTER_HEADER}, the outer header being ${OUTER_HEADER} octets`,
        from: tunnel.from,
        ...(over ? { diagnosis: 'tunnel-mtu-exceeds-underlay', segment: 'S23' } : {}),
      },
    ];
  }
}

type Setter = <Key extends keyof HopFacts>(
  role: HopRole,
  key: Key,
  value: Declared<NonNullable<HopFacts[Key]>['value']> | Fact<NonNullable<HopFacts[Key]>['value']> | null,
) => void;

const gatewayName: Declared<string> = { value: 'gateway', line: 0 };
const named = (name: string, interfaceName: Declared<string> | null): string =>
  interfaceName === null ? name : `${name} ${interfaceName.value}`;

/** The node whose pod subnet holds an address; the longest wins. */
function nodeOfPod(nodes: readonly DeclaredNode[], address: number): DeclaredNode | null {
  let best: { node: DeclaredNode; length: number } | null = null;
  for (const node of nodes) {
    for (const { value } of node.pods) {
      if (inPrefix(address, value.base, value.length) && (best === null || value.length > best.length))
        best = { node, length: value.length };
    }
  }
  return best?.node ?? null;
}

function readNodes(branch: Branch | undefined): Map<string, DeclaredNode> {
  const nodes = new Map<string, DeclaredNode>();
  for (const [name, at] of branch?.branches ?? []) {
    const written = child(at, 'address')?.values[0] ?? '';
    const gateway = child(at, 'gateway');
    const tunnel = child(at, 'tunnel');
    const pods = child(at, 'pods');
    nodes.set(name, {
      name,
      line: at.line,
      address: declared(at, 'address', (text) => parseAddress(text.split('/')[0]!)),
      link: parsePrefix(written),
      mac: declared(at, 'mac', canonicalMac),
      interfaceName: declared(at, 'interface', asText),
      mtu: declared(at, 'mtu', Number),
      pods: (pods?.values ?? []).flatMap((text) => {
        const value = parsePrefix(text);
        return value === null || pods === undefined ? [] : [{ value, line: pods.line }];
      }),
      gateway: {
        address: declared(gateway, 'address', parseAddress),
        mac: declared(gateway, 'mac', canonicalMac),
        interfaceName: declared(gateway, 'interface', asText),
      },
      tunnel: {
        interfaceName: declared(tunnel, 'interface', asText),
        address: declared(tunnel, 'address', parseAddress),
        local: declared(tunnel, 'local', parseAddress),
        mtu: declared(tunnel, 'mtu', Number),
      },
      routerMac: declared(child(at, 'router'), 'mac', canonicalMac),
    });
  }
  return nodes;
}

function readPods(branch: Branch | undefined): Map<string, DeclaredPod> {
  const pods = new Map<string, DeclaredPod>();
  for (const [name, at] of branch?.branches ?? []) {
    pods.set(name, {
      name,
      line: at.line,
      address: declared(at, 'address', parseAddress),
      mac: declared(at, 'mac', canonicalMac),
      node: declared(at, 'node', asText),
      interfaceName: declared(at, 'interface', asText),
      mtu: declared(at, 'mtu', Number),
    });
  }
  return pods;
}

function mirror(facts: PathFacts): PathFacts {
  const mirrored: Partial<Record<HopRole, HopFacts>> = {};
  for (const [role, hop] of Object.entries(facts) as [HopRole, HopFacts][]) {
    mirrored[hopRoles[hopRoles.length - 1 - hopRoles.indexOf(role)]!] = hop;
  }
  return mirrored;
}
