/**
 * Headers that a system puts before datagrams it hands to a capture (https://www.tcpdump.org/linktypes.html): Linux netfilter's
 * log, the packet filter's log and IPsec's device of BSD, IPNET of Solaris, and IP over InfiniBand with its pseudo-header.
 */
import { uint16, uint32 } from './bytes.js';
import { layerOfEtherType } from './ether-type.js';
import { type FrameView, LimitBy, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';
import * as nullLoopback from './null-loopback.js';

const NFLOG_LENGTH = 4;
const NFLOG_PACKET_HEADER = 1;
const NFLOG_PAYLOAD = 9;
const NF_IPV4 = 2;
const NF_IPV6 = 10;
const PFLOG_MIN_LENGTH = 45;
const ENC_LENGTH = 12;
const IPNET_LENGTH = 24;
const SOLARIS_INET = 2;
const SOLARIS_INET6 = 26;
const INFINIBAND_LENGTH = 44;

/** Linux' NFPROTO_ number. */
export function nflogFamily(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

/** The log's group. */
export function nflogGroup(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** Attributes of a length and a type in the byte order of the machine that captured; one of them is the datagram. */
export function decodeNflog(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < NFLOG_LENGTH) return view.tooShort(LayerKind.Nflog, at, NFLOG_LENGTH, limit);
  view.add(LayerKind.Nflog, at, limit);
  const isLittle = limit - at < NFLOG_LENGTH + 4 || bytes[at + 4]! >= bytes[at + 5]!;
  const number = (i: number): number => (isLittle ? bytes[i]! | (bytes[i + 1]! << 8) : uint16(bytes, i));
  let type = 0;
  let payload = 0;
  let end = limit;
  for (let i = at + NFLOG_LENGTH; limit - i >= 4; ) {
    const length = number(i);
    if (length < 4) return view.fault(Problem.BadHeaderLength, LayerKind.Nflog, at, 4, length);
    const attribute = number(i + 2) & 0x7fff;
    if (attribute === NFLOG_PACKET_HEADER && length === 8 && limit - i >= 8) type = uint16(bytes, i + 4);
    if (attribute === NFLOG_PAYLOAD) {
      payload = i + 4;
      end = i + length;
    }
    i += (length + 3) & ~3;
  }
  if (payload === 0) return view.tooShort(LayerKind.Nflog, at, limit - at + 1, limit);
  if (end <= limit) view.narrow(end, LimitBy.HeaderLength);
  view.nextAt = payload;
  if (type !== 0) return layerOfEtherType(type);
  const family = nflogFamily(bytes, at);
  if (family === NF_IPV4) return LayerKind.Ipv4;
  return family === NF_IPV6 ? LayerKind.Ipv6 : LayerKind.None;
}

/** Its own length, without the padding to a multiple of four. */
export function pflogLength(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

export function pflogFamily(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

export function decodePflog(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < PFLOG_MIN_LENGTH) return view.tooShort(LayerKind.Pflog, at, PFLOG_MIN_LENGTH, limit);
  const length = pflogLength(bytes, at);
  if (length < PFLOG_MIN_LENGTH) {
    return view.fault(Problem.BadHeaderLength, LayerKind.Pflog, at, PFLOG_MIN_LENGTH, length);
  }
  const header = (length + 3) & ~3;
  if (limit - at < header) return view.tooShort(LayerKind.Pflog, at, header, limit);
  view.add(LayerKind.Pflog, at, limit);
  view.nextAt = at + header;
  return nullLoopback.layerOfAddressFamily(pflogFamily(bytes, at));
}

/** Security parameters index of the packet that was taken apart. */
export function encSpi(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4);
}

export function decodeEnc(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < ENC_LENGTH) return view.tooShort(LayerKind.Enc, at, ENC_LENGTH, limit);
  view.add(LayerKind.Enc, at, limit);
  view.nextAt = at + ENC_LENGTH;
  return nullLoopback.layerOfAddressFamily(nullLoopback.addressFamily(bytes, at));
}

export function ipNetFamily(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

export function decodeIpNet(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < IPNET_LENGTH) return view.tooShort(LayerKind.IpNet, at, IPNET_LENGTH, limit);
  view.add(LayerKind.IpNet, at, limit);
  view.nextAt = at + IPNET_LENGTH;
  const family = ipNetFamily(bytes, at);
  if (family === SOLARIS_INET) return LayerKind.Ipv4;
  return family === SOLARIS_INET6 ? LayerKind.Ipv6 : LayerKind.None;
}

/** An EtherType, behind the 40 octets of the global routing header. */
export function infinibandType(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 40);
}

export function decodeInfiniband(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < INFINIBAND_LENGTH) return view.tooShort(LayerKind.Infiniband, at, INFINIBAND_LENGTH, limit);
  view.add(LayerKind.Infiniband, at, limit);
  view.nextAt = at + INFINIBAND_LENGTH;
  return layerOfEtherType(infinibandType(bytes, at));
}
