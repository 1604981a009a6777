/**
 * The border between the tiers: takes each frame from a reader, lets the decoder find its headers, and keeps what belongs to a
 * probe as rows and small objects: its messages (messages.ts, probes/), ICMP errors (errors.ts), ARP, TCP SYNs. Everything else is only
 * counted at its point (points.ts).
 */
import type { CaptureInterface, FrameCursor } from '../capture/capture.js';
import { macText } from '../decode/address.js';
import * as arp from '../decode/arp.js';
import { ABSENT, decodeFrame, FrameView, faultOf } from '../decode/frame.js';
import * as icmpv4 from '../decode/icmpv4.js';
import { IpProtocol } from '../decode/ip-protocol.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as tcp from '../decode/tcp.js';
import type { ProbeKind } from '../path/probe-kinds.js';
import type { Traffic } from './capture-point.js';
import { readError } from './errors.js';
import type { FileObservations, RawArp, RawError, RawSyn, RawTalk } from './file-observations.js';
import { FirstLook } from './first-look.js';
import { encapsulationOf, limitOf } from './headers.js';
import { MAX_MESSAGES, Messages } from './messages.js';
import { countFrame, ENDS_FRAMES, noteEnds, Points } from './points.js';
import type { ProbeReader } from './probes/probe-reader.js';
import { openReaders } from './probes/registry.js';
import { type Assembled, Reassembly } from './reassembly.js';
import { ACK, Streams, SYN } from './streams.js';
import { transportChecksumRight } from './transport-checksum.js';

/** Limits that keep a hostile capture from filling the memory; what goes beyond is counted in `dropped`. */
const MAX_ERRORS = 50_000;
const MAX_ARP = 20_000;
const MAX_SYNS = 20_000;
const TRANSPORT_SAMPLE = 256;
const MAX_TALKS = 1_000;

export class FileObserver {
  readonly #view = new FrameView();
  readonly #look = new FirstLook();
  readonly #decodeAll: boolean;
  readonly #messages: Messages;
  readonly #streams = new Streams();
  /** By IP protocol. */
  readonly #readers: readonly (ProbeReader | null)[];
  readonly #flooding: ProbeReader;
  readonly #talks: RawTalk[] = [];
  /** Lower end, higher end, and at which points and by which protocol they talk. */
  readonly #talking = new Map<number, Map<number, Set<number>>>();
  /** The last frame was a message of the kind that comes in floods. */
  #inFlood = false;
  readonly #errors: RawError[] = [];
  readonly #arps = new Map<string, RawArp>();
  readonly #syns = new Map<string, RawSyn>();
  readonly #points = new Points();
  readonly #reassembly: Reassembly;
  readonly #dropped = { errors: 0, arps: 0, syns: 0, frames: 0 };

  /** `decodeAll`: decodes also what a first look would only count. Both ways give the same observations. */
  constructor(file: string, decodeAll = false, maxMessages = MAX_MESSAGES, probes: readonly ProbeKind[] = ['icmp']) {
    this.#decodeAll = decodeAll;
    this.#messages = new Messages(maxMessages);
    // Pings are kept whatever is followed: ICMP is decoded for its errors anyway.
    this.#readers = openReaders(new Set(['icmp', ...probes] as const), {
      messages: this.#messages,
      streams: this.#streams,
    });
    this.#flooding = this.#readers[IpProtocol.Icmp]!;
    const joined = this.#readers.flatMap((reader, protocol) => (reader?.joinsFragments ? [protocol] : []));
    this.#reassembly = new Reassembly(
      file,
      (frame, view, point, whole) => {
        this.#message(frame, view, point, whole);
        this.#error(frame, view, point);
      },
      joined,
    );
  }

  /** The visitor to give to a reader. */
  readonly visit = (frame: FrameCursor): void => {
    if (!this.#decodeAll && this.#isKnown(frame)) return;
    const view = this.#view;
    decodeFrame(view, frame.bytes, frame.start, frame.end, frame.linkType);
    const point = this.#points.of(frame, view);
    if (point < 0) {
      this.#dropped.frames++;
      return;
    }
    const { traffic } = this.#points.all[point]!;
    if (traffic.frames < ENDS_FRAMES) noteEnds(traffic, view);
    countFrame(traffic, frame);
    if (view.outer !== ABSENT) traffic.encapsulated++;
    if (view.count > 1 && view.kind[1] === LayerKind.Vlan) traffic.tagged++;
    const fault = faultOf(view);
    if (fault?.problem === 'too-short' && fault.limit === 'captured-length' && traffic.cut++ === 0) {
      traffic.firstCut = frame.frameNumber;
    }
    if (view.inner !== ABSENT) this.#ipv4(frame, view, point, traffic);
    else if (view.arp !== ABSENT) this.#arp(frame, view, point);
  };

  #ipv4(frame: FrameCursor, view: FrameView, point: number, traffic: Traffic): void {
    const { bytes, inner, outer } = view;
    if (view.fragment || ipv4.moreFragments(bytes, inner) || (outer !== ABSENT && ipv4.moreFragments(bytes, outer))) {
      this.#fragment(frame, view, point);
      return;
    }
    const length = ipv4.totalLength(bytes, inner);
    if (view.tcp !== ABSENT) {
      if (length > traffic.largestTcp) {
        traffic.largestTcp = length;
        traffic.firstLargeTcp = frame.frameNumber;
      }
      this.#tcp(frame, view, point, traffic);
    } else if (length > traffic.largestOther) traffic.largestOther = length;
    if (view.udp !== ABSENT && view.udp > inner) {
      this.#sampleTransport(frame, view, traffic, view.udp, 17);
      this.#noteTalk(view, point, view.udp, 'udp');
    }
    this.#message(frame, view, point, null);
    this.#error(frame, view, point);
  }

  /** Takes a frame that need not be decoded. Pings come in floods, and so does everything else: what the last frame was, this one may be. */
  #isKnown(frame: FrameCursor): boolean {
    const wasInFlood = this.#inFlood;
    if (wasInFlood && this.#isAlike(frame)) return true;
    this.#inFlood = false;
    if (this.#isOnlyCounted(frame)) return true;
    return !wasInFlood && this.#isAlike(frame);
  }

  /** Takes a message like one that was seen before. */
  #isAlike(frame: FrameCursor): boolean {
    const known = this.#flooding.repeat!(frame);
    if (known === null) return false;
    const { traffic } = this.#points.all[known.point]!;
    countFrame(traffic, frame);
    if (known.isEncapsulated) traffic.encapsulated++;
    if (known.isTagged) traffic.tagged++;
    traffic.messages++;
    this.#inFlood = true;
    return true;
  }

  /** Counts a frame that changes nothing but numbers of frames and times; false: it must be decoded. */
  #isOnlyCounted(frame: FrameCursor): boolean {
    const traffic = this.#points.sameAsLast(frame);
    if (traffic === null) return false;
    const look = this.#look;
    const { view } = frame;
    if (traffic.frames < ENDS_FRAMES) return false;
    if (!look.isPlainTransport(view, frame.start, frame.end, frame.linkType)) return false;
    const length = view.getUint16(look.inner + 2);
    if (length > (look.isTcp ? traffic.largestTcp : traffic.largestOther)) return false;
    // A segment that was captured whole may belong to the sample of checksums.
    if (
      traffic.transportRight + traffic.transportWrong < TRANSPORT_SAMPLE &&
      look.limit - look.transport === length - ipv4.MIN_LENGTH
    ) {
      return false;
    }
    const reader = this.#readers[look.isTcp ? IpProtocol.Tcp : IpProtocol.Udp]!;
    if (reader !== null && !reader.skim(frame, look, this.#points.last)) return false;
    countFrame(traffic, frame);
    if (look.outer !== ABSENT) traffic.encapsulated++;
    return true;
  }

  /** Call once, after the last frame. `interfaces`: those the file declared, so that silent ones are points too. */
  finish(interfaces: readonly CaptureInterface[]): FileObservations {
    this.#reassembly.finish();
    this.#points.declare(interfaces);
    return {
      points: this.#points.all,
      sightings: this.#messages.sightings,
      errors: this.#errors,
      arps: [...this.#arps.values()],
      syns: [...this.#syns.values()],
      streams: this.#streams.all,
      talks: this.#talks,
      dropped: {
        messages: this.#messages.dropped,
        ...this.#dropped,
        fragments: this.#reassembly.dropped,
        segments: this.#streams.dropped,
      },
    };
  }

  #message(frame: FrameCursor, view: FrameView, point: number, assembled: Assembled | null): void {
    const reader = this.#readers[ipv4.protocol(view.bytes, view.inner)]!;
    const message = reader?.read(frame, view, point, assembled) ?? null;
    if (reader === null || message === null) return;
    this.#points.all[point]!.traffic.messages++;
    if (!this.#messages.add(frame, view, point, assembled, message) || reader.learn === undefined) return;
    reader.learn(frame, view);
    this.#inFlood = true;
  }

  #error(frame: FrameCursor, view: FrameView, point: number): void {
    if (view.icmp === ABSENT || view.quotedIp === ABSENT) return;
    if (!icmpv4.isError(icmpv4.type(view.bytes, view.icmp))) return;
    if (this.#errors.length < MAX_ERRORS) this.#errors.push(readError(frame, view, point));
    else this.#dropped.errors++;
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
    this.#noteTalk(view, point, view.tcp, 'tcp');
    const flags = tcp.flags(bytes, view.tcp);
    if ((flags & SYN) === 0) return;
    const source = ipv4.source(bytes, view.inner);
    const destination = ipv4.destination(bytes, view.inner);
    const sourcePort = tcp.sourcePort(bytes, view.tcp);
    const destinationPort = tcp.destinationPort(bytes, view.tcp);
    const acknowledges = (flags & ACK) !== 0;
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

  /**
   * Who talks to whom, so that a report without a ping can say what could be followed instead. The side that was heard first is
   * taken to have begun. Asked of every decoded frame, so the keys are numbers: an end is an address and a port, 48 bits.
   */
  #noteTalk({ bytes, inner }: FrameView, point: number, at: number, kind: RawTalk['kind']): void {
    if (this.#talks.length >= MAX_TALKS) return;
    const source = ipv4.source(bytes, inner);
    const destination = ipv4.destination(bytes, inner);
    const sourcePort = tcp.sourcePort(bytes, at);
    const destinationPort = tcp.destinationPort(bytes, at);
    const ends = [source * 65_536 + sourcePort, destination * 65_536 + destinationPort] as const;
    const byEnd = this.#talking.get(Math.min(...ends)) ?? new Map<number, Set<number>>();
    const places = byEnd.get(Math.max(...ends)) ?? new Set<number>();
    const place = point * 2 + Number(kind === 'udp');
    if (places.has(place)) return;
    this.#talking.set(Math.min(...ends), byEnd.set(Math.max(...ends), places.add(place)));
    this.#talks.push({ point, kind, source, destination, sourcePort, destinationPort });
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
