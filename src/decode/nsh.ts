/** The network service header of service function chains (RFC 8300 section 2). */
import { uint16, uint24 } from './bytes.js';
import { type FrameView, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const MIN_LENGTH = 8;

/** Context headers included, in octets. */
export function headerLength(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) & 0x3f) << 2;
}

export function nextProtocol(bytes: Uint8Array, at: number): number {
  return bytes[at + 3]!;
}

export function servicePath(bytes: Uint8Array, at: number): number {
  return uint24(bytes, at + 4);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < MIN_LENGTH) return view.tooShort(LayerKind.Nsh, at, MIN_LENGTH, limit);
  const header = headerLength(bytes, at);
  if (header < MIN_LENGTH) return view.fault(Problem.BadHeaderLength, LayerKind.Nsh, at, MIN_LENGTH, header);
  if (limit - at < header) return view.tooShort(LayerKind.Nsh, at, header, limit);
  view.add(LayerKind.Nsh, at, limit);
  view.detach();
  view.nextAt = at + header;
  return layerOfNextProtocol(nextProtocol(bytes, at));
}

/** The registry of NSH; that of VXLAN's generic extension agrees with it. */
export function layerOfNextProtocol(protocol: number): number {
  switch (protocol) {
    case 1:
      return LayerKind.Ipv4;
    case 2:
      return LayerKind.Ipv6;
    case 3:
      return LayerKind.Ethernet;
    case 4:
      return LayerKind.Nsh;
    case 5:
      return LayerKind.Mpls;
    default:
      return LayerKind.None;
  }
}
