/**
 * A look at a few octets that tells traffic which is only counted (TCP and UDP, plain or in one IPv4-in-IPv4 tunnel) from what
 * must be decoded. It says yes only where decodeFrame() would find the same headers and no fault of missing octets.
 */

import { EtherType } from './ether-type.js';
import * as ethernet from './ethernet.js';
import { ABSENT } from './frame-view.js';
import { IpProtocol } from './ip-protocol.js';
import * as ipv4 from './ipv4.js';
import * as tcp from './tcp.js';
import * as udp from './udp.js';

const NO_OPTIONS = 0x45;
/** More fragments, and the fragment offset. */
const FRAGMENTATION = 0x3fff;
export const SYN = 0x02;

/** What the look found; absolute indices into the octets, as in FrameView. */
export class FirstLook {
  outer: number = ABSENT;
  inner: number = ABSENT;
  /** Of the TCP or UDP header, and one past its last captured octet. */
  transport: number = ABSENT;
  limit = 0;
  isTcp = false;

  /** true: a whole TCP header without SYN, or a whole UDP header that announces no tunnel, in no fragment. */
  isPlainTransport(bytes: Uint8Array, start: number, end: number, linkType: number): boolean {
    let at = start;
    if (linkType === 1) {
      if (end - at < ethernet.LENGTH || ethernet.etherType(bytes, at) !== EtherType.Ipv4) return false;
      at += ethernet.LENGTH;
    } else if (linkType !== 101 && linkType !== 228 && linkType !== 12 && linkType !== 14) return false;
    let limit = ipv4Limit(bytes, at, end);
    if (limit === ABSENT) return false;
    let protocol = ipv4.protocol(bytes, at);
    this.outer = ABSENT;
    if (protocol === IpProtocol.Ipv4) {
      this.outer = at;
      at += ipv4.MIN_LENGTH;
      limit = ipv4Limit(bytes, at, limit);
      if (limit === ABSENT) return false;
      protocol = ipv4.protocol(bytes, at);
    }
    this.inner = at;
    at += ipv4.MIN_LENGTH;
    this.transport = at;
    this.limit = limit;
    const room = limit - at;
    if (protocol === IpProtocol.Tcp) {
      this.isTcp = true;
      if (room < tcp.MIN_LENGTH || (tcp.flags(bytes, at) & SYN) !== 0) return false;
      const header = tcp.headerLength(bytes, at);
      return header >= tcp.MIN_LENGTH && header <= room;
    }
    if (protocol !== IpProtocol.Udp || room < udp.LENGTH) return false;
    this.isTcp = false;
    const length = udp.length(bytes, at);
    if (length >= udp.LENGTH && length <= room) this.limit = at + length;
    return (
      length >= udp.LENGTH &&
      !udp.isTunnelPort(udp.sourcePort(bytes, at)) &&
      !udp.isTunnelPort(udp.destinationPort(bytes, at))
    );
  }
}

/** One past the datagram's last captured octet; ABSENT when it has options, is a fragment, or its lengths are odd. */
function ipv4Limit(bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < ipv4.MIN_LENGTH || bytes[at] !== NO_OPTIONS) return ABSENT;
  if (((bytes[at + 6]! << 8) & FRAGMENTATION) !== 0 || bytes[at + 7] !== 0) return ABSENT;
  const total = ipv4.totalLength(bytes, at);
  if (total < ipv4.MIN_LENGTH) return ABSENT;
  return total <= limit - at ? at + total : limit;
}
