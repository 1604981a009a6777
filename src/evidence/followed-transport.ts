/** Which frames of a capture that is read again carry the TCP segments and UDP datagrams of the judged flows. */
import type { FrameCursor } from '../capture/capture.js';
import { reversed } from '../follow/probe-key.js';
import type { CapturePoint } from '../observe/capture-point.js';
import { type Ends, endsKey, TransportFrames } from '../observe/transport-frames.js';

export interface FollowedFrame {
  readonly point: CapturePoint;
  /** What the frame is to the flow, in a few words. */
  readonly what: string;
  /** Later frames of the point with the same octets that belong here as well: ARP is told once and counted. */
  readonly repeats: number;
}

/** What the messages of flows are called in comments, by the addresses and ports of the inner datagram; both ways. */
export class TransportNames {
  readonly #names = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  add(ends: Ends, there: string, back: string): void {
    this.#names.set(endsKey(ends), there);
    this.#names.set(endsKey(reversed(ends)), back);
  }

  has(ends: Ends): boolean {
    return this.#names.has(endsKey(ends));
  }

  of(ends: string): string | undefined {
    return this.#names.get(ends);
  }
}

/** For one file, to be asked of each of its frames in their order. */
export class FollowedTransport {
  readonly #names: TransportNames;
  readonly #captured: readonly CapturePoint[];
  readonly #frames = new TransportFrames();
  /** Datagrams of which the first fragment was taken: later ones show no ports. */
  readonly #begun = new Map<string, string>();

  /** `captured`: the file's points in the order of their numbers. */
  constructor(names: TransportNames, captured: readonly CapturePoint[]) {
    this.#names = names;
    this.#captured = captured;
  }

  take(frame: FrameCursor): FollowedFrame | undefined {
    if (this.#names.isEmpty) return undefined;
    this.#frames.look(frame);
    const { point: number, ends, datagram } = this.#frames;
    const point = this.#captured[number];
    const what = ends === null ? this.#laterFragment(datagram) : this.#names.of(ends);
    if (point === undefined || what === undefined) return undefined;
    if (ends !== null && datagram !== null) this.#begun.set(datagram, what);
    return { point, what, repeats: 0 };
  }

  #laterFragment(datagram: string | null): string | undefined {
    const what = datagram === null ? undefined : this.#begun.get(datagram);
    return what === undefined ? undefined : `${what}, a later fragment`;
  }
}
