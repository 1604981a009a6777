/** Where a frame becomes a sighting: an echo message's fields go into the columns of sightings.ts. */
import type { FrameCursor } from '../capture/capture.js';
import { uint32 } from '../decode/bytes.js';
import * as ethernet from '../decode/ethernet.js';
import { ABSENT, type FrameView } from '../decode/frame.js';
import * as icmpv4 from '../decode/icmpv4.js';
import { IpProtocol } from '../decode/ip-protocol.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as linuxSll from '../decode/linux-sll.js';
import * as linuxSll2 from '../decode/linux-sll2.js';
import * as udp from '../decode/udp.js';
import { digest, ECHO_HEADER, EchoTemplate, PayloadSum } from './echo-template.js';
import { encapsulationOf, IN_UDP, IPIP, limitOf, NONE, vlansOf } from './headers.js';
import type { Assembled } from './reassembly.js';
import { Flag, KindInterner, type SightingKind, SightingTable } from './sightings.js';
import { transportChecksumRight } from './transport-checksum.js';

/** Echo messages of one file: a limit that keeps a hostile capture from filling the memory; what goes beyond is counted in `dropped`. */
export const MAX_ECHOES = 1 << 22;
/** Echo messages that differ in more than numbers, times and digests: few in a flood of pings, all of them in a made-up one. */
const MAX_KINDS = 1 << 18;
/** Kinds of echo messages of which the next frame may be: requests and replies of a few flows. */
const MAX_TEMPLATES = 4;

/** What tells a message from others of its flow. */
interface MessageNumbers {
  readonly identifier: number;
  readonly sequence: number;
  /** Of the payload; for TCP the sequence number. */
  readonly digest: number;
}

export interface TransportMessage extends MessageNumbers {
  /** Where the TCP or UDP header stands. */
  readonly at: number;
  readonly flags: number;
  /** Where the payload stands that the digest is of; ABSENT: nowhere. */
  readonly payloadFrom: number;
}

export class Echoes {
  readonly sightings = new SightingTable();
  /** Echo messages that were not kept because of a limit. */
  dropped = 0;
  readonly #maxEchoes: number;
  readonly #kinds = new KindInterner(this.sightings, MAX_KINDS);
  /** Filled anew for each echo message. */
  readonly #kind = emptyKind();
  readonly #templates: EchoTemplate[] = [];
  readonly #payload = new PayloadSum();
  #templatesMade = 0;
  #templateHits = 0;

  constructor(maxEchoes: number) {
    this.#maxEchoes = Math.min(maxEchoes, MAX_ECHOES);
  }

  /** Keeps an echo message of a kind that was seen before, and tells by which template it is known; null: it must be decoded. */
  addAlike(frame: FrameCursor): EchoTemplate | null {
    if (this.#isFull()) return null;
    const { view } = frame;
    const templates = this.#templates;
    const payload = this.#payload;
    for (let i = 0; i < templates.length; i++) {
      const template = templates[i]!;
      if (!template.fits(frame, view, payload)) continue;
      const numbers = template.numbers(frame, view);
      this.#addRow(
        frame,
        template.kind,
        numbers >>> 16,
        numbers & 0xffff,
        template.identification(frame, view),
        template.outerIdentification(frame, view),
        payload.digest,
      );
      this.#templateHits++;
      return template;
    }
    return null;
  }

  /**
   * Here a frame becomes a sighting: a row, and the kind that it shares with others like it. `assembled`: the frame stands for
   * fragments that were joined. true: it was kept, and a next one like it may be known by a template.
   */
  add(frame: FrameCursor, view: FrameView, point: number, assembled: Assembled | null): boolean {
    if (this.#isFull()) {
      this.dropped++;
      return false;
    }
    const { bytes, icmp } = view;
    const k = this.#kind;
    const outerIdentification = this.#readHeaders(frame, view, point, assembled);
    if (icmpv4.type(bytes, icmp) === 0) k.flags |= Flag.Reply;
    k.protocol = IpProtocol.Icmp;
    k.ports = 0;
    const known = this.#kinds.count;
    const kept = this.#keep(frame, view, assembled, outerIdentification, {
      identifier: icmpv4.identifier(bytes, icmp),
      sequence: icmpv4.sequence(bytes, icmp),
      digest: readMessage(k, view, assembled),
    });
    if (!kept || assembled !== null) return false;
    const kind = this.sightings.columns.kind[this.sightings.length - 1]!;
    if (kind < known) this.#addTemplate(frame, view, kind);
    return true;
  }

  /** Keeps a segment or datagram that stands at `at`, of the inner header's protocol; transport.ts says what it is. */
  addTransport(
    frame: FrameCursor,
    view: FrameView,
    point: number,
    assembled: Assembled | null,
    { at, flags, payloadFrom, ...numbers }: TransportMessage,
  ): void {
    if (this.#isFull()) {
      this.dropped++;
      return;
    }
    const { bytes, inner } = view;
    const k = this.#kind;
    const outerIdentification = this.#readHeaders(frame, view, point, assembled);
    k.flags |= flags;
    k.protocol = ipv4.protocol(bytes, inner);
    k.ports = uint32(bytes, at);
    k.icmpCode = 0;
    const limit = limitOf(view, at);
    k.payloadCaptured = payloadFrom === ABSENT ? 0 : Math.max(0, limit - payloadFrom);
    const isRight = assembled?.complete === false ? null : transportChecksumRight(bytes, inner, at, limit, k.protocol);
    if (isRight !== null) k.flags |= isRight ? Flag.MessageChecksumRight : Flag.MessageChecksumWrong;
    this.#keep(frame, view, assembled, outerIdentification, numbers);
  }

  /** Fills the kind with what every datagram has; returns the outer identification. */
  #readHeaders(frame: FrameCursor, view: FrameView, point: number, assembled: Assembled | null): number {
    const k = this.#kind;
    k.point = point;
    k.flags = 0;
    k.encapsulation = encapsulationOf(view);
    k.capturedLength = frame.end - frame.start;
    k.wireLength = frame.wireLength;
    readInner(k, view, assembled);
    const outerIdentification = readOuter(k, view, assembled);
    if (assembled !== null) judgeHeaders(k, assembled);
    readLink(k, view);
    return outerIdentification;
  }

  /** false: there is no room for one more kind. */
  #keep(
    frame: FrameCursor,
    view: FrameView,
    assembled: Assembled | null,
    outerIdentification: number,
    { identifier, sequence, digest }: MessageNumbers,
  ): boolean {
    const k = this.#kind;
    k.extra = this.#extra(view, k, assembled);
    const kind = this.#kinds.intern(k);
    if (kind === -1) {
      this.dropped++;
      return false;
    }
    const identification = ipv4.identification(view.bytes, view.inner);
    this.#addRow(frame, kind, identifier, sequence, identification, outerIdentification, digest);
    if (assembled !== null) {
      const frames = assembled.fragments.map((f) => f.frame);
      this.sightings.fragmentFrames.set(this.sightings.length - 1, frames);
    }
    return true;
  }

  /** The number of what only few sightings have; 0: this one has nothing of it. */
  #extra(view: FrameView, k: SightingKind, assembled: Assembled | null): number {
    const { bytes, inner, outer } = view;
    const hasVlan = view.count > 1 && view.kind[1] === LayerKind.Vlan;
    const hasOptions = k.headerLength > ipv4.MIN_LENGTH;
    const outerHeaderLength = outer !== ABSENT ? ipv4.headerLength(bytes, outer) : ipv4.MIN_LENGTH;
    const otherOuter = outer !== ABSENT && (k.encapsulation !== IPIP || outerHeaderLength > ipv4.MIN_LENGTH);
    if (!hasVlan && !hasOptions && !otherOuter && assembled === null) return 0;
    const options = hasOptions ? readOptions(bytes, inner + ipv4.MIN_LENGTH, inner + k.headerLength) : null;
    return this.#kinds.extra({
      vlans: hasVlan ? vlansOf(view) : [],
      fragmented: assembled?.level ?? 'no',
      pieces: assembled?.fragments.map(({ offset, length }) => ({ offset, length })) ?? [],
      complete: assembled?.complete ?? true,
      datagramLength: assembled?.complete ? ipv4.totalLength(bytes, inner) : 0,
      optionsDigest: options?.digest ?? 0,
      recorded: options?.recorded ?? [],
      outerProtocol: outer !== ABSENT ? ipv4.protocol(bytes, outer) : 4,
      outerHeaderLength,
      tunnelPort: k.encapsulation === IN_UDP ? udp.destinationPort(bytes, view.udp) : 0,
    });
  }

  #addRow(
    frame: FrameCursor,
    kind: number,
    identifier: number,
    sequence: number,
    identification: number,
    outerIdentification: number,
    payloadDigest: number,
  ): void {
    const i = this.sightings.add();
    const c = this.sightings.columns;
    c.kind[i] = kind;
    c.frame[i] = frame.frameNumber;
    c.seconds[i] = frame.seconds;
    c.nanoseconds[i] = frame.nanoseconds;
    c.identifier[i] = identifier;
    c.sequence[i] = sequence;
    c.identification[i] = identification;
    c.outerIdentification[i] = outerIdentification;
    c.payloadDigest[i] = payloadDigest;
  }

  /** No more echo messages are kept. What is new in every message counts against the kinds as well. */
  #isFull(): boolean {
    const { length, extras } = this.sightings;
    return length >= this.#maxEchoes || extras.length >= MAX_KINDS;
  }

  /** The next frames of this kind need not be decoded. Where every frame is of another kind, templates are not worth their making. */
  #addTemplate(frame: FrameCursor, view: FrameView, kind: number): void {
    if (view.faultCode !== 0) return;
    // IPv6 carries it: the outer header is no IPv4 one.
    if (view.outer === ABSENT && (this.#kind.flags & Flag.HasOuter) !== 0) return;
    if (this.#templatesMade > 64 && this.#templateHits < this.#templatesMade) return;
    const template = new EchoTemplate(frame, frame.view, view, {
      kind,
      point: this.#kind.point,
      flags: this.#kind.flags,
      payloadCaptured: this.#kind.payloadCaptured,
      isTagged: view.count > 1 && view.kind[1] === LayerKind.Vlan,
    });
    this.#templates[this.#templatesMade % MAX_TEMPLATES] = template;
    this.#templatesMade++;
  }
}

function emptyKind(): SightingKind {
  return {
    point: 0,
    source: 0,
    destination: 0,
    flags: 0,
    encapsulation: 0,
    timeToLive: 0,
    typeOfService: 0,
    headerLength: 0,
    totalLength: 0,
    outerSource: 0,
    outerDestination: 0,
    outerTimeToLive: 0,
    outerTypeOfService: 0,
    outerTotalLength: 0,
    sourceMacHigh: 0,
    sourceMacLow: 0,
    destinationMacHigh: 0,
    destinationMacLow: 0,
    packetType: 0,
    icmpCode: 0,
    protocol: 0,
    ports: 0,
    payloadCaptured: 0,
    capturedLength: 0,
    wireLength: 0,
    extra: 0,
  };
}

function readInner(k: SightingKind, { bytes, inner }: FrameView, assembled: Assembled | null): void {
  k.source = ipv4.source(bytes, inner);
  k.destination = ipv4.destination(bytes, inner);
  k.timeToLive = ipv4.timeToLive(bytes, inner);
  k.typeOfService = ipv4.typeOfService(bytes, inner);
  k.headerLength = ipv4.headerLength(bytes, inner);
  k.totalLength = assembled?.longestInner || ipv4.totalLength(bytes, inner);
  if (ipv4.dontFragment(bytes, inner)) k.flags |= Flag.InnerDontFragment;
  if (ipv4.reservedFlag(bytes, inner)) k.flags |= Flag.InnerReserved;
  k.flags |= ipv4.headerChecksumIsRight(bytes, inner) ? Flag.InnerChecksumRight : Flag.InnerChecksumWrong;
}

/** Returns the outer header's identification; 0: there is no outer header. */
function readOuter(k: SightingKind, { bytes, inner, outer }: FrameView, assembled: Assembled | null): number {
  if (outer === ABSENT && k.encapsulation === NONE) {
    k.outerSource = 0;
    k.outerDestination = 0;
    k.outerTimeToLive = 0;
    k.outerTypeOfService = 0;
    k.outerTotalLength = 0;
    return 0;
  }
  const header = outer !== ABSENT ? outer : inner;
  k.flags |= Flag.HasOuter;
  k.outerSource = ipv4.source(bytes, header);
  k.outerDestination = ipv4.destination(bytes, header);
  k.outerTimeToLive = ipv4.timeToLive(bytes, header);
  k.outerTypeOfService = ipv4.typeOfService(bytes, header);
  k.outerTotalLength = assembled?.longestOuter || ipv4.totalLength(bytes, header);
  if (ipv4.dontFragment(bytes, header)) k.flags |= Flag.OuterDontFragment;
  if (ipv4.reservedFlag(bytes, header)) k.flags |= Flag.OuterReserved;
  k.flags |= ipv4.headerChecksumIsRight(bytes, header) ? Flag.OuterChecksumRight : Flag.OuterChecksumWrong;
  return ipv4.identification(bytes, header);
}

/** The joined header's length is ours, so its checksum says nothing; each fragment's own did. */
function judgeHeaders(k: SightingKind, { level, headersRight }: Assembled): void {
  const isRight = (right: number, wrong: number, value: boolean): void => {
    k.flags = value ? (k.flags | right) & ~wrong : (k.flags | wrong) & ~right;
  };
  if (headersRight || level === 'inner') isRight(Flag.InnerChecksumRight, Flag.InnerChecksumWrong, headersRight);
  const hasOuter = (k.flags & Flag.HasOuter) !== 0;
  if (headersRight ? hasOuter : level === 'outer') {
    isRight(Flag.OuterChecksumRight, Flag.OuterChecksumWrong, headersRight);
  }
}

function readLink(k: SightingKind, view: FrameView): void {
  const { bytes } = view;
  k.packetType = 255;
  k.sourceMacHigh = 0;
  k.sourceMacLow = 0;
  k.destinationMacHigh = 0;
  k.destinationMacLow = 0;
  if (view.ethernet !== ABSENT && view.at[0] === view.ethernet) {
    k.flags |= Flag.HasEthernet;
    k.sourceMacHigh = ethernet.sourceHigh(bytes, view.ethernet);
    k.sourceMacLow = ethernet.sourceLow(bytes, view.ethernet);
    k.destinationMacHigh = ethernet.destinationHigh(bytes, view.ethernet);
    k.destinationMacLow = ethernet.destinationLow(bytes, view.ethernet);
  } else if (view.kind[0] === LayerKind.LinuxSll || view.kind[0] === LayerKind.LinuxSll2) {
    const cooked2 = view.kind[0] === LayerKind.LinuxSll2;
    const at = view.at[0]!;
    k.packetType = cooked2 ? linuxSll2.packetType(bytes, at) : linuxSll.packetType(bytes, at);
    // Offsets of the address length and address: LINKTYPE_LINUX_SLL 4 and 6, LINKTYPE_LINUX_SLL2 11 and 12.
    const length = cooked2 ? bytes[at + 11]! : (bytes[at + 4]! << 8) | bytes[at + 5]!;
    const from = at + (cooked2 ? 12 : 6);
    if (length === 6) {
      k.flags |= Flag.HasLinkSource;
      k.sourceMacHigh = (bytes[from]! << 8) | bytes[from + 1]!;
      k.sourceMacLow =
        ((bytes[from + 2]! << 24) | (bytes[from + 3]! << 16) | (bytes[from + 4]! << 8) | bytes[from + 5]!) >>> 0;
    }
  }
}

/** Returns the digest of the payload: the ICMP data behind the eight octets of header, as far as datagram and capture go. */
function readMessage(k: SightingKind, view: FrameView, assembled: Assembled | null): number {
  const { bytes, inner, icmp } = view;
  k.icmpCode = icmpv4.code(bytes, icmp);
  const limit = limitOf(view, icmp);
  const from = icmp + ECHO_HEADER;
  const captured = limit > from ? limit - from : 0;
  k.payloadCaptured = captured;
  const declared = ipv4.totalLength(bytes, inner) - k.headerLength - ECHO_HEADER;
  if (captured === declared && (assembled === null || assembled.complete)) {
    k.flags |= icmpv4.checksumIsRight(bytes, icmp, limit) ? Flag.MessageChecksumRight : Flag.MessageChecksumWrong;
  }
  return digest(bytes, from, from + captured);
}

/** Option types whose data routers fill in: record route and internet timestamp (RFC 791 section 3.1). */
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;

/** The options' digest without what routers write into them, and the addresses that they have written so far. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: two option layouts of RFC 791 in one walk over hostile octets
function readOptions(bytes: Uint8Array, from: number, to: number): { digest: number; recorded: number[] } {
  const kept = bytes.slice(from, to);
  const recorded: number[] = [];
  for (let at = 0; at < kept.length && kept[at] !== 0; ) {
    const type = kept[at]!;
    const length = type === 1 ? 1 : kept[at + 1]!;
    if (type !== 1 && (length < 2 || at + length > kept.length)) break;
    if ((type === RECORD_ROUTE && length >= 3) || (type === TIMESTAMP && length >= 4)) {
      // The pointer counts octets from 1; flags 1 and 3 of a timestamp put an address before each time.
      const written = Math.min(kept[at + 2]! - 1, length);
      const step = type === RECORD_ROUTE ? 4 : (kept[at + 3]! & 15) === 0 ? 0 : 8;
      for (let i = type === RECORD_ROUTE ? 3 : 4; step > 0 && i + step <= written; i += step) {
        recorded.push(uint32(kept, at + i));
      }
      const overflow = type === TIMESTAMP ? kept[at + 3]! & 15 : 0;
      kept.fill(0, at + 2, at + length);
      if (type === TIMESTAMP) kept[at + 3] = overflow;
    }
    at += length;
  }
  return { digest: digest(kept, 0, kept.length), recorded };
}
