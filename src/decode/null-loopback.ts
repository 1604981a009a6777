/** BSD loopback (LINKTYPE_NULL and LINKTYPE_LOOP, https://www.tcpdump.org/linktypes.html): four octets of address family. */
import { uint32 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 4;
const AF_INET = 2;

/**
 * LINKTYPE_NULL is in the byte order of the machine that captured, LINKTYPE_LOOP in network order. No family reaches 65536,
 * so the order that gives a small number is the right one, as Wireshark has it too.
 */
export function addressFamily(bytes: Uint8Array, at: number): number {
  const big = uint32(bytes, at);
  if (big < 0x10000) return big;
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Null, at, LENGTH, limit);
  view.add(LayerKind.Null, at, limit);
  view.nextAt = at + LENGTH;
  return layerOfAddressFamily(addressFamily(bytes, at));
}

export function layerOfAddressFamily(family: number): number {
  switch (family) {
    case AF_INET:
      return LayerKind.Ipv4;
    // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, Darwin.
    case 10:
    case 24:
    case 28:
    case 30:
      return LayerKind.Ipv6;
    default:
      return LayerKind.None;
  }
}
