/**
 * The border between the tiers: takes each frame from a reader, lets the decoder find its headers, and keeps what belongs to a
 * probe as rows and small objects: echo messages (echoes.ts), ICMP errors (errors.ts), ARP, TCP SYNs. Everything else is only
 * counted at its point (points.ts).
 */
import type { CaptureInterface, FrameCursor } from '../capture/capture.js';
import { macText } from '../decode/address.js';
import * as arp from '../decode/arp.js';
import { ABSENT, decodeFrame, FrameView, faultOf } from '../decode/frame.js';
import * as icmpv4 from '../decode/icmpv4.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as tcp from '../decode/tcp.js';
import type { ProbeKind } from '../path/probe-kinds.js';
import type { Traffic } from './capture-point.js';
import { Echoes, MAX_ECHOES } from './echoes.js';
import { readError } from './errors.js';
import type { FileObservations, RawArp, RawError, RawSyn, RawTalk } from './file-observations.js';
import { FirstLook } from './first-look.js';
import { encapsulationOf, limitOf } from './headers.js';
import { countFrame, ENDS_FRAMES, noteEnds, Points } from './points.js';
import { type Assembled, Reassembly } from './reassembly.js';
import { Streams } from './streams.js';
import { addDatagram, addSegment } from './transport.js';
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
  readonly #followsTcp: boolean;
  readonly #followsUdp: boolean;
  readonly #echoes: Echoes;
  readonly #streams = new Streams();
  readonly #talks = new Map<string, RawTalk>();
  /** The last frame was an echo message. */
  #inFlood = false;
  readonly #errors: RawError[] = [];
  readonly #arps = new Map<string, RawArp>();
  readonly #syns = new Map<string, RawSyn>();
  readonly #points = new Points();
  readonly #reassembly: Reassembly;
  readonly #dropped = { errors: 0, arps: 0, syns: 0, frames: 0 };

  /** `decodeAll`: decodes also what a first look would only count. Both ways give the same observations. */
  constructor(file: string, decodeAll = false, maxEchoes = MAX_ECHOES, probes: readonly ProbeKind[] = ['icmp']) {
    this.#decodeAll = decodeAll;
    this.#followsTcp = probes.includes('tcp');
    this.#followsUdp = probes.includes('udp');
    this.#echoes = new Echoes(maxEchoes);
    this.#reassembly = new Reassembly(
      file,
      (frame, view, point, whole) => {
        if (view.icmp !== ABSENT) this.#icmp(frame, view, point, whole);
        else if (this.#followsUdp && view.udp > view.inner) addDatagram(frame, view, point, whole, this.#echoes);
      },
      this.#followsUdp,
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
      if (this.#followsUdp) addDatagram(frame, view, point, null, this.#echoes);
    }
    if (view.icmp !== ABSENT) this.#icmp(frame, view, point, null);
  }

  /** Takes a frame that need not be decoded. Echo messages come in floods, and so does everything else: what the last frame was, this one may be. */
  #isKnown(frame: FrameCursor): boolean {
    const wasInFlood = this.#inFlood;
    if (wasInFlood && this.#isAlike(frame)) return true;
    this.#inFlood = false;
    if (this.#isOnlyCounted(frame)) return true;
    return !wasInFlood && this.#isAlike(frame);
  }

  /** Takes an echo message of a kind that was seen before. */
  #isAlike(frame: FrameCursor): boolean {
    const template = this.#echoes.addAlike(frame);
    if (template === null) return false;
    const { traffic } = this.#points.all[template.point]!;
    countFrame(traffic, frame);
    if (template.isEncapsulated) traffic.encapsulated++;
    if (template.isTagged) traffic.tagged++;
    traffic.echoes++;
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
    if (!look.isTcp && this.#followsUdp) return false;
    const length = view.getUint16(look.inner + 2);
    if (length > (look.isTcp ? traffic.largestTcp : traffic.largestOther)) return false;
    // A segment that was captured whole may belong to the sample of checksums.
    if (
      traffic.transportRight + traffic.transportWrong < TRANSPORT_SAMPLE &&
      look.limit - look.transport === length - ipv4.MIN_LENGTH
    ) {
      return false;
    }
    if (look.isTcp && this.#followsTcp) {
      const point = this.#points.last;
      if (this.#streams.isSample(point, view, look.inner, look.transport)) return false;
      this.#streams.add(frame, view, look.inner, look.transport, point, look.outer === ABSENT);
    }
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
      sightings: this.#echoes.sightings,
      errors: this.#errors,
      arps: [...this.#arps.values()],
      syns: [...this.#syns.values()],
      streams: this.#streams.all,
      talks: [...this.#talks.values()],
      dropped: {
        echoes: this.#echoes.dropped,
        ...this.#dropped,
        fragments: this.#reassembly.dropped,
        segments: this.#streams.dropped,
      },
    };
  }

  #icmp(frame: FrameCursor, view: FrameView, point: number, assembled: Assembled | null): void {
    const type = icmpv4.type(view.bytes, view.icmp);
    if (type === 8 || type === 0) {
      this.#points.all[point]!.traffic.echoes++;
      if (this.#echoes.add(frame, view, point, assembled)) this.#inFlood = true;
    } else if (icmpv4.isError(type) && view.quotedIp !== ABSENT) {
      if (this.#errors.length < MAX_ERRORS) this.#errors.push(readError(frame, view, point));
      else this.#dropped.errors++;
    }
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
    if (this.#followsTcp) addSegment(frame, view, point, this.#echoes, this.#streams);
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

  /** Who talks to whom, so that a report without a ping can say what could be followed instead. */
  #noteTalk({ bytes, inner }: FrameView, point: number, at: number, kind: RawTalk['kind']): void {
    if (this.#talks.size >= MAX_TALKS) return;
    const ends = [
      { address: ipv4.source(bytes, inner), port: tcp.sourcePort(bytes, at) },
      { address: ipv4.destination(bytes, inner), port: tcp.destinationPort(bytes, at) },
    ] as const;
    // The side that was heard first is taken to have begun.
    const key = (from: (typeof ends)[number], to: (typeof ends)[number]): string =>
      `${point} ${kind} ${from.address} ${from.port} ${to.address} ${to.port}`;
    if (this.#talks.has(key(ends[1], ends[0]))) return;
    const own = key(ends[0], ends[1]);
    if (this.#talks.has(own)) return;
    this.#talks.set(own, {
      point,
      kind,
      source: ends[0].address,
      destination: ends[1].address,
      sourcePort: ends[0].port,
      destinationPort: ends[1].port,
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
