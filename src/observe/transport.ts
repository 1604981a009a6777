/** Which TCP segments and UDP datagrams become sightings, and by which numbers they are known. */
import type { FrameCursor } from '../capture/capture.js';
import { uint16 } from '../decode/bytes.js';
import { ABSENT, type FrameView } from '../decode/frame.js';
import * as ipv4 from '../decode/ipv4.js';
import * as tcp from '../decode/tcp.js';
import * as udp from '../decode/udp.js';
import { digest } from './echo-template.js';
import type { Echoes } from './echoes.js';
import { encapsulationOf, limitOf, NONE } from './headers.js';
import type { Assembled } from './reassembly.js';
import { Flag } from './sightings.js';
import { ACK, RST, type Streams, SYN, sampleHash } from './streams.js';

/** Of a DNS message (RFC 1035 section 4.1.1). */
const DNS_HEADER = 12;
/** DNS and multicast DNS (IANA, Service Names and Port Numbers). */
const dnsPorts: ReadonlySet<number> = new Set([53, 5353]);

/**
 * A connection's SYN is its request, known by the initial sequence number; its reply is the SYN+ACK, or the reset in its place,
 * which acknowledge that number (RFC 9293 section 3.5). Of a connection that began before the capture a few segments stand in.
 */
export function addSegment(
  frame: FrameCursor,
  view: FrameView,
  point: number,
  messages: Echoes,
  streams: Streams,
): void {
  const { bytes, inner, tcp: at } = view;
  const octets = frame.view;
  const flags = tcp.flags(bytes, at);
  const sequence = tcp.sequenceNumber(bytes, at);
  const before = streams.find(point, ipv4.source(bytes, inner), ipv4.destination(bytes, inner), portsOf(octets, at));
  const isSample = (flags & (SYN | RST)) === 0 && streams.isSample(point, octets, inner, at);
  streams.add(frame, octets, inner, at, point, encapsulationOf(view) === NONE);
  const add = (number: number, marks: number, what: number): void =>
    messages.addTransport(frame, view, point, null, {
      at,
      flags: marks,
      payloadFrom: ABSENT,
      identifier: number >>> 16,
      sequence: number & 0xffff,
      digest: what,
    });
  if (flags & SYN) {
    if ((flags & ACK) === 0) add(sequence, 0, sequence);
    else add((tcp.acknowledgmentNumber(bytes, at) - 1) >>> 0, Flag.Reply, sequence);
  } else if (flags & RST) {
    // Later resets end a connection that was open.
    const isAnswer = before === -1 || streams.all[before]!.flags === (RST | ACK);
    if (isAnswer && flags & ACK) {
      add((tcp.acknowledgmentNumber(bytes, at) - 1) >>> 0, Flag.Reply | Flag.Reset, sequence);
    }
  } else if (isSample) add(0, Flag.Middle, sampleHash(octets, inner, at));
}

/** A datagram is known by its payload; DNS messages by their identification. Which side asked shows when all captures were read. */
export function addDatagram(
  frame: FrameCursor,
  view: FrameView,
  point: number,
  assembled: Assembled | null,
  messages: Echoes,
): void {
  const { bytes, udp: at } = view;
  const limit = limitOf(view, at);
  const from = at + udp.LENGTH;
  const isDns =
    (dnsPorts.has(udp.sourcePort(bytes, at)) || dnsPorts.has(udp.destinationPort(bytes, at))) &&
    limit - from >= DNS_HEADER;
  messages.addTransport(frame, view, point, assembled, {
    at,
    flags: isDns ? Flag.Numbered : 0,
    payloadFrom: from,
    identifier: isDns ? uint16(bytes, from) : 0,
    sequence: 0,
    digest: digest(bytes, from, Math.max(from, limit)),
  });
}

function portsOf(octets: DataView, at: number): number {
  return octets.getUint32(at);
}
