/** IEEE 802.2 logical link control, and the SNAP extension that carries an EtherType (RFC 1042). */
import { uint16, uint24 } from './bytes.js';
import { layerOfEtherType } from './ether-type.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const LENGTH = 3;
/** LLC and SNAP together. */
const SNAP_LENGTH = 8;
const SNAP_SAP = 0xaa;
const IP_SAP = 0x06;
const UNNUMBERED_INFORMATION = 0x03;
const BRIDGE_TUNNEL = 0x0000f8;
/** Bridged frames (RFC 2427 section 4.2). */
const IEEE_802_1 = 0x0080c2;
const ETHERNET_WITH_FCS = 1;
const ETHERNET_WITHOUT_FCS = 7;

export function destinationSap(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

export function sourceSap(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]!;
}

/** Of a SNAP layer: the organization, 0 when `protocol` is an EtherType. */
export function organization(bytes: Uint8Array, at: number): number {
  return uint24(bytes, at + 3);
}

export function protocol(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 6);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < LENGTH) return view.tooShort(LayerKind.Llc, at, LENGTH, limit);
  const isInformation = bytes[at + 2] === UNNUMBERED_INFORMATION;
  if (bytes[at] === SNAP_SAP && bytes[at + 1] === SNAP_SAP && isInformation) {
    if (limit - at < SNAP_LENGTH) return view.tooShort(LayerKind.Snap, at, SNAP_LENGTH, limit);
    view.add(LayerKind.Snap, at, limit);
    view.nextAt = at + SNAP_LENGTH;
    return layerOfSnap(organization(bytes, at), protocol(bytes, at));
  }
  view.add(LayerKind.Llc, at, limit);
  view.nextAt = at + LENGTH;
  return bytes[at] === IP_SAP && isInformation ? LayerKind.Ipv4 : LayerKind.None;
}

/** What an organization and its protocol number announce; organization 0 numbers by EtherType, as does Cisco's bridge tunnel. */
export function layerOfSnap(organization: number, protocol: number): number {
  if (organization === 0 || organization === BRIDGE_TUNNEL) return layerOfEtherType(protocol);
  const isEthernet = protocol === ETHERNET_WITH_FCS || protocol === ETHERNET_WITHOUT_FCS;
  return organization === IEEE_802_1 && isEthernet ? LayerKind.Ethernet : LayerKind.None;
}
