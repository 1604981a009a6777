/** The security tag of IEEE 802.1AE (section 9.3); its data is followed only when it is not encrypted. */
import { uint16, uint32 } from './bytes.js';
import { followType } from './ethernet.js';
import { type FrameView, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

const MIN_LENGTH = 6;
const VERSION = 0x80;
const HAS_CHANNEL = 0x20;
const ENCRYPTED_OR_CHANGED = 0x0c;

export function isEncrypted(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & 0x08) !== 0;
}

export function packetNumber(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at + 2);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < MIN_LENGTH) return view.tooShort(LayerKind.Macsec, at, MIN_LENGTH, limit);
  const control = bytes[at]!;
  if ((control & VERSION) !== 0) return view.fault(Problem.WrongVersion, LayerKind.Macsec, at, 0, 1);
  const length = (control & HAS_CHANNEL) !== 0 ? MIN_LENGTH + 8 : MIN_LENGTH;
  if (limit - at < length) return view.tooShort(LayerKind.Macsec, at, length, limit);
  view.add(LayerKind.Macsec, at, limit);
  if ((control & ENCRYPTED_OR_CHANGED) !== 0) return LayerKind.None;
  const data = at + length + 2;
  if (limit < data) return view.tooShort(LayerKind.Macsec, at, length + 2, limit);
  view.nextAt = data;
  return followType(view, bytes, uint16(bytes, data - 2), data, limit);
}
