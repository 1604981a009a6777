/**
 * A look at a few octets that tells traffic which is only counted (TCP and UDP, plain or in one IPv4-in-IPv4 tunnel) from what
 * must be decoded. It says yes only where decodeFrame() would find the same headers and no fault of missing octets.
 */

import { EtherType } from '../decode/ether-type.js';
import * as ethernet from '../decode/ethernet.js';
import { ABSENT } from '../decode/frame-view.js';
import { IpProtocol } from '../decode/ip-protocol.js';
import * as ipv4 from '../decode/ipv4.js';
import * as tcp from '../decode/tcp.js';
import * as udp from '../decode/udp.js';

const NO_OPTIONS = 0x45;
/** EtherType IPv4 and a header without options, as they follow the MACs; the last octet is the type of service. */
const PLAIN_IPV4 = ((EtherType.Ipv4 << 16) | (NO_OPTIONS << 8)) >>> 8;
/** More fragments, and the fragment offset. */
const FRAGMENTATION = 0x3fff;
/** SYN and RST: handshakes, and refusals of them. */
const NO_DATA = 0x06;

/** What the look found; absolute indices into the octets, as in FrameView. */
export class FirstLook {
  outer: number = ABSENT;
  inner: number = ABSENT;
  /** Of the TCP or UDP header, and one past its last captured octet. */
  transport: number = ABSENT;
  limit = 0;
  isTcp = false;

  /**
   * true: a whole TCP header without SYN and RST, or a whole UDP header that announces no tunnel, in no fragment. Reads words instead
   * of octets: it is asked of every frame.
   */
  isPlainTransport(view: DataView, start: number, end: number, linkType: number): boolean {
    let at = start;
    if (linkType === 1) {
      at += ethernet.LENGTH;
      if (end - at < ipv4.MIN_LENGTH || view.getUint32(start + 12) >>> 8 !== PLAIN_IPV4) return false;
    } else if (linkType !== 101 && linkType !== 228 && linkType !== 12 && linkType !== 14) return false;
    let limit = ipv4Limit(view, at, end);
    if (limit === ABSENT) return false;
    let protocol = view.getUint8(at + 9);
    this.outer = ABSENT;
    if (protocol === IpProtocol.Ipv4) {
      this.outer = at;
      at += ipv4.MIN_LENGTH;
      limit = ipv4Limit(view, at, limit);
      if (limit === ABSENT) return false;
      protocol = view.getUint8(at + 9);
    }
    this.inner = at;
    at += ipv4.MIN_LENGTH;
    this.transport = at;
    this.limit = limit;
    const room = limit - at;
    if (protocol === IpProtocol.Tcp) {
      this.isTcp = true;
      if (room < tcp.MIN_LENGTH) return false;
      const offsetAndFlags = view.getUint16(at + 12);
      const header = (offsetAndFlags >>> 12) << 2;
      return (offsetAndFlags & NO_DATA) === 0 && header >= tcp.MIN_LENGTH && header <= room;
    }
    if (protocol !== IpProtocol.Udp || room < udp.LENGTH) return false;
    this.isTcp = false;
    const length = view.getUint16(at + 4);
    if (length >= udp.LENGTH && length <= room) this.limit = at + length;
    if (length < udp.LENGTH || udp.mayCarryIpv4(view, at, this.limit, length)) return false;
    return !udp.isTunnelPort(view.getUint16(at)) && !udp.isTunnelPort(view.getUint16(at + 2));
  }
}

/** One past the datagram's last captured octet; ABSENT when it has options, is a fragment, or its lengths are odd. */
function ipv4Limit(view: DataView, at: number, limit: number): number {
  if (limit - at < ipv4.MIN_LENGTH) return ABSENT;
  const first = view.getUint32(at);
  if (first >>> 24 !== NO_OPTIONS || (view.getUint16(at + 6) & FRAGMENTATION) !== 0) return ABSENT;
  const total = first & 0xffff;
  if (total < ipv4.MIN_LENGTH) return ABSENT;
  return total <= limit - at ? at + total : limit;
}
