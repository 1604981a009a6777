/** Where the headers of one frame stand: numbers only, in one object that serves a whole run. */
import { LayerKind } from './layer-kind.js';

/** Layers that a frame can have here; what lies deeper is an 'unsupported' fault. No sane frame has half as many. */
export const MAX_LAYERS = 32;
/** IP headers (v4 and v6, quoted ones included) that a frame can have here; a deeper nesting is an 'unsupported' fault. */
export const MAX_IP_HEADERS = 16;
export const ABSENT = -1;

/** Problems as numbers; 0 is none. fault.ts puts them into words. */
export const Problem = {
  None: 0,
  TooShort: 1,
  WrongVersion: 2,
  BadHeaderLength: 3,
  /** A length reaches beyond what encloses the layer. */
  BadLength: 4,
  /** A length is less than that of the header it stands in. */
  LengthBelowHeader: 5,
  Unsupported: 6,
  UnsupportedLinkType: 7,
} as const;

/** What set the limit up to which octets are believed. */
export const LimitBy = { Captured: 0, TotalLength: 1, HeaderLength: 2 } as const;

/**
 * Contract: the fixed header of every layer that is set lies wholly inside [start, end) — of IPv4 the whole header with its
 * options, of ICMP 8 octets, of TCP 20 (8 when quoted by an ICMP error) — so the field readers check nothing and never throw.
 */
export class FrameView {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  linkType = 0;
  /** Layers decoded. */
  count = 0;
  readonly kind = new Uint8Array(MAX_LAYERS);
  /** Absolute index in `bytes` of the layer's first octet. */
  readonly at = new Int32Array(MAX_LAYERS);
  /** Absolute index one past the layer's last captured octet: what the capture, the enclosing lengths and its own length leave. */
  readonly limit = new Int32Array(MAX_LAYERS);
  /** Index of the first layer that an ICMP error quotes; equal to `count` when nothing is quoted. */
  quotedFrom = 0;

  // Shortcuts over the layers that are not quoted: absolute indices, or ABSENT.
  /** First IPv4 header, when another IP header follows it. */
  outer: number = ABSENT;
  /** Last IPv4 header. */
  inner: number = ABSENT;
  /** How many IP headers, v4 and v6. */
  ipHeaders = 0;
  icmp: number = ABSENT;
  tcp: number = ABSENT;
  udp: number = ABSENT;
  /** Only ARP for Ethernet and IPv4. */
  arp: number = ABSENT;
  /** First Ethernet header. */
  ethernet: number = ABSENT;
  /** First quoted IPv4 header. */
  quotedIp: number = ABSENT;
  /** An IPv4 header has a fragment offset above 0, so that its payload begins in the middle and is not decoded. */
  fragment = false;

  // The first fault; faultOf() makes it readable.
  faultCode: number = Problem.None;
  faultLayer = 0;
  faultAt: number = ABSENT;
  faultNeeded = 0;
  faultAvailable = 0;
  faultLimitBy = 0;
  faultLimitLayer: number = ABSENT;

  // State of the decoder between two layers.
  /** Where the next layer begins, and up to where it may reach. */
  nextAt = 0;
  nextLimit = 0;
  /** What set nextLimit, and at which layer (ABSENT: the capture). */
  limitBy: number = LimitBy.Captured;
  limitLayer: number = ABSENT;
  quoting = false;
  /** An enclosing datagram is a first fragment: lengths inside it rightly exceed what it holds. */
  insideFragment = false;
  allIpHeaders = 0;

  reset(bytes: Uint8Array, start: number, end: number, linkType: number): void {
    // Storing a reference costs the garbage collector's write barrier, and the buffer seldom changes.
    if (this.bytes !== bytes) this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.linkType = linkType;
    this.count = 0;
    this.quotedFrom = 0;
    this.outer = ABSENT;
    this.inner = ABSENT;
    this.ipHeaders = 0;
    this.icmp = ABSENT;
    this.tcp = ABSENT;
    this.udp = ABSENT;
    this.arp = ABSENT;
    this.ethernet = ABSENT;
    this.quotedIp = ABSENT;
    this.fragment = false;
    this.faultCode = Problem.None;
    this.nextAt = start;
    this.nextLimit = end;
    this.limitBy = LimitBy.Captured;
    this.limitLayer = ABSENT;
    this.quoting = false;
    this.insideFragment = false;
    this.allIpHeaders = 0;
  }

  /** Sets a layer whose fixed header the caller has found to be inside. */
  add(kind: number, at: number, limit: number): void {
    const i = this.count++;
    this.kind[i] = kind;
    this.at[i] = at;
    this.limit[i] = limit;
  }

  /** The layer just added says itself that it ends at `limit`, within what was left. */
  narrow(limit: number, by: number): void {
    this.nextLimit = limit;
    this.limitBy = by;
    this.limitLayer = this.count - 1;
  }

  /** Notes a fault, unless an earlier one is noted. Returns LayerKind.None, so that a decoder can return it. */
  fault(problem: number, kind: number, at: number, needed: number, available: number): number {
    if (this.faultCode === Problem.None) {
      this.faultCode = problem;
      this.faultLayer = kind;
      this.faultAt = at;
      this.faultNeeded = needed;
      this.faultAvailable = available;
      this.faultLimitBy = this.limitBy;
      this.faultLimitLayer = this.limitLayer;
    }
    return LayerKind.None;
  }

  /**
   * A header of `needed` octets does not fit before `limit`. That an ICMP error quotes only the beginning of a datagram is as
   * RFC 792 has it; only when the capture cut the quote is it a fault.
   */
  tooShort(kind: number, at: number, needed: number, limit: number): number {
    if (this.quoting && this.limitBy !== LimitBy.Captured && this.limitLayer < this.quotedFrom) return LayerKind.None;
    return this.fault(Problem.TooShort, kind, at, needed, limit > at ? limit - at : 0);
  }
}
