/** Captures inside gzip, zstd, lz4 and xz: told by content, whole, joined, cut, damaged, and bombs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fixtures, globalHeader, record, scratchFiles, see, seeOrError } from './octets.js';

const scratch = scratchFiles();
const plainFile = join(fixtures, 'ok-pcapng-all.pcapng');
const packed = readdirSync(fixtures).filter((name) => name.startsWith('all.packed-'));
const packedLong = readdirSync(fixtures).filter((name) => name.startsWith('long.packed-'));
const compressionOfName = (name: string): string => /packed-(gzip|zstd|lz4|xz)/.exec(name)![1]!;

describe('what the tools of each format wrote', () => {
  it('is there for every format', () => {
    expect(new Set(packed.map(compressionOfName))).toEqual(new Set(['gzip', 'zstd', 'lz4', 'xz']));
  });

  it.each(packed)('%s is told by content and read like the plain file', async (name) => {
    const plain = await see(plainFile);
    const expected = { frames: plain.frames, summary: { ...plain.summary, compression: compressionOfName(name) } };
    for (const options of [{}, { forceStream: true, chunkSize: 1 }, { forceStream: true, chunkSize: 1000 }]) {
      expect(await see(join(fixtures, name), options)).toEqual(expected);
    }
  });

  it.each(packed)('%s cut anywhere gives a part of the frames and says that it was cut', async (name) => {
    const plain = await see(plainFile);
    const octets = readFileSync(join(fixtures, name));
    let most = 0;
    // Beyond the end mark there may be a checksum or an index whose loss only the format's own reader sees.
    for (let length = 64; length < octets.length; length += 41) {
      const seen = await seeOrError(scratch(octets.subarray(0, length)));
      if (typeof seen === 'string') {
        expect(seen).toMatch(/ends before its end mark|ends inside its own header|is empty|octets only/);
        continue;
      }
      expect(seen.frames).toEqual(plain.frames.slice(0, seen.frames.length));
      expect(seen.summary).toMatchObject({
        ending: 'cut',
        damage: expect.stringContaining('ends before its end mark'),
      });
      most = Math.max(most, seen.frames.length);
    }
    expect(most).toBeLessThanOrEqual(plain.frames.length);
  });

  it.each(packed)('%s with any octet changed neither throws anything strange nor hangs', async (name) => {
    const octets = readFileSync(join(fixtures, name));
    for (let at = 6; at < octets.length; at += 23) {
      const changed = Buffer.from(octets);
      changed[at]! ^= 0x5a;
      await seeOrError(scratch(changed));
    }
  });

  it.each(packed)('%s twice over is the capture twice', async (name) => {
    const octets = readFileSync(join(fixtures, name));
    const plain = await see(plainFile);
    const { summary } = await see(scratch(Buffer.concat([octets, octets])));
    expect(summary).toMatchObject({ frames: 2 * plain.summary.frames, ending: 'clean' });
  });
});

/** Long enough for several blocks of each format; zstd -19, lz4 -9 with linked blocks, lz4 with checksums, xz of 64 KiB blocks. */
function longCapture(): Buffer {
  const records = Array.from({ length: 4000 }, (_, i) =>
    record('little', [1_700_000_000 + i, i, 60, 60], Buffer.alloc(60, i % 251)),
  );
  return Buffer.concat([globalHeader(), ...records]);
}

describe('several blocks', () => {
  it('after frames to be stepped over are found', async () => {
    const skippable = Buffer.concat([Buffer.from('5e2a4d1804000000', 'hex'), Buffer.alloc(4)]);
    for (const name of packed.filter((name) => /zstd|lz4/.test(name))) {
      const octets = readFileSync(join(fixtures, name));
      const { summary } = await see(scratch(Buffer.concat([skippable, octets, skippable, octets])));
      expect(summary).toMatchObject({ compression: compressionOfName(name), frames: 72, ending: 'clean' });
    }
  });

  it.each(packedLong)('%s is read like the plain file', async (name) => {
    const plain = await see(scratch(longCapture()));
    const expected = { frames: plain.frames, summary: { ...plain.summary, compression: compressionOfName(name) } };
    expect(await see(join(fixtures, name))).toEqual(expected);
    expect(await see(join(fixtures, name), { forceStream: true, chunkSize: 777 })).toEqual(expected);
  });

  it.each(packedLong)('%s cut in the middle gives the blocks before it', async (name) => {
    const octets = readFileSync(join(fixtures, name));
    const { frames, summary } = await see(scratch(octets.subarray(0, octets.length * 0.7)));
    expect(summary).toMatchObject({ ending: 'cut', damage: expect.stringContaining('ends before its end mark') });
    expect(frames.length).toBeGreaterThan(1000);
  });

  it('beside one another at the same time do not mix', async () => {
    const files = [...packedLong, ...packedLong].map((name) => join(fixtures, name));
    const seen = await Promise.all(files.map((file) => see(file)));
    for (const { summary } of seen) expect(summary).toMatchObject({ ending: 'clean', frames: 4000 });
  });
});

describe('lz4', () => {
  /** A frame of one block, of at most 64 KiB, in octets by lz4_Frame_format.md and lz4_Block_format.md. */
  const frame = (block: string): Buffer => {
    const octets = Buffer.from(block, 'hex');
    const size = Buffer.alloc(4);
    size.writeUInt32LE(octets.length);
    return Buffer.concat([Buffer.from('04224d18604082', 'hex'), size, octets, Buffer.alloc(4)]);
  };
  const header = globalHeader().toString('hex');

  it('takes a match that repeats what it writes', async () => {
    // 15 + 10 literals: the capture's header and a zero octet. 11 + 4 octets from one octet back make it a record. No literals.
    const { summary } = await see(scratch(frame(`fb0a${header}00010000`)));
    expect(summary).toMatchObject({ compression: 'lz4', ending: 'clean', frames: 1 });
  });

  it.each([
    ['a match before the data', `40aabbccdd0500`],
    ['a match of no distance', `40aabbccdd0000`],
    ['a length without an end', `f0${'ff'.repeat(40)}`],
    ['literals beyond its end', '50aabb'],
    ['more than it may hold', `1faa0100${'ff'.repeat(300)}0000`],
    ['nothing behind a match', `10aa0100`],
    ['no sequence', ''],
  ])('that has %s is damaged', async (_, block) => {
    const { summary } = await see(scratch(Buffer.concat([frame(`f009${header}`), frame(block)])));
    expect(summary).toMatchObject({ ending: 'corrupt', damage: expect.stringContaining('the lz4 data is damaged') });
  });
});

describe('xz', () => {
  // A capture's header by `xz --check=sha256`, and by `xz --lzma2=dict=128MiB`.
  const asked = [
    [
      'an integrity check',
      '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4AAXABFdAGow0ch9i/gJm68fzHkD5YgAAAAAAHBOXlsyNEM8Afz9GyCjBud+mFA4EgSS3FOWXD7dOKTqAAFFGD2W5L4Ym0uaAQAAAAAKWVo=',
    ],
    [
      'a dictionary of more than 64 MiB',
      '/Td6WFoAAAFpIt42AgAhAR4AAACbB1Fm4AAXABFdAGow0ch9i/gJm68fzHkD5YgAAAAAACHZTT4AASkYlrKsd5BCmQ0BAAAAAAFZWg==',
    ],
  ] as const;

  it.each(asked)('that asks for %s is not called damaged, and the cure is told', async (what, octets) => {
    const said = await seeOrError(scratch(Buffer.from(octets, 'base64')));
    expect(said).toContain(what);
    expect(said).toContain('unpack it with: xz -dc');
    expect(said).not.toContain('damaged');
  });
});

describe('gzip', () => {
  it.each([1, 512, 1_000_000])('with %d octets of padding behind it uses all frames and ends', async (length) => {
    const walked = await see(scratch(plain));
    const padded = Buffer.concat([gzipSync(plain), Buffer.alloc(length)]);
    const { summary, frames } = await see(scratch(padded));
    expect(summary).toEqual({ ...walked.summary, compression: 'gzip' });
    expect(frames).toEqual(walked.frames);
  });

  const plain = readFileSync(join(fixtures, 'ok-ping-node1.cap'));

  it('of several members cut inside a record is one capture', async () => {
    const members = [plain.subarray(0, 10), plain.subarray(10, 99), plain.subarray(99)].map((part) => gzipSync(part));
    const { frames, summary } = await see(scratch(Buffer.concat(members)));
    const { frames: expected } = await see(join(fixtures, 'ok-ping-node1.cap'));
    expect(frames).toEqual(expected);
    expect(summary).toMatchObject({ compression: 'gzip', ending: 'clean' });
  });

  it('of a capture that was cut before it was packed is cut where the capture is', async () => {
    const file = join(fixtures, 'bad-truncated-node2.cap');
    const walked = await see(file);
    const { summary } = await see(scratch(gzipSync(readFileSync(file))));
    expect(summary).toEqual({ ...walked.summary, compression: 'gzip' });
  });

  it('keeps the frames before damage', async () => {
    const octets = gzipSync(plain);
    // The checksum comes after all octets are out.
    octets[octets.length - 8]! ^= 0xff;
    const { summary } = await see(scratch(octets));
    expect(summary).toMatchObject({ ending: 'corrupt', damage: expect.stringContaining('the gzip data is damaged') });
  });

  it('cut inside a later member is cut, and clean only between two', async () => {
    const members = [plain.subarray(0, 200), plain.subarray(200)].map((part) => gzipSync(part));
    const octets = Buffer.concat(members);
    for (let length = members[0]!.length + 1; length < octets.length; length++) {
      const { summary } = await see(scratch(octets.subarray(0, length)));
      expect([length, summary.ending]).toEqual([length, 'cut']);
    }
  });

  it('around no capture is refused with what is inside', async () => {
    expect(await seeOrError(scratch(gzipSync('hello, this is a text that is no capture')))).toMatch(
      /is text, not pcap/,
    );
    expect(await seeOrError(scratch(gzipSync(gzipSync(plain))))).toMatch(/compressed twice/);
    expect(await seeOrError(scratch(gzipSync('')))).toMatch(/is empty/);
  });

  it('of a bomb streams through, and stops at a limit that is given', async () => {
    // 64 MiB of records without octets.
    const records = Buffer.concat([globalHeader(), Buffer.alloc(64 << 20)]);
    const file = scratch(gzipSync(records, { level: 1 }), 'bomb');
    const before = process.memoryUsage().rss;
    const { readCapture } = await import('../../src/capture/read-capture.js');
    const whole = await readCapture(file, () => {});
    expect(whole).toMatchObject({ ending: 'clean', frames: (64 << 20) / 16 });
    expect(process.memoryUsage().rss - before).toBeLessThan(60 << 20);
    const stopped = await readCapture(file, () => {}, { maxDecompressed: 1 << 20 });
    expect(stopped).toMatchObject({ ending: 'corrupt', damage: expect.stringContaining('more than 1048576 octets') });
  });

  it('hands on what the visitor throws', async () => {
    const { readCapture } = await import('../../src/capture/read-capture.js');
    for (const name of packed) {
      const read = readCapture(join(fixtures, name), () => {
        throw new RangeError('mine');
      });
      await expect(read).rejects.toThrow(new RangeError('mine'));
    }
  });

  it('says how far it is', async () => {
    const { readCapture } = await import('../../src/capture/read-capture.js');
    const octets = gzipSync(Buffer.concat([globalHeader(), record('little', [1, 2, 8, 8], Buffer.alloc(8))]));
    const told: [number, number | null][] = [];
    await readCapture(scratch(octets), () => {}, { onProgress: (read, total) => told.push([read, total]) });
    expect(told.at(-1)).toEqual([octets.length, octets.length]);
  });
});
