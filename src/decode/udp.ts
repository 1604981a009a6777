/** UDP (RFC 768), and which tunnel its ports and first octets announce. */
import { uint16 } from './bytes.js';
import { type FrameView, LimitBy, Problem } from './frame-view.js';
import * as geneve from './geneve.js';
import { LayerKind } from './layer-kind.js';
import * as vxlan from './vxlan.js';
import * as wireguard from './wireguard.js';

export const LENGTH = 8;

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

/** Either port may be the tunnel's: replies of some implementations come from it. */
function layerOfPorts(view: FrameView, bytes: Uint8Array, at: number): number {
  const from = sourcePort(bytes, at);
  const to = destinationPort(bytes, at);
  if (vxlan.isPort(to) || vxlan.isPort(from)) return LayerKind.Vxlan;
  if (to === geneve.PORT || from === geneve.PORT) return LayerKind.Geneve;
  const isWireGuard = wireguard.hasShape(bytes, at + LENGTH, view.nextLimit, length(bytes, at) - LENGTH);
  return isWireGuard ? LayerKind.WireGuard : LayerKind.None;
}
