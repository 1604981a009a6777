/** Teredo (RFC 4380 section 5.1.1): IPv6 over UDP, behind an authentication and an origin indication that may both be absent. */
import { uint16 } from './bytes.js';
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

export const PORT = 3544;
const ORIGIN = 0x0000;
const ORIGIN_LENGTH = 8;
const AUTHENTICATION = 0x0001;
/** Without the client identifier and the authentication value. */
const AUTHENTICATION_LENGTH = 13;

/** The port says that this is Teredo; where no IPv6 follows it is something else that happens to use the port. */
export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < 4) return view.tooShort(LayerKind.Teredo, at, 4, limit);
  let next = at;
  if (uint16(bytes, next) === AUTHENTICATION) next += AUTHENTICATION_LENGTH + bytes[next + 2]! + bytes[next + 3]!;
  if (limit - next < 2) return view.tooShort(LayerKind.Teredo, at, next - at + 2, limit);
  if (uint16(bytes, next) === ORIGIN) next += ORIGIN_LENGTH;
  if (limit <= next) return view.tooShort(LayerKind.Teredo, at, next - at + 1, limit);
  if (bytes[next]! >>> 4 !== 6) return LayerKind.None;
  // A layer has an octet of its own: without indications the datagram stands behind UDP directly.
  if (next > at) view.add(LayerKind.Teredo, at, limit);
  view.detach();
  view.nextAt = next;
  return LayerKind.Ipv6;
}
