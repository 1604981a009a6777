/**
 * Puts the fragments of IPv4 datagrams together at each capture point. A capture may show a fragment twice, or the same
 * identification again for another datagram, or a million first fragments and nothing after them.
 */
import type { FrameCursor } from '../capture/capture.js';
import { macText } from '../decode/address.js';
import { ABSENT, decodeFrame, FrameView } from '../decode/frame.js';
import { IpProtocol } from '../decode/ip-protocol.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as vlan from '../decode/vlan.js';
import { elapsed, type FragmentRef } from './observation.js';

/** Datagrams that wait for the rest of their fragments, and octets that all of them may take; what goes beyond is counted. */
const MAX_OPEN = 2_048;
const MAX_WAITING = 16 * 1024 * 1024;
/** What a fragment takes besides its octets. */
const PIECE_OVERHEAD = 320;
/** Octets of small fragments are kept many to a block: a buffer each would cost more than they do. */
const BLOCK = 2 * 1024;
/** Open copies of one datagram: more say nothing more. */
const MAX_COPIES = 16;
/** Datagrams handed on of which the fragments are remembered, to know late copies of them, and octets of all of them. */
const MAX_TOLD = 1_024;
const MAX_TOLD_OCTETS = 4 * 1024 * 1024;
/** References to fragments that the datagrams handed on hold together. */
const MAX_REFS = 1 << 18;
const MAX_DATAGRAM = 65_535;
/** No receiver joins fragments that lie further apart: Linux waits 30 seconds (IP_FRAG_TIME in its include/net/ip.h). */
const LIFETIME_NS = 30e9;

export interface Assembled {
  readonly level: 'inner' | 'outer';
  readonly complete: boolean;
  readonly fragments: readonly FragmentRef[];
  /** 0: as the header says. */
  readonly longestInner: number;
  readonly longestOuter: number;
  readonly headersRight: boolean;
}

/** Takes a datagram as the frame that it would have been, whole. The view holds until the call returns. */
export type DatagramVisitor = (frame: FrameCursor, view: FrameView, point: number, assembled: Assembled) => void;

/** Octets that were kept: block[from, to). */
interface Kept {
  readonly block: Uint8Array;
  readonly from: number;
  readonly to: number;
}

interface Piece extends Kept {
  readonly offset: number;
  readonly length: number;
  /** Total length of the fragment's own datagram. */
  readonly totalLength: number;
  readonly timeToLive: number;
  /** The checksums of its own header and of the IPv4 headers around it. */
  readonly headersRight: boolean;
  readonly frame: number;
}

/** The frame of a first fragment, up to the end of the fragmented header. */
interface Head extends Kept {
  readonly headerAt: number;
  readonly capturedLength: number;
  readonly wireLength: number;
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly linkType: number;
  readonly interfaceIndex: number;
}

interface Datagram {
  readonly key: string;
  readonly protocol: number;
  readonly point: number;
  readonly timeToLive: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** By offset. */
  readonly pieces: Piece[];
  head: Head | null;
  /** Octets that the pieces say they have, octets of them that were captured, and what all of it takes here. */
  held: number;
  captured: number;
  cost: number;
  /** Where the datagram's data end; infinite until a last fragment says it. */
  end: number;
  /** Neighbours in the order of arrival, while it is open. */
  older: Datagram | null;
  newer: Datagram | null;
}

export class Reassembly {
  /** Datagrams that had to be given up before their time. */
  dropped = 0;
  readonly #file: string;
  readonly #joined: ReadonlySet<number>;
  readonly #visit: DatagramVisitor;
  readonly #view = new FrameView();
  readonly #open = new Map<string, Datagram[]>();
  #openCount = 0;
  #oldest: Datagram | null = null;
  #newest: Datagram | null = null;
  readonly #told = new Map<string, Datagram>();
  #waiting = 0;
  #toldOctets = 0;
  #refs = 0;
  #block = new Uint8Array(BLOCK);
  #blockUsed = 0;

  /** `protocols`: the IP protocols whose datagrams are wanted, beside tunnels. */
  constructor(file: string, visit: DatagramVisitor, protocols: readonly number[] = [IpProtocol.Icmp]) {
    this.#file = file;
    this.#joined = new Set([...protocols, IpProtocol.Ipv4, IpProtocol.Gre]);
    this.#visit = visit;
  }

  /** What waits and is remembered, in octets, roughly: for tests. */
  get octetsHeld(): number {
    return this.#waiting + this.#toldOctets;
  }

  /** `headerAt`: the fragmented header; `depth`: how many IPv4 headers stand before it; `limit`: where its captured octets end. */
  add(frame: FrameCursor, view: FrameView, point: number, headerAt: number, depth: number, limit: number): void {
    const { bytes } = view;
    const protocol = ipv4.protocol(bytes, headerAt);
    if (!this.#joined.has(protocol)) return;
    const headerEnd = headerAt + ipv4.headerLength(bytes, headerAt);
    const totalLength = ipv4.totalLength(bytes, headerAt);
    const offset = ipv4.fragmentOffset(bytes, headerAt);
    const length = totalLength - (headerEnd - headerAt);
    if (length <= 0 || offset + length > MAX_DATAGRAM) return;
    this.#makeRoom(frame);
    const identification = ipv4.identification(bytes, headerAt);
    // A fragment with another header around it went another way: the rules would not see it among these.
    const key = `${point} ${depth} ${protocol} ${ipv4.source(bytes, headerAt)} ${ipv4.destination(bytes, headerAt)} ${identification} ${around(view, headerAt)}`;
    const from = this.#keep(bytes, headerEnd, Math.max(headerEnd, Math.min(limit, headerEnd + length)));
    const piece: Piece = {
      block: this.#block,
      from,
      to: this.#blockUsed,
      offset,
      length,
      totalLength,
      timeToLive: ipv4.timeToLive(bytes, headerAt),
      headersRight: headersAreRight(view, headerAt),
      frame: frame.frameNumber,
    };
    const datagram = this.#homeOf(key, piece, frame) ?? this.#begin(key, piece, frame, point, protocol);
    if (datagram === null) {
      this.#blockUsed = from;
      this.dropped++;
      return;
    }
    datagram.pieces.splice(placeOf(datagram, offset), 0, piece);
    datagram.held += length;
    datagram.captured += piece.to - from;
    let cost = piece.to - from + PIECE_OVERHEAD;
    if (offset === 0) {
      datagram.head = this.#headOf(frame, headerAt, headerEnd);
      cost += headerEnd - frame.start;
    }
    datagram.cost += cost;
    this.#waiting += cost;
    if (!ipv4.moreFragments(bytes, headerAt)) datagram.end = offset + length;
    if (datagram.held >= datagram.end && datagram.head !== null) this.#close(datagram, true);
  }

  /** Hands on what is left, not whole. */
  finish(): void {
    while (this.#oldest !== null) this.#close(this.#oldest, false);
    this.#told.clear();
    this.#toldOctets = 0;
  }

  /** Copies octets into the current block, up to `blockUsed`, and returns where they begin there. */
  #keep(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (this.#blockUsed + length > this.#block.length) {
      this.#block = new Uint8Array(Math.max(BLOCK, length));
      this.#blockUsed = 0;
    }
    const at = this.#blockUsed;
    this.#block.set(bytes.subarray(from, to), at);
    this.#blockUsed += length;
    return at;
  }

  #headOf(frame: FrameCursor, headerAt: number, headerEnd: number): Head {
    const from = this.#keep(frame.bytes, frame.start, headerEnd);
    return {
      block: this.#block,
      from,
      to: this.#blockUsed,
      headerAt: headerAt - frame.start,
      capturedLength: frame.end - frame.start,
      wireLength: frame.wireLength,
      frame: frame.frameNumber,
      seconds: frame.seconds,
      nanoseconds: frame.nanoseconds,
      linkType: frame.linkType,
      interfaceIndex: frame.interfaceIndex,
    };
  }

  #makeRoom(now: FrameCursor): void {
    while (this.#openCount >= MAX_OPEN || this.#waiting > MAX_WAITING) {
      if (!isOver(this.#oldest!, now)) this.dropped++;
      this.#close(this.#oldest!, false);
    }
  }

  /** The open datagram that lacks the fragment. Those that it shows to be over are closed. */
  #homeOf(key: string, piece: Piece, now: FrameCursor): Datagram | undefined {
    const list = this.#open.get(key);
    if (list === undefined) return undefined;
    let found: Datagram | undefined;
    for (let i = 0; i < list.length; ) {
      const datagram = list[i]!;
      const known = pieceAt(datagram, piece.offset);
      // Other octets at the same place, or more than there are: another datagram under a used identification.
      const other = known === undefined ? piece.offset + piece.length > datagram.end : !isSame(known, piece);
      if (other || isOver(datagram, now)) {
        this.#close(datagram, false);
        continue;
      }
      i++;
      if (known !== undefined || datagram.held + piece.length > MAX_DATAGRAM) continue;
      // Copies that were forwarded in between carry another TTL.
      if (datagram.timeToLive === piece.timeToLive) found ??= datagram;
    }
    return found;
  }

  /** null: one copy too many. */
  #begin(key: string, piece: Piece, frame: FrameCursor, point: number, protocol: number): Datagram | null {
    const list = this.#open.get(key);
    if (list !== undefined && list.length >= MAX_COPIES) return null;
    const datagram: Datagram = {
      key,
      protocol,
      point,
      timeToLive: piece.timeToLive,
      seconds: frame.seconds,
      nanoseconds: frame.nanoseconds,
      pieces: [],
      head: null,
      held: 0,
      captured: 0,
      cost: PIECE_OVERHEAD,
      end: Number.POSITIVE_INFINITY,
      older: this.#newest,
      newer: null,
    };
    if (this.#newest === null) this.#oldest = datagram;
    else this.#newest.newer = datagram;
    this.#newest = datagram;
    this.#openCount++;
    this.#waiting += datagram.cost;
    if (list === undefined) this.#open.set(key, [datagram]);
    else list.push(datagram);
    return datagram;
  }

  #close(datagram: Datagram, whole: boolean): void {
    const { key, older, newer } = datagram;
    const list = this.#open.get(key)!;
    list.splice(list.indexOf(datagram), 1);
    if (list.length === 0) this.#open.delete(key);
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    datagram.older = null;
    datagram.newer = null;
    this.#openCount--;
    this.#waiting -= datagram.cost;
    // Some fragments again of a datagram that was handed on are copies of those fragments, not another datagram.
    if (datagram.head === null || (!whole && this.#wasTold(datagram))) return;
    this.#remember(datagram);
    this.#assemble(datagram, datagram.head, whole);
  }

  #wasTold(datagram: Datagram): boolean {
    const told = this.#told.get(datagram.key);
    if (told === undefined) return false;
    return datagram.pieces.every((piece) => {
      const known = pieceAt(told, piece.offset);
      return known !== undefined && known.timeToLive === piece.timeToLive && isSame(known, piece);
    });
  }

  #remember(datagram: Datagram): void {
    const before = this.#told.get(datagram.key);
    if (before !== undefined) this.#forget(before);
    this.#told.set(datagram.key, datagram);
    this.#toldOctets += datagram.cost;
    for (const oldest of this.#told.values()) {
      if (this.#told.size <= MAX_TOLD && this.#toldOctets <= MAX_TOLD_OCTETS) break;
      this.#forget(oldest);
    }
  }

  #forget(datagram: Datagram): void {
    this.#told.delete(datagram.key);
    this.#toldOctets -= datagram.cost;
  }

  #assemble({ protocol, captured, point, pieces }: Datagram, head: Head, whole: boolean): void {
    const headLength = head.to - head.from;
    const bytes = new Uint8Array(headLength + Math.min(MAX_DATAGRAM, captured));
    bytes.set(head.block.subarray(head.from, head.to), 0);
    let at = headLength;
    let complete = whole;
    for (const piece of pieces) {
      if (piece.offset !== at - headLength) {
        complete = false;
        break;
      }
      bytes.set(piece.block.subarray(piece.from, piece.to), at);
      at += piece.to - piece.from;
      if (piece.to - piece.from < piece.length) {
        complete = complete && piece === pieces.at(-1);
        break;
      }
    }
    const grown = pieces.reduce((sum, p) => Math.max(sum, p.offset + p.length), 0) - pieces[0]!.length;
    const view = this.#view;
    // Every enclosing datagram grows by what was joined; the fragmented one is whole now.
    decodeFrame(view, bytes, 0, headLength, head.linkType);
    const headers: number[] = [];
    for (let i = 0; i < view.count; i++) if (view.kind[i] === LayerKind.Ipv4) headers.push(view.at[i]!);
    const headersRight = pieces.every((piece) => piece.headersRight);
    for (const header of headers) {
      const total = Math.min(MAX_DATAGRAM, ipv4.totalLength(bytes, header) + grown);
      bytes[header + 2] = total >>> 8;
      bytes[header + 3] = total & 0xff;
    }
    bytes[head.headerAt + 6]! &= 0xdf;
    decodeFrame(view, bytes, 0, at, head.linkType);
    if (view.icmp === ABSENT) return;
    if (this.#refs + pieces.length > MAX_REFS) {
      this.dropped++;
      return;
    }
    this.#refs += pieces.length;
    const level = protocol === 1 ? 'inner' : 'outer';
    const longest = pieces.reduce((most, p) => Math.max(most, p.totalLength), 0);
    const tunnelled = view.outer !== ABSENT;
    const frame: FrameCursor = {
      bytes,
      view: new DataView(bytes.buffer),
      start: 0,
      end: head.capturedLength,
      wireLength: head.wireLength,
      frameNumber: head.frame,
      seconds: head.seconds,
      nanoseconds: head.nanoseconds,
      linkType: head.linkType,
      interfaceIndex: head.interfaceIndex,
      interfaceName: null,
      comments: null,
    };
    this.#visit(frame, view, point, {
      level,
      complete,
      fragments: pieces.map((p) => ({ file: this.#file, frame: p.frame, offset: p.offset, length: p.totalLength })),
      longestInner: level === 'inner' ? longest : 0,
      longestOuter: level === 'outer' ? longest : tunnelled ? longest + (view.inner - view.outer) : 0,
      headersRight,
    });
  }
}

/** MACs, VLANs, and of the IPv4 headers around the fragmented one what all fragments of a datagram have in common there. */
function around(view: FrameView, headerAt: number): string {
  const { bytes } = view;
  let text = '';
  for (let i = 0; i < view.quotedFrom && view.at[i]! < headerAt; i++) {
    const at = view.at[i]!;
    if (view.kind[i] === LayerKind.Ipv4) {
      const dscp = ipv4.typeOfService(bytes, at) >>> 2;
      text += `${ipv4.source(bytes, at)}>${ipv4.destination(bytes, at)}/${ipv4.timeToLive(bytes, at)}/${dscp} `;
    } else if (view.kind[i] === LayerKind.Ethernet) text += `${macText(bytes, at)}<${macText(bytes, at + 6)} `;
    else if (view.kind[i] === LayerKind.Vlan) text += `${vlan.identifier(bytes, at)} `;
  }
  return `${text}${ipv4.typeOfService(bytes, headerAt) >>> 2}`;
}

function headersAreRight(view: FrameView, headerAt: number): boolean {
  for (let i = 0; i < view.quotedFrom && view.at[i]! <= headerAt; i++) {
    if (view.kind[i] === LayerKind.Ipv4 && !ipv4.headerChecksumIsRight(view.bytes, view.at[i]!)) return false;
  }
  return true;
}

/** A receiver would have given it up. */
function isOver(datagram: Datagram, now: FrameCursor): boolean {
  return Math.abs(elapsed(datagram, now)) > LIFETIME_NS;
}

/** Where among the pieces the one of this offset is, or would be. */
function placeOf({ pieces }: Datagram, offset: number): number {
  let from = 0;
  let to = pieces.length;
  // Fragments come in order more often than not.
  if (to > 0 && pieces[to - 1]!.offset < offset) return to;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (pieces[middle]!.offset < offset) from = middle + 1;
    else to = middle;
  }
  return from;
}

function pieceAt(datagram: Datagram, offset: number): Piece | undefined {
  const piece = datagram.pieces[placeOf(datagram, offset)];
  return piece?.offset === offset ? piece : undefined;
}

function isSame(a: Piece, b: Piece): boolean {
  const length = a.to - a.from;
  if (a.length !== b.length || length !== b.to - b.from) return false;
  for (let i = 0; i < length; i++) if (a.block[a.from + i] !== b.block[b.from + i]) return false;
  return true;
}
