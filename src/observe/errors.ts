/** ICMP errors, and what they quote of the datagram that they are about. */
import type { FrameCursor } from '../capture/capture.js';
import { macText } from '../decode/address.js';
import { uint32 } from '../decode/bytes.js';
import { ABSENT, type FrameView } from '../decode/frame.js';
import * as icmpv4 from '../decode/icmpv4.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import type { RawError } from './file-observations.js';
import { encapsulationOf } from './headers.js';
import { quotedEcho } from './probes/echo.js';

/** The ICMP error that the decoder found in the frame, with its quote. */
export function readError(frame: FrameCursor, view: FrameView, point: number): RawError {
  const { bytes, inner, icmp } = view;
  const type = icmpv4.type(bytes, icmp);
  const { first, last, message, ports } = quoteOf(view);
  // Whatever lies between the two quoted headers, the error is about the first one.
  const tunnel = ipv4.protocol(bytes, first) === 4 || (last !== first && ipv4.protocol(bytes, first) === 17);
  const innerAt = tunnel ? (last === first ? ABSENT : last) : last;
  const hasEthernet = view.ethernet !== ABSENT && view.at[0] === view.ethernet;
  return {
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
    quotedPorts: ports,
    quotedMessage: message,
    ethernet: hasEthernet
      ? { source: macText(bytes, view.ethernet + 6), destination: macText(bytes, view.ethernet) }
      : null,
  };
}

/** Where the quote's first and last IPv4 header stand, and the number of the message behind the last one. */
function quoteOf(view: FrameView): {
  first: number;
  last: number;
  message: RawError['quotedMessage'];
  ports: number | null;
} {
  const { bytes } = view;
  let first: number = ABSENT;
  let last: number = ABSENT;
  let message: RawError['quotedMessage'] = null;
  let ports: number | null = null;
  for (let i = view.quotedFrom; i < view.count; i++) {
    const kind = view.kind[i];
    const at = view.at[i]!;
    if (kind === LayerKind.Ipv4) {
      if (first === ABSENT) first = at;
      last = at;
      message = null;
      ports = null;
    } else if (kind === LayerKind.Tcp || kind === LayerKind.Udp) {
      ports = uint32(bytes, at);
    } else if (kind === LayerKind.Icmpv4) {
      message = quotedEcho(bytes, at) ?? message;
    }
  }
  return { first, last, message, ports };
}
