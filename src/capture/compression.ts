/** Recognises compression by the first octets, and unpacks it as a stream in bounded memory. */

import type { CaptureSummary } from './capture.js';
import type { SourceFault } from './capture-sink.js';

export type Compression = NonNullable<CaptureSummary['compression']>;

/** Octets that compressionOf needs. */
export const compressionMagicLength = 6;

/** Both have frames to be skipped over, with one magic, and either may begin with one; its successor decides. */
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
  return null;
}

/** Octets go in by `write` and come out at the `take` it was opened with, before the promise is kept. */
export interface Decompressor {
  /** The octets may be changed once the promise is kept. */
  write(octets: Uint8Array): Promise<void>;
  /** No more will come. */
  end(): Promise<void>;
}

/** The compressed octets end early or make no sense. Whatever came out before it is good. */
export class CompressionDamage extends Error {
  readonly fault: SourceFault;

  constructor(fault: SourceFault) {
    super(fault.sentence);
    this.fault = fault;
  }
}

/** Each decompressor is loaded only when a file asks for it. `take` must not throw. */
export async function openDecompressor(
  compression: Compression,
  take: (octets: Uint8Array) => void,
): Promise<Decompressor> {
  switch (compression) {
    case 'gzip':
      return (await import('./gunzip.js')).openGunzip(take);
    case 'zstd':
      return (await import('./unzstd.js')).openUnzstd(take);
    case 'lz4':
      return (await import('./unlz4.js')).openUnlz4(take);
    case 'xz':
      return (await import('./unxz.js')).openUnxz(take);
  }
}
