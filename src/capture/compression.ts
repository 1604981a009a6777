/** Recognises compression by the first octets, and unpacks it as a stream in bounded memory. */

import type { CaptureSummary } from './capture.js';
import type { Decompress } from './damage.js';

export type Compression = NonNullable<CaptureSummary['compression']>;

const magics: readonly { readonly compression: Compression; readonly octets: readonly number[] }[] = [
  { compression: 'gzip', octets: [0x1f, 0x8b] },
  { compression: 'zstd', octets: [0x28, 0xb5, 0x2f, 0xfd] },
  { compression: 'lz4', octets: [0x04, 0x22, 0x4d, 0x18] },
  { compression: 'xz', octets: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
];

export function compressionOf(start: Uint8Array): Compression | null {
  for (const { compression, octets } of magics) {
    if (start.length >= octets.length && octets.every((octet, i) => start[i] === octet)) return compression;
  }
  return beginsWithSkippableFrame(start) ? compressionBehind(start) : null;
}

/** zstd and lz4 have frames to be stepped over, with the same sixteen magics; pzstd begins a file with one (RFC 8878 section 3.1.2). */
function beginsWithSkippableFrame(start: Uint8Array): boolean {
  return start.length >= 8 && start[0]! >> 4 === 5 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18;
}

function compressionBehind(start: Uint8Array): Compression | null {
  const length = new DataView(start.buffer, start.byteOffset, start.length).getUint32(4, true);
  // Out of sight: lz4's own tool writes no such frame.
  return 8 + length < start.length - 4 ? compressionOf(start.subarray(8 + length)) : 'zstd';
}

/** Each decompressor is loaded only when a file asks for it. */
export async function loadDecompressor(compression: Compression): Promise<Decompress> {
  switch (compression) {
    case 'gzip':
      return (await import('./gunzip.js')).gunzip;
    case 'zstd':
      return (await import('./unzstd.js')).unzstd;
    case 'lz4':
      return (await import('./unlz4.js')).unlz4;
    case 'xz':
      return (await import('./unxz.js')).unxz;
  }
}
