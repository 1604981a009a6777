/**
 * Unpacks gzip (RFC 1952), any number of members after one another, by node:zlib. What stands behind the last member (padding of
 * a tape or a block device, a text) is passed over, as gzip(1) does.
 */

import { createGunzip, constants as zlib } from 'node:zlib';
import { CompressionDamage } from './damage.js';

/** Large enough for zlib's speed; what a damaged stream loses is at most one of these. */
const outputChunk = 256 * 1024;

export async function gunzip(chunks: AsyncIterable<Uint8Array>, take: (octets: Uint8Array) => void): Promise<void> {
  const stream = createGunzip({ chunkSize: outputChunk });
  let failure: Error | null = null;
  let wake: () => void = () => {};
  // Listening to 'data' instead of iterating: an iterator drops what was unpacked just before an error.
  stream.on('data', take);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure = asDamage(error);
    wake();
  });
  // Behind the last member the stream ends, and answers no write any more.
  let ended = false;
  stream.on('end', () => {
    ended = true;
    wake();
  });

  // A failed write is told to its callback before the stream tells it.
  const written = (error?: Error | null): void => {
    if (error) failure ??= asDamage(error);
    wake();
  };
  const settle = (start: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      wake = () => {
        if (failure === null) resolve();
        else reject(failure);
      };
      if (failure === null && !ended) start();
      else wake();
    });

  for await (const chunk of chunks) await settle(() => stream.write(chunk, written));
  await settle(() => stream.end());
}

function asDamage(error: NodeJS.ErrnoException): Error {
  const errno = error.errno;
  if (errno === zlib.Z_BUF_ERROR) {
    return new CompressionDamage({ ending: 'cut', sentence: 'the gzip data ends before its end mark' });
  }
  return new CompressionDamage({ ending: 'corrupt', sentence: `the gzip data is damaged: ${error.message}` });
}
