/**
 * Captures made from a described path: two pods, two nodes, a tunnel, pings, and what goes wrong on the way.
 * What it imitates of a Linux node (TTLs, DF, identifications, equal time stamps of a received datagram on underlay and
 * tunnel, what an ICMP error quotes) is what the samples of a real kernel show.
 */
import type { HopRole } from '../../src/path/facts.js';
import { type CaptureDraft, type CapturedFrame, LinkType } from './capture-file.js';
import {
  cloneDraft,
  type FrameDraft,
  frameOctets,
  innerOctets,
  innerPayload,
  ipOctets,
  outerPayload,
} from './frame-draft.js';
import {
  arp,
  type EthernetAddresses,
  EtherType,
  ethernet,
  IpProtocol,
  type Ipv4Fields,
  icmpError,
  linuxSll,
  linuxSll2,
  type SllHeader,
  tcp,
  udp,
} from './octets.js';

export { writeCaptures } from './capture-file.js';

type PathDirection = 'request' | 'reply';
type PathEncapsulation = 'none' | 'ipip' | 'ipip-in-ipip' | 'vxlan' | 'gre';
/** Where something happens between two hops; 'destination' is the destination pod itself, between request and reply. */
type Segment = 'S12' | 'S23' | 'S34' | 'S45' | 'S56' | 'destination';

const requestRoles: readonly HopRole[] = [
  'source-pod',
  'source-bridge',
  'encapsulator-tunnel',
  'encapsulator-underlay',
  'decapsulator-underlay',
  'decapsulator-tunnel',
  'destination-bridge',
  'destination-pod',
];
const replyRoles: readonly HopRole[] = [...requestRoles].reverse();
const articleRoles = requestRoles.filter((role) => !role.endsWith('-bridge'));
const tunnelRoles: readonly HopRole[] = ['encapsulator-tunnel', 'decapsulator-tunnel'];
const underlayRoles: readonly HopRole[] = ['encapsulator-underlay', 'decapsulator-underlay'];
/** The first role behind a segment, by direction. */
const behind: Record<Exclude<Segment, 'destination'>, Record<PathDirection, HopRole>> = {
  S12: { request: 'encapsulator-tunnel', reply: 'source-bridge' },
  S23: { request: 'encapsulator-underlay', reply: 'encapsulator-tunnel' },
  S34: { request: 'decapsulator-underlay', reply: 'encapsulator-underlay' },
  S45: { request: 'decapsulator-tunnel', reply: 'decapsulator-underlay' },
  S56: { request: 'destination-bridge', reply: 'decapsulator-tunnel' },
};

interface PodSettings {
  name: string;
  address: string;
  mac: string;
}

interface NodeSettings {
  name: string;
  /** Underlay address and MAC. */
  address: string;
  mac: string;
  bridgeAddress: string;
  bridgeMac: string;
  /** The /32 of the tunnel device. */
  tunnelAddress: string;
  /** Added to every time stamp of this node's captures and of its pod's, in nanoseconds. */
  clockOffset: bigint;
  interfaces: { pod: string; veth: string; bridge: string; tunnel: string; underlay: string };
}

export interface PathSettings {
  sourcePod: PodSettings;
  destinationPod: PodSettings;
  nodes: [NodeSettings, NodeSettings];
  /** MACs of the router(s) towards node 1 and towards node 2. */
  routerMacs: [string, string];
  routerAddresses: [string, string];
  /** IP routers between the nodes: each takes one from the outermost TTL. */
  routers: number;
  underlayMtu: number;
  tunnelMtu: number;
  /** Nanoseconds since 1970. */
  startTime: bigint;
  /** Nanoseconds from one probe to the next. */
  interval: bigint;
  probes: number;
  ttl: number;
  replyTtl: number;
  tos: number;
  dontFragment: boolean;
  identifier: number;
  /** Sequence number of the first probe. */
  sequence: number;
  /** Octets of ICMP data; the inner datagram is 28 longer. */
  payload: number;
  encapsulation: PathEncapsulation;
  replyEncapsulation: PathEncapsulation;
  /** 802.1Q tags on the underlay, outermost first. */
  vlans: number[];
  arp: boolean;
  replies: boolean;
  masquerade: 'node1' | 'node2' | null;
  /** Captures of cni0 on both nodes as well. */
  bridges: boolean;
  /** Instead of one file an interface, one `-i any` file a node. */
  any: 'sll2' | 'sll' | null;
  /** Every capture shows a ping of its own, as when people capture one hop after the other. */
  differentRuns: boolean;
  snapLength: number;
  /** Capture names; a role is called by its own name unless said otherwise. With `any` the nodes' files are 'any1' and 'any2'. */
  names: Partial<Record<HopRole | 'any1' | 'any2', string>>;
  seed: number;
}

export interface PathOptions extends Partial<Omit<PathSettings, 'sourcePod' | 'destinationPod' | 'nodes'>> {
  sourcePod?: Partial<PodSettings>;
  destinationPod?: Partial<PodSettings>;
  nodes?: readonly [Partial<NodeSettings>, Partial<NodeSettings>];
}

function settingsOf(options: PathOptions): PathSettings {
  const underlayMtu = options.underlayMtu ?? 9000;
  const encapsulation = options.encapsulation ?? 'ipip';
  const interfaces = { pod: 'eth0', veth: 'veth1c0ffee1', bridge: 'cni0', tunnel: 'flannel.ipip', underlay: 'enp3s0' };
  const defaults: Omit<PathSettings, 'sourcePod' | 'destinationPod' | 'nodes'> = {
    routerMacs: ['52:54:00:9e:00:01', '52:54:00:9e:01:01'],
    routerAddresses: ['10.9.0.1', '10.9.1.1'],
    routers: 0,
    underlayMtu,
    tunnelMtu: underlayMtu - 20,
    startTime: 1_767_225_600_125_000_000n,
    interval: 1_000_000_000n,
    probes: 1,
    ttl: 64,
    replyTtl: 64,
    tos: 0,
    dontFragment: true,
    identifier: 0x5a17,
    sequence: 1,
    payload: 56,
    encapsulation,
    replyEncapsulation: encapsulation,
    vlans: [],
    arp: true,
    replies: true,
    masquerade: null,
    bridges: false,
    any: null,
    differentRuns: false,
    snapLength: 262_144,
    names: {},
    seed: 7,
  };
  return {
    ...defaults,
    ...options,
    sourcePod: { name: 'web-0', address: '172.20.5.14', mac: '0a:58:ac:14:05:0e', ...options.sourcePod },
    destinationPod: { name: 'db-0', address: '172.20.9.33', mac: '0a:58:ac:14:09:21', ...options.destinationPod },
    nodes: [
      {
        name: 'worker-a',
        address: '10.9.0.21',
        mac: '52:54:00:aa:00:21',
        bridgeAddress: '172.20.5.1',
        bridgeMac: '0a:58:ac:14:05:01',
        tunnelAddress: '172.20.5.0',
        clockOffset: 0n,
        interfaces,
        ...options.nodes?.[0],
      },
      {
        name: 'worker-b',
        address: (options.routers ?? 0) > 0 ? '10.9.1.22' : '10.9.0.22',
        mac: '52:54:00:aa:00:22',
        bridgeAddress: '172.20.9.1',
        bridgeMac: '0a:58:ac:14:09:01',
        tunnelAddress: '172.20.9.0',
        clockOffset: 0n,
        interfaces: { ...interfaces, veth: 'veth2c0ffee2' },
        ...options.nodes?.[1],
      },
    ],
  };
}

/** One frame at one place, before the captures are cut from it. */
interface Sighting {
  role: HopRole;
  direction: PathDirection;
  kind: 'probe' | 'error' | 'background' | 'arp';
  /** 1-based; 0 when it belongs to none. */
  probe: number;
  /** True time in nanoseconds; clock offsets come later. */
  time: bigint;
  draft: FrameDraft;
}

interface Which {
  /** Default: request. */
  direction?: PathDirection;
  /** 1-based number or numbers; default: all. */
  probe?: number | readonly number[];
}
export interface AtSegment extends Which {
  at: Segment;
}
export interface AtRoles extends Which {
  /** Only there … */
  at?: HopRole | readonly HopRole[];
  /** … or there and at every later hop of that direction. */
  from?: HopRole;
}
export interface IcmpErrorOptions extends Which {
  /** The sender's address. */
  from: string;
  type: number;
  code: number;
  /** Next-hop MTU, for 3/4. */
  mtu?: number;
  /** What it quotes: the outer datagram (sent to the encapsulator) or the inner one (sent to the pod). */
  quote: 'outer' | 'inner';
  /** Default: everywhere that the probe was seen (quote 'inner'), or on the underlay where it was seen ('outer'). */
  seenAt?: readonly HopRole[];
  /** Octets of the quoted datagram; Linux quotes up to 548, an old router header + 8. */
  quoteOctets?: number;
}
export interface CaptureChoice {
  only?: readonly HopRole[];
  without?: readonly HopRole[];
}

type Step = (run: Run) => void;

const US = 1_000n;

/** A small generator, so that the same description gives the same octets (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const list = <Item>(value: Item | readonly Item[]): readonly Item[] =>
  Array.isArray(value) ? (value as readonly Item[]) : [value as Item];

function rolesIn(direction: PathDirection): readonly HopRole[] {
  return direction === 'request' ? requestRoles : replyRoles;
}

const nodeOf = (role: HopRole): 0 | 1 => (requestRoles.indexOf(role) < 4 ? 0 : 1);

/** One evaluation of a description. */
class Run {
  readonly settings: PathSettings;
  sightings: Sighting[] = [];
  readonly #random: () => number;
  readonly #outerIdentification: [number, number];

  constructor(settings: PathSettings) {
    this.settings = settings;
    this.#random = generator(settings.seed);
    this.#outerIdentification = [this.number16(), this.number16()];
  }

  number16(): number {
    return 1 + Math.floor(this.#random() * 0xfffe);
  }

  /** The node's own counter, which other traffic uses as well. */
  outerIdentification(node: 0 | 1): number {
    this.#outerIdentification[node] = (this.#outerIdentification[node] + 1 + Math.floor(this.#random() * 40)) & 0xffff;
    return this.#outerIdentification[node];
  }

  link(role: HopRole, direction: PathDirection): EthernetAddresses | null {
    const { nodes, sourcePod, destinationPod, routers, routerMacs } = this.settings;
    const request = ((): EthernetAddresses | null => {
      switch (role) {
        case 'source-pod':
        case 'source-bridge':
          return { source: sourcePod.mac, destination: nodes[0].bridgeMac };
        case 'encapsulator-underlay':
          return { source: nodes[0].mac, destination: routers > 0 ? routerMacs[0] : nodes[1].mac };
        case 'decapsulator-underlay':
          return { source: routers > 0 ? routerMacs[1] : nodes[0].mac, destination: nodes[1].mac };
        case 'destination-bridge':
        case 'destination-pod':
          return { source: nodes[1].bridgeMac, destination: destinationPod.mac };
        default:
          return null;
      }
    })();
    if (request === null || direction === 'request') return request;
    return { source: request.destination, destination: request.source };
  }

  #headers(direction: PathDirection, encapsulation: PathEncapsulation, inner: Ipv4Fields): Ipv4Fields[] {
    if (encapsulation === 'none') return [];
    const { nodes } = this.settings;
    const [here, there] = direction === 'request' ? ([0, 1] as const) : ([1, 0] as const);
    const congestion = inner.tos & 3;
    const header: Ipv4Fields = {
      source: nodes[here].address,
      destination: nodes[there].address,
      protocol: { ipip: IpProtocol.ipip, 'ipip-in-ipip': IpProtocol.ipip, vxlan: IpProtocol.udp, gre: IpProtocol.gre }[
        encapsulation
      ],
      ttl: encapsulation === 'vxlan' ? 64 : inner.ttl,
      tos: congestion === 3 ? 2 : congestion,
      identification: this.outerIdentification(here),
      dontFragment: encapsulation === 'vxlan' ? false : inner.dontFragment,
      moreFragments: false,
      fragmentOffset: 0,
    };
    if (encapsulation !== 'ipip-in-ipip') return [header];
    return [header, { ...header, identification: this.outerIdentification(here) }];
  }

  /** Sends one datagram along the whole path; returns its sightings in order (not yet added). */
  travel(
    direction: PathDirection,
    start: bigint,
    datagram: Pick<FrameDraft, 'inner' | 'message' | 'payload'>,
    tag: Pick<Sighting, 'kind' | 'probe'>,
    alter: (draft: FrameDraft, role: HopRole) => void = () => {},
  ): Sighting[] {
    const { settings } = this;
    const encapsulation = direction === 'request' ? settings.encapsulation : settings.replyEncapsulation;
    const usesTunnel = encapsulation === 'ipip' || encapsulation === 'ipip-in-ipip' || encapsulation === 'gre';
    const wire = 118n * US + 40n * US * BigInt(settings.routers);
    const jitter = BigInt(Math.floor(this.#random() * 9));
    // Microseconds to get here from the role before; a received datagram has one time stamp on underlay and tunnel.
    const steps = [0n, 6n * US, (34n + jitter) * US, 27n * US, wire, 0n, 35n * US, 8n * US];
    let time = start;
    let headers: Ipv4Fields[] = [];
    const sightings: Sighting[] = [];
    for (const [index, role] of rolesIn(direction).entries()) {
      time += steps[index]!;
      const nodesPassed = index < 2 ? 0 : index < 6 ? 1 : 2;
      const routersPassed = index < 4 ? 0 : settings.routers;
      const plain = encapsulation === 'none';
      const inner = { ...datagram.inner, ttl: datagram.inner.ttl - nodesPassed - (plain ? routersPassed : 0) };
      if (index === 3) headers = this.#headers(direction, encapsulation, inner);
      if (tunnelRoles.includes(role) && !usesTunnel) continue;
      const onUnderlay = underlayRoles.includes(role);
      const draft: FrameDraft = {
        ethernet: this.link(role, direction),
        vlans: onUnderlay ? [...settings.vlans] : [],
        outer: onUnderlay
          ? headers.map((header, depth) => ({ ...header, ttl: header.ttl - (depth === 0 ? routersPassed : 0) }))
          : [],
        inner,
        message: structuredClone(datagram.message),
        payload: datagram.payload.slice(),
      };
      // On the tunnel the kernel shows what is inside; inside two tunnels that is still one header deep.
      alter(draft, role);
      sightings.push({ ...tag, role, direction, time, draft });
    }
    return sightings;
  }

  ping(probe: number): void {
    const { settings } = this;
    const { sourcePod, destinationPod, nodes, masquerade } = settings;
    const start = settings.startTime + settings.interval * BigInt(probe - 1);
    const data = echoData(settings.payload, start + nodes[0].clockOffset);
    const message = { identifier: settings.identifier, sequence: (settings.sequence + probe - 1) & 0xffff, data };
    const rewritten = masquerade === 'node1' ? this.number16() : settings.identifier;
    const translated = (role: HopRole): string | null => {
      const index = requestRoles.indexOf(role);
      if (masquerade === 'node1' && index >= 2) return nodes[0].tunnelAddress;
      if (masquerade === 'node2' && index >= 6) return nodes[1].bridgeAddress;
      return null;
    };
    const alter = (draft: FrameDraft, role: HopRole): void => {
      const address = translated(role);
      if (address === null || draft.message === null) return;
      if (draft.message.type === 'request') draft.inner.source = address;
      else draft.inner.destination = address;
      draft.message.identifier = rewritten;
    };
    const request = this.travel(
      'request',
      start,
      {
        inner: {
          source: sourcePod.address,
          destination: destinationPod.address,
          protocol: IpProtocol.icmp,
          ttl: settings.ttl,
          tos: settings.tos,
          identification: this.number16(),
          dontFragment: settings.dontFragment,
          moreFragments: false,
          fragmentOffset: 0,
        },
        message: { type: 'request', ...message },
        payload: new Uint8Array(0),
      },
      { kind: 'probe', probe },
      alter,
    );
    this.sightings.push(...request);
    if (settings.replies) this.sightings.push(...this.#answer(request, probe, alter));
  }

  #answer(request: readonly Sighting[], probe: number, alter: (draft: FrameDraft, role: HopRole) => void): Sighting[] {
    const arrived = request.at(-1)!;
    const asked = arrived.draft;
    return this.travel(
      'reply',
      arrived.time + 47n * US,
      {
        inner: {
          ...asked.inner,
          source: this.settings.destinationPod.address,
          destination: this.settings.sourcePod.address,
          ttl: this.settings.replyTtl,
          identification: this.number16(),
          dontFragment: false,
        },
        message: { ...asked.message!, type: 'reply', identifier: this.settings.identifier },
        payload: new Uint8Array(0),
      },
      { kind: 'probe', probe },
      alter,
    );
  }

  chosen(which: Which): (sighting: Sighting) => boolean {
    const direction = which.direction ?? 'request';
    const probes = which.probe === undefined ? null : list(which.probe);
    return (sighting) =>
      sighting.kind === 'probe' &&
      sighting.direction === direction &&
      (probes === null || probes.includes(sighting.probe));
  }

  /** The chosen sightings behind a segment; for a request its replies too, when `answers`. */
  behindSegment(place: AtSegment, answers: boolean): (sighting: Sighting) => boolean {
    const direction = place.direction ?? 'request';
    const isChosen = this.chosen({ ...place, direction });
    const isAnswer = this.chosen({ ...place, direction: 'reply' });
    const order = rolesIn(direction);
    const first = place.at === 'destination' ? order.length : order.indexOf(behind[place.at][direction]);
    return (sighting) =>
      (isChosen(sighting) && order.indexOf(sighting.role) >= first) ||
      (answers && direction === 'request' && isAnswer(sighting));
  }

  atRoles(place: AtRoles): (sighting: Sighting) => boolean {
    const isChosen = this.chosen(place);
    const order = rolesIn(place.direction ?? 'request');
    const first = place.from === undefined ? 0 : order.indexOf(place.from);
    const only = place.at === undefined ? null : list(place.at);
    return (sighting) =>
      isChosen(sighting) && order.indexOf(sighting.role) >= first && (only === null || only.includes(sighting.role));
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: ICMP errors of all kinds in the order of a route
  refuse(options: IcmpErrorOptions): void {
    const { nodes } = this.settings;
    const direction = options.direction ?? 'request';
    const back: PathDirection = direction === 'request' ? 'reply' : 'request';
    const isChosen = this.chosen(options);
    const probes = new Set(this.sightings.filter(isChosen).map((sighting) => sighting.probe));
    for (const probe of probes) {
      const seen = this.sightings.filter((sighting) => isChosen(sighting) && sighting.probe === probe);
      const last = seen.at(-1)!;
      const quotedFrom =
        options.quote === 'inner' ? last : (seen.findLast((sighting) => sighting.draft.outer.length > 0) ?? last);
      const quoted = (options.quote === 'outer' ? ipOctets : innerOctets)(quotedFrom.draft);
      const body = icmpError(
        options.type,
        options.code,
        options.mtu ?? 0,
        quoted.subarray(0, options.quoteOctets ?? 548),
      );
      const roles =
        options.seenAt ??
        seen
          .map((sighting) => sighting.role)
          .filter((role) => options.quote === 'inner' || underlayRoles.includes(role));
      const about =
        options.quote === 'outer' ? (quotedFrom.draft.outer[0] ?? quotedFrom.draft.inner) : quotedFrom.draft.inner;
      const inner: Ipv4Fields = {
        source: options.from,
        destination: about.source,
        protocol: IpProtocol.icmp,
        ttl: 64,
        tos: 0xc0,
        identification: this.number16(),
        dontFragment: false,
        moreFragments: false,
        fragmentOffset: 0,
      };
      const bornAt = nodes.findIndex((node) =>
        [node.bridgeAddress, node.tunnelAddress, node.address].includes(options.from),
      );
      const farNode = direction === 'request' ? 0 : 1;
      let headers: Ipv4Fields[] | null = null;
      for (const [index, role] of rolesIn(back)
        .filter((candidate) => roles.includes(candidate))
        .entries()) {
        const onUnderlay = underlayRoles.includes(role);
        const forwarded = bornAt !== farNode && index > 0 && !onUnderlay && !tunnelRoles.includes(role);
        const draft: FrameDraft = {
          ethernet: this.link(role, back),
          vlans: onUnderlay ? [...this.settings.vlans] : [],
          outer: [],
          inner: { ...inner, ttl: inner.ttl - (forwarded && options.quote === 'inner' ? 1 : 0) },
          message: null,
          payload: body,
        };
        if (onUnderlay && options.quote === 'inner') {
          headers ??= this.#headers(back, 'ipip', draft.inner);
          draft.outer = headers.map((header) => ({ ...header }));
        }
        const there = seen.find((sighting) => sighting.role === role);
        const distance = there === undefined ? 0n : last.time - there.time;
        this.sightings.push({
          role,
          direction: back,
          kind: 'error',
          probe,
          time: last.time + 90n * US + BigInt(index) * 20n * US + distance,
          draft,
        });
      }
    }
  }

  fragment(place: AtRoles & { mtu: number; layer: 'inner' | 'outer' }): void {
    const isChosen = this.atRoles(place);
    const identifications = new Map<string, number>();
    // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: fragments of both headers at once, octet by octet
    this.sightings = this.sightings.flatMap((sighting) => {
      const { draft } = sighting;
      if (!isChosen(sighting) || (place.layer === 'outer' && draft.outer.length === 0)) return [sighting];
      const header = place.layer === 'outer' ? draft.outer[0]! : draft.inner;
      const whole = place.layer === 'outer' ? outerPayload(draft) : innerPayload(draft);
      const size = Math.floor((place.mtu - 20) / 8) * 8;
      if (whole.length <= place.mtu - 20) return [sighting];
      const fragments: Sighting[] = [];
      for (let at = 0; at < whole.length; at += size) {
        const cut = cloneDraft(draft);
        const piece = whole.slice(at, at + size);
        const target = place.layer === 'outer' ? cut.outer[0]! : cut.inner;
        target.dontFragment = false;
        target.fragmentOffset = header.fragmentOffset + at;
        target.moreFragments = at + size < whole.length || header.moreFragments;
        if (place.layer === 'outer') cut.outerBody = piece;
        else {
          cut.message = null;
          cut.payload = piece;
          for (const outer of cut.outer) {
            outer.dontFragment = false;
            // Every fragment is a datagram of its own to the tunnel, and keeps its outer identification on the way.
            const key = `${sighting.direction} ${sighting.probe} ${at}`;
            if (at > 0) {
              const known =
                identifications.get(key) ?? this.outerIdentification(sighting.direction === 'request' ? 0 : 1);
              identifications.set(key, known);
              outer.identification = known;
            }
          }
        }
        fragments.push({ ...sighting, draft: cut, time: sighting.time + BigInt(at / size) * 3n * US });
      }
      return fragments;
    });
  }

  duplicate(place: AtSegment & { after?: bigint }): void {
    const isCopied = this.behindSegment(place, true);
    const after = place.after ?? 31n * US;
    const isRequest = (place.direction ?? 'request') === 'request';
    const fresh = new Map<number, number>();
    const identification = (known: number): number => {
      if (!fresh.has(known)) fresh.set(known, this.number16());
      return fresh.get(known)!;
    };
    for (const sighting of this.sightings.filter(isCopied)) {
      const draft = cloneDraft(sighting.draft);
      // The pod answers each copy with a datagram of its own.
      if (isRequest && sighting.direction === 'reply') {
        draft.inner.identification = identification(draft.inner.identification);
        for (const header of draft.outer) header.identification = identification(header.identification);
      }
      this.sightings.push({ ...sighting, draft, time: sighting.time + after });
    }
  }

  delay(place: AtSegment & { by: bigint }): void {
    const isDelayed = this.behindSegment(place, true);
    for (const sighting of this.sightings) if (isDelayed(sighting)) sighting.time += place.by;
  }

  arpFrame(
    role: HopRole,
    time: bigint,
    operation: 'request' | 'reply',
    sender: { mac: string; address: string },
    target: { mac: string; address: string },
  ): Sighting {
    const destination = operation === 'request' ? 'ff:ff:ff:ff:ff:ff' : target.mac;
    const message = arp(operation, sender, operation === 'request' ? { mac: null, address: target.address } : target);
    const vlans = underlayRoles.includes(role) ? this.settings.vlans : [];
    const link = { source: sender.mac, destination };
    const draft: FrameDraft = {
      ethernet: link,
      vlans: [...vlans],
      outer: [],
      inner: { ...noHeader },
      message: null,
      payload: message,
      bytes: ethernet(link, EtherType.arp, message, vlans),
    };
    return { role, direction: 'request', kind: 'arp', probe: 0, time, draft };
  }

  /** What neighbours ask before the first datagram can go on, wherever one did. */
  resolveNeighbours(): void {
    const { sourcePod, destinationPod, nodes, routers, routerMacs, routerAddresses } = this.settings;
    const underlay = nodes.map(({ mac, address }) => ({ mac, address }));
    const routersAt = routerMacs.map((mac, index) => ({ mac, address: routerAddresses[index]! }));
    const podSide = [sourcePod, { mac: nodes[0].bridgeMac, address: nodes[0].bridgeAddress }] as const;
    const farSide = [{ mac: nodes[1].bridgeMac, address: nodes[1].bridgeAddress }, destinationPod] as const;
    const exchanges: [HopRole, { mac: string; address: string }, { mac: string; address: string }][] = [
      ['source-pod', ...podSide],
      ['source-bridge', ...podSide],
      ['encapsulator-underlay', underlay[0]!, routers > 0 ? routersAt[0]! : underlay[1]!],
      ['decapsulator-underlay', routers > 0 ? routersAt[1]! : underlay[0]!, underlay[1]!],
      ['destination-bridge', ...farSide],
      ['destination-pod', ...farSide],
    ];
    for (const [role, asking, answering] of exchanges) {
      const first = this.sightings.find((sighting) => sighting.role === role && sighting.kind !== 'arp');
      if (first === undefined) continue;
      this.sightings.push(
        this.arpFrame(role, first.time - 20n * US, 'request', asking, answering),
        this.arpFrame(role, first.time - 9n * US, 'reply', answering, asking),
      );
    }
  }
}

const noHeader: Ipv4Fields = {
  source: '0.0.0.0',
  destination: '0.0.0.0',
  protocol: 0,
  ttl: 0,
  tos: 0,
  identification: 0,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 0,
};

/** What iputils' ping sends: the sender's timeval where it fits, then 0x10, 0x11 … */
function echoData(octets: number, time: bigint): Uint8Array {
  const data = Uint8Array.from({ length: octets }, (_, index) => index & 0xff);
  if (octets >= 16) {
    const view = new DataView(data.buffer);
    view.setBigUint64(0, time / 1_000_000_000n, true);
    view.setBigUint64(8, (time % 1_000_000_000n) / US, true);
  }
  return data;
}

/** A described path; every method adds one thing that happens on it, in the order of the calls, and returns it. */
export class IpipPath {
  readonly settings: PathSettings;
  readonly #steps: Step[] = [];
  readonly #last: Step[] = [];

  constructor(settings: PathSettings) {
    this.settings = settings;
  }

  #then(step: Step): this {
    this.#steps.push(step);
    return this;
  }

  /** Probes are lost on a segment, silently; a lost request has no reply. */
  drop(place: AtSegment): this {
    return this.#then((run) => {
      const isLost = run.behindSegment(place, true);
      run.sightings = run.sightings.filter((sighting) => !isLost(sighting));
    });
  }

  /** Bends frames: `edit` changes the draft in place. */
  change(place: AtRoles, edit: (draft: FrameDraft, role: HopRole) => void): this {
    return this.#then((run) => {
      for (const sighting of run.sightings.filter(run.atRoles(place))) edit(sighting.draft, sighting.role);
    });
  }

  /** An ICMP error about the chosen probes, quoting them as they were last seen. It drops nothing: say drop() as well, before. */
  icmpError(options: IcmpErrorOptions): this {
    return this.#then((run) => run.refuse(options));
  }

  /** The datagrams are there twice behind a segment; the destination answers both. `after` is in nanoseconds. */
  duplicate(place: AtSegment & { after?: bigint }): this {
    return this.#then((run) => run.duplicate(place));
  }

  /** The chosen probes are late behind a segment by so many nanoseconds, and with a request its reply. */
  delay(place: AtSegment & { by: bigint }): this {
    return this.#then((run) => run.delay(place));
  }

  /** The chosen probes are overtaken by the next one on a segment. */
  reorder(place: AtSegment): this {
    return this.delay({ ...place, by: this.settings.interval + 12n * US });
  }

  /** Cuts datagrams into fragments that fit `mtu`; DF is cleared on them. The outer header is fragmented only where there is one. */
  fragment(place: AtRoles & { mtu: number; layer?: 'inner' | 'outer' }): this {
    return this.#then((run) => run.fragment({ ...place, layer: place.layer ?? 'inner' }));
  }

  /** The capture at a role misses the probes and errors, as with a capture filter that does not match: nothing was lost. */
  blind(...roles: readonly HopRole[]): this {
    this.#last.push((run) => {
      run.sightings = run.sightings.filter((sighting) => sighting.kind === 'arp' || !roles.includes(sighting.role));
    });
    return this;
  }

  /** Who-has without an answer, once a second. */
  unansweredArp(options: {
    at: HopRole;
    sender: { mac: string; address: string };
    target: string;
    count?: number;
  }): this {
    return this.#then((run) => {
      for (let index = 0; index < (options.count ?? 3); index++) {
        const time = run.settings.startTime + 80n * US + BigInt(index) * 1_024_000_000n;
        const target = { mac: '00:00:00:00:00:00', address: options.target };
        run.sightings.push(run.arpFrame(options.at, time, 'request', options.sender, target));
      }
    });
  }

  /** An ARP reply, right or wrong, at the given roles. `after` is nanoseconds after the start. */
  arpReply(options: {
    at: readonly HopRole[];
    sender: { mac: string; address: string };
    to: { mac: string; address: string };
    after?: bigint;
  }): this {
    return this.#then((run) => {
      const time = run.settings.startTime + (options.after ?? 2n * US);
      for (const role of options.at) {
        run.sightings.push(run.arpFrame(role, time, 'reply', options.sender, options.to));
      }
    });
  }

  /** Traffic between the same pods that is no ping: a TCP handshake with an MSS, and UDP datagrams. */
  background(options: { tcp?: { mss?: number }; udp?: { datagrams: number; octets: number } }): this {
    return this.#then((run) => {
      const { sourcePod, destinationPod, startTime } = run.settings;
      const there = { source: sourcePod.address, destination: destinationPod.address };
      const back = { source: there.destination, destination: there.source };
      const send = (direction: PathDirection, after: bigint, protocol: number, payload: Uint8Array): void => {
        const inner: Ipv4Fields = {
          ...noHeader,
          ...(direction === 'request' ? there : back),
          protocol,
          ttl: 64,
          identification: run.number16(),
          dontFragment: true,
        };
        const datagram = { inner, message: null, payload };
        run.sightings.push(...run.travel(direction, startTime + after, datagram, { kind: 'background', probe: 0 }));
      };
      if (options.tcp) {
        const mss = options.tcp.mss ?? run.settings.tunnelMtu - 40;
        const ports = { sourcePort: 40_112, destinationPort: 8080 };
        const swapped = { sourcePort: 8080, destinationPort: 40_112 };
        const syn = { ...ports, sequence: 1000, acknowledgement: 0, flags: { syn: true }, maximumSegmentSize: mss };
        const synAck = {
          ...swapped,
          sequence: 9000,
          acknowledgement: 1001,
          flags: { syn: true, ack: true },
          maximumSegmentSize: mss,
        };
        const ack = { ...ports, sequence: 1001, acknowledgement: 9001, flags: { ack: true } };
        send('request', 3_000_000n, IpProtocol.tcp, tcp(there, syn, new Uint8Array(0)));
        send('reply', 4_000_000n, IpProtocol.tcp, tcp(back, synAck, new Uint8Array(0)));
        send('request', 5_000_000n, IpProtocol.tcp, tcp(there, ack, new Uint8Array(0)));
      }
      for (let index = 0; index < (options.udp?.datagrams ?? 0); index++) {
        const data = new Uint8Array(options.udp!.octets).fill(index);
        send('request', 7_000_000n + BigInt(index) * 500n * US, IpProtocol.udp, udp(there, 50_000, 9999, data));
      }
    });
  }

  /** Adds a frame as it is to one capture. `after` is nanoseconds after the start. */
  frame(role: HopRole, after: bigint, bytes: Uint8Array, kind: 'background' | 'arp' = 'background'): this {
    return this.#then((run) => {
      const draft: FrameDraft = {
        ethernet: null,
        vlans: [],
        outer: [],
        inner: { ...noHeader },
        message: null,
        payload: new Uint8Array(0),
        bytes,
      };
      run.sightings.push({
        role,
        direction: 'request',
        kind,
        probe: 0,
        time: run.settings.startTime + after,
        draft,
      });
    });
  }

  #run(settings: PathSettings): readonly Sighting[] {
    const run = new Run(settings);
    for (let probe = 1; probe <= settings.probes; probe++) run.ping(probe);
    for (const step of this.#steps) step(run);
    if (settings.arp) run.resolveNeighbours();
    for (const step of this.#last) step(run);
    return run.sightings;
  }

  #runFor(index: number): readonly Sighting[] {
    const { settings } = this;
    return this.#run({
      ...settings,
      startTime: settings.startTime + BigInt(index) * 41_300_000_000n,
      identifier: (settings.identifier + 13 * index) & 0xffff,
      seed: settings.seed + 101 * index,
    });
  }

  /** The captures by name. A capture of a role that saw nothing is there, and empty. */
  captures(choice: CaptureChoice = {}): Map<string, CaptureDraft> {
    const { settings } = this;
    if (settings.any !== null && settings.vlans.length > 0) throw new Error('-i any with VLANs is not described');
    const roles = (settings.bridges ? requestRoles : articleRoles).filter(
      (role) => (choice.only?.includes(role) ?? true) && !(choice.without?.includes(role) ?? false),
    );
    const shared = settings.differentRuns ? null : this.#run(settings);
    const captures = new Map<string, CaptureDraft>();
    for (const role of roles) {
      if (settings.any !== null && !role.endsWith('-pod')) continue;
      const sightings = shared ?? this.#runFor(requestRoles.indexOf(role));
      const { interfaces } = settings.nodes[nodeOf(role)];
      const kind = role.split('-')[1] as keyof typeof interfaces;
      captures.set(settings.names[role] ?? role, {
        linkType: tunnelRoles.includes(role) ? LinkType.raw : LinkType.ethernet,
        snapLength: settings.snapLength,
        interfaceName: interfaces[kind],
        frames: this.#frames(
          sightings.filter((sighting) => sighting.role === role),
          (sighting) => frameOctets(sighting.draft),
        ),
      });
    }
    for (const node of settings.any === null ? [] : ([0, 1] as const)) {
      const name = node === 0 ? 'any1' : 'any2';
      const sightings = (shared ?? this.#runFor(1 + 3 * node))
        .filter((sighting) => nodeOf(sighting.role) === node && !sighting.role.endsWith('-pod'))
        .flatMap((sighting) => this.#onAnyDevice(sighting));
      captures.set(settings.names[name] ?? name, {
        linkType: settings.any === 'sll2' ? LinkType.linuxSll2 : LinkType.linuxSll,
        snapLength: settings.snapLength,
        interfaceName: 'any',
        frames: this.#frames(sightings, (sighting) => sighting.octets),
      });
    }
    return captures;
  }

  #frames<Seen extends Sighting>(
    sightings: readonly Seen[],
    octetsOf: (sighting: Seen) => Uint8Array,
  ): CapturedFrame[] {
    const frames = sightings.map((sighting) => {
      const octets = octetsOf(sighting);
      return {
        time: sighting.time + this.settings.nodes[nodeOf(sighting.role)].clockOffset,
        bytes: octets.subarray(0, this.settings.snapLength),
        wireLength: sighting.draft.wireLength ?? octets.length,
      };
    });
    return frames.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  }

  /** A bridged frame shows on the veth and on the bridge; each with the packet type that Linux gives it there. */
  #onAnyDevice(sighting: Sighting): (Sighting & { octets: Uint8Array })[] {
    const { draft, role, direction, kind } = sighting;
    const write = (packetType: SllHeader['packetType'], interfaceIndex: number): Sighting & { octets: Uint8Array } => {
      const header: SllHeader = { packetType, interfaceIndex, source: draft.ethernet?.source ?? null };
      const build = this.settings.any === 'sll2' ? linuxSll2 : linuxSll;
      const isArp = kind === 'arp';
      const payload = isArp ? draft.payload : ipOctets(draft);
      return { ...sighting, octets: build(header, isArp ? EtherType.arp : EtherType.ipv4, payload) };
    };
    const node = this.settings.nodes[nodeOf(role)];
    const own = [node.mac, node.bridgeMac];
    const isLeaving =
      draft.ethernet === null
        ? (direction === 'request') === (nodeOf(role) === 0)
        : own.includes(draft.ethernet.source);
    const arriving = draft.ethernet?.destination === 'ff:ff:ff:ff:ff:ff' ? 'broadcast' : 'to-us';
    if (role.endsWith('-tunnel')) return [write(isLeaving ? 'from-us' : 'to-us', 5)];
    if (role.endsWith('-underlay')) return [write(isLeaving ? 'from-us' : arriving, 3)];
    if (isLeaving) return [write('from-us', 4), write('from-us', 6)];
    return [write(arriving === 'broadcast' ? 'broadcast' : 'to-other', 6), write(arriving, 4)];
  }
}

/** Describes a healthy path of one ping; whatever is not said has a sensible value. */
export function ipipPath(options: PathOptions = {}): IpipPath {
  return new IpipPath(settingsOf(options));
}
