/** IPsec: the authentication header (RFC 4302), which is followed, and ESP (RFC 4303), which only has a name. */
import { uint32 } from './bytes.js';
import { type FrameView, Problem } from './frame-view.js';
import { layerOfIpProtocol } from './ip-protocol.js';
import { LayerKind } from './layer-kind.js';

const AH_MIN_LENGTH = 12;
const ESP_LENGTH = 8;

/** Security parameters index of an authentication header. */
export function ahSpi(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4);
}

export function ahNextHeader(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

/** In octets; the field counts 32-bit words, less two. */
export function ahLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 1]! + 2) << 2;
}

export function espSpi(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at);
}

export function espSequenceNumber(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 4);
}

export function decodeAh(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < AH_MIN_LENGTH) return view.tooShort(LayerKind.Ah, at, AH_MIN_LENGTH, limit);
  const length = ahLength(bytes, at);
  if (length < AH_MIN_LENGTH) return view.fault(Problem.BadHeaderLength, LayerKind.Ah, at, AH_MIN_LENGTH, length);
  if (limit - at < length) return view.tooShort(LayerKind.Ah, at, length, limit);
  view.add(LayerKind.Ah, at, limit);
  view.nextAt = at + length;
  return layerOfIpProtocol(view, ahNextHeader(bytes, at));
}

export function decodeEsp(view: FrameView, _bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < ESP_LENGTH) return view.tooShort(LayerKind.Esp, at, ESP_LENGTH, limit);
  view.add(LayerKind.Esp, at, limit);
  return LayerKind.None;
}
