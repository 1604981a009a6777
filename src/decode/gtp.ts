/** The user plane of GTP version 1 (3GPP TS 29.281 section 5): a subscriber's datagrams between the nodes of a mobile network. */
import { uint16, uint32 } from './bytes.js';
import { EtherType } from './ether-type.js';
import { type FrameView, LimitBy, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const MIN_LENGTH = 8;
export const PORT = 2152;
/** Version 1, protocol type GTP. */
const VERSION_AND_TYPE = 0x30;
const HAS_EXTENSIONS = 0x04;
const HAS_OPTIONAL_FIELDS = 0x07;
const CARRIED_DATAGRAM = 255;

export function messageType(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

/** Octets behind the eight of the fixed header. */
export function length(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

export function tunnelIdentifier(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4);
}

/** The port says that this is GTP; another version is its control plane, or something else that happens to use the port. */
export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < MIN_LENGTH) return view.tooShort(LayerKind.Gtp, at, MIN_LENGTH, limit);
  const flags = bytes[at]!;
  if ((flags & 0xf0) !== VERSION_AND_TYPE) return LayerKind.None;
  let header = (flags & HAS_OPTIONAL_FIELDS) === 0 ? MIN_LENGTH : MIN_LENGTH + 4;
  if (limit - at < header) return view.tooShort(LayerKind.Gtp, at, header, limit);
  view.add(LayerKind.Gtp, at, limit);
  view.detach();
  const end = at + MIN_LENGTH + length(bytes, at);
  if (end >= at + header && end <= limit) view.narrow(end, LimitBy.HeaderLength);
  let next = (flags & HAS_EXTENSIONS) === 0 ? 0 : bytes[at + MIN_LENGTH + 3]!;
  while (next !== 0) {
    if (view.nextLimit - at <= header) return view.tooShort(LayerKind.Gtp, at, header + 1, view.nextLimit);
    const extension = bytes[at + header]! << 2;
    if (extension === 0) return view.fault(Problem.BadHeaderLength, LayerKind.Gtp, at, 4, 0);
    header += extension;
    if (view.nextLimit - at < header) return view.tooShort(LayerKind.Gtp, at, header, view.nextLimit);
    next = bytes[at + header - 1]!;
  }
  if (messageType(bytes, at) !== CARRIED_DATAGRAM || end === at + header) return LayerKind.None;
  if (view.nextLimit - at === header) return view.tooShort(LayerKind.Gtp, at, header + 1, view.nextLimit);
  view.nextAt = at + header;
  return layerOfContent(bytes, at + header, view.nextLimit);
}

/** Nothing in the header tells what is carried: the subscriber's session does. */
function layerOfContent(bytes: Uint8Array, at: number, limit: number): number {
  const nibble = bytes[at]! >>> 4;
  if (nibble === 4) return LayerKind.Ipv4;
  if (nibble === 6) return LayerKind.Ipv6;
  if (limit - at <= 14) return LayerKind.None;
  const type = uint16(bytes, at + 12);
  const isEthernet = type === EtherType.Ipv4 || type === EtherType.Ipv6 || type === EtherType.Arp;
  return isEthernet ? LayerKind.Ethernet : LayerKind.None;
}
