/** A UDP datagram, known by its payload; DNS messages by their identification. Which side asked shows when all captures were read. */
import type { FrameCursor } from '../../capture/capture.js';
import { uint16, uint32 } from '../../decode/bytes.js';
import type { FrameView } from '../../decode/frame.js';
import { IpProtocol } from '../../decode/ip-protocol.js';
import * as udp from '../../decode/udp.js';
import { digest } from '../digest.js';
import { limitOf } from '../headers.js';
import type { Assembled } from '../reassembly.js';
import { Flag } from '../sightings.js';
import { transportChecksumRight } from '../transport-checksum.js';
import type { Message, ProbeReader } from './probe-reader.js';

/** Of a DNS message (RFC 1035 section 4.1.1). */
const DNS_HEADER = 12;
/** DNS and multicast DNS (IANA, Service Names and Port Numbers). */
const dnsPorts: ReadonlySet<number> = new Set([53, 5353]);

export class UdpReader implements ProbeReader {
  readonly joinsFragments = true;

  read(_: FrameCursor, view: FrameView, _point: number, assembled: Assembled | null): Message | null {
    const { bytes, inner, udp: at } = view;
    // Before the inner header it is a tunnel's.
    if (at <= inner) return null;
    const limit = limitOf(view, at);
    const from = at + udp.LENGTH;
    const isDns =
      (dnsPorts.has(udp.sourcePort(bytes, at)) || dnsPorts.has(udp.destinationPort(bytes, at))) &&
      limit - from >= DNS_HEADER;
    return {
      flags: isDns ? Flag.Numbered : 0,
      ports: uint32(bytes, at),
      code: 0,
      number: isDns ? uint16(bytes, from) * 65_536 : 0,
      digest: digest(bytes, from, Math.max(from, limit)),
      payloadCaptured: Math.max(0, limit - from),
      checksumRight:
        assembled?.complete === false ? null : transportChecksumRight(bytes, inner, at, limit, IpProtocol.Udp),
    };
  }

  skim(): boolean {
    return false;
  }
}
