/**
 * Frames written octet by octet, for tests. It shares nothing with src/decode, so that a mistake there cannot hide
 * behind the same mistake here; builder.test.ts holds it against tshark.
 */

/** Text "a.b.c.d" as four octets. */
export function ipv4Octets(address: string): Uint8Array {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) {
    throw new Error(`not an IPv4 address: ${address}`);
  }
  return Uint8Array.from(parts);
}

/** Text "aa:bb:cc:dd:ee:ff" as six octets. */
function macOctets(mac: string): Uint8Array {
  const parts = mac.split(':').map((part) => Number.parseInt(part, 16));
  if (parts.length !== 6 || parts.some(Number.isNaN)) throw new Error(`not a MAC address: ${mac}`);
  return Uint8Array.from(parts);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Big-endian fields as [value, octets] pairs. */
function fields(...pairs: readonly (readonly [value: number, octets: 1 | 2 | 3 | 4])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [value, octets] of pairs) {
    for (let shift = octets - 1; shift >= 0; shift--) bytes.push(Math.floor(value / 2 ** (8 * shift)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** RFC 1071: the ones' complement of the ones' complement sum of 16-bit words. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  const bytes = concat(...parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export interface EthernetAddresses {
  source: string;
  destination: string;
}

/** Ethernet II with any number of 802.1Q tags, outermost first (a number is a VLAN id). */
export function ethernet(
  addresses: EthernetAddresses,
  etherType: number,
  payload: Uint8Array,
  vlans: readonly number[] = [],
): Uint8Array {
  const tags = vlans.map((vlan, index) =>
    fields([index === 0 && vlans.length > 1 ? 0x88a8 : 0x8100, 2], [vlan & 0xffff, 2]),
  );
  return concat(
    macOctets(addresses.destination),
    macOctets(addresses.source),
    ...tags,
    fields([etherType, 2]),
    payload,
  );
}

export const EtherType = { ipv4: 0x0800, arp: 0x0806, transparentEthernet: 0x6558 } as const;

/** Linux packet types, as SLL and SLL2 write them. */
type SllPacketType = 'to-us' | 'broadcast' | 'multicast' | 'to-other' | 'from-us';
const sllPacketTypes: readonly SllPacketType[] = ['to-us', 'broadcast', 'multicast', 'to-other', 'from-us'];
const ARPHRD_ETHER = 1;
const ARPHRD_TUNNEL = 768;

export interface SllHeader {
  packetType: SllPacketType;
  interfaceIndex: number;
  /** The sender's MAC; null on a tunnel device, which has none. */
  source: string | null;
}

/** LINKTYPE_LINUX_SLL2 (276). */
export function linuxSll2(header: SllHeader, etherType: number, payload: Uint8Array): Uint8Array {
  const address = header.source === null ? new Uint8Array(8) : concat(macOctets(header.source), new Uint8Array(2));
  return concat(
    fields(
      [etherType, 2],
      [0, 2],
      [header.interfaceIndex, 4],
      [header.source === null ? ARPHRD_TUNNEL : ARPHRD_ETHER, 2],
      [sllPacketTypes.indexOf(header.packetType), 1],
      [header.source === null ? 0 : 6, 1],
    ),
    address,
    payload,
  );
}

/** LINKTYPE_LINUX_SLL (113): the same without the interface index. */
export function linuxSll(header: SllHeader, etherType: number, payload: Uint8Array): Uint8Array {
  const address = header.source === null ? new Uint8Array(8) : concat(macOctets(header.source), new Uint8Array(2));
  return concat(
    fields(
      [sllPacketTypes.indexOf(header.packetType), 2],
      [header.source === null ? ARPHRD_TUNNEL : ARPHRD_ETHER, 2],
      [header.source === null ? 0 : 6, 2],
    ),
    address,
    fields([etherType, 2]),
    payload,
  );
}

/** RFC 826. An unknown target MAC is written as zeros. */
export function arp(
  operation: 'request' | 'reply',
  sender: { mac: string; address: string },
  target: { mac: string | null; address: string },
): Uint8Array {
  return concat(
    fields([1, 2], [EtherType.ipv4, 2], [6, 1], [4, 1], [operation === 'request' ? 1 : 2, 2]),
    macOctets(sender.mac),
    ipv4Octets(sender.address),
    target.mac === null ? new Uint8Array(6) : macOctets(target.mac),
    ipv4Octets(target.address),
  );
}

/** RFC 791. What is left out is computed from the rest; what is given is written, right or wrong. */
export interface Ipv4Fields {
  source: string;
  destination: string;
  protocol: number;
  ttl: number;
  tos: number;
  identification: number;
  dontFragment: boolean;
  moreFragments: boolean;
  /** In octets, a multiple of 8. */
  fragmentOffset: number;
  options?: Uint8Array;
  version?: number;
  /** In octets. */
  headerLength?: number;
  totalLength?: number;
  checksum?: number;
}

export const IpProtocol = { icmp: 1, ipip: 4, tcp: 6, udp: 17, ipv6: 41, gre: 47 } as const;

/** One IPv4 header and its payload. */
export function ipv4(header: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const options = header.options ?? new Uint8Array(0);
  if (options.length % 4 !== 0) throw new Error('IPv4 options are padded to a multiple of 4 octets');
  const headerLength = header.headerLength ?? 20 + options.length;
  const flags = (header.dontFragment ? 0x4000 : 0) | (header.moreFragments ? 0x2000 : 0);
  const octets = concat(
    fields(
      [((header.version ?? 4) << 4) | ((headerLength / 4) & 0x0f), 1],
      [header.tos, 1],
      [header.totalLength ?? 20 + options.length + payload.length, 2],
      [header.identification, 2],
      [flags | (header.fragmentOffset / 8), 2],
      [header.ttl, 1],
      [header.protocol, 1],
      [0, 2],
    ),
    ipv4Octets(header.source),
    ipv4Octets(header.destination),
    options,
  );
  octets.set(fields([header.checksum ?? internetChecksum(octets), 2]), 10);
  return concat(octets, payload);
}

/** An ICMP message: type, code, the four octets that follow the checksum, and the rest (RFC 792). */
function icmp(type: number, code: number, rest: Uint8Array, body: Uint8Array, checksum?: number): Uint8Array {
  const head = concat(fields([type, 1], [code, 1], [0, 2]), rest);
  head.set(fields([checksum ?? internetChecksum(head, body), 2]), 2);
  return concat(head, body);
}

export function icmpEcho(
  type: 'request' | 'reply',
  identifier: number,
  sequence: number,
  data: Uint8Array,
  checksum?: number,
): Uint8Array {
  return icmp(type === 'request' ? 8 : 0, 0, fields([identifier, 2], [sequence, 2]), data, checksum);
}

/** An ICMP error that quotes `quoted`. `nextHopMtu` is written for fragmentation needed (RFC 1191). */
export function icmpError(type: number, code: number, nextHopMtu: number, quoted: Uint8Array): Uint8Array {
  return icmp(type, code, fields([0, 2], [nextHopMtu, 2]), quoted);
}

function pseudoHeader(source: string, destination: string, protocol: number, length: number): Uint8Array {
  return concat(ipv4Octets(source), ipv4Octets(destination), fields([0, 1], [protocol, 1], [length, 2]));
}

export interface Ends {
  source: string;
  destination: string;
}

/** RFC 768. `checksum: 0` means none, as VXLAN's sender does. */
export function udp(
  ends: Ends,
  sourcePort: number,
  destinationPort: number,
  data: Uint8Array,
  checksum?: number,
): Uint8Array {
  const length = 8 + data.length;
  const head = fields([sourcePort, 2], [destinationPort, 2], [length, 2], [0, 2]);
  const computed =
    internetChecksum(pseudoHeader(ends.source, ends.destination, IpProtocol.udp, length), head, data) || 0xffff;
  head.set(fields([checksum ?? computed, 2]), 6);
  return concat(head, data);
}

export interface TcpFields {
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgement: number;
  flags: { syn?: boolean; ack?: boolean; psh?: boolean; fin?: boolean; rst?: boolean };
  /** Written as an option when given. */
  maximumSegmentSize?: number;
}

/** RFC 9293. */
export function tcp(ends: Ends, header: TcpFields, data: Uint8Array): Uint8Array {
  const options =
    header.maximumSegmentSize === undefined ? [] : [fields([2, 1], [4, 1], [header.maximumSegmentSize, 2])];
  const { syn, ack, psh, fin, rst } = header.flags;
  const flags = (fin ? 1 : 0) | (syn ? 2 : 0) | (rst ? 4 : 0) | (psh ? 8 : 0) | (ack ? 16 : 0);
  const head = concat(
    fields(
      [header.sourcePort, 2],
      [header.destinationPort, 2],
      [header.sequence, 4],
      [header.acknowledgement, 4],
      [(20 + 4 * options.length) << 2, 1],
      [flags, 1],
      [64240, 2],
      [0, 2],
      [0, 2],
    ),
    ...options,
  );
  const pseudo = pseudoHeader(ends.source, ends.destination, IpProtocol.tcp, head.length + data.length);
  head.set(fields([internetChecksum(pseudo, head, data), 2]), 16);
  return concat(head, data);
}

/** RFC 7348: the header and an inner Ethernet frame. */
export function vxlan(networkIdentifier: number, frame: Uint8Array): Uint8Array {
  return concat(fields([0x08, 1], [0, 3], [networkIdentifier, 3], [0, 1]), frame);
}

/** RFC 2784 without checksum; with a key it is RFC 2890. */
export function gre(protocolType: number, payload: Uint8Array, key?: number): Uint8Array {
  return key === undefined
    ? concat(fields([0, 2], [protocolType, 2]), payload)
    : concat(fields([0x2000, 2], [protocolType, 2], [key, 4]), payload);
}
