/**
 * The border between the tiers: takes each frame from a reader, lets the decoder find its headers, and keeps what
 * belongs to a probe (echo messages, ICMP errors, ARP, TCP SYNs) as rows and small objects. Everything else is only counted.
 */
import type { CaptureInterface, FrameCursor } from '../capture/capture.js';
import { macText } from '../decode/address.js';
import * as arp from '../decode/arp.js';
import { uint32 } from '../decode/bytes.js';
import * as ethernet from '../decode/ethernet.js';
import { ABSENT, decodeFrame, FrameView, faultOf } from '../decode/frame.js';
import * as icmpv4 from '../decode/icmpv4.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as linuxSll from '../decode/linux-sll.js';
import * as linuxSll2 from '../decode/linux-sll2.js';
import * as tcp from '../decode/tcp.js';
import * as vlan from '../decode/vlan.js';
import type { Encapsulation } from '../path/facts.js';
import { type CapturePoint, newTraffic, type Traffic } from './capture-point.js';
import { EchoTemplate, PayloadSum } from './echo-template.js';
import { FirstLook } from './first-look.js';
import type { Instant } from './observation.js';
import { type Assembled, Reassembly } from './reassembly.js';
import { Flag, KindInterner, type SightingKind, type SightingParts, SightingTable } from './sightings.js';
import { transportChecksumRight } from './transport-checksum.js';

export const encapsulations: readonly Encapsulation[] = [
  'none',
  'ipip',
  'ipip-in-ipip',
  'vxlan',
  'gre',
  'geneve',
  '6in4',
  '4in6',
  'wireguard',
  'other',
];
const code = (name: Encapsulation): number => encapsulations.indexOf(name);
const NONE = 0;
const IPIP = 1;
const IPIP_TWICE = code('ipip-in-ipip');
const VXLAN = code('vxlan');
const GRE = code('gre');
const GENEVE = code('geneve');
const FOUR_IN_SIX = code('4in6');
const OTHER = code('other');

/** Limits that keep a hostile capture from filling the memory; what goes beyond is counted in `dropped`. */
export const MAX_ECHOES = 1 << 22;
/** Echo messages that differ in more than numbers, times and digests: few in a flood of pings, all of them in a made-up one. */
const MAX_KINDS = 1 << 18;
/** Kinds of echo messages of which the next frame may be: requests and replies of a few flows. */
const MAX_TEMPLATES = 4;
const MAX_ERRORS = 50_000;
const MAX_ARP = 20_000;
const MAX_SYNS = 20_000;
/** Interfaces and devices of one capture. */
export const MAX_POINTS = 4096;
const TRANSPORT_SAMPLE = 256;

/** ARPHRD_ values of <linux/if_arp.h> that have no link header of their own. */
const ARPHRD_TUNNEL = 768;
const ARPHRD_NONE = 0xfffe;
const ARPHRD_PPP = 512;
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

/** As ErrorSighting, ArpSighting and SynSighting of observation.ts, but with the point's number: they cross threads. */
export interface RawError extends Instant {
  readonly point: number;
  readonly frame: number;
  readonly sender: number;
  readonly receiver: number;
  readonly timeToLive: number;
  readonly outer: { readonly source: number; readonly destination: number } | null;
  readonly encapsulation: number;
  readonly type: number;
  readonly code: number;
  readonly nextHopMtu: number;
  readonly quotedOuter: { readonly source: number; readonly destination: number; readonly timeToLive: number } | null;
  readonly quotedInner: {
    readonly source: number;
    readonly destination: number;
    readonly protocol: number;
    readonly identification: number;
    readonly totalLength: number;
    readonly timeToLive: number;
  } | null;
  readonly quotedEcho: { readonly reply: boolean; readonly identifier: number; readonly sequence: number } | null;
  readonly ethernet: { readonly source: string; readonly destination: string } | null;
}

export interface RawArp {
  readonly point: number;
  readonly frame: number;
  readonly operation: number;
  readonly senderMac: string;
  readonly senderAddress: number;
  readonly targetAddress: number;
  readonly first: Instant;
  count: number;
}

export interface RawSyn {
  readonly point: number;
  readonly frame: number;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly acknowledges: boolean;
  /** -1: no such option. */
  readonly mss: number;
  readonly encapsulation: number;
  readonly checksumRight: boolean | null;
}

export interface RawPoint {
  readonly interfaceIndex: number;
  /** '' for a whole interface, else what splits it: "if4", "tunnel", "ethernet/ipip". */
  readonly part: string;
  readonly link: CapturePoint['link'];
  readonly linkType: number;
  readonly traffic: Traffic;
}

/** Everything that one file had to say. Plain data and typed arrays: it can be posted from a worker. */
export interface FileObservations {
  readonly points: readonly RawPoint[];
  readonly sightings: SightingParts;
  readonly errors: readonly RawError[];
  readonly arps: readonly RawArp[];
  readonly syns: readonly RawSyn[];
  /** How many sightings of each kind were not kept because of a limit. */
  readonly dropped: {
    readonly echoes: number;
    readonly errors: number;
    readonly arps: number;
    readonly syns: number;
    readonly fragments: number;
    /** Frames of interfaces and devices beyond those that are kept. */
    readonly frames: number;
  };
}

export class FileObserver {
  readonly #view = new FrameView();
  readonly #look = new FirstLook();
  readonly #decodeAll: boolean;
  readonly #sightings = new SightingTable();
  readonly #kinds = new KindInterner(this.#sightings, MAX_KINDS);
  /** Filled anew for each echo message. */
  readonly #kind = emptyKind();
  readonly #maxEchoes: number;
  readonly #templates: EchoTemplate[] = [];
  readonly #payload = new PayloadSum();
  #templatesMade = 0;
  #templateHits = 0;
  /** The last frame was an echo message. */
  #inFlood = false;
  readonly #errors: RawError[] = [];
  readonly #arps = new Map<string, RawArp>();
  readonly #syns = new Map<string, RawSyn>();
  readonly #points: RawPoint[] = [];
  readonly #pointOf = new Map<string, number>();
  readonly #reassembly: Reassembly;
  readonly #dropped = { echoes: 0, errors: 0, arps: 0, syns: 0, frames: 0 };
  #lastInterface = -1;
  #lastPoint = -1;
  #lastTraffic = newTraffic();

  /** `decodeAll`: decodes also what a first look would only count. Both ways give the same observations. */
  constructor(file: string, decodeAll = false, maxEchoes = MAX_ECHOES) {
    this.#decodeAll = decodeAll;
    this.#maxEchoes = Math.min(maxEchoes, MAX_ECHOES);
    this.#reassembly = new Reassembly(file, (frame, view, point, whole) => this.#icmp(frame, view, point, whole));
  }

  /** The visitor to give to a reader. */
  readonly visit = (frame: FrameCursor): void => {
    if (!this.#decodeAll) {
      // Echo messages come in floods, and so does everything else: what the last frame was, this one may be.
      if (this.#inFlood && this.#fitsTemplate(frame)) return;
      if (frame.interfaceIndex === this.#lastInterface && this.#isOnlyCounted(frame)) {
        this.#inFlood = false;
        return;
      }
      if (!this.#inFlood && this.#fitsTemplate(frame)) return;
      this.#inFlood = false;
    }
    const view = this.#view;
    decodeFrame(view, frame.bytes, frame.start, frame.end, frame.linkType);
    const point = this.#pointFor(frame, view);
    if (point < 0) {
      this.#dropped.frames++;
      return;
    }
    const traffic = this.#points[point]!.traffic;
    countFrame(traffic, frame);
    if (view.outer !== ABSENT) traffic.encapsulated++;
    if (view.faultCode !== 0) {
      const fault = faultOf(view);
      if (fault !== null && fault.problem === 'too-short' && fault.limit === 'captured-length') {
        if (traffic.cut++ === 0) traffic.firstCut = frame.frameNumber;
      }
    }
    if (view.count > 1 && view.kind[1] === LayerKind.Vlan) traffic.tagged++;
    if (view.inner !== ABSENT) {
      if (view.fragment || ipv4.moreFragments(view.bytes, view.inner) || this.#outerFragmented(view)) {
        this.#fragment(frame, view, point);
        return;
      }
      const length = ipv4.totalLength(view.bytes, view.inner);
      if (view.tcp !== ABSENT) {
        if (length > traffic.largestTcp) {
          traffic.largestTcp = length;
          traffic.firstLargeTcp = frame.frameNumber;
        }
        this.#tcp(frame, view, point, traffic);
      } else if (length > traffic.largestOther) traffic.largestOther = length;
      if (view.udp !== ABSENT && view.udp > view.inner) this.#sampleTransport(frame, view, traffic, view.udp, 17);
      if (view.icmp !== ABSENT) this.#icmp(frame, view, point, null);
      return;
    }
    if (view.arp !== ABSENT) this.#arp(frame, view, point);
  };

  /** Takes an echo message of a kind that was seen before; false: it must be decoded. */
  #fitsTemplate(frame: FrameCursor): boolean {
    const { view } = frame;
    const templates = this.#templates;
    if (this.#isFull()) return false;
    const payload = this.#payload;
    for (let i = 0; i < templates.length; i++) {
      const template = templates[i]!;
      if (!template.fits(frame, view, payload)) continue;
      const { traffic } = this.#points[template.point]!;
      countFrame(traffic, frame);
      if (template.isEncapsulated) traffic.encapsulated++;
      if (template.isTagged) traffic.tagged++;
      traffic.echoes++;
      const numbers = template.numbers(frame, view);
      this.#addRow(
        frame,
        template.kind,
        numbers >>> 16,
        numbers & 0xffff,
        template.identification(frame, view),
        template.outerIdentification(frame, view),
        payload.digest,
      );
      this.#inFlood = true;
      this.#templateHits++;
      return true;
    }
    return false;
  }

  #addRow(
    frame: FrameCursor,
    kind: number,
    identifier: number,
    sequence: number,
    identification: number,
    outerIdentification: number,
    payloadDigest: number,
  ): void {
    const i = this.#sightings.add();
    const c = this.#sightings.columns;
    c.kind[i] = kind;
    c.frame[i] = frame.frameNumber;
    c.seconds[i] = frame.seconds;
    c.nanoseconds[i] = frame.nanoseconds;
    c.identifier[i] = identifier;
    c.sequence[i] = sequence;
    c.identification[i] = identification;
    c.outerIdentification[i] = outerIdentification;
    c.payloadDigest[i] = payloadDigest;
  }

  /** No more echo messages are kept. What is new in every message counts against the kinds as well. */
  #isFull(): boolean {
    const { length, extras } = this.#sightings;
    return length >= this.#maxEchoes || extras.length >= MAX_KINDS;
  }

  /** The next frames of this kind need not be decoded. Where every frame is of another kind, templates are not worth their making. */
  #addTemplate(frame: FrameCursor, view: FrameView, kind: number): void {
    if (view.faultCode !== 0) return;
    // IPv6 carries it: the outer header is no IPv4 one.
    if (view.outer === ABSENT && (this.#kind.flags & Flag.HasOuter) !== 0) return;
    if (this.#templatesMade > 64 && this.#templateHits < this.#templatesMade) return;
    const template = new EchoTemplate(frame, frame.view, view, {
      kind,
      point: this.#kind.point,
      flags: this.#kind.flags,
      payloadCaptured: this.#kind.payloadCaptured,
      isTagged: view.count > 1 && view.kind[1] === LayerKind.Vlan,
    });
    this.#templates[this.#templatesMade % MAX_TEMPLATES] = template;
    this.#templatesMade++;
  }

  /** Counts a frame that changes nothing but numbers of frames and times; false: it must be decoded. */
  #isOnlyCounted(frame: FrameCursor): boolean {
    const look = this.#look;
    const { view } = frame;
    if (!look.isPlainTransport(view, frame.start, frame.end, frame.linkType)) return false;
    const traffic = this.#lastTraffic;
    const length = view.getUint16(look.inner + 2);
    if (length > (look.isTcp ? traffic.largestTcp : traffic.largestOther)) return false;
    // A segment that was captured whole may belong to the sample of checksums.
    if (
      traffic.transportRight + traffic.transportWrong < TRANSPORT_SAMPLE &&
      look.limit - look.transport === length - ipv4.MIN_LENGTH
    ) {
      return false;
    }
    countFrame(traffic, frame);
    if (look.outer !== ABSENT) traffic.encapsulated++;
    return true;
  }

  /** Call once, after the last frame. `interfaces`: those the file declared, so that silent ones are points too. */
  finish(interfaces: readonly CaptureInterface[]): FileObservations {
    this.#reassembly.finish();
    const seen = new Set(this.#points.map((p) => p.interfaceIndex));
    for (const each of interfaces) {
      if (!seen.has(each.index)) {
        this.#addPoint(each.index, '', linkOf(each.linkType, ARPHRD_ETHER), each.linkType);
      }
    }
    return {
      points: this.#points,
      sightings: this.#sightings,
      errors: this.#errors,
      arps: [...this.#arps.values()],
      syns: [...this.#syns.values()],
      dropped: { ...this.#dropped, fragments: this.#reassembly.dropped },
    };
  }

  /** -1: the capture claims more devices than are kept. */
  #pointFor(frame: FrameCursor, view: FrameView): number {
    const kind = view.count > 0 ? view.kind[0]! : LayerKind.None;
    if (kind !== LayerKind.LinuxSll && kind !== LayerKind.LinuxSll2) {
      if (frame.interfaceIndex === this.#lastInterface) return this.#lastPoint;
      const key = String(frame.interfaceIndex);
      const point =
        this.#pointOf.get(key) ??
        this.#addPoint(frame.interfaceIndex, '', linkOf(frame.linkType, ARPHRD_ETHER), frame.linkType);
      if (point < 0) return -1;
      this.#lastInterface = frame.interfaceIndex;
      this.#lastPoint = point;
      this.#lastTraffic = this.#points[point]!.traffic;
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
      this.#pointOf.get(key) ??
      this.#addPoint(frame.interfaceIndex, part, linkOf(frame.linkType, arphrd), frame.linkType)
    );
  }

  #addPoint(interfaceIndex: number, part: string, link: CapturePoint['link'], linkType: number): number {
    if (this.#points.length >= MAX_POINTS) return -1;
    const index = this.#points.push({ interfaceIndex, part, link, linkType, traffic: newTraffic() }) - 1;
    this.#pointOf.set(part === '' ? String(interfaceIndex) : `${interfaceIndex} ${part}`, index);
    return index;
  }

  #outerFragmented(view: FrameView): boolean {
    return view.outer !== ABSENT && ipv4.moreFragments(view.bytes, view.outer);
  }

  #icmp(frame: FrameCursor, view: FrameView, point: number, extra: Assembled | null): void {
    const { bytes } = view;
    const at = view.icmp;
    const type = icmpv4.type(bytes, at);
    if (type === 8 || type === 0) {
      this.#points[point]!.traffic.echoes++;
      this.#sight(frame, view, point, type === 0, extra);
    } else if (icmpv4.isError(type) && view.quotedIp !== ABSENT) this.#error(frame, view, point, type);
  }

  #sight(frame: FrameCursor, view: FrameView, point: number, reply: boolean, assembled: Assembled | null): void {
    const { bytes, inner, outer, icmp } = view;
    const table = this.#sightings;
    if (this.#isFull()) {
      this.#dropped.echoes++;
      return;
    }
    const k = this.#kind;
    let flags = reply ? Flag.Reply : 0;
    k.point = point;
    k.source = ipv4.source(bytes, inner);
    k.destination = ipv4.destination(bytes, inner);
    k.timeToLive = ipv4.timeToLive(bytes, inner);
    k.typeOfService = ipv4.typeOfService(bytes, inner);
    const headerLength = ipv4.headerLength(bytes, inner);
    k.headerLength = headerLength;
    k.totalLength = assembled?.longestInner || ipv4.totalLength(bytes, inner);
    if (ipv4.dontFragment(bytes, inner)) flags |= Flag.InnerDontFragment;
    if (ipv4.reservedFlag(bytes, inner)) flags |= Flag.InnerReserved;
    k.icmpCode = icmpv4.code(bytes, icmp);
    flags |= ipv4.headerChecksumIsRight(bytes, inner) ? Flag.InnerChecksumRight : Flag.InnerChecksumWrong;
    const encapsulation = encapsulationOf(view);
    k.encapsulation = encapsulation;
    let outerIdentification = 0;
    if (outer !== ABSENT || encapsulation !== NONE) {
      const header = outer !== ABSENT ? outer : inner;
      flags |= Flag.HasOuter;
      outerIdentification = ipv4.identification(bytes, header);
      k.outerSource = ipv4.source(bytes, header);
      k.outerDestination = ipv4.destination(bytes, header);
      k.outerTimeToLive = ipv4.timeToLive(bytes, header);
      k.outerTypeOfService = ipv4.typeOfService(bytes, header);
      k.outerTotalLength = assembled?.longestOuter || ipv4.totalLength(bytes, header);
      if (ipv4.dontFragment(bytes, header)) flags |= Flag.OuterDontFragment;
      if (ipv4.reservedFlag(bytes, header)) flags |= Flag.OuterReserved;
      flags |= ipv4.headerChecksumIsRight(bytes, header) ? Flag.OuterChecksumRight : Flag.OuterChecksumWrong;
    } else {
      k.outerSource = 0;
      k.outerDestination = 0;
      k.outerTimeToLive = 0;
      k.outerTypeOfService = 0;
      k.outerTotalLength = 0;
    }
    if (assembled !== null && !assembled.headersRight) {
      const wrong = assembled.level === 'inner' ? Flag.InnerChecksumWrong : Flag.OuterChecksumWrong;
      const right = assembled.level === 'inner' ? Flag.InnerChecksumRight : Flag.OuterChecksumRight;
      flags = (flags | wrong) & ~right;
    } else if (assembled !== null) {
      // The joined header's length is ours, so its checksum says nothing; each fragment's own did.
      flags = (flags | Flag.InnerChecksumRight) & ~Flag.InnerChecksumWrong;
      if (flags & Flag.HasOuter) flags = (flags | Flag.OuterChecksumRight) & ~Flag.OuterChecksumWrong;
    }
    k.packetType = 255;
    k.sourceMacHigh = 0;
    k.sourceMacLow = 0;
    k.destinationMacHigh = 0;
    k.destinationMacLow = 0;
    if (view.ethernet !== ABSENT && view.at[0] === view.ethernet) {
      flags |= Flag.HasEthernet;
      k.sourceMacHigh = ethernet.sourceHigh(bytes, view.ethernet);
      k.sourceMacLow = ethernet.sourceLow(bytes, view.ethernet);
      k.destinationMacHigh = ethernet.destinationHigh(bytes, view.ethernet);
      k.destinationMacLow = ethernet.destinationLow(bytes, view.ethernet);
    } else if (view.kind[0] === LayerKind.LinuxSll || view.kind[0] === LayerKind.LinuxSll2) {
      const cooked2 = view.kind[0] === LayerKind.LinuxSll2;
      const at = view.at[0]!;
      k.packetType = cooked2 ? linuxSll2.packetType(bytes, at) : linuxSll.packetType(bytes, at);
      // Offsets of the address length and address: LINKTYPE_LINUX_SLL 4 and 6, LINKTYPE_LINUX_SLL2 11 and 12.
      const length = cooked2 ? bytes[at + 11]! : (bytes[at + 4]! << 8) | bytes[at + 5]!;
      const from = at + (cooked2 ? 12 : 6);
      if (length === 6) {
        flags |= Flag.HasLinkSource;
        k.sourceMacHigh = (bytes[from]! << 8) | bytes[from + 1]!;
        k.sourceMacLow =
          ((bytes[from + 2]! << 24) | (bytes[from + 3]! << 16) | (bytes[from + 4]! << 8) | bytes[from + 5]!) >>> 0;
      }
    }
    // Payload: the ICMP data behind the eight octets of header, as far as the datagram and the capture go.
    const limit = limitOf(view, icmp);
    const from = icmp + 8;
    const captured = limit > from ? limit - from : 0;
    k.payloadCaptured = captured;
    const declared = ipv4.totalLength(bytes, inner) - headerLength - 8;
    if (captured === declared && (assembled === null || assembled.complete)) {
      flags |= icmpv4.checksumIsRight(bytes, icmp, limit) ? Flag.IcmpChecksumRight : Flag.IcmpChecksumWrong;
    }
    k.capturedLength = frame.end - frame.start;
    k.wireLength = frame.wireLength;
    k.flags = flags;
    const hasVlan = view.count > 1 && view.kind[1] === LayerKind.Vlan;
    const hasOptions = headerLength > 20;
    const otherOuter = outer !== ABSENT && encapsulation !== IPIP;
    const options = hasOptions ? readOptions(bytes, inner + ipv4.MIN_LENGTH, inner + headerLength) : null;
    const outerOptions = outer !== ABSENT && ipv4.headerLength(bytes, outer) > 20;
    k.extra =
      hasVlan || hasOptions || otherOuter || outerOptions || assembled !== null
        ? this.#kinds.extra({
            vlans: hasVlan ? vlansOf(view) : [],
            fragmented: assembled?.level ?? 'no',
            pieces: assembled?.fragments.map(({ offset, length }) => ({ offset, length })) ?? [],
            complete: assembled?.complete ?? true,
            datagramLength: assembled?.complete ? ipv4.totalLength(bytes, inner) : 0,
            optionsDigest: options?.digest ?? 0,
            recorded: options?.recorded ?? [],
            outerProtocol: outer !== ABSENT ? ipv4.protocol(bytes, outer) : 4,
            outerHeaderLength: outer !== ABSENT ? ipv4.headerLength(bytes, outer) : 20,
          })
        : 0;
    const known = this.#kinds.count;
    const kind = this.#kinds.intern(k);
    if (kind === -1) {
      this.#dropped.echoes++;
      return;
    }
    this.#addRow(
      frame,
      kind,
      icmpv4.identifier(bytes, icmp),
      icmpv4.sequence(bytes, icmp),
      ipv4.identification(bytes, inner),
      outerIdentification,
      digest(bytes, from, from + captured),
    );
    if (assembled !== null) {
      const frames = assembled.fragments.map((f) => f.frame);
      this.#sightings.fragmentFrames.set(table.length - 1, frames);
    } else {
      this.#inFlood = true;
      if (kind < known) this.#addTemplate(frame, view, kind);
    }
  }

  #error(frame: FrameCursor, view: FrameView, point: number, type: number): void {
    if (this.#errors.length >= MAX_ERRORS) {
      this.#dropped.errors++;
      return;
    }
    const { bytes, inner, icmp } = view;
    let first: number = ABSENT;
    let last: number = ABSENT;
    let echo: RawError['quotedEcho'] = null;
    for (let i = view.quotedFrom; i < view.count; i++) {
      const kind = view.kind[i];
      const at = view.at[i]!;
      if (kind === LayerKind.Ipv4) {
        if (first === ABSENT) first = at;
        last = at;
        echo = null;
      } else if (kind === LayerKind.Icmpv4) {
        const quotedType = icmpv4.type(bytes, at);
        if (quotedType === 8 || quotedType === 0) {
          echo = {
            reply: quotedType === 0,
            identifier: icmpv4.identifier(bytes, at),
            sequence: icmpv4.sequence(bytes, at),
          };
        }
      }
    }
    const tunnel = ipv4.protocol(bytes, first) === 4;
    const innerAt = tunnel ? (last === first ? ABSENT : last) : last;
    const hasEthernet = view.ethernet !== ABSENT && view.at[0] === view.ethernet;
    this.#errors.push({
      point,
      frame: frame.frameNumber,
      seconds: frame.seconds,
      nanoseconds: frame.nanoseconds,
      sender: ipv4.source(bytes, inner),
      receiver: ipv4.destination(bytes, inner),
      timeToLive: ipv4.timeToLive(bytes, inner),
      outer:
        view.outer === ABSENT
          ? null
          : { source: ipv4.source(bytes, view.outer), destination: ipv4.destination(bytes, view.outer) },
      encapsulation: encapsulationOf(view),
      type,
      code: icmpv4.code(bytes, icmp),
      nextHopMtu: type === 3 && icmpv4.code(bytes, icmp) === 4 ? icmpv4.nextHopMtu(bytes, icmp) : 0,
      quotedOuter: tunnel
        ? {
            source: ipv4.source(bytes, first),
            destination: ipv4.destination(bytes, first),
            timeToLive: ipv4.timeToLive(bytes, first),
          }
        : null,
      quotedInner:
        innerAt === ABSENT
          ? null
          : {
              source: ipv4.source(bytes, innerAt),
              destination: ipv4.destination(bytes, innerAt),
              protocol: ipv4.protocol(bytes, innerAt),
              identification: ipv4.identification(bytes, innerAt),
              totalLength: ipv4.totalLength(bytes, innerAt),
              timeToLive: ipv4.timeToLive(bytes, innerAt),
            },
      quotedEcho: echo,
      ethernet: hasEthernet
        ? { source: macText(bytes, view.ethernet + 6), destination: macText(bytes, view.ethernet) }
        : null,
    });
  }

  #arp(frame: FrameCursor, view: FrameView, point: number): void {
    const { bytes } = view;
    const at = view.arp;
    const operation = arp.operation(bytes, at);
    const senderMac = macText(bytes, at + 8);
    const senderAddress = arp.senderAddress(bytes, at);
    const targetAddress = arp.targetAddress(bytes, at);
    const key = `${point} ${operation} ${senderMac} ${senderAddress} ${targetAddress}`;
    const known = this.#arps.get(key);
    if (known !== undefined) known.count++;
    else if (this.#arps.size >= MAX_ARP) this.#dropped.arps++;
    else {
      this.#arps.set(key, {
        point,
        frame: frame.frameNumber,
        operation,
        senderMac,
        senderAddress,
        targetAddress,
        first: { seconds: frame.seconds, nanoseconds: frame.nanoseconds },
        count: 1,
      });
    }
  }

  #tcp(frame: FrameCursor, view: FrameView, point: number, traffic: Traffic): void {
    const { bytes } = view;
    this.#sampleTransport(frame, view, traffic, view.tcp, 6);
    const flags = tcp.flags(bytes, view.tcp);
    if ((flags & 0x02) === 0) return;
    const source = ipv4.source(bytes, view.inner);
    const destination = ipv4.destination(bytes, view.inner);
    const sourcePort = tcp.sourcePort(bytes, view.tcp);
    const destinationPort = tcp.destinationPort(bytes, view.tcp);
    const acknowledges = (flags & 0x10) !== 0;
    const key = `${point} ${source} ${destination} ${sourcePort} ${destinationPort} ${acknowledges}`;
    if (this.#syns.has(key)) return;
    if (this.#syns.size >= MAX_SYNS) {
      this.#dropped.syns++;
      return;
    }
    this.#syns.set(key, {
      point,
      frame: frame.frameNumber,
      source,
      destination,
      sourcePort,
      destinationPort,
      acknowledges,
      mss: tcp.maximumSegmentSize(bytes, view.tcp, limitOf(view, view.tcp)),
      encapsulation: encapsulationOf(view),
      checksumRight: transportChecksumRight(bytes, view.inner, view.tcp, limitOf(view, view.tcp), 6),
    });
  }

  #sampleTransport(frame: FrameCursor, view: FrameView, traffic: Traffic, at: number, protocol: number): void {
    if (traffic.transportRight + traffic.transportWrong >= TRANSPORT_SAMPLE) return;
    const right = transportChecksumRight(view.bytes, view.inner, at, limitOf(view, at), protocol);
    if (right === true) traffic.transportRight++;
    else if (right === false && traffic.transportWrong++ === 0) traffic.firstTransportWrong = frame.frameNumber;
  }

  #fragment(frame: FrameCursor, view: FrameView, point: number): void {
    const { bytes } = view;
    let headerAt = view.inner;
    // A later fragment shows no header inside, so how many headers there are tells nothing; how many stand before does.
    let depth = 0;
    for (let i = 0; i < view.quotedFrom; i++) {
      const at = view.at[i]!;
      if (view.kind[i] !== LayerKind.Ipv4) continue;
      if (ipv4.moreFragments(bytes, at) || ipv4.fragmentOffset(bytes, at) > 0) {
        headerAt = at;
        break;
      }
      depth++;
    }
    this.#reassembly.add(frame, view, point, headerAt, depth, limitOf(view, headerAt));
  }
}

function emptyKind(): SightingKind {
  return {
    point: 0,
    source: 0,
    destination: 0,
    flags: 0,
    encapsulation: 0,
    timeToLive: 0,
    typeOfService: 0,
    headerLength: 0,
    totalLength: 0,
    outerSource: 0,
    outerDestination: 0,
    outerTimeToLive: 0,
    outerTypeOfService: 0,
    outerTotalLength: 0,
    sourceMacHigh: 0,
    sourceMacLow: 0,
    destinationMacHigh: 0,
    destinationMacLow: 0,
    packetType: 0,
    icmpCode: 0,
    payloadCaptured: 0,
    capturedLength: 0,
    wireLength: 0,
    extra: 0,
  };
}

/** Option types whose data routers fill in: record route and internet timestamp (RFC 791 section 3.1). */
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;

/** The options' digest without what routers write into them, and the addresses that they have written so far. */
function readOptions(bytes: Uint8Array, from: number, to: number): { digest: number; recorded: number[] } {
  const kept = bytes.slice(from, to);
  const recorded: number[] = [];
  for (let at = 0; at < kept.length && kept[at] !== 0; ) {
    const type = kept[at]!;
    const length = type === 1 ? 1 : kept[at + 1]!;
    if (type !== 1 && (length < 2 || at + length > kept.length)) break;
    if ((type === RECORD_ROUTE && length >= 3) || (type === TIMESTAMP && length >= 4)) {
      // The pointer counts octets from 1; flags 1 and 3 of a timestamp put an address before each time.
      const written = Math.min(kept[at + 2]! - 1, length);
      const step = type === RECORD_ROUTE ? 4 : (kept[at + 3]! & 15) === 0 ? 0 : 8;
      for (let i = type === RECORD_ROUTE ? 3 : 4; step > 0 && i + step <= written; i += step) {
        recorded.push(uint32(kept, at + i));
      }
      const overflow = type === TIMESTAMP ? kept[at + 3]! & 15 : 0;
      kept.fill(0, at + 2, at + length);
      if (type === TIMESTAMP) kept[at + 3] = overflow;
    }
    at += length;
  }
  return { digest: digest(kept, 0, kept.length), recorded };
}

function countFrame(traffic: Traffic, frame: FrameCursor): void {
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

/** One past the last captured octet of the layer that starts at `at`. */
function limitOf(view: FrameView, at: number): number {
  for (let i = view.count - 1; i >= 0; i--) if (view.at[i] === at) return view.limit[i]!;
  return view.end;
}

function encapsulationOf(view: FrameView): number {
  let ip = 0;
  let before: number = ABSENT;
  let tunnel = NONE;
  for (let i = 0; i < view.quotedFrom; i++) {
    switch (view.kind[i]) {
      case LayerKind.Ipv4:
        ip++;
        // Only protocol 4 is IP in IP: an MPLS label between the two headers is another tunnel.
        if (ip === 2 && tunnel === NONE) tunnel = ipv4.protocol(view.bytes, before) === 4 ? IPIP : OTHER;
        else if (ip > 2 && tunnel === IPIP) tunnel = IPIP_TWICE;
        before = view.at[i]!;
        break;
      case LayerKind.Ipv6:
        if (ip === 0) tunnel = FOUR_IN_SIX;
        break;
      case LayerKind.Vxlan:
        tunnel = VXLAN;
        break;
      case LayerKind.Gre:
        tunnel = GRE;
        break;
      case LayerKind.Geneve:
        tunnel = GENEVE;
        break;
      case LayerKind.Ah:
      case LayerKind.Udp:
        if (ip === 1 && view.at[i]! < view.inner && tunnel === NONE) tunnel = OTHER;
        break;
      default:
    }
    if (view.at[i]! >= view.inner) break;
  }
  return tunnel;
}

function vlansOf(view: FrameView): number[] {
  const ids: number[] = [];
  for (let i = 1; i < view.count && view.kind[i] === LayerKind.Vlan; i++) {
    ids.push(vlan.identifier(view.bytes, view.at[i]!));
  }
  return ids;
}

function linkOf(linkType: number, arphrd: number): CapturePoint['link'] {
  switch (linkType) {
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

/** FNV-1a over the octets, four at a time where it can. Only ever compared with itself. */
export function digest(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  for (; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}
