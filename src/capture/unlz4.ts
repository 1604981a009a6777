/**
 * Unpacks LZ4 frames (lz4_Frame_format.md 1.6) and their blocks (lz4_Block_format.md). Checksums are not verified. Without a package:
 * what there are need native code, which a single executable cannot carry, or trust what is in the block.
 */
import { damaged, refused, runUnpacking, skip, type Unpacking } from './unpacker.js';

const magic = 0x184d2204;
/** Blocks that lean on earlier ones reach back so far. */
const historyLength = 64 * 1024;

export function unlz4(chunks: AsyncIterable<Uint8Array>, take: (octets: Uint8Array) => void): Promise<void> {
  return runUnpacking('lz4', unpack(take), chunks);
}

function* unpack(take: (octets: Uint8Array) => void): Unpacking {
  // One for all frames: a file of small frames may claim large blocks in each.
  let window = new Uint8Array(0);
  const windowOf = (length: number): Uint8Array => {
    if (window.length < length) window = new Uint8Array(length);
    return window;
  };
  for (;;) {
    const word = littleEndian(yield { octets: 4, mayEnd: true });
    if (word >>> 4 === 0x184d2a5) yield* skip(littleEndian(yield { octets: 4, mayEnd: false }));
    else if (word === magic) yield* frame(take, windowOf);
    else throw damaged('lz4', 'no frame begins where one should');
  }
}

function* frame(take: (octets: Uint8Array) => void, windowOf: (length: number) => Uint8Array): Unpacking {
  const [flags, descriptor] = Uint8Array.from(yield { octets: 2, mayEnd: false }) as unknown as [number, number];
  const blockLimit = [65_536, 262_144, 1_048_576, 4_194_304][((descriptor >> 4) & 7) - 4];
  if (flags >> 6 !== 1 || blockLimit === undefined) throw damaged('lz4', 'its frame is of an unknown version');
  const linked = (flags & 0x20) === 0;
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0;
  const contentSize = (flags & 8) !== 0 ? 8 : 0;
  const contentChecksum = (flags & 4) !== 0 ? 4 : 0;
  if ((flags & 1) !== 0) throw refused('lz4', 'needs a dictionary', 'unpack it with: lz4 -D DICTIONARY -dc IN > OUT');
  yield* skip(contentSize + 1);
  // What later blocks may lean on, and behind it the block that is being unpacked.
  const window = windowOf(historyLength + blockLimit);
  let history = 0;
  for (;;) {
    const word = littleEndian(yield { octets: 4, mayEnd: false });
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (size > blockLimit) throw damaged('lz4', `a block claims ${size} octets, above ${blockLimit}`);
    const body = yield { octets: size, mayEnd: false };
    const end = word > 0x7fffffff ? store(body, window, history) : unpackBlock(body, window, history, blockLimit);
    take(window.slice(history, end));
    if (linked) {
      history = Math.min(end, historyLength);
      window.copyWithin(0, end - history, end);
    }
    yield* skip(blockChecksum);
  }
  yield* skip(contentChecksum);
}

function store(body: Uint8Array, window: Uint8Array, start: number): number {
  window.set(body, start);
  return start + body.length;
}

/**
 * Unpacks a block to `window` from `start` on, before which stands its history; returns where it ends there.
 *
 * A block is sequences of literals and a match: a token with the two lengths, more octets of length for 15, the literals, and how
 * far back the match begins. The last sequence has literals only.
 *
 * @throws CompressionDamage where it leads out of itself, of its history or of `limit` octets
 */
function unpackBlock(body: Uint8Array, window: Uint8Array, start: number, limit: number): number {
  let from = 0;
  let to = start;
  const more = (length: number): number => {
    if (length < 15) return length;
    let sum = length;
    for (let octet = 255; octet === 255; ) {
      if (from >= body.length) throw damaged('lz4', 'a length ends with its block');
      octet = body[from++]!;
      sum += octet;
    }
    return sum;
  };
  const room = (length: number): void => {
    if (to + length > start + limit) throw damaged('lz4', `a block is longer than ${limit} octets`);
  };
  for (;;) {
    if (from >= body.length) throw damaged('lz4', 'a block ends inside a sequence');
    const token = body[from++]!;
    const literals = more(token >> 4);
    if (from + literals > body.length) throw damaged('lz4', 'a block ends inside its literals');
    room(literals);
    window.set(body.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === body.length) return to;
    if (from + 2 > body.length) throw damaged('lz4', 'a block ends inside a sequence');
    const back = body[from]! | (body[from + 1]! << 8);
    from += 2;
    const match = more(token & 15) + 4;
    if (back === 0 || back > to) throw damaged('lz4', 'a match begins before the data');
    room(match);
    repeat(window, to - back, to, match);
    to += match;
  }
}

/** A match that is longer than it lies back repeats what it writes. */
function repeat(window: Uint8Array, from: number, to: number, length: number): void {
  if (to - from >= length) window.copyWithin(to, from, from + length);
  else for (let i = 0; i < length; i++) window[to + i] = window[from + i]!;
}

function littleEndian(octets: Uint8Array): number {
  return (octets[0]! | (octets[1]! << 8) | (octets[2]! << 16) | (octets[3]! << 24)) >>> 0;
}
