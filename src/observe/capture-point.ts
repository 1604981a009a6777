/** A capture point: one place where frames were taken, which may be a whole file, one interface of it, or one device behind `-i any`. */

export interface CapturePoint {
  /** Position in the run's list of points; the key everything else uses. */
  readonly index: number;
  /** Unique and stable: "pod1.cap", "all.pcapng:eth0", "any.cap:if4", "any.cap:tunnel". */
  readonly id: string;
  /** The id without the folders that all captures share: what sentences say. */
  readonly label: string;
  readonly file: string;
  readonly interfaceName: string | null;
  readonly linkType: number;
  readonly snapLength: number;
  /** The capture filter that the writer noted, else null. */
  readonly filter: string | null;
  /** What the link shows by itself: no link header (a tunnel device), Ethernet, or a cooked header of `-i any`. */
  readonly link: 'raw' | 'ethernet' | 'cooked-tunnel' | 'cooked-ethernet' | 'cooked-other';
  /** Index of the first point of the capture that this one belongs to: its own, unless the capture is in several files. */
  readonly series: number;
  /** Frames in the earlier files of that capture: with a frame's number it gives an order over all of them. */
  readonly framesBefore: number;
  /** Points of one `-i any` capture share a network namespace, hence a clock and a node. */
  readonly namespace: string | null;
  readonly traffic: Traffic;
}

/** What else a point saw: enough to say that it was alive, and what it could have seen. Bounded. */
export interface Traffic {
  frames: number;
  /** Of probes, kept or not. */
  messages: number;
  /** Frames in which IPv4 carries IPv4 (protocol 4), whatever is inside. */
  encapsulated: number;
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  /** Frames whose needed headers were not all captured. */
  cut: number;
  firstCut: number;
  /** Frames with an 802.1Q or 802.1ad tag. */
  tagged: number;
  /** Largest IPv4 datagram seen that is no TCP (GSO makes TCP larger than the wire), and largest TCP one. */
  largestOther: number;
  largestTcp: number;
  /** First fully captured TCP or UDP checksum that was wrong, and how many were right or wrong among those looked at. */
  transportRight: number;
  transportWrong: number;
  firstTransportWrong: number;
  firstLargeTcp: number;
  /** Outermost IPv4 addresses of the first frames, each with the `End` flags of what it was there. */
  readonly ends: Map<number, number>;
}

/**
 * What an address was in a frame: its source or destination, the same of frames that this machine itself sent or was sent, and
 * one of those of an IPv4-in-IPv4 tunnel.
 */
export const End = { Source: 1, Destination: 2, SentHere: 4, SentToHere: 8, Tunnel: 16 } as const;

export function newTraffic(): Traffic {
  return {
    frames: 0,
    messages: 0,
    encapsulated: 0,
    firstSeconds: 0,
    firstNanoseconds: 0,
    lastSeconds: 0,
    lastNanoseconds: 0,
    cut: 0,
    firstCut: 0,
    tagged: 0,
    largestOther: 0,
    largestTcp: 0,
    transportRight: 0,
    transportWrong: 0,
    firstTransportWrong: 0,
    firstLargeTcp: 0,
    ends: new Map(),
  };
}
