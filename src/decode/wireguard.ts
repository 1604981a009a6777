/** WireGuard, known by the shape of its four messages (https://www.wireguard.com/protocol/); its content is encrypted. */
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const TYPE_LENGTH = 4;
const INITIATION_LENGTH = 148;
const RESPONSE_LENGTH = 92;
const COOKIE_LENGTH = 64;
const MIN_TRANSPORT_LENGTH = 32;

export function messageType(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

/** Whether a UDP payload of `length` octets, of which those before `limit` were captured, can be a WireGuard message. */
export function hasShape(bytes: Uint8Array, at: number, limit: number, length: number): boolean {
  if (limit - at < TYPE_LENGTH || bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) return false;
  switch (bytes[at]) {
    case 1:
      return length === INITIATION_LENGTH;
    case 2:
      return length === RESPONSE_LENGTH;
    case 3:
      return length === COOKIE_LENGTH;
    case 4:
      return length >= MIN_TRANSPORT_LENGTH && length % 16 === 0;
    default:
      return false;
  }
}

export function decode(view: FrameView, _bytes: Uint8Array, at: number, limit: number): number {
  view.add(LayerKind.WireGuard, at, limit);
  return LayerKind.None;
}
