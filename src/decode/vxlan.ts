/** VXLAN (RFC 7348) and its generic protocol extension (draft-ietf-nvo3-vxlan-gpe). */
import { uint16, uint24 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 8;
/** IANA's, that of Linux before there was one (flannel's default), and the extension's. */
export const PORT = 4789;
export const LINUX_PORT = 8472;
export const GPE_PORT = 4790;
const VALID_VNI = 0x08;
const NEXT_PROTOCOL = 0x04;

/** VXLAN network identifier. */
export function vni(bytes: Uint8Array, at: number): number {
  return uint24(bytes, at + 4);
}

/** The port says that this is VXLAN; without the I flag it is something else that happens to use the port. */
export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Vxlan, at, LENGTH, limit);
  const flags = bytes[at]!;
  if ((flags & VALID_VNI) === 0) return LayerKind.None;
  view.add(LayerKind.Vxlan, at, limit);
  view.nextAt = at + LENGTH;
  const isExtended = (flags & NEXT_PROTOCOL) !== 0 && isExtensionPort(bytes, at);
  return isExtended ? layerOfNextProtocol(bytes[at + 3]!) : LayerKind.Ethernet;
}

/** The header stands right behind UDP's. On VXLAN's own port the extension's flags are reserved bits, to be ignored (RFC 7348 section 5). */
function isExtensionPort(bytes: Uint8Array, at: number): boolean {
  return uint16(bytes, at - 8) === GPE_PORT || uint16(bytes, at - 6) === GPE_PORT;
}

/** What the extension says it carries (draft-ietf-nvo3-vxlan-gpe section 3.1). */
function layerOfNextProtocol(protocol: number): number {
  switch (protocol) {
    case 1:
      return LayerKind.Ipv4;
    case 2:
      return LayerKind.Ipv6;
    case 3:
      return LayerKind.Ethernet;
    default:
      return LayerKind.None;
  }
}
