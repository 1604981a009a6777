/** A frame as a test describes it, before it becomes octets: every field can be bent, right or wrong. */
import {
  type EthernetAddresses,
  EtherType,
  ethernet,
  gre,
  IpProtocol,
  type Ipv4Fields,
  icmpEcho,
  ipv4,
  udp,
  vxlan,
} from './octets.js';

interface EchoMessage {
  type: 'request' | 'reply';
  identifier: number;
  sequence: number;
  data: Uint8Array;
  /** Written as given; left out, it is computed. */
  checksum?: number;
}

export interface FrameDraft {
  /** null: the link has no header of its own (a tunnel device). */
  ethernet: EthernetAddresses | null;
  vlans: number[];
  /**
   * Headers around the datagram, outermost first. The protocol number says what stands between a header and the next:
   * 4 nothing, 17 UDP and VXLAN, 47 GRE.
   */
  outer: Ipv4Fields[];
  inner: Ipv4Fields;
  /** What the inner datagram carries: a message, or `payload` when that is null. */
  message: EchoMessage | null;
  payload: Uint8Array;
  /** Stands in place of everything after the outermost IP header: the data of an outer fragment. */
  outerBody?: Uint8Array;
  /** Stands in place of the whole frame. */
  bytes?: Uint8Array;
  /** Length on the wire when it is not the frame's own. */
  wireLength?: number;
}

const vxlanPort = 8472;
const vxlanNetwork = 1;
const tunnelMacs: EthernetAddresses = { source: '4a:11:00:00:00:0a', destination: '4a:11:00:00:00:0b' };

export function cloneDraft(draft: FrameDraft): FrameDraft {
  return structuredClone(draft);
}

/** What the inner IP header is followed by. */
export function innerPayload(draft: FrameDraft): Uint8Array {
  if (draft.message === null) return draft.payload;
  const { type, identifier, sequence, data, checksum } = draft.message;
  return icmpEcho(type, identifier, sequence, data, checksum);
}

/** The inner datagram alone. */
export function innerOctets(draft: FrameDraft): Uint8Array {
  return ipv4(draft.inner, innerPayload(draft));
}

function between(header: Ipv4Fields, octets: Uint8Array): Uint8Array {
  switch (header.protocol) {
    case IpProtocol.udp:
      return udp(header, 49_153, vxlanPort, vxlan(vxlanNetwork, ethernet(tunnelMacs, EtherType.ipv4, octets)), 0);
    case IpProtocol.gre:
      return gre(EtherType.ipv4, octets);
    default:
      return octets;
  }
}

/** What the outermost IP header is followed by; for a plain datagram the inner payload. */
export function outerPayload(draft: FrameDraft): Uint8Array {
  const [outermost, ...rest] = draft.outer;
  if (outermost === undefined) return innerPayload(draft);
  let octets = innerOctets(draft);
  for (const header of rest.reverse()) octets = ipv4(header, between(header, octets));
  return between(outermost, octets);
}

/** From the outermost IP header on. */
export function ipOctets(draft: FrameDraft): Uint8Array {
  return ipv4(draft.outer[0] ?? draft.inner, draft.outerBody ?? outerPayload(draft));
}

/** The frame as an Ethernet or raw IP link carries it. */
export function frameOctets(draft: FrameDraft): Uint8Array {
  if (draft.bytes !== undefined) return draft.bytes;
  const octets = ipOctets(draft);
  return draft.ethernet === null ? octets : ethernet(draft.ethernet, EtherType.ipv4, octets, draft.vlans);
}
