/** Unpacks xz (xz-file-format 1.2), any number of streams after one another, by the package `xz-decompress`. */

import { ReadableStream } from 'node:stream/web';
import xz from 'xz-decompress';
import { CompressionDamage } from './damage.js';
import { damaged, refused } from './unpacker.js';

/** What the package's decoder, XZ Embedded, may refuse although it is sound (enum xz_ret of its xz.h). It has the window of `xz -9`. */
const refusals: Readonly<Record<string, string>> = {
  4: 'needs a dictionary of more than 64 MiB',
  6: 'is made with a filter or an integrity check that is not known here',
};

export async function unxz(chunks: AsyncIterable<Uint8Array>, take: (octets: Uint8Array) => void): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let ended = false;
  const packed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        ended = next.done === true;
        // The package uses a chunk up before it asks for the next one, unless it is fetched ahead.
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
    },
    { highWaterMark: 0 },
  );
  const reader = new xz.XzReadableStream(packed as globalThis.ReadableStream<Uint8Array>).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) take(part.value);
  } catch (error) {
    const refusal = refusals[/error code (\d+)$/.exec(String(error))?.[1] ?? ''];
    if (refusal !== undefined) throw refused('xz', refusal, 'unpack it with: xz -dc IN > OUT');
    // To the package it is one fault whether octets make no sense or are not there.
    if (ended) throw new CompressionDamage({ ending: 'cut', sentence: 'the xz data ends before its end mark' });
    throw damaged('xz', error instanceof Error ? error.message : 'it cannot be unpacked');
  } finally {
    // The package unpacks one file at a time and waits for this.
    await reader.cancel().catch(() => {});
  }
}
