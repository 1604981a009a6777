/** Whatever is written into blocks comes out of the reader again, octet for octet. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.js';
import { interfaceBlock, packetBlock, sectionHeaderBlock } from '../../src/evidence/pcapng-writer.js';

const file = join(mkdtempSync(join(tmpdir(), 'ipip-writer-')), 'x.pcapng');
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((t) => t.replaceAll('\0', ''));

it('gives names, times, octets and comments back', async () => {
  const frames = fc.array(
    fc.record({
      time: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }),
      bytes: fc.uint8Array({ maxLength: 70 }),
      more: fc.nat(100),
      comments: fc.array(text, { maxLength: 3 }),
    }),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(text, text, fc.option(text), frames, async (name, description, filter, list) => {
      writeFileSync(
        file,
        Buffer.concat([
          sectionHeaderBlock('test', [name]),
          interfaceBlock(101, 262144, name, description, filter),
          ...list.map((f) => packetBlock(0, f.time, f.bytes, f.bytes.length + f.more, f.comments)),
        ]),
      );
      const seen: unknown[] = [];
      const summary = await readCapture(file, (c) => {
        const time = BigInt(c.seconds) * 1_000_000_000n + BigInt(c.nanoseconds);
        const bytes = [...c.bytes.subarray(c.start, c.end)];
        seen.push({ time, bytes, wire: c.wireLength, comments: c.comments ?? [] });
      });
      expect(summary.ending).toBe('clean');
      expect(summary.interfaces[0]).toMatchObject({ name, description, filter, linkType: 101, snapLength: 262144 });
      expect(seen).toEqual(
        list.map((f) => ({
          time: f.time,
          bytes: [...f.bytes],
          wire: f.bytes.length + f.more,
          comments: f.comments,
        })),
      );
    }),
    { numRuns: 200 },
  );
});

it('cuts a text that is too long between two characters', async () => {
  writeFileSync(
    file,
    Buffer.concat([
      sectionHeaderBlock('test', []),
      interfaceBlock(1, 0, 'x', 'y'),
      packetBlock(0, 0n, Uint8Array.of(1), 1, [`a${'é'.repeat(5000)}`]),
    ]),
  );
  let comment = '';
  await readCapture(file, (c) => {
    comment = c.comments![0]!;
  });
  expect(comment).toBe(`a${'é'.repeat(2047)}`);
});
