/** Headers before a whole Ethernet frame that travels in IP: EtherIP (RFC 3378) and ERSPAN (draft-foschiano-erspan), types I to III. */
import { uint16, uint32 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const ETHER_IP_LENGTH = 2;
const ETHER_IP_VERSION = 3;
const TYPE_2_VERSION = 1;
const TYPE_2_LENGTH = 8;
const TYPE_3_VERSION = 2;
const TYPE_3_LENGTH = 12;
const SUBHEADER_LENGTH = 8;
const HAS_SUBHEADER = 0x0001;
/** What a type III header says it carries: Ethernet is 0. */
const FRAME_TYPE = 0x7c00;

export function decodeEtherIp(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < ETHER_IP_LENGTH) return view.tooShort(LayerKind.EtherIp, at, ETHER_IP_LENGTH, limit);
  if (bytes[at]! >>> 4 !== ETHER_IP_VERSION) return LayerKind.None;
  view.add(LayerKind.EtherIp, at, limit);
  view.detach();
  view.nextAt = at + ETHER_IP_LENGTH;
  return LayerKind.Ethernet;
}

/** 1 is type II, 2 is type III; type I has no header. */
export function erspanVersion(bytes: Uint8Array, at: number): number {
  return bytes[at]! >>> 4;
}

export function erspanVlan(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) & 0x0fff;
}

export function erspanSession(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at + 2) & 0x03ff;
}

export function decodeErspan(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < TYPE_2_LENGTH) return view.tooShort(LayerKind.Erspan, at, TYPE_2_LENGTH, limit);
  const version = erspanVersion(bytes, at);
  if (version !== TYPE_2_VERSION && version !== TYPE_3_VERSION) return LayerKind.None;
  let header = version === TYPE_2_VERSION ? TYPE_2_LENGTH : TYPE_3_LENGTH;
  if (limit - at < header) return view.tooShort(LayerKind.Erspan, at, header, limit);
  if (version === TYPE_3_VERSION && (uint32(bytes, at + 8) & HAS_SUBHEADER) !== 0) header += SUBHEADER_LENGTH;
  if (limit - at < header) return view.tooShort(LayerKind.Erspan, at, header, limit);
  view.add(LayerKind.Erspan, at, limit);
  view.detach();
  view.nextAt = at + header;
  const isEthernet = version === TYPE_2_VERSION || (uint16(bytes, at + 10) & FRAME_TYPE) === 0;
  return isEthernet ? LayerKind.Ethernet : LayerKind.None;
}
