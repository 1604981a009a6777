/** UDP (RFC 768), and which tunnel its ports and first octets announce. */
import { uint16 } from './bytes.js';
import { onesComplementSum } from './checksum.js';
import { type FrameView, LimitBy, Problem } from './frame-view.js';
import * as geneve from './geneve.js';
import * as gre from './gre.js';
import { LayerKind } from './layer-kind.js';
import * as vxlan from './vxlan.js';

export const LENGTH = 8;
/** Of an IPv4 header without options (RFC 791). */
const IPV4_LENGTH = 20;
/** GTP-U (3GPP TS 29.281) and MPLS in UDP (RFC 7510): not decoded, and their headers are as long as GUE's, for which they would pass. */
const NOT_GUE: readonly number[] = [2152, 6635];

const tunnels: readonly (readonly [port: number, kind: number])[] = [
  [vxlan.PORT, LayerKind.Vxlan],
  [vxlan.LINUX_PORT, LayerKind.Vxlan],
  [vxlan.GPE_PORT, LayerKind.Vxlan],
  [geneve.PORT, LayerKind.Geneve],
  [gre.PORT, LayerKind.Gre],
];
const kindOfPort = new Uint8Array(65_536);
for (const [port, kind] of tunnels) kindOfPort[port] = kind;

export function sourcePort(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at);
}

export function destinationPort(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** Header and data, in octets. */
export function length(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 4);
}

/** 0: the sender gave none. */
export function checksum(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 6);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  const room = limit - at;
  if (room < LENGTH) return view.tooShort(LayerKind.Udp, at, LENGTH, limit);
  const total = uint16(bytes, at + 4);
  const isBounded = total >= LENGTH && total <= room;
  view.add(LayerKind.Udp, at, isBounded ? at + total : limit);
  if (!view.quoting) view.udp = at;
  if (isBounded) view.narrow(at + total, LimitBy.HeaderLength);
  else if (total < LENGTH) {
    // 0 stands for a datagram longer than the field can say (RFC 2675 section 4, and segmentation offload).
    if (total !== 0) return view.fault(Problem.LengthBelowHeader, LayerKind.Udp, at, LENGTH, total);
  } else if (total > room && view.limitBy !== LimitBy.Captured && !view.quoting && !view.insideFragment) {
    view.fault(Problem.BadLength, LayerKind.Udp, at, total, room);
  }
  view.nextAt = at + LENGTH;
  return layerOfPorts(view, bytes, at);
}

export function isTunnelPort(port: number): boolean {
  return kindOfPort[port] !== LayerKind.None;
}

/**
 * Octets between the UDP header and an IP datagram that any port may carry: none (FoU of Linux, flannel's udp backend, GUE's
 * variant 1), or the header of GUE (draft-ietf-intarea-gue, section 3), without and with four octets of optional fields.
 */
const shims: readonly number[] = [0, 4, 8];

/** Does the data look like an IPv4 datagram that fills it? `limit` is one past the last captured octet. */
export function mayCarryIpv4(view: DataView, at: number, limit: number, length: number): boolean {
  for (const shim of shims) {
    const ip = at + LENGTH + shim;
    if (ip + 4 > limit) return false;
    if (view.getUint8(ip) >>> 4 === 4 && view.getUint16(ip + 2) === length - LENGTH - shim) return true;
  }
  return false;
}

/** Where such a datagram begins, its header's checksum being right; -1: there is none. */
function ipv4Inside(bytes: Uint8Array, at: number, limit: number): number {
  for (const shim of shims) {
    const ip = at + LENGTH + shim;
    if (ip + IPV4_LENGTH > limit) return -1;
    const first = bytes[ip]!;
    const header = (first & 0x0f) << 2;
    if (first >>> 4 !== 4 || header < IPV4_LENGTH || ip + header > limit) continue;
    if (uint16(bytes, ip + 2) !== length(bytes, at) - LENGTH - shim) continue;
    if (onesComplementSum(bytes, ip, ip + header) === 0xffff) return ip;
  }
  return -1;
}

/** Either port may be the tunnel's: replies of some implementations come from it. */
function layerOfPorts(view: FrameView, bytes: Uint8Array, at: number): number {
  const kind = kindOfPort[destinationPort(bytes, at)]! || kindOfPort[sourcePort(bytes, at)]!;
  if (kind !== LayerKind.None) return kind;
  if (NOT_GUE.includes(destinationPort(bytes, at)) || NOT_GUE.includes(sourcePort(bytes, at))) return LayerKind.None;
  const ip = ipv4Inside(bytes, at, view.nextLimit);
  if (ip === -1) return LayerKind.None;
  view.nextAt = ip;
  return LayerKind.Ipv4;
}
