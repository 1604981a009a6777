/** The capture points of one file: each of its interfaces, and behind `-i any` each device that frames tell apart. */
import type { CaptureInterface, FrameCursor } from '../capture/capture.js';
import { ABSENT, type FrameView } from '../decode/frame.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as linuxSll from '../decode/linux-sll.js';
import * as linuxSll2 from '../decode/linux-sll2.js';
import { LinkType } from '../path/link-types.js';
import { type CapturePoint, End, newTraffic, type Traffic } from './capture-point.js';

/** Interfaces and devices of one capture: a hostile one may claim any number. */
const MAX_POINTS = 4096;

/** ARPHRD_ values of <linux/if_arp.h> that have no link header of their own. */
const ARPHRD_TUNNEL = 768;
const ARPHRD_NONE = 0xfffe;
const ARPHRD_PPP = 512;
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

export interface RawPoint {
  readonly interfaceIndex: number;
  /** '' for a whole interface, else what splits it: "if4", "tunnel", "ethernet/ipip". */
  readonly part: string;
  readonly link: CapturePoint['link'];
  readonly linkType: number;
  readonly traffic: Traffic;
}

export class Points {
  readonly all: RawPoint[] = [];
  readonly #byKey = new Map<string, number>();
  #lastInterface = -1;
  #lastPoint = -1;
  #lastTraffic = newTraffic();

  /** What the interface that the last frame came from saw, if this frame comes from it as well; null for cooked captures. */
  sameAsLast(frame: FrameCursor): Traffic | null {
    return frame.interfaceIndex === this.#lastInterface ? this.#lastTraffic : null;
  }

  /** The point of the last frame that came from a whole interface. */
  get last(): number {
    return this.#lastPoint;
  }

  /** The number of the point that took the frame; -1: the capture claims more of them than are kept. */
  of(frame: FrameCursor, view: FrameView): number {
    const kind = view.count > 0 ? view.kind[0]! : LayerKind.None;
    if (kind !== LayerKind.LinuxSll && kind !== LayerKind.LinuxSll2) {
      if (frame.interfaceIndex === this.#lastInterface) return this.#lastPoint;
      const key = String(frame.interfaceIndex);
      const point =
        this.#byKey.get(key) ??
        this.#add(frame.interfaceIndex, '', linkOf(frame.linkType, ARPHRD_ETHER), frame.linkType);
      if (point < 0) return -1;
      this.#lastInterface = frame.interfaceIndex;
      this.#lastPoint = point;
      this.#lastTraffic = this.all[point]!.traffic;
      return point;
    }
    const at = view.at[0]!;
    const cooked2 = kind === LayerKind.LinuxSll2;
    const arphrd = cooked2 ? linuxSll2.arphrdType(view.bytes, at) : linuxSll.arphrdType(view.bytes, at);
    // SLL has no interface index: the device's type and the encapsulation are all that tells its devices apart.
    const part = cooked2
      ? `if${linuxSll2.interfaceIndex(view.bytes, at)}`
      : `${arphrdName(arphrd)}${view.outer !== ABSENT ? '/ipip' : ''}`;
    const key = `${frame.interfaceIndex} ${part}`;
    return (
      this.#byKey.get(key) ?? this.#add(frame.interfaceIndex, part, linkOf(frame.linkType, arphrd), frame.linkType)
    );
  }

  #add(interfaceIndex: number, part: string, link: CapturePoint['link'], linkType: number): number {
    if (this.all.length >= MAX_POINTS) return -1;
    const index = this.all.push({ interfaceIndex, part, link, linkType, traffic: newTraffic() }) - 1;
    this.#byKey.set(part === '' ? String(interfaceIndex) : `${interfaceIndex} ${part}`, index);
    return index;
  }

  /** Interfaces that the file declares are points even when they stayed silent. */
  declare(interfaces: readonly CaptureInterface[]): void {
    const seen = new Set(this.all.map((p) => p.interfaceIndex));
    for (const each of interfaces) {
      if (!seen.has(each.index)) this.#add(each.index, '', linkOf(each.linkType, ARPHRD_ETHER), each.linkType);
    }
  }
}

export function countFrame(traffic: Traffic, frame: FrameCursor): void {
  const { seconds, nanoseconds } = frame;
  if (traffic.frames++ === 0) {
    traffic.firstSeconds = seconds;
    traffic.firstNanoseconds = nanoseconds;
    traffic.lastSeconds = seconds;
    traffic.lastNanoseconds = nanoseconds;
  } else if (
    seconds > traffic.lastSeconds ||
    (seconds === traffic.lastSeconds && nanoseconds > traffic.lastNanoseconds)
  ) {
    traffic.lastSeconds = seconds;
    traffic.lastNanoseconds = nanoseconds;
  } else if (
    seconds < traffic.firstSeconds ||
    (seconds === traffic.firstSeconds && nanoseconds < traffic.firstNanoseconds)
  ) {
    traffic.firstSeconds = seconds;
    traffic.firstNanoseconds = nanoseconds;
  }
}

/** So many frames of a point tell whose it is. */
export const ENDS_FRAMES = 256;
const MAX_ENDS = 64;
/** Packet types of cooked captures (<linux/if_packet.h>). */
const PACKET_HOST = 0;
const PACKET_OUTGOING = 4;

/** Notes the addresses of the frame's outermost IPv4 header. */
export function noteEnds({ ends }: Traffic, view: FrameView): void {
  let at: number = ABSENT;
  for (let layer = 0; layer < view.count && at === ABSENT; layer++) {
    if (view.kind[layer] === LayerKind.Ipv4) at = view.at[layer]!;
  }
  if (at === ABSENT) return;
  const link = view.at[0]!;
  const packetType =
    view.kind[0] === LayerKind.LinuxSll2
      ? linuxSll2.packetType(view.bytes, link)
      : view.kind[0] === LayerKind.LinuxSll
        ? linuxSll.packetType(view.bytes, link)
        : -1;
  const note = (address: number, what: number): void => {
    const known = ends.get(address);
    if (known === undefined && ends.size >= MAX_ENDS) return;
    ends.set(address, (known ?? 0) | what);
  };
  const tunnel = at === view.outer ? End.Tunnel : 0;
  note(ipv4.source(view.bytes, at), tunnel | End.Source | (packetType === PACKET_OUTGOING ? End.SentHere : 0));
  note(ipv4.destination(view.bytes, at), tunnel | End.Destination | (packetType === PACKET_HOST ? End.SentToHere : 0));
}

function linkOf(linkType: number, arphrd: number): CapturePoint['link'] {
  switch (linkType) {
    // An address family instead of a link header: how BSD captures its tunnel devices (gif) and its loopback.
    case LinkType.Null:
    case LinkType.Loop:
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return 'raw';
    case 113:
    case 276:
      if (arphrd === ARPHRD_TUNNEL || arphrd === ARPHRD_NONE || arphrd === ARPHRD_PPP) return 'cooked-tunnel';
      return arphrd === ARPHRD_ETHER ? 'cooked-ethernet' : 'cooked-other';
    default:
      return 'ethernet';
  }
}

function arphrdName(arphrd: number): string {
  if (arphrd === ARPHRD_TUNNEL) return 'tunnel';
  if (arphrd === ARPHRD_ETHER) return 'ethernet';
  if (arphrd === ARPHRD_LOOPBACK) return 'loopback';
  return `arphrd${arphrd}`;
}
