/**
 * Unpacks LZ4 frames (lz4_Frame_format.md 1.6) block by block; the blocks themselves by the package `lz4-napi`.
 * Checksums are not verified.
 */

import lz4 from 'lz4-napi';
import { damaged, refused, runUnpacking, skip, type Unpacking } from './unpacker.js';

const magic = 0x184d2204;
/** Blocks that lean on earlier ones reach back so far. */
const historyLength = 64 * 1024;

export function unlz4(chunks: AsyncIterable<Uint8Array>, take: (octets: Uint8Array) => void): Promise<void> {
  return runUnpacking('lz4', unpack(take), chunks);
}

function* unpack(take: (octets: Uint8Array) => void): Unpacking {
  for (;;) {
    const word = littleEndian(yield { octets: 4, mayEnd: true });
    if (word >>> 4 === 0x184d2a5) yield* skip(littleEndian(yield { octets: 4, mayEnd: false }));
    else if (word === magic) yield* frame(take);
    else throw damaged('lz4', 'no frame begins where one should');
  }
}

function* frame(take: (octets: Uint8Array) => void): Unpacking {
  const [flags, descriptor] = Uint8Array.from(yield { octets: 2, mayEnd: false }) as unknown as [number, number];
  const blockLimit = [65_536, 262_144, 1_048_576, 4_194_304][((descriptor >> 4) & 7) - 4];
  if (flags >> 6 !== 1 || blockLimit === undefined) throw damaged('lz4', 'its frame is of an unknown version');
  const linked = (flags & 0x20) === 0;
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0;
  const contentSize = (flags & 8) !== 0 ? 8 : 0;
  const contentChecksum = (flags & 4) !== 0 ? 4 : 0;
  if ((flags & 1) !== 0) throw refused('lz4', 'needs a dictionary', 'unpack it with: lz4 -D DICTIONARY -dc IN > OUT');
  yield* skip(contentSize + 1);
  let history: Uint8Array = new Uint8Array(0);
  for (;;) {
    const word = littleEndian(yield { octets: 4, mayEnd: false });
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (size > blockLimit) throw damaged('lz4', `a block claims ${size} octets, above ${blockLimit}`);
    const body = yield { octets: size, mayEnd: false };
    const stored = word > 0x7fffffff;
    const plain = stored ? body : block(body, blockLimit, history);
    if (linked) history = tailOf(history, plain);
    take(plain);
    yield* skip(blockChecksum);
  }
  yield* skip(contentChecksum);
}

/** The package wants the length of the result in front; it takes the largest and gives back what there was. */
function block(body: Uint8Array, limit: number, history: Uint8Array): Uint8Array {
  const sized = Buffer.allocUnsafe(4 + body.length);
  sized.writeUInt32LE(limit);
  sized.set(body, 4);
  try {
    return history.length > 0 ? lz4.uncompressSync(sized, history) : lz4.uncompressSync(sized);
  } catch (error) {
    throw damaged('lz4', error instanceof Error ? error.message : 'a block cannot be unpacked');
  }
}

function tailOf(history: Uint8Array, plain: Uint8Array): Uint8Array {
  if (plain.length >= historyLength) return Uint8Array.from(plain.subarray(plain.length - historyLength));
  const joined = Buffer.concat([history, plain]);
  return joined.subarray(Math.max(0, joined.length - historyLength));
}

function littleEndian(octets: Uint8Array): number {
  return (octets[0]! | (octets[1]! << 8) | (octets[2]! << 16) | (octets[3]! << 24)) >>> 0;
}
