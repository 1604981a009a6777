/** The one dispatcher: finds the headers of a frame, from the link type inwards, each by its position. */
import * as arp from './arp.js';
import * as ciscoFrame from './cisco-frame.js';
import * as ethernet from './ethernet.js';
import * as ethernetTunnel from './ethernet-tunnel.js';
import { type FrameView, MAX_LAYERS, Problem } from './frame-view.js';
import * as geneve from './geneve.js';
import * as gre from './gre.js';
import * as gtp from './gtp.js';
import * as icmpv4 from './icmpv4.js';
import * as icmpv6 from './icmpv6.js';
import * as ipsec from './ipsec.js';
import * as ipv4 from './ipv4.js';
import * as ipv6 from './ipv6.js';
import * as l2tp from './l2tp.js';
import { LayerKind } from './layer-kind.js';
import * as linuxSll from './linux-sll.js';
import * as linuxSll2 from './linux-sll2.js';
import * as llc from './llc.js';
import * as macsec from './macsec.js';
import * as mpls from './mpls.js';
import * as nsh from './nsh.js';
import * as nullLoopback from './null-loopback.js';
import * as pbb from './pbb.js';
import * as pim from './pim.js';
import * as ppp from './ppp.js';
import * as pppoe from './pppoe.js';
import * as ring from './ring.js';
import * as serialLine from './serial-line.js';
import * as systemHeader from './system-header.js';
import * as tcp from './tcp.js';
import * as teredo from './teredo.js';
import * as udp from './udp.js';
import * as vlan from './vlan.js';
import * as vxlan from './vxlan.js';
import * as wireguard from './wireguard.js';
import * as wireless from './wireless.js';

export { type Fault, faultOf } from './fault.js';
export { ABSENT, FrameView, MAX_LAYERS } from './frame-view.js';

/**
 * Fills `view` with the headers of the frame in bytes[start, end). Never throws and allocates nothing; what is wrong with the
 * frame is for faultOf() to tell. `linkType` is the LINKTYPE_ number of the capture file.
 *
 * Every decode() of a protocol file either adds its layer, leaves in the view where the next one stands, and returns that
 * one's kind, or notes why it cannot; LayerKind.None ends the walk.
 */
export function decodeFrame(view: FrameView, bytes: Uint8Array, start: number, end: number, linkType: number): void {
  view.reset(bytes, start, end, linkType);
  let kind = firstLayer(view, bytes, start, end, linkType);
  while (kind !== LayerKind.None) {
    const at = view.nextAt;
    const limit = view.nextLimit;
    if (view.count === MAX_LAYERS) {
      view.fault(Problem.Unsupported, kind, at, 0, limit - at);
      break;
    }
    if (kind === LayerKind.Ipv4) kind = ipv4.decode(view, bytes, at, limit);
    else if (kind === LayerKind.Ethernet) kind = ethernet.decode(view, bytes, at, limit);
    else if (kind === LayerKind.Icmpv4) kind = icmpv4.decode(view, bytes, at, limit);
    else if (kind === LayerKind.Tcp) kind = tcp.decode(view, bytes, at, limit);
    else kind = decodeRarerLayer(view, bytes, at, limit, kind);
  }
  if (!view.quoting || view.detached) view.quotedFrom = view.count;
}

function decodeRarerLayer(view: FrameView, bytes: Uint8Array, at: number, limit: number, kind: number): number {
  switch (kind) {
    case LayerKind.Udp:
      return udp.decode(view, bytes, at, limit);
    case LayerKind.Vlan:
      return vlan.decode(view, bytes, at, limit);
    case LayerKind.Arp:
      return arp.decode(view, bytes, at, limit);
    case LayerKind.LinuxSll:
      return linuxSll.decode(view, bytes, at, limit);
    case LayerKind.LinuxSll2:
      return linuxSll2.decode(view, bytes, at, limit);
    case LayerKind.Null:
      return nullLoopback.decode(view, bytes, at, limit);
    case LayerKind.Llc:
      return llc.decode(view, bytes, at, limit);
    case LayerKind.Vxlan:
      return vxlan.decode(view, bytes, at, limit);
    case LayerKind.Gre:
      return gre.decode(view, bytes, at, limit);
    case LayerKind.Ipv6:
      return ipv6.decode(view, bytes, at, limit);
    case LayerKind.Icmpv6:
      return icmpv6.decode(view, bytes, at, limit);
    case LayerKind.Geneve:
      return geneve.decode(view, bytes, at, limit);
    case LayerKind.Mpls:
      return mpls.decode(view, bytes, at, limit);
    case LayerKind.Pppoe:
      return pppoe.decode(view, bytes, at, limit);
    case LayerKind.Ppp:
      return ppp.decode(view, bytes, at, limit);
    case LayerKind.Macsec:
      return macsec.decode(view, bytes, at, limit);
    case LayerKind.Pbb:
      return pbb.decode(view, bytes, at, limit);
    case LayerKind.Ah:
      return ipsec.decodeAh(view, bytes, at, limit);
    case LayerKind.Esp:
      return ipsec.decodeEsp(view, bytes, at, limit);
    case LayerKind.WireGuard:
      return wireguard.decode(view, bytes, at, limit);
    case LayerKind.CiscoHdlc:
      return serialLine.decodeCiscoHdlc(view, bytes, at, limit);
    case LayerKind.FrameRelay:
      return serialLine.decodeFrameRelay(view, bytes, at, limit);
    case LayerKind.Gtp:
      return gtp.decode(view, bytes, at, limit);
    case LayerKind.L2tp:
      return l2tp.decode(view, bytes, at, limit);
    case LayerKind.Teredo:
      return teredo.decode(view, bytes, at, limit);
    case LayerKind.EtherIp:
      return ethernetTunnel.decodeEtherIp(view, bytes, at, limit);
    case LayerKind.Erspan:
      return ethernetTunnel.decodeErspan(view, bytes, at, limit);
    case LayerKind.Pim:
      return pim.decode(view, bytes, at, limit);
    case LayerKind.Nsh:
      return nsh.decode(view, bytes, at, limit);
    case LayerKind.Isl:
      return ciscoFrame.decodeIsl(view, bytes, at, limit);
    case LayerKind.FabricPath:
      return ciscoFrame.decodeFabricPath(view, bytes, at, limit);
    case LayerKind.Ieee80211:
      return wireless.decode(view, bytes, at, limit);
    case LayerKind.Radiotap:
      return wireless.decodeRadiotap(view, bytes, at, limit);
    case LayerKind.Prism:
      return wireless.decodePrism(view, bytes, at, limit);
    case LayerKind.Avs:
      return wireless.decodeAvs(view, bytes, at, limit);
    case LayerKind.Ppi:
      return wireless.decodePpi(view, bytes, at, limit);
    case LayerKind.TokenRing:
      return ring.decodeTokenRing(view, bytes, at, limit);
    case LayerKind.Fddi:
      return ring.decodeFddi(view, bytes, at, limit);
    case LayerKind.Infiniband:
      return systemHeader.decodeInfiniband(view, bytes, at, limit);
    case LayerKind.Nflog:
      return systemHeader.decodeNflog(view, bytes, at, limit);
    case LayerKind.Pflog:
      return systemHeader.decodePflog(view, bytes, at, limit);
    case LayerKind.Enc:
      return systemHeader.decodeEnc(view, bytes, at, limit);
    case LayerKind.IpNet:
      return systemHeader.decodeIpNet(view, bytes, at, limit);
    default:
      return LayerKind.None;
  }
}

function firstLayer(view: FrameView, bytes: Uint8Array, start: number, end: number, linkType: number): number {
  switch (linkType) {
    case 1:
      return LayerKind.Ethernet;
    // Raw IP: LINKTYPE_RAW, and the numbers of DLT_RAW that stand in files of other systems.
    case 101:
    case 12:
    case 14:
      return layerOfRawIp(view, bytes, start, end);
    case 228:
      return LayerKind.Ipv4;
    case 229:
      return LayerKind.Ipv6;
    case 113:
      return LayerKind.LinuxSll;
    case 276:
      return LayerKind.LinuxSll2;
    case 0:
    case 108:
      return LayerKind.Null;
    case 9:
    case 50: {
      const isCisco =
        start < end && (bytes[start] === serialLine.CISCO_UNICAST || bytes[start] === serialLine.CISCO_BROADCAST);
      return isCisco ? LayerKind.CiscoHdlc : LayerKind.Ppp;
    }
    case 51:
      return LayerKind.Pppoe;
    case 104:
      return LayerKind.CiscoHdlc;
    case 107:
      return LayerKind.FrameRelay;
    case 6:
      return LayerKind.TokenRing;
    case 10:
      return LayerKind.Fddi;
    // ATM as RFC 1483 (now 2684) has it; 11 is the number of some systems.
    case 11:
    case 100:
      return LayerKind.Llc;
    case 105:
      return LayerKind.Ieee80211;
    case 109:
      return LayerKind.Enc;
    case 117:
      return LayerKind.Pflog;
    case 119:
      return LayerKind.Prism;
    case 127:
      return LayerKind.Radiotap;
    case 163:
      return LayerKind.Avs;
    case 192:
      return LayerKind.Ppi;
    case 226:
      return LayerKind.IpNet;
    case 239:
      return LayerKind.Nflog;
    case 242:
      return LayerKind.Infiniband;
    default:
      return view.fault(Problem.UnsupportedLinkType, LayerKind.None, start, 0, end - start);
  }
}

/** Without a type field the version alone tells which IP it is. */
function layerOfRawIp(view: FrameView, bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return view.tooShort(LayerKind.Ipv4, start, ipv4.MIN_LENGTH, end);
  return bytes[start]! >>> 4 === 6 ? LayerKind.Ipv6 : LayerKind.Ipv4;
}
