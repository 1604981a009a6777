/**
 * Unpacks Zstandard (RFC 8878) by the package `fzstd`, which is given one frame at a time: it calls itself once a frame,
 * takes any window that a frame claims, and stops silently at some cuts. Checksums are not verified.
 */

import { Decompress } from 'fzstd';
import { damaged, refused, runUnpacking, skip, type Unpacking } from './unpacker.js';

/** `zstd -19` uses 8 MiB, -20 32 MiB; only above it does the window break the memory bound. */
const windowLimit = 32 * 1024 * 1024;
const blockLimit = 128 * 1024;
const magic = 0xfd2fb528;

export function unzstd(chunks: AsyncIterable<Uint8Array>, take: (octets: Uint8Array) => void): Promise<void> {
  return runUnpacking('zstd', unpack(take), chunks);
}

function* unpack(take: (octets: Uint8Array) => void): Unpacking {
  for (;;) {
    const octets = yield { octets: 4, mayEnd: true };
    const word = littleEndian(octets);
    // RFC 8878 section 3.1.2: sixteen magics of frames to skip.
    if (word >>> 4 === 0x184d2a5) yield* skip(littleEndian(yield { octets: 4, mayEnd: false }));
    else if (word === magic) yield* frame(Uint8Array.from(octets), take);
    else throw damaged('zstd', 'no frame begins where one should');
  }
}

function* frame(magicOctets: Uint8Array, take: (octets: Uint8Array) => void): Unpacking {
  const decompress = new Decompress(take);
  decompress.push(magicOctets);
  const descriptor = Uint8Array.from(yield { octets: 1, mayEnd: false });
  const flags = descriptor[0]!;
  const singleSegment = (flags & 0x20) !== 0;
  const hasChecksum = (flags & 4) !== 0;
  const dictionaryLength = [0, 1, 2, 4][flags & 3]!;
  const sizeLength = [singleSegment ? 1 : 0, 2, 4, 8][flags >> 6]!;
  if (dictionaryLength > 0)
    throw refused('zstd', 'needs a dictionary', 'unpack it with: zstd -D DICTIONARY -dc IN > OUT');
  const rest = Uint8Array.from(yield { octets: (singleSegment ? 0 : 1) + sizeLength, mayEnd: false });
  if (windowOf(rest, singleSegment, sizeLength) > windowLimit) {
    throw refused(
      'zstd',
      `needs a window of more than ${windowLimit} octets`,
      'unpack it with: zstd --long=31 -dc IN > OUT',
    );
  }
  push(decompress, Buffer.concat([descriptor, rest]));
  // The package keeps nothing of a whole block, so one buffer serves them all.
  const block = new Uint8Array(3 + blockLimit);
  for (let last = false; !last; ) {
    block.set(yield { octets: 3, mayEnd: false });
    const word = block[0]! | (block[1]! << 8) | (block[2]! << 16);
    last = (word & 1) !== 0;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type === 3 || size > blockLimit) throw damaged('zstd', 'a block has an impossible type or size');
    // A run-length block holds one octet, whatever its size.
    const bodyLength = type === 1 ? 1 : size;
    block.set(yield { octets: bodyLength, mayEnd: false }, 3);
    push(decompress, block.subarray(0, 3 + bodyLength));
  }
  if (hasChecksum) yield { octets: 4, mayEnd: false };
}

function windowOf(rest: Uint8Array, singleSegment: boolean, sizeLength: number): number {
  if (!singleSegment) {
    const base = 2 ** (10 + (rest[0]! >> 3));
    return base + (base / 8) * (rest[0]! & 7);
  }
  let size = sizeLength === 2 ? 256 : 0;
  for (let i = 0; i < sizeLength; i++) size += rest[i]! * 256 ** i;
  return size;
}

function push(decompress: Decompress, octets: Uint8Array): void {
  try {
    decompress.push(octets);
  } catch (error) {
    throw damaged('zstd', error instanceof Error ? error.message : 'a block cannot be unpacked');
  }
}

function littleEndian(octets: Uint8Array): number {
  return (octets[0]! | (octets[1]! << 8) | (octets[2]! << 16) | (octets[3]! << 24)) >>> 0;
}
