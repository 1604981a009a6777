/** The one dispatcher: finds the headers of a frame, from the link type inwards, each by its position. */
import * as arp from './arp.js';
import * as ethernet from './ethernet.js';
import { type FrameView, MAX_LAYERS, Problem } from './frame-view.js';
import * as geneve from './geneve.js';
import * as gre from './gre.js';
import * as icmpv4 from './icmpv4.js';
import * as icmpv6 from './icmpv6.js';
import * as ipsec from './ipsec.js';
import * as ipv4 from './ipv4.js';
import * as ipv6 from './ipv6.js';
import { LayerKind } from './layer-kind.js';
import * as linuxSll from './linux-sll.js';
import * as linuxSll2 from './linux-sll2.js';
import * as llc from './llc.js';
import * as macsec from './macsec.js';
import * as mpls from './mpls.js';
import * as nullLoopback from './null-loopback.js';
import * as pbb from './pbb.js';
import * as ppp from './ppp.js';
import * as pppoe from './pppoe.js';
import * as serialLine from './serial-line.js';
import * as tcp from './tcp.js';
import * as udp from './udp.js';
import * as vlan from './vlan.js';
import * as vxlan from './vxlan.js';
import * as wireguard from './wireguard.js';

export { type Fault, faultOf } from './fault.js';
export { ABSENT, FrameView, MAX_IP_HEADERS, MAX_LAYERS } from './frame-view.js';

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
  if (!view.quoting) view.quotedFrom = view.count;
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
    default:
      return view.fault(Problem.UnsupportedLinkType, LayerKind.None, start, 0, end - start);
  }
}

/** Without a type field the version alone tells which IP it is. */
function layerOfRawIp(view: FrameView, bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return view.tooShort(LayerKind.Ipv4, start, ipv4.MIN_LENGTH, end);
  return bytes[start]! >>> 4 === 6 ? LayerKind.Ipv6 : LayerKind.Ipv4;
}
