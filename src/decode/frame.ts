/** The one dispatcher: finds the headers of a frame, from the link type inwards, each by its position. */
import * as arp from './arp.js';
import * as ethernet from './ethernet.js';
import { type FrameView, MAX_LAYERS, Problem } from './frame-view.js';
import * as geneve from './geneve.js';
import * as gre from './gre.js';
import * as icmpv4 from './icmpv4.js';
import * as icmpv6 from './icmpv6.js';
import * as ipv4 from './ipv4.js';
import * as ipv6 from './ipv6.js';
import { LayerKind } from './layer-kind.js';
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
    case LayerKind.Pppoe:
      return pppoe.decode(view, bytes, at, limit);
    case LayerKind.Ppp:
      return ppp.decode(view, bytes, at, limit);
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
    case 50:
      return LayerKind.Ppp;
    case 51:
      return LayerKind.Pppoe;
    case 109:
      return LayerKind.Enc;
    case 117:
      return LayerKind.Pflog;
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
