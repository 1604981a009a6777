/** Reads what is no regular file chunk by chunk, each only when it is asked for, so that nothing is pending at an early end. */

import { read } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A pipe of Linux holds no more. */
const pipeChunk = 64 * 1024;
/** Someone else may have made our standard input non-blocking. */
const retryAfterMs = 5;

/** Each chunk is the caller's to keep. */
export async function* readPipe(descriptor: number, chunkSize = pipeChunk): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(1, chunkSize));
  for (;;) {
    const count = await readOnce(descriptor, buffer);
    if (count === 0) return;
    // A copy, so that a writer of single octets does not make us keep a whole buffer for each.
    yield buffer.slice(0, count);
  }
}

async function readOnce(descriptor: number, buffer: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return await new Promise<number>((resolve, reject) => {
        read(descriptor, buffer, 0, buffer.length, null, (error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Windows says EOF where others give no octets.
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      await sleep(retryAfterMs);
    }
  }
}
