/** The layers of a decoded frame as plain data, named as the JSON output names them; for frames that someone looks at. */
import { addressText, ipv6Text, macText, octetsText } from './address.js';
import * as arp from './arp.js';
import { uint32 } from './bytes.js';
import * as ethernet from './ethernet.js';
import type { FrameView } from './frame-view.js';
import * as geneve from './geneve.js';
import * as gre from './gre.js';
import * as icmpv4 from './icmpv4.js';
import * as icmpv6 from './icmpv6.js';
import * as ipv4 from './ipv4.js';
import * as ipv6 from './ipv6.js';
import { LayerKind, layerNames } from './layer-kind.js';
import * as linuxSll from './linux-sll.js';
import * as linuxSll2 from './linux-sll2.js';
import * as nullLoopback from './null-loopback.js';
import * as ppp from './ppp.js';
import * as pppoe from './pppoe.js';
import * as systemHeader from './system-header.js';
import * as tcp from './tcp.js';
import * as udp from './udp.js';
import * as vlan from './vlan.js';
import * as vxlan from './vxlan.js';

export type FieldValue = string | number | boolean | null;

/** One header: its name, its offset in the frame in octets, and its fields in the order of the header. */
export interface LayerDescription {
  readonly layer: string;
  readonly at: number;
  /** Only on layers of a datagram that an ICMP error quotes. */
  readonly quoted?: true;
  readonly [field: string]: FieldValue | undefined;
}

type Fields = Record<string, FieldValue>;

/** From the link layer inwards. */
export function describeLayers(view: FrameView): LayerDescription[] {
  const layers: LayerDescription[] = [];
  for (let i = 0; i < view.count; i++) {
    layers.push({
      layer: layerNames[view.kind[i]!]!,
      at: view.at[i]! - view.start,
      ...describe(view, i),
      ...(i >= view.quotedFrom ? { quoted: true as const } : {}),
    });
  }
  return layers;
}

function describe(view: FrameView, i: number): Fields {
  const { bytes } = view;
  const at = view.at[i]!;
  const limit = view.limit[i]!;
  switch (view.kind[i]) {
    case LayerKind.Ethernet:
      return {
        source: macText(bytes, at + 6),
        destination: macText(bytes, at),
        etherType: ethernet.etherType(bytes, at),
      };
    case LayerKind.Vlan:
      return {
        identifier: vlan.identifier(bytes, at),
        priority: vlan.priority(bytes, at),
        dropEligible: vlan.dropEligible(bytes, at),
        etherType: vlan.etherType(bytes, at),
      };
    case LayerKind.LinuxSll:
      return {
        packetType: linuxSll.packetType(bytes, at),
        arphrdType: linuxSll.arphrdType(bytes, at),
        source: cookedAddress(bytes, linuxSll.address(at), linuxSll.addressLength(bytes, at)),
        protocol: linuxSll.protocol(bytes, at),
      };
    case LayerKind.LinuxSll2:
      return {
        protocol: linuxSll2.protocol(bytes, at),
        interfaceIndex: linuxSll2.interfaceIndex(bytes, at),
        arphrdType: linuxSll2.arphrdType(bytes, at),
        packetType: linuxSll2.packetType(bytes, at),
        source: cookedAddress(bytes, linuxSll2.address(at), linuxSll2.addressLength(bytes, at)),
      };
    case LayerKind.Null:
      return { addressFamily: nullLoopback.addressFamily(bytes, at) };
    case LayerKind.Arp:
      return describeArp(bytes, at, limit);
    case LayerKind.Ipv4:
      return describeIpv4(bytes, at);
    case LayerKind.Ipv6:
      return {
        source: ipv6Text(bytes, ipv6.source(at)),
        destination: ipv6Text(bytes, ipv6.destination(at)),
        trafficClass: ipv6.trafficClass(bytes, at),
        payloadLength: ipv6.payloadLength(bytes, at),
        nextHeader: ipv6.nextHeader(bytes, at),
        hopLimit: ipv6.hopLimit(bytes, at),
      };
    case LayerKind.Icmpv4:
      return describeIcmp(view, i, at, limit);
    case LayerKind.Icmpv6:
      return { type: icmpv6.type(bytes, at), code: icmpv6.code(bytes, at) };
    case LayerKind.Tcp:
      return describeTcp(bytes, at, limit);
    case LayerKind.Udp:
      return {
        sourcePort: udp.sourcePort(bytes, at),
        destinationPort: udp.destinationPort(bytes, at),
        length: udp.length(bytes, at),
        checksum: udp.checksum(bytes, at),
      };
    case LayerKind.Vxlan:
      return { vni: vxlan.vni(bytes, at) };
    case LayerKind.Gre:
      return {
        flags: gre.flags(bytes, at),
        version: gre.version(bytes, at),
        protocol: gre.protocol(bytes, at),
        headerLength: gre.headerLength(bytes, at),
        key: gre.key(bytes, at),
      };
    case LayerKind.Geneve:
      return {
        headerLength: geneve.headerLength(bytes, at),
        protocol: geneve.protocol(bytes, at),
        vni: geneve.vni(bytes, at),
      };
    case LayerKind.Pppoe:
      return {
        code: pppoe.code(bytes, at),
        session: pppoe.sessionIdentifier(bytes, at),
        payloadLength: pppoe.payloadLength(bytes, at),
      };
    case LayerKind.Ppp:
      return { protocol: ppp.protocol(bytes, at) };
    default:
      return describeRarer(bytes, at, view.kind[i]!);
  }
}

function describeRarer(bytes: Uint8Array, at: number, kind: number): Fields {
  switch (kind) {
    case LayerKind.Infiniband:
      return { etherType: systemHeader.infinibandType(bytes, at) };
    case LayerKind.Nflog:
      return { family: systemHeader.nflogFamily(bytes, at), group: systemHeader.nflogGroup(bytes, at) };
    case LayerKind.Pflog:
      return { headerLength: systemHeader.pflogLength(bytes, at), family: systemHeader.pflogFamily(bytes, at) };
    case LayerKind.Enc:
      return { addressFamily: nullLoopback.addressFamily(bytes, at), spi: systemHeader.encSpi(bytes, at) };
    case LayerKind.IpNet:
      return { family: systemHeader.ipNetFamily(bytes, at) };
    default:
      return {};
  }
}

/** null when the device has no address; the field holds eight octets whatever its length claims. */
function cookedAddress(bytes: Uint8Array, at: number, length: number): string | null {
  return length === 0 ? null : octetsText(bytes, at, Math.min(length, 8));
}

function describeArp(bytes: Uint8Array, at: number, limit: number): Fields {
  const fields: Fields = {
    hardwareType: arp.hardwareType(bytes, at),
    protocolType: arp.protocolType(bytes, at),
    operation: arp.operation(bytes, at),
  };
  const hardware = arp.hardwareLength(bytes, at);
  const sender = at + 8;
  const target = sender + hardware + arp.protocolLength(bytes, at);
  const isMac = arp.hasMacs(bytes, at);
  const isIpv4 = arp.hasIpv4Addresses(bytes, at);
  // In the order of the packet, as far as it goes.
  if (isMac && sender + 6 <= limit) fields.senderMac = macText(bytes, sender);
  if (isIpv4 && sender + hardware + 4 <= limit) fields.senderAddress = addressText(uint32(bytes, sender + hardware));
  if (isMac && target + 6 <= limit) fields.targetMac = macText(bytes, target);
  if (isIpv4 && target + hardware + 4 <= limit) fields.targetAddress = addressText(uint32(bytes, target + hardware));
  return fields;
}

function describeIpv4(bytes: Uint8Array, at: number): Fields {
  return {
    source: addressText(ipv4.source(bytes, at)),
    destination: addressText(ipv4.destination(bytes, at)),
    identification: ipv4.identification(bytes, at),
    ttl: ipv4.timeToLive(bytes, at),
    tos: ipv4.typeOfService(bytes, at),
    headerLength: ipv4.headerLength(bytes, at),
    totalLength: ipv4.totalLength(bytes, at),
    dontFragment: ipv4.dontFragment(bytes, at),
    moreFragments: ipv4.moreFragments(bytes, at),
    fragmentOffset: ipv4.fragmentOffset(bytes, at),
    protocol: ipv4.protocol(bytes, at),
    checksumRight: ipv4.headerChecksumIsRight(bytes, at),
  };
}

function describeIcmp(view: FrameView, i: number, at: number, limit: number): Fields {
  const { bytes } = view;
  const type = icmpv4.type(bytes, at);
  const code = icmpv4.code(bytes, at);
  const numbered = icmpv4.isNumbered(type);
  return {
    type,
    code,
    identifier: numbered ? icmpv4.identifier(bytes, at) : null,
    sequence: numbered ? icmpv4.sequence(bytes, at) : null,
    nextHopMtu: type === 3 && code === 4 ? icmpv4.nextHopMtu(bytes, at) : null,
    checksumRight: isWhole(view, i, limit) ? icmpv4.checksumIsRight(bytes, at, limit) : null,
  };
}

/** Whether layer `i`, which ends at `limit`, is all that the IPv4 datagram around it carries. */
function isWhole(view: FrameView, i: number, limit: number): boolean {
  if (i === 0 || view.kind[i - 1] !== LayerKind.Ipv4) return false;
  const ip = view.at[i - 1]!;
  return ip + ipv4.totalLength(view.bytes, ip) === limit && !ipv4.moreFragments(view.bytes, ip);
}

function describeTcp(bytes: Uint8Array, at: number, limit: number): Fields {
  const whole = limit - at >= tcp.MIN_LENGTH;
  const mss = whole ? tcp.maximumSegmentSize(bytes, at, limit) : -1;
  return {
    sourcePort: tcp.sourcePort(bytes, at),
    destinationPort: tcp.destinationPort(bytes, at),
    sequenceNumber: tcp.sequenceNumber(bytes, at),
    acknowledgmentNumber: whole ? tcp.acknowledgmentNumber(bytes, at) : null,
    headerLength: whole ? tcp.headerLength(bytes, at) : null,
    flags: whole ? tcp.flags(bytes, at) : null,
    window: whole ? tcp.window(bytes, at) : null,
    maximumSegmentSize: mss < 0 ? null : mss,
  };
}
