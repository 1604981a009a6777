/** Whose segment or datagram each frame of a capture carries, told while the capture is read a second time. */
import type { FrameCursor } from '../capture/capture.js';
import { ABSENT, decodeFrame, FrameView } from '../decode/frame.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import { Points } from './points.js';

/** To be asked of every frame of one file, in their order. */
export class TransportFrames {
  /** Of the file's points, as they were numbered when it was read first; -1: none took the frame. */
  point = -1;
  /** Source, destination and protocol of the inner datagram, and its ports as in ProbeKey; null: it shows none. */
  ends: string | null = null;
  /** What the fragments of the frame's datagram share (RFC 791 section 3.2); null: it is none. */
  datagram: string | null = null;
  readonly #view = new FrameView();
  readonly #points = new Points();

  look(frame: FrameCursor): void {
    const view = this.#view;
    decodeFrame(view, frame.bytes, frame.start, frame.end, frame.linkType);
    this.point = this.#points.of(frame, view);
    const at = view.tcp !== ABSENT ? view.tcp : view.udp;
    this.ends = view.inner !== ABSENT && at > view.inner ? endsAt(view, frame.view.getUint32(at)) : null;
    this.datagram = view.inner === ABSENT ? null : datagramOf(view, this.point);
  }
}

/** Addresses, IP protocol and ports of one direction; ports as in ProbeKey. */
export interface Ends {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly ports: number;
}

export function endsKey({ source, destination, protocol, ports }: Ends): string {
  return `${source} ${destination} ${protocol} ${ports}`;
}

function endsAt({ bytes, inner }: FrameView, ports: number): string {
  return endsKey({
    source: ipv4.source(bytes, inner),
    destination: ipv4.destination(bytes, inner),
    protocol: ipv4.protocol(bytes, inner),
    ports,
  });
}

function datagramOf({ bytes, count, kind, at }: FrameView, point: number): string | null {
  for (let i = 0; i < count; i++) {
    if (kind[i] !== LayerKind.Ipv4) continue;
    const header = at[i]!;
    if (!ipv4.moreFragments(bytes, header) && ipv4.fragmentOffset(bytes, header) === 0) continue;
    const ends = `${ipv4.source(bytes, header)} ${ipv4.destination(bytes, header)}`;
    return `${point} ${ends} ${ipv4.identification(bytes, header)} ${ipv4.protocol(bytes, header)}`;
  }
  return null;
}
