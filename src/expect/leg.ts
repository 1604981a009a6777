/**
 * Follows one direction of a flow through the dumped namespaces: route, gateway, neighbour, bridge, tunnel, underlay route, neighbour.
 * Every step is judged against what the other namespaces say, so a broken table predicts what ought to be, and is named as broken.
 */
import { addressText } from '../decode/address.js';
import {
  type Encapsulation,
  type ExpectationProblem,
  type Fact,
  type HopFacts,
  type HopRole,
  OUTER_HEADER,
} from '../path/facts.js';
import { isVirtualRouter } from '../path/virtual-router.js';
import { type Cluster, facesPod, isLinkLocal, type Placement } from './cluster.js';
import type { Decision, Host } from './forwarding.js';
import type { Link } from './namespace.js';

export interface End {
  readonly address: number;
  /** null: the address is the node's own, or its pod was not dumped. */
  readonly placement: Placement | null;
  readonly node: Host | null;
  /** The address belongs to the node itself. */
  readonly isNode: boolean;
}

/** How the kernel of the source node would send it. */
export type Mode = 'ipip' | 'plain' | 'other-tunnel' | 'default-route' | 'none';

export interface Leg {
  readonly facts: Partial<Record<HopRole, HopFacts>>;
  readonly problems: readonly ExpectationProblem[];
  readonly tunnelMtu: Fact<number> | null;
  readonly underlayMtu: Fact<number> | null;
}

type Facts = { -readonly [Key in keyof HopFacts]: HopFacts[Key] };
type Told<Value> = { readonly value: Value; readonly from: string };

export function modeOf(cluster: Cluster, source: End, destination: End): Mode {
  const node = source.node;
  if (node === null) return 'none';
  const decision = node.decide(destination.address);
  if (decision.kind !== 'forward') return 'none';
  if (node.isIpip(decision.interfaceName)) return 'ipip';
  if (node.isTunnel(decision.interfaceName)) return 'other-tunnel';
  const owner = cluster.owner(destination.address);
  const underlay = destination.isNode && owner !== null && !owner.host.isTunnel(owner.interfaceName);
  return decision.route?.prefixLength === 0 && !underlay ? 'default-route' : 'plain';
}

/** `expected`: how it ought to travel between the nodes; null when that cannot be said. */
export function followLeg(cluster: Cluster, source: End, destination: End, expected: 'ipip' | 'plain' | null): Leg {
  return new LegFollower(cluster, source, destination, expected).follow();
}

class LegFollower {
  readonly #cluster: Cluster;
  readonly #source: End;
  readonly #destination: End;
  readonly #expected: 'ipip' | 'plain' | null;
  readonly #facts: Partial<Record<HopRole, Facts>> = {};
  readonly #problems: ExpectationProblem[] = [];
  #tunnelMtu: Told<number> | null = null;
  #underlayMtu: Told<number> | null = null;

  constructor(cluster: Cluster, source: End, destination: End, expected: 'ipip' | 'plain' | null) {
    this.#cluster = cluster;
    this.#source = source;
    this.#destination = destination;
    this.#expected = expected;
  }

  follow(): Leg {
    const { node } = this.#source;
    const target = this.#destination.node;
    if (node !== null && node === target) this.#sameNode(node);
    else {
      this.#leavePod();
      if (node !== null) {
        this.#findLoop(node);
        this.#checkForwarding(node, this.#source.placement !== null, 'S12', 'source-node-forwarding-drop');
        if (this.#expected === 'plain') this.#crossPlain(node);
        else this.#crossTunnel(node);
      }
      if (target !== null) this.#deliver(target);
    }
    this.#nameInner();
    const toFact = (told: Told<number> | null): Fact<number> | null => told && { ...told, source: 'kernel-state' };
    return {
      facts: this.#facts,
      problems: this.#problems,
      tunnelMtu: toFact(this.#tunnelMtu),
      underlayMtu: toFact(this.#underlayMtu),
    };
  }

  #set<Key extends keyof HopFacts>(
    role: HopRole,
    key: Key,
    value: NonNullable<HopFacts[Key]>['value'] | null | undefined,
    from: string,
  ): void {
    if (value === null || value === undefined) return;
    const facts = this.#facts[role] ?? {};
    facts[key] = { value, source: 'kernel-state', from } as Facts[Key];
    this.#facts[role] = facts;
  }

  #place(
    role: HopRole,
    node: Host,
    interfaceName: string | null,
    encapsulation: Encapsulation | null,
    drop: number | null,
    from: string,
  ): void {
    this.#set(role, 'node', node.name, from);
    this.#set(role, 'interfaceName', interfaceName, from);
    this.#set(role, 'encapsulation', encapsulation, from);
    this.#set(role, 'innerTtlDrop', drop, from);
  }

  #problem(
    severity: ExpectationProblem['severity'],
    name: string,
    from: string,
    message: string,
    more: Pick<ExpectationProblem, 'diagnosis' | 'segment' | 'role'> = {},
  ): void {
    this.#problems.push({ name, severity, message, from, ...more });
  }

  /** One forwarding node lowers the inner TTL by one before it encapsulates; a node that sends itself does not. */
  get #dropAtTunnel(): number {
    return this.#source.isNode ? 0 : 1;
  }

  #leavePod(): void {
    const placement = this.#source.placement;
    if (placement === null) {
      this.#leaveUndumpedPod();
      return;
    }
    const { pod, podLink, node, facing, facingLink, veth } = placement;
    const decision = pod.decide(this.#destination.address);
    const from = decision.route?.from ?? podLink.from;
    this.#place('source-pod', node, podLink.name, 'none', 0, podLink.from);
    this.#place('source-bridge', node, facing, 'none', 0, facingLink?.from ?? podLink.from);
    if (decision.kind !== 'forward' || decision.nextHop === null) {
      this.#problem(
        'error',
        'no-route',
        pod.name,
        `${pod.name} has no route to ${addressText(this.#destination.address)}: the request never leaves the pod`,
        {
          segment: 'S12',
          role: 'source-pod',
        },
      );
      return;
    }
    this.#checkUp(pod, podLink, 'S12', 'source-pod');
    if (decision.interfaceName !== podLink.name) {
      this.#problem(
        'info',
        'pod-has-several-interfaces',
        from,
        `${pod.name} sends to ${addressText(this.#destination.address)} by ${decision.interfaceName}, not by ${podLink.name}`,
      );
      return;
    }
    const gateway = this.#gatewayMac(placement, decision.nextHop);
    for (const role of ['source-pod', 'source-bridge'] as const) {
      this.#set(role, 'sourceMac', podLink.mac, podLink.from);
      if (gateway !== null) this.#set(role, 'destinationMac', gateway.value, gateway.from);
    }
    this.#set('source-pod', 'mtu', pod.mtuOf(decision), podLink.from);
    this.#set('source-bridge', 'mtu', facingLink?.mtu ?? veth?.mtu, facingLink?.from ?? podLink.from);
  }

  /** What the node alone tells of a pod whose own namespace was not dumped. */
  #leaveUndumpedPod(): void {
    const { node, address, isNode } = this.#source;
    if (node === null || isNode) return;
    const facing = facesPod(node, address);
    if (facing === null) return;
    const device = node.link(facing);
    const from = device?.from ?? node.name;
    const learned = node.neighbour(address, facing);
    this.#place('source-bridge', node, facing, 'none', 0, from);
    this.#place('source-pod', node, null, 'none', 0, from);
    for (const role of ['source-pod', 'source-bridge'] as const) {
      this.#set(role, 'sourceMac', learned?.mac, learned?.from ?? from);
      this.#set(role, 'destinationMac', device?.mac, from);
      this.#set(role, 'mtu', device?.mtu, from);
    }
  }

  /** The MAC address of the node's device that faces the pod: it owns the gateway's address, or answers for it by proxy ARP. */
  #gatewayMac(placement: Placement, nextHop: number): Told<string> | null {
    const { pod, podLink, node, facing, facingLink, veth } = placement;
    const owned = node.owns(nextHop)?.interfaceName;
    const device = owned === facing || !node.isBridge(facing) ? (facingLink ?? veth) : null;
    const learned = pod.neighbour(nextHop, podLink.name);
    if (device?.mac != null && learned?.mac != null && learned.mac !== device.mac) {
      this.#problem(
        'error',
        'neighbour-wrong',
        learned.from,
        `${pod.name} has ${learned.mac} for its gateway ${addressText(nextHop)}, but ${node.name} ${device.name} has ${device.mac}`,
        { diagnosis: 'stale-neighbour', segment: 'S12', role: 'source-pod' },
      );
    }
    if (device?.mac != null) return { value: device.mac, from: device.from };
    return learned?.mac == null ? null : { value: learned.mac, from: learned.from };
  }

  #crossTunnel(node: Host): void {
    const { address } = this.#destination;
    const decision = node.decide(address);
    const usesIpip = decision.kind === 'forward' && node.isIpip(decision.interfaceName);
    const tunnel = usesIpip
      ? decision.link
      : (node.ipipLinks.find((l) => l.tunnel?.local != null) ?? node.ipipLinks[0] ?? null);
    const drop = this.#dropAtTunnel;
    if (!usesIpip) this.#judgeMissingRoute(node, decision);
    if (this.#expected === null) {
      if (decision.kind === 'forward')
        this.#place('encapsulator-tunnel', node, decision.interfaceName, null, drop, decision.route?.from ?? node.name);
      return;
    }
    if (tunnel === null && !usesIpip) return;
    const tunnelName = tunnel?.name ?? decision.interfaceName;
    const tunnelFrom = tunnel?.from ?? decision.route?.from ?? node.name;
    this.#place('encapsulator-tunnel', node, tunnelName, 'none', drop, tunnelFrom);
    if (tunnel !== null) this.#checkUp(node, tunnel, 'S23', 'encapsulator-tunnel');

    const outer = this.#outerDestination(node, decision, tunnel);
    if (outer === null) return;
    const underlay = node.decide(outer.value);
    if (underlay.kind === 'forward' && node.isIpip(underlay.interfaceName)) {
      this.#problem(
        'error',
        'recursive-route',
        underlay.route?.from ?? node.name,
        `${node.name} routes the outer destination ${addressText(outer.value)} into its own tunnel ${underlay.interfaceName}: the kernel drops it as a loop`,
        { diagnosis: 'encapsulator-output-drop', segment: 'S23', role: 'encapsulator-tunnel' },
      );
      return;
    }
    const outerSource = this.#outerSource(node, tunnel, underlay);
    this.#judgeTunnelMtu(node, tunnel, underlay);
    this.#crossUnderlay(node, underlay, outer, 'ipip', drop, outerSource, tunnel?.tunnel?.ttl ?? 0);
    if (this.#destination.node !== null) this.#decapsulate(this.#destination.node, node, outer.value, drop);
  }

  /** The route does not lead into an IPIP tunnel although it should. */
  #judgeMissingRoute(node: Host, decision: Decision): void {
    const target = addressText(this.#destination.address);
    const where = { segment: 'S12', role: 'encapsulator-tunnel' } as const;
    const from = decision.route?.from ?? node.name;
    if (decision.kind === 'forward' && node.isTunnel(decision.interfaceName)) {
      this.#problem(
        'error',
        'wrong-tunnel-device',
        from,
        `${node.name} sends ${target} through ${decision.interfaceName}, a ${decision.link?.kind} device, not through IPIP`,
        { diagnosis: 'wrong-tunnel-protocol', segment: 'S23', role: 'encapsulator-tunnel' },
      );
      return;
    }
    if (node.namespace.told.has('links') && node.ipipLinks.length === 0) {
      this.#problem(
        'error',
        'no-tunnel-device',
        node.name,
        `${node.name} has no IPIP device that is up, and so no way to send ${target} through a tunnel`,
        { ...where, segment: 'S23', diagnosis: 'tunnel-route-missing' },
      );
      return;
    }
    if (decision.kind === 'forward' && decision.route?.prefixLength !== 0) return; // plain by a route of its own: judged as asymmetry
    const instead =
      decision.kind === 'forward'
        ? `: only the default route fits, and it leaves plain by ${decision.interfaceName}`
        : decision.kind === 'refused'
          ? `: its route is "${decision.route?.type}"`
          : '';
    this.#problem('error', 'no-route', from, `${node.name} has no route to ${target} through a tunnel${instead}`, {
      ...where,
      diagnosis: 'tunnel-route-missing',
    });
  }

  #outerDestination(node: Host, decision: Decision, tunnel: Link | null): Told<number> | null {
    const cluster = this.#cluster;
    const { node: target, address } = this.#destination;
    const usesIpip = decision.kind === 'forward' && node.isIpip(decision.interfaceName);
    const chosen = usesIpip ? (tunnel?.tunnel?.remote ?? decision.gateway ?? address) : null;
    const right = target === null ? null : cluster.tunnelAddress(target);
    if (chosen === null) return right === null ? null : { value: right.address, from: right.from };
    const from = decision.route?.from ?? node.name;
    const owners = cluster.owners(chosen);
    if (target === null || owners.some((owner) => owner.host === target)) {
      if (owners.length > 1) {
        this.#problem(
          'error',
          'address-conflict',
          owners[1]!.from,
          `${addressText(chosen)}, the outer destination, belongs to ${owners.map((o) => o.host.name).join(' and ')}`,
          {
            diagnosis: 'address-conflict',
            segment: 'S34',
          },
        );
      }
      return { value: chosen, from };
    }
    const agree = cluster.nodes.some(
      (peer) => peer !== node && peer !== target && peer.decide(address).gateway === chosen,
    );
    const whose =
      owners.length === 0 ? 'which no dumped node has' : `which is ${owners.map((o) => o.host.name).join(' and ')}`;
    const lives = `${addressText(address)} lives on ${target.name}${right === null ? '' : ` (${addressText(right.address)})`}`;
    const doubtful = owners.length === 0 && agree;
    this.#problem(
      doubtful ? 'warning' : 'error',
      'wrong-decapsulator',
      from,
      `${node.name} sends ${addressText(address)} through ${decision.interfaceName} to ${addressText(chosen)}, ${whose}, but ${lives}`,
      { diagnosis: 'wrong-decapsulator', segment: 'S34', role: 'encapsulator-underlay' },
    );
    return doubtful || right === null ? { value: chosen, from } : { value: right.address, from: right.from };
  }

  #outerSource(node: Host, tunnel: Link | null, underlay: Decision): Told<number> | null {
    const local = tunnel?.tunnel?.local ?? null;
    if (tunnel === null || local === null) {
      const chosen = node.sourceTowards(underlay);
      return chosen === null ? null : { value: chosen.address, from: chosen.from };
    }
    const right = this.#cluster.tunnelAddress(node);
    const owned = !node.namespace.told.has('addresses') || node.owns(local) !== null;
    const more = { diagnosis: 'wrong-outer-source', segment: 'S23', role: 'encapsulator-underlay' } as const;
    if (right?.by === 'peers' && right.address !== local) {
      this.#problem(
        'error',
        'wrong-outer-source',
        tunnel.from,
        `${node.name} ${tunnel.name} has the local address ${addressText(local)}, but the other nodes reach ${node.name} at ${addressText(right.address)}: what they answer to is not what they send to`,
        more,
      );
      return { value: right.address, from: right.from };
    }
    if (!owned) {
      this.#problem(
        'error',
        'wrong-outer-source',
        tunnel.from,
        `${node.name} ${tunnel.name} has the local address ${addressText(local)}, which no interface of ${node.name} has`,
        more,
      );
      const chosen = node.sourceTowards(underlay);
      return chosen === null ? null : { value: chosen.address, from: chosen.from };
    }
    return { value: local, from: tunnel.from };
  }

  #judgeTunnelMtu(node: Host, tunnel: Link | null, underlay: Decision): void {
    const below = node.mtuOf(underlay);
    const from = tunnel?.from ?? node.name;
    let limit = tunnel?.mtu ?? null;
    if (limit !== null && below !== null && limit !== below - OUTER_HEADER) {
      const over = limit > below - OUTER_HEADER;
      this.#problem(
        over ? 'error' : 'warning',
        'tunnel-mtu-mismatch',
        from,
        `${node.name} ${tunnel?.name} has MTU ${limit}, ${underlay.interfaceName} below it ${below}: the tunnel's must be ${below - OUTER_HEADER}${over ? ', or full-size datagrams are lost' : ''}`,
        over
          ? { diagnosis: 'tunnel-mtu-exceeds-underlay', segment: 'S23', role: 'encapsulator-tunnel' }
          : { segment: 'S23', role: 'encapsulator-tunnel' },
      );
      if (over) limit = below - OUTER_HEADER;
    }
    if (limit === null) return;
    this.#tunnelMtu = { value: limit, from };
    this.#set('encapsulator-tunnel', 'mtu', limit, from);
    const placement = this.#source.placement;
    const podMtu = this.#facts['source-pod']?.mtu;
    if (placement !== null && podMtu !== undefined && podMtu.value > limit) {
      this.#problem(
        'error',
        'pod-mtu-exceeds-tunnel',
        podMtu.from,
        `${placement.pod.name} ${placement.podLink.name} has MTU ${podMtu.value}, above the ${limit} that fit through ${node.name} ${tunnel?.name ?? 'tunnel'}`,
        { diagnosis: 'pod-mtu-exceeds-tunnel', segment: 'S12', role: 'source-pod' },
      );
    }
    // Whatever a pod's own device allows, nothing longer than the tunnel's MTU passes whole.
    for (const role of ['source-pod', 'source-bridge'] as const) {
      const known = this.#facts[role];
      if (known !== undefined && (known.mtu === undefined || known.mtu.value > limit))
        this.#set(role, 'mtu', limit, from);
    }
  }

  #crossPlain(node: Host): void {
    const { node: target, address } = this.#destination;
    const decision = node.decide(address);
    if (decision.kind !== 'forward' || decision.nextHop === null || target === null) return;
    const to = decision.gateway ?? address;
    const owners = this.#cluster.owners(to);
    const wrong =
      owners.length > 0 &&
      !owners.some((owner) => owner.host === target) &&
      this.#cluster.nodes.includes(owners[0]!.host);
    const right = this.#cluster.tunnelAddress(target);
    if (wrong) {
      this.#problem(
        'error',
        'wrong-next-hop',
        decision.route?.from ?? node.name,
        `${node.name} sends ${addressText(address)} to ${addressText(to)}, which is ${owners[0]!.host.name}, but it lives on ${target.name}`,
        { diagnosis: 'wrong-decapsulator', segment: 'S34', role: 'encapsulator-underlay' },
      );
    }
    const next = wrong && right !== null ? right.address : to;
    const via = next === decision.gateway || next === address ? decision : node.decide(next);
    const drop = this.#dropAtTunnel;
    this.#crossUnderlay(node, via, { value: next, from: decision.route?.from ?? node.name }, 'none', drop, null, 0);
  }

  /** From the source node's uplink to the target's, router by router as far as they were dumped. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: what each hop of one crossing shows, in the order of travel
  #crossUnderlay(
    node: Host,
    first: Decision,
    outer: Told<number>,
    encapsulation: 'ipip' | 'none',
    drop: number,
    outerSource: Told<number> | null,
    fixedTtl: number,
  ): void {
    const near = 'encapsulator-underlay';
    const far = 'decapsulator-underlay';
    if (first.kind !== 'forward' || first.nextHop === null) {
      this.#problem(
        'error',
        'no-underlay-route',
        node.name,
        `${node.name} has no route to ${addressText(outer.value)}`,
        {
          diagnosis: 'encapsulator-output-drop',
          segment: 'S23',
          role: near,
        },
      );
      return;
    }
    const from = first.link?.from ?? first.route?.from ?? node.name;
    this.#place(near, node, first.interfaceName, encapsulation, drop, from);
    if (first.link !== null) this.#checkUp(node, first.link, 'S23', near);
    const mtu = node.mtuOf(first);
    this.#set(near, 'mtu', mtu, from);
    if (mtu !== null) this.#underlayMtu = { value: mtu, from };
    if (encapsulation === 'ipip') this.#setOuter(near, outer, outerSource, fixedTtl);
    const neighbour = first.multipath ? null : this.#resolve(node, first, near);
    this.#set(near, 'sourceMac', first.link?.mac, from);
    this.#set(near, 'destinationMac', neighbour?.value, neighbour?.from ?? from);

    const target = this.#destination.node;
    const last = this.#walkRouters(node, first, outer.value, mtu);
    if (target === null) {
      // The far node was not dumped: what the near one sends is what must arrive there.
      if (encapsulation !== 'ipip') return;
      this.#set(far, 'encapsulation', encapsulation, outer.from);
      this.#set(far, 'innerTtlDrop', drop, outer.from);
      this.#setOuter(far, outer, outerSource, 0);
      return;
    }
    const owner = this.#cluster.owners(outer.value).find((o) => o.host === target) ?? null;
    const device = target.link(owner?.interfaceName ?? null);
    // A plain datagram loses one of its TTL at each router; where one was not dumped, nobody knows how many there are.
    const farDrop = encapsulation === 'ipip' ? drop : last.complete ? drop + last.routers : null;
    this.#place(far, target, owner?.interfaceName ?? null, encapsulation, farDrop, owner?.from ?? target.name);
    if (device !== null) this.#checkUp(target, device, 'S34', far);
    if (encapsulation === 'ipip')
      this.#setOuter(far, outer, outerSource, last.complete && fixedTtl > 0 ? fixedTtl - last.routers : 0);
    this.#set(far, 'destinationMac', owner?.mac, device?.from ?? target.name);
    const sender = last.complete ? last.mac : this.#routerMac(target, outerSource?.value ?? null);
    this.#set(far, 'sourceMac', sender?.value, sender?.from ?? target.name);
    this.#set(far, 'mtu', last.mtu, last.mtuFrom ?? from);
  }

  #setOuter(role: HopRole, outer: Told<number>, outerSource: Told<number> | null, ttl: number): void {
    this.#set(role, 'outerDestination', outer.value, outer.from);
    this.#set(role, 'outerSource', outerSource?.value, outerSource?.from ?? outer.from);
    if (ttl > 0) this.#set(role, 'outerTtl', ttl, outer.from);
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a walk from router to router, each of its ends a fault of its own
  #walkRouters(
    node: Host,
    first: Decision,
    destination: number,
    firstMtu: number | null,
  ): { complete: boolean; routers: number; mac: Told<string> | null; mtu: number | null; mtuFrom: string | null } {
    const visited = new Set<Host>([node]);
    let at = node;
    let decision = first;
    let routers = 0;
    let mtu = firstMtu;
    let mtuFrom = first.link?.from ?? null;
    while (decision.nextHop !== destination) {
      const next = decision.nextHop === null || decision.multipath ? null : this.#cluster.owner(decision.nextHop);
      if (next === null) return { complete: false, routers, mac: null, mtu, mtuFrom };
      if (next.host.owns(destination) !== null) break;
      const names = [...visited].map((host) => host.name);
      if (visited.has(next.host)) {
        this.#problem(
          'error',
          'route-loop',
          decision.route?.from ?? at.name,
          `the underlay route to ${addressText(destination)} runs in a circle: ${[...names, next.host.name].join(' → ')}`,
          { segment: 'S34' },
        );
        return { complete: false, routers, mac: null, mtu, mtuFrom };
      }
      visited.add(next.host);
      at = next.host;
      decision = at.decide(destination);
      if (decision.kind !== 'forward') {
        this.#problem(
          'error',
          'no-underlay-route',
          at.name,
          `${at.name}, a router on the way, has no route to ${addressText(destination)}`,
          { segment: 'S34' },
        );
        return { complete: false, routers, mac: null, mtu, mtuFrom };
      }
      routers++;
      this.#resolve(at, decision, 'encapsulator-underlay');
      const here = at.mtuOf(decision);
      if (here !== null && (mtu === null || here < mtu)) {
        if (mtu !== null && this.#tunnelMtu !== null && this.#tunnelMtu.value > here - OUTER_HEADER) {
          this.#problem(
            'error',
            'underlay-mtu-reduced',
            decision.link?.from ?? at.name,
            `${at.name} ${decision.interfaceName} has MTU ${here}: of the ${this.#tunnelMtu.value} octets the tunnel takes, only ${here - OUTER_HEADER} fit through`,
            { diagnosis: 'pmtu-reduced', segment: 'S34', role: 'encapsulator-underlay' },
          );
        }
        mtu = here;
        mtuFrom = decision.link?.from ?? at.name;
      }
    }
    const mac = decision.link?.mac ?? null;
    return {
      complete: true,
      routers,
      mac: mac === null ? null : { value: mac, from: decision.link?.from ?? at.name },
      mtu,
      mtuFrom,
    };
  }

  /** Behind a router that was not dumped: the router the target itself would answer through, unless that address is a shared one. */
  #routerMac(target: Host, outerSource: number | null): Told<string> | null {
    if (outerSource === null) return null;
    const back = target.decide(outerSource);
    if (back.kind !== 'forward' || back.gateway === null || back.multipath) return null;
    const owner = this.#cluster.owner(back.gateway);
    if (owner?.mac != null) return { value: owner.mac, from: owner.from };
    const learned = target.neighbour(back.gateway, back.interfaceName);
    if (learned?.mac == null || isVirtualRouter(learned.mac)) return null;
    return { value: learned.mac, from: learned.from };
  }

  /** The next hop's Ethernet address: the owner's, against which the neighbour table is judged; the table's where the owner was not dumped. */
  #resolve(host: Host, decision: Decision, role: HopRole): Told<string> | null {
    const { nextHop, interfaceName } = decision;
    if (nextHop === null) return null;
    const owners = this.#cluster.owners(nextHop).filter((owner) => owner.host !== host);
    const learned = host.neighbour(nextHop, interfaceName);
    const what = `${host.name} ${interfaceName}`;
    const more = { segment: 'S34', role } as const;
    if (owners.length > 1) return null;
    const owner = owners[0] ?? null;
    if (learned !== null && learned.mac === null) {
      this.#problem(
        'warning',
        'neighbour-unresolved',
        learned.from,
        `${what} got no ARP answer for ${addressText(nextHop)} (${learned.states.join(' ')})`,
        {
          diagnosis: 'neighbour-unresolved',
          segment: 'S23',
          role,
        },
      );
    }
    if (owner?.mac != null) {
      if (learned?.mac == null || learned.mac === owner.mac) return { value: owner.mac, from: owner.from };
      if (owner.host.links.some((link) => link.mac === learned.mac)) {
        this.#problem(
          'info',
          'neighbour-of-other-interface',
          learned.from,
          `${what} has ${learned.mac} for ${addressText(nextHop)}: ${this.#cluster.ownerOfMac(learned.mac)}, not ${owner.host.name} ${owner.interfaceName}`,
          more,
        );
        return { value: learned.mac, from: learned.from };
      }
      const whose = this.#cluster.ownerOfMac(learned.mac);
      this.#problem(
        'error',
        'neighbour-wrong',
        learned.from,
        `${what} has ${learned.mac} for ${addressText(nextHop)}${learned.states.includes('PERMANENT') ? ' (permanent)' : ''}, which is ${whose ?? 'no dumped interface'}; ${owner.host.name} ${owner.interfaceName} has ${owner.mac}`,
        { ...more, diagnosis: 'stale-neighbour' },
      );
      return { value: owner.mac, from: owner.from };
    }
    if (learned?.mac != null) {
      const others = this.#cluster.hosts.filter((other) => other !== host && other.link(interfaceName) !== null);
      const dispute = others.find((other) => {
        const theirs = other.neighbour(nextHop, other.decide(nextHop).interfaceName)?.mac;
        return (
          theirs != null &&
          theirs !== learned.mac &&
          other.decide(nextHop).gateway === null &&
          decision.gateway === null
        );
      });
      if (dispute === undefined) return { value: learned.mac, from: learned.from };
      this.#problem(
        'warning',
        'neighbour-disputed',
        learned.from,
        `${what} has ${learned.mac} for ${addressText(nextHop)}, ${dispute.name} has another`,
        { ...more, diagnosis: 'stale-neighbour' },
      );
      return null;
    }
    if (learned === null && host.namespace.told.has('neighbours')) {
      this.#problem(
        'info',
        'neighbour-missing',
        `${host.name}`,
        `${what} has no neighbour entry for ${addressText(nextHop)} yet, and its owner was not dumped: its MAC address cannot be foretold`,
        more,
      );
    }
    return null;
  }

  /** Which device takes the datagram in: local and remote, then remote, then local, then any (net/ipv4/ip_tunnel.c, ip_tunnel_lookup). */
  #decapsulate(target: Host, encapsulator: Host, outerDestination: number, drop: number): void {
    const role = 'decapsulator-tunnel';
    const where = { segment: 'S45', role, diagnosis: 'tunnel-down-at-decapsulator' } as const;
    const right = this.#cluster.tunnelAddress(target);
    const devices = target.ipipLinks;
    const accepting =
      devices.find((link) => link.tunnel?.local === outerDestination) ??
      devices.find((link) => link.tunnel?.local == null) ??
      null;
    const from = accepting?.from ?? target.name;
    this.#place(role, target, accepting?.name ?? null, 'none', drop, from);
    if (accepting === null) {
      if (!target.namespace.told.has('links')) return;
      const wrongLocal = devices.find((link) => link.tunnel?.local != null);
      if (wrongLocal === undefined) {
        const down = target.links.find((link) => target.isIpip(link.name) && link.name !== 'tunl0');
        this.#problem(
          'error',
          down === undefined ? 'no-tunnel-device' : 'tunnel-device-down',
          down?.from ?? target.name,
          `${target.name} ${down === undefined ? 'has no IPIP device' : `${down.name} is down`}: it answers what ${encapsulator.name} sends with ICMP 3/3`,
          where,
        );
      } else if (right?.address !== outerDestination || right.by !== 'peers') {
        this.#problem(
          'error',
          'tunnel-local-mismatch',
          wrongLocal.from,
          `${target.name} ${wrongLocal.name} takes what is sent to ${addressText(wrongLocal.tunnel?.local ?? 0)}, not to ${addressText(outerDestination)}`,
          where,
        );
      } else {
        // The peers are right and the device's local address is not: one fault, seen from its other side.
        this.#set(role, 'interfaceName', wrongLocal.name, wrongLocal.from);
        this.#problem(
          'error',
          'wrong-outer-source',
          wrongLocal.from,
          `${target.name} ${wrongLocal.name} has the local address ${addressText(wrongLocal.tunnel?.local ?? 0)}, but ${encapsulator.name} reaches it at ${addressText(outerDestination)}: nothing takes that in`,
          { diagnosis: 'wrong-outer-source', segment: 'S45', role },
        );
      }
      return;
    }
    const limit = this.#tunnelMtu;
    this.#set(
      role,
      'mtu',
      limit === null ? accepting.mtu : Math.min(limit.value, accepting.mtu ?? limit.value),
      limit?.from ?? from,
    );
    this.#judgeReversePath(target, accepting);
  }

  #judgeReversePath(target: Host, accepting: Link): void {
    const back = target.decide(this.#source.address);
    if (back.kind !== 'forward' || back.interfaceName === accepting.name) return;
    const own =
      target.setting(`net.ipv4.conf.${accepting.name}.rp_filter`) ??
      target.setting(`net.ipv4.conf.${accepting.name.replaceAll('.', '/')}.rp_filter`);
    const all = target.setting('net.ipv4.conf.all.rp_filter');
    if (own === null && all === null) return;
    // The kernel takes the larger of the two; 1 is strict (Documentation/networking/ip-sysctl.rst).
    if (Math.max(Number(own ?? 0), Number(all ?? 0)) !== 1) return;
    this.#problem(
      'error',
      'rp-filter-contradiction',
      back.route?.from ?? target.name,
      `${target.name} ${accepting.name} has strict rp_filter, but ${addressText(this.#source.address)} is routed by ${back.interfaceName}: the kernel drops it after decapsulation`,
      { diagnosis: 'forward-drop-or-rp-filter', segment: 'S56', role: 'destination-pod' },
    );
  }

  #deliver(target: Host): void {
    const { address, placement, isNode } = this.#destination;
    if (isNode) return;
    this.#checkForwarding(target, true, 'S56', 'forward-drop-or-rp-filter');
    const drop =
      (this.#facts['decapsulator-underlay'] ?? this.#facts['decapsulator-tunnel'])?.innerTtlDrop?.value ?? null;
    const facing = facesPod(target, address);
    const more = { segment: 'S56', diagnosis: 'destination-unreachable', role: 'destination-bridge' } as const;
    if (facing === null) {
      this.#problem(
        'error',
        'no-route-to-pod',
        target.name,
        `${target.name} does not deliver ${addressText(address)} to a bridge or pod of its own`,
        more,
      );
      return;
    }
    const facingLink = target.link(facing);
    const from = facingLink?.from ?? target.name;
    this.#place('destination-bridge', target, facing, 'none', drop === null ? null : drop + 1, from);
    this.#place(
      'destination-pod',
      target,
      placement?.podLink.name ?? null,
      'none',
      drop === null ? null : drop + 1,
      placement?.podLink.from ?? from,
    );
    const learned = target.neighbour(address, facing);
    if (learned !== null && learned.mac === null) {
      this.#problem(
        'warning',
        'neighbour-unresolved',
        learned.from,
        `${target.name} ${facing} got no ARP answer from ${addressText(address)} (${learned.states.join(' ')})`,
        more,
      );
    }
    const mac = placement?.podLink.mac ?? learned?.mac ?? null;
    const macFrom = placement?.podLink.mac != null ? placement.podLink.from : (learned?.from ?? from);
    if (placement?.podLink.mac != null && learned?.mac != null && learned.mac !== placement.podLink.mac) {
      this.#problem(
        'error',
        'neighbour-wrong',
        learned.from,
        `${target.name} ${facing} has ${learned.mac} for ${addressText(address)}, but ${placement.pod.name} ${placement.podLink.name} has ${placement.podLink.mac}`,
        { segment: 'S56', diagnosis: 'stale-neighbour', role: 'destination-bridge' },
      );
    }
    for (const role of ['destination-bridge', 'destination-pod'] as const) {
      this.#set(role, 'sourceMac', facingLink?.mac, from);
      this.#set(role, 'destinationMac', mac, macFrom);
      const device = role === 'destination-pod' ? placement?.podLink : facingLink;
      const limits = [device?.mtu, this.#tunnelMtu?.value].filter((n): n is number => n != null);
      if (limits.length > 0) this.#set(role, 'mtu', Math.min(...limits), device?.from ?? this.#tunnelMtu?.from ?? from);
    }
    if (placement !== null) this.#judgeBridgePort(target, placement);
  }

  /** The pod's veth must be a port of the bridge that its address is routed to. */
  #judgeBridgePort(target: Host, placement: Placement): void {
    const { veth, facing, pod } = placement;
    if (veth === null || !target.isBridge(facing) || veth.kind !== 'veth' || veth.master === facing) return;
    this.#problem(
      'error',
      'pod-not-on-bridge',
      veth.from,
      `${target.name} ${veth.name}, the other end of ${pod.name}'s ${placement.podLink.name}, is ${veth.master === null ? 'in no bridge' : `in ${veth.master}`}, but ${facing} is where its address is routed`,
      { diagnosis: 'destination-unreachable', segment: 'S56', role: 'destination-bridge' },
    );
  }

  #sameNode(node: Host): void {
    const from = this.#source.placement;
    const to = this.#destination.placement;
    this.#leavePod();
    if (from === null || to === null) return;
    const decision = from.pod.decide(this.#destination.address);
    const bridged = decision.gateway === null && from.facing === to.facing && !isLinkLocal(decision.nextHop ?? 0);
    const drop = bridged ? 0 : 1;
    if (bridged) this.#set('source-pod', 'destinationMac', to.podLink.mac, to.podLink.from);
    delete this.#facts['source-bridge'];
    this.#place('destination-pod', node, to.podLink.name, 'none', drop, to.podLink.from);
    this.#set('destination-pod', 'sourceMac', bridged ? from.podLink.mac : to.facingLink?.mac, from.podLink.from);
    this.#set('destination-pod', 'destinationMac', to.podLink.mac, to.podLink.from);
    this.#set('destination-pod', 'mtu', to.podLink.mtu, to.podLink.from);
  }

  #nameInner(): void {
    const { address: source } = this.#source;
    const { address: destination } = this.#destination;
    const to = this.#cluster.owner(destination);
    // Towards a node's own address the source node may masquerade; between pods nobody may (flannel FLANNEL-POSTRTG, Calico NAT).
    const kept = this.#destination.placement !== null || this.#expected === 'ipip';
    const of = this.#cluster.owner(source);
    for (const role of Object.keys(this.#facts) as HopRole[]) {
      if (to !== null) this.#set(role, 'innerDestination', destination, to.from);
      if (of !== null && (kept || role === 'source-pod' || role === 'source-bridge'))
        this.#set(role, 'innerSource', source, of.from);
    }
  }

  /** Do the nodes hand the datagram to one another without end? */
  #findLoop(node: Host): void {
    const { address } = this.#destination;
    const visited: Host[] = [];
    for (let at: Host | null = node; at !== null; ) {
      if (visited.includes(at)) {
        const circle = [...visited.slice(visited.indexOf(at)), at].map((host) => host.name).join(' → ');
        this.#problem(
          'error',
          'route-loop',
          at.name,
          `the routes to ${addressText(address)} run in a circle: ${circle}`,
          { segment: 'S34' },
        );
        return;
      }
      visited.push(at);
      const decision: Decision = at.decide(address);
      if (decision.kind !== 'forward' || facesPod(at, address) !== null) return;
      const next: number | null =
        (at.isIpip(decision.interfaceName) ? decision.link?.tunnel?.remote : null) ?? decision.gateway;
      at = next === null ? null : (this.#cluster.owner(next)?.host ?? null);
    }
  }

  #checkForwarding(node: Host, forwards: boolean, segment: string, diagnosis: string): void {
    if (!forwards || node.setting('net.ipv4.ip_forward') !== '0') return;
    this.#problem(
      'error',
      'forwarding-off',
      node.name,
      `${node.name} has net.ipv4.ip_forward = 0: it drops whatever is not for itself`,
      { segment, diagnosis },
    );
  }

  #checkUp(host: Host, link: Link, segment: string, role: HopRole): void {
    const dead = link.operState === 'DOWN' || link.operState === 'LOWERLAYERDOWN';
    if (link.up !== false && !dead) return;
    this.#problem(
      'error',
      'device-down',
      link.from,
      `${host.name} ${link.name} is down${link.up === false ? '' : ` (${link.operState})`}`,
      {
        segment,
        role,
        ...(role === 'decapsulator-underlay' ? { diagnosis: 'neighbour-unresolved' } : {}),
      },
    );
  }
}
