/** TCP connections: which segments stand for one, and the octets that passed (streams.ts). */
import type { FrameCursor } from '../../capture/capture.js';
import { uint32 } from '../../decode/bytes.js';
import { ABSENT, type FrameView } from '../../decode/frame.js';
import { IpProtocol } from '../../decode/ip-protocol.js';
import * as ipv4 from '../../decode/ipv4.js';
import * as tcp from '../../decode/tcp.js';
import type { FirstLook } from '../first-look.js';
import { encapsulationOf, limitOf, NONE } from '../headers.js';
import { Flag } from '../sightings.js';
import { ACK, RST, type Streams, SYN, sampleHash } from '../streams.js';
import { transportChecksumRight } from '../transport-checksum.js';
import type { Message, ProbeReader } from './probe-reader.js';

/**
 * A connection's SYN is its request, known by the initial sequence number; its reply is the SYN+ACK, or the reset in its place,
 * which acknowledge that number (RFC 9293 section 3.5). Of a connection that began before the capture a few segments stand in.
 */
export class TcpReader implements ProbeReader {
  readonly joinsFragments = false;
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  read(frame: FrameCursor, view: FrameView, point: number): Message | null {
    const { bytes, inner, tcp: at } = view;
    if (at === ABSENT) return null;
    const octets = frame.view;
    const streams = this.#streams;
    const flags = tcp.flags(bytes, at);
    const sequence = tcp.sequenceNumber(bytes, at);
    const before = streams.find(point, ipv4.source(bytes, inner), ipv4.destination(bytes, inner), uint32(bytes, at));
    const isSample = (flags & (SYN | RST)) === 0 && streams.isSample(point, octets, inner, at);
    streams.add(frame, octets, inner, at, point, encapsulationOf(view) === NONE);
    if (flags & SYN) {
      if ((flags & ACK) === 0) return message(view, sequence, 0, sequence);
      return message(view, acknowledged(view), Flag.Reply, sequence);
    }
    if (flags & RST) {
      // Later resets end a connection that was open.
      const isAnswer = before === -1 || streams.all[before]!.flags === (RST | ACK);
      return isAnswer && flags & ACK ? message(view, acknowledged(view), Flag.Reply | Flag.Reset, sequence) : null;
    }
    return isSample ? message(view, 0, Flag.Middle, sampleHash(octets, inner, at)) : null;
  }

  skim(frame: FrameCursor, { inner, transport, outer }: FirstLook, point: number): boolean {
    if (this.#streams.isSample(point, frame.view, inner, transport)) return false;
    this.#streams.add(frame, frame.view, inner, transport, point, outer === ABSENT);
    return true;
  }
}

function acknowledged({ bytes, tcp: at }: FrameView): number {
  return (tcp.acknowledgmentNumber(bytes, at) - 1) >>> 0;
}

function message(view: FrameView, number: number, flags: number, what: number): Message {
  const { bytes, inner, tcp: at } = view;
  return {
    flags,
    ports: uint32(bytes, at),
    code: 0,
    number,
    digest: what,
    payloadCaptured: 0,
    checksumRight: transportChecksumRight(bytes, inner, at, limitOf(view, at), IpProtocol.Tcp),
  };
}
