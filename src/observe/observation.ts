/** Tier 2: one sighting of one datagram at one capture point, as immutable plain data. */
import type { Encapsulation } from '../path/facts.js';
import type { CapturePoint } from './capture-point.js';
import type { RawStream } from './streams.js';

export interface FrameRef {
  readonly file: string;
  readonly frame: number;
}

export interface Ipv4Header {
  /** Unsigned 32-bit. */
  readonly source: number;
  readonly destination: number;
  readonly timeToLive: number;
  readonly typeOfService: number;
  readonly identification: number;
  /** Of the longest fragment that was on the wire, when there are several. */
  readonly totalLength: number;
  readonly headerLength: number;
  readonly dontFragment: boolean;
  /** Bit 0 of the flags field: RFC 791 section 3.1 wants it zero. */
  readonly reserved: boolean;
  readonly protocol: number;
  /** null: not all octets of the header were captured. */
  readonly checksumRight: boolean | null;
}

export interface FragmentRef extends FrameRef {
  /** Octets of the fragment's data before this one in the datagram. */
  readonly offset: number;
  /** Length of the fragment's own IP datagram, header included. */
  readonly length: number;
}

/** Nanoseconds are kept beside seconds: a double cannot hold both. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** One request or reply of a probe, seen at one point: an ICMP echo, a TCP handshake's segment, a UDP datagram. */
export interface Observation extends Instant {
  readonly point: CapturePoint;
  readonly ref: FrameRef;
  readonly message: 'request' | 'reply';
  /** Of TCP and UDP, as this message has them; null for ICMP. */
  readonly ports: { readonly source: number; readonly destination: number } | null;
  /** A TCP reset that answers a SYN. */
  readonly isReset: boolean;
  readonly ethernet: { readonly source: string; readonly destination: string } | null;
  /** Cooked captures know only the sender's address; null when there is none. */
  readonly linkSource: string | null;
  /** Packet type of a cooked capture: 0 to us, 1 broadcast, 2 multicast, 3 to someone else, 4 sent by us; null elsewhere. */
  readonly packetType: number | null;
  readonly vlans: readonly number[];
  readonly encapsulation: Encapsulation;
  /** UDP destination port when the datagram travels directly inside UDP, else null. */
  readonly tunnelPort: number | null;
  readonly outer: Ipv4Header | null;
  readonly inner: Ipv4Header;
  /** Tells the message from others of its flow; as in probes/probe-reader.ts. */
  readonly number: number;
  /** Digest and length of the captured ICMP data; equal lengths and digests mean equal octets. */
  readonly payloadDigest: number;
  readonly payloadCaptured: number;
  readonly payloadLength: number;
  /** Of the ICMP message, the TCP segment or the UDP datagram; null: not judged, because octets are missing. */
  readonly messageChecksumRight: boolean | null;
  readonly icmpCode: number;
  /** Of the inner options, less what routers write into record route and timestamp. */
  readonly optionsDigest: number;
  /** Addresses that routers have written into the inner header's options so far. */
  readonly recorded: readonly number[];
  readonly capturedLength: number;
  readonly wireLength: number;
  /** Which header travelled in fragments, with every fragment seen; empty when none did. */
  readonly fragmented: 'no' | 'inner' | 'outer';
  readonly fragments: readonly FragmentRef[];
  /** false: some fragment was never seen here. */
  readonly complete: boolean;
  /** Length of the whole inner datagram, fragments put together. */
  readonly datagramLength: number;
}

/** An ICMP error seen at one point, with what it quotes. */
export interface ErrorSighting extends Instant {
  readonly point: CapturePoint;
  readonly ref: FrameRef;
  /** Who sent the error: source of the IP header right before the ICMP message. */
  readonly sender: number;
  readonly receiver: number;
  readonly timeToLive: number;
  /** The error itself travels inside a tunnel here. */
  readonly outer: { readonly source: number; readonly destination: number } | null;
  readonly type: number;
  readonly code: number;
  readonly nextHopMtu: number;
  /** The outer header of the quoted packet: the error is about the tunnel's datagram. null: it is about the inner one. */
  readonly quotedOuter: { readonly source: number; readonly destination: number; readonly timeToLive: number } | null;
  /** null: the quote ends before the inner header. */
  readonly quotedInner: {
    readonly source: number;
    readonly destination: number;
    readonly protocol: number;
    readonly identification: number;
    readonly totalLength: number;
    readonly timeToLive: number;
  } | null;
  /** Ports of a quoted TCP segment or UDP datagram, as a kind has them; null: the quote ends before them, or is of ICMP. */
  readonly quotedPorts: number | null;
  /**
   * The quoted message's numbers; null when the quote ends before them or quotes something else. Of TCP and UDP those of the
   * flow's probe, found when the flow is known.
   */
  readonly quotedMessage: { readonly reply: boolean; readonly number: number } | null;
  readonly ethernet: { readonly source: string; readonly destination: string } | null;
  readonly encapsulation: Encapsulation;
}

/** One distinct thing that ARP said at one point: first and last time, and how often. */
export interface ArpSighting {
  readonly point: CapturePoint;
  readonly ref: FrameRef;
  readonly operation: number;
  readonly senderMac: string;
  readonly senderAddress: number;
  readonly targetAddress: number;
  readonly first: Instant;
  count: number;
}

/** A TCP SYN or SYN+ACK: its maximum segment size tells the MTU of its sender (MSS + 40), its checksum the offloads. */
export interface SynSighting {
  readonly point: CapturePoint;
  readonly ref: FrameRef;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly acknowledges: boolean;
  /** -1: no such option. */
  readonly mss: number;
  readonly encapsulation: Encapsulation;
  readonly checksumRight: boolean | null;
}

/** A TCP connection or UDP exchange that one point saw, by the side that was heard first. */
export interface Talk {
  readonly point: CapturePoint;
  readonly kind: 'tcp' | 'udp';
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** One direction of a TCP connection at one point: which of its octets passed. */
export type StreamSighting = Omit<RawStream, 'point'> & { readonly point: CapturePoint };

/** Ports that say which software it is: Linux' customary one for FoU, IANA's for GUE, flannel's for its udp backend. */
const tunnelPorts: Readonly<Record<number, string>> = { 5555: 'FoU', 6080: 'GUE', 8285: "flannel's udp backend" };

/** How a datagram travels, in words: "ipip", "vxlan", "UDP port 5555 (FoU)". */
export function encapsulationText({
  encapsulation,
  tunnelPort,
}: Pick<Observation, 'encapsulation' | 'tunnelPort'>): string {
  if (tunnelPort === null) return encapsulation;
  const name = tunnelPorts[tunnelPort];
  return `UDP port ${tunnelPort}${name === undefined ? '' : ` (${name})`}`;
}

/** "node1.cap #31": the frame, in the words of the report's sentences. */
export function refText(seen: { readonly point: CapturePoint; readonly ref: FrameRef }): string {
  return `${seen.point.label} #${seen.ref.frame}`;
}

/** Congestion marked outside (CE) on a datagram that does not speak ECN inside (Not-ECT): RFC 6040 section 4.2 drops it on decapsulation. */
export function isCeOverNotEct({ inner, outer }: Observation): boolean {
  return outer !== null && (outer.typeOfService & 3) === 3 && (inner.typeOfService & 3) === 0;
}

/** b − a in nanoseconds: exact up to about 104 days, which no exchange exceeds. */
export function elapsed(a: Instant, b: Instant): number {
  return (b.seconds - a.seconds) * 1e9 + (b.nanoseconds - a.nanoseconds);
}

export function timeText(at: Instant): string {
  return `${at.seconds}.${String(at.nanoseconds).padStart(9, '0')}`;
}
