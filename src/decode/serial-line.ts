/** Headers of serial lines: Cisco HDLC (LINKTYPE_C_HDLC) and frame relay (RFC 2427). */
import { uint16, uint24 } from './bytes.js';
import { EtherType, layerOfEtherType } from './ether-type.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';
import { layerOfSnap } from './llc.js';

/** First octets of a Cisco HDLC frame, unicast and broadcast; PPP has neither. */
export const CISCO_UNICAST = 0x0f;
export const CISCO_BROADCAST = 0x8f;
const CISCO_LENGTH = 4;
const MAX_ADDRESS_LENGTH = 4;
const UNNUMBERED_INFORMATION = 0x03;
const PADDING = 0;
const NLPID_SNAP = 0x80;
/** Organization and protocol. */
const SNAP_LENGTH = 5;
const NLPID_IPV4 = 0xcc;
const NLPID_IPV6 = 0x8e;

/** An EtherType. */
export function ciscoProtocol(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2);
}

/** Data link connection identifier of a two-octet address. */
export function connectionIdentifier(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! >>> 2) << 4) | (bytes[at + 1]! >>> 4);
}

export function decodeCiscoHdlc(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < CISCO_LENGTH) return view.tooShort(LayerKind.CiscoHdlc, at, CISCO_LENGTH, limit);
  view.add(LayerKind.CiscoHdlc, at, limit);
  view.nextAt = at + CISCO_LENGTH;
  return layerOfCiscoProtocol(ciscoProtocol(bytes, at));
}

/** Cisco gave the number of reverse ARP to its serial line's own address resolution. */
function layerOfCiscoProtocol(protocol: number): number {
  return protocol === EtherType.ReverseArp ? LayerKind.None : layerOfEtherType(protocol);
}

export function decodeFrameRelay(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  // The lowest bit of an octet tells whether it is the address's last (Q.922 section 3.2).
  let address = 2;
  while (address < MAX_ADDRESS_LENGTH && address <= limit - at && (bytes[at + address - 1]! & 1) === 0) address++;
  if (limit - at < address + 2) return view.tooShort(LayerKind.FrameRelay, at, address + 2, limit);
  view.add(LayerKind.FrameRelay, at, limit);
  view.nextAt = at + address + 2;
  if (bytes[at + address] !== UNNUMBERED_INFORMATION) return layerOfCiscoProtocol(uint16(bytes, at + address));
  // An octet of padding may stand before the identifier of the network layer's protocol (RFC 2427 section 3).
  if (bytes[at + address + 1] === PADDING) {
    view.nextAt++;
    if (limit < view.nextAt) return view.tooShort(LayerKind.FrameRelay, at, address + 3, limit);
  }
  switch (bytes[view.nextAt - 1]) {
    case NLPID_IPV4:
      return LayerKind.Ipv4;
    case NLPID_IPV6:
      return LayerKind.Ipv6;
    case NLPID_SNAP:
      return followSnap(view, bytes, at, limit);
    default:
      return LayerKind.None;
  }
}

function followSnap(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  const snap = view.nextAt;
  if (limit - snap < SNAP_LENGTH) return view.tooShort(LayerKind.FrameRelay, at, snap - at + SNAP_LENGTH, limit);
  view.nextAt = snap + SNAP_LENGTH;
  return layerOfSnap(uint24(bytes, snap), uint16(bytes, snap + 3));
}
