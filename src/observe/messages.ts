/** Where a frame becomes a sighting: what every message has goes into the columns of sightings.ts; what only its kind of probe knows, probes/ says. */
import type { FrameCursor } from '../capture/capture.js';
import { uint32 } from '../decode/bytes.js';
import * as ethernet from '../decode/ethernet.js';
import { ABSENT, type FrameView } from '../decode/frame.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as linuxSll from '../decode/linux-sll.js';
import * as linuxSll2 from '../decode/linux-sll2.js';
import * as udp from '../decode/udp.js';
import { digest } from './digest.js';
import { encapsulationOf, IN_UDP, IPIP, NONE, vlansOf } from './headers.js';
import type { Message } from './probes/probe-reader.js';
import type { Assembled } from './reassembly.js';
import { Flag, KindInterner, type SightingKind, SightingTable } from './sightings.js';

/** Messages of one file: a limit that keeps a hostile capture from filling the memory; what goes beyond is counted in `dropped`. */
export const MAX_MESSAGES = 1 << 22;
/** Messages that differ in more than numbers, times and digests: few in a flood of probes, all of them in a made-up one. */
const MAX_KINDS = 1 << 18;

export class Messages {
  readonly sightings = new SightingTable();
  /** Messages that were not kept because of a limit. */
  dropped = 0;
  readonly #max: number;
  readonly #kinds = new KindInterner(this.sightings, MAX_KINDS);
  /** Filled anew for each message. */
  readonly #kind = emptyKind();

  constructor(max: number) {
    this.#max = Math.min(max, MAX_MESSAGES);
  }

  /**
   * Here a frame becomes a sighting: a row, and the kind that it shares with others like it. `assembled`: the frame stands for
   * fragments that were joined. true: a message of this kind was kept before, from a frame of its own like this one.
   */
  add(frame: FrameCursor, view: FrameView, point: number, assembled: Assembled | null, message: Message): boolean {
    if (this.isFull()) {
      this.dropped++;
      return false;
    }
    const k = this.#kind;
    const outerIdentification = this.#readHeaders(frame, view, point, assembled);
    k.flags |= message.flags;
    if (message.checksumRight !== null) {
      k.flags |= message.checksumRight ? Flag.MessageChecksumRight : Flag.MessageChecksumWrong;
    }
    k.ports = message.ports;
    k.icmpCode = message.code;
    k.payloadCaptured = message.payloadCaptured;
    k.extra = this.#extra(view, k, assembled);
    const known = this.#kinds.count;
    const kind = this.#kinds.intern(k);
    if (kind === -1) {
      this.dropped++;
      return false;
    }
    const identification = ipv4.identification(view.bytes, view.inner);
    this.addRow(frame, kind, message.number, identification, outerIdentification, message.digest);
    if (assembled !== null) {
      const frames = assembled.fragments.map((f) => f.frame);
      this.sightings.fragmentFrames.set(this.sightings.length - 1, frames);
    }
    return kind < known && assembled === null;
  }

  addRow(
    frame: FrameCursor,
    kind: number,
    number: number,
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
    c.number[i] = number;
    c.identification[i] = identification;
    c.outerIdentification[i] = outerIdentification;
    c.payloadDigest[i] = payloadDigest;
  }

  /** No more messages are kept. What is new in every message counts against the kinds as well. */
  isFull(): boolean {
    const { length, extras } = this.sightings;
    return length >= this.#max || extras.length >= MAX_KINDS;
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
  k.protocol = ipv4.protocol(bytes, inner);
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
