/** Classic captures through both of their readers, each the other's oracle. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  type Endian,
  fixtures,
  globalHeader,
  microsecondMagic,
  nanosecondMagic,
  record,
  type Seen,
  scratchFiles,
  see,
  seeOrError,
} from './octets.js';

const scratch = scratchFiles();
const endians: readonly Endian[] = ['little', 'big'];
const magics = { microsecond: microsecondMagic, nanosecond: nanosecondMagic };
const first = Buffer.from('00112233445566778899', 'hex');
const second = Buffer.from('ffeedd', 'hex');

/** Two frames, the second cut by the snapshot length, and an empty third. */
function small(endian: Endian, magic: number): Buffer {
  return Buffer.concat([
    globalHeader({ endian, magic, linkType: 101 }),
    record(endian, [1_700_000_000, 123_456, first.length, first.length], first),
    record(endian, [1_700_000_001, 999_999, second.length, 1500], second),
    record(endian, [0, 0, 0, 0], new Uint8Array(0)),
  ]);
}

const recordEnds = [24, 24 + 26, 24 + 26 + 19, 24 + 26 + 19 + 16];

describe.each(endians)('%s-endian', (endian) => {
  describe.each(Object.entries(magics))('%s', (resolution, magic) => {
    const octets = small(endian, magic);
    const scale = resolution === 'nanosecond' ? 1 : 1000;

    it('gives every field of every frame', async () => {
      const { frames, summary } = await see(scratch(octets));
      const common = { linkType: 101, interfaceIndex: 0, interfaceName: null, comments: null };
      expect(frames).toEqual([
        {
          number: 1,
          seconds: 1_700_000_000,
          nanoseconds: 123_456 * scale,
          wireLength: 10,
          octets: first.toString('hex'),
          ...common,
        },
        {
          number: 2,
          seconds: 1_700_000_001,
          nanoseconds: 999_999 * scale,
          wireLength: 1500,
          octets: 'ffeedd',
          ...common,
        },
        { number: 3, seconds: 0, nanoseconds: 0, wireLength: 0, octets: '', ...common },
      ]);
      expect(summary).toEqual({
        format: 'pcap',
        compression: null,
        frames: 3,
        interfaces: [{ index: 0, name: null, description: null, filter: null, linkType: 101, snapLength: 262_144 }],
        ending: 'clean',
        octetsUnread: 0,
        damageOffset: null,
        damage: null,
        notes: [],
      });
    });

    it('gives the same for every chunk size, from a file and from a stream', async () => {
      const file = scratch(octets);
      const whole = await see(file);
      for (let chunkSize = 1; chunkSize <= octets.length + 1; chunkSize++) {
        expect(await see(file, { chunkSize })).toEqual(whole);
        expect(await see(file, { chunkSize, readAhead: true })).toEqual(whole);
        expect(await see(file, { chunkSize, forceStream: true })).toEqual(whole);
      }
    });

    it('delivers every whole record of a file cut at any octet, and says where', async () => {
      const whole = await see(scratch(octets));
      for (let length = 0; length < octets.length; length++) {
        const file = scratch(octets.subarray(0, length));
        const cut = await seeOrError(file);
        for (const chunkSize of [1, 7, 65_536]) {
          expect(await seeOrError(file, { chunkSize, forceStream: true })).toEqual(cut);
          expect(await seeOrError(file, { chunkSize })).toEqual(cut);
          expect(await seeOrError(file, { chunkSize, readAhead: true })).toEqual(cut);
        }
        if (length < 24) {
          expect(cut).toMatch(/is empty|octets only|ends inside its own header/);
          continue;
        }
        const { frames, summary } = cut as Seen;
        const used = Math.max(...recordEnds.filter((end) => end <= length));
        expect(frames).toEqual(whole.frames.slice(0, recordEnds.indexOf(used)));
        expect(summary.octetsUnread).toBe(length - used);
        expect(summary.ending).toBe(length === used ? 'clean' : 'cut');
        expect(summary.damageOffset).toBe(length === used ? null : used);
      }
    });
  });
});

describe('what tcpdump wrote', () => {
  it.each(readdirSync(fixtures).filter((name) => name.endsWith('.cap')))(
    '%s is the same from both readers',
    async (name) => {
      const file = join(fixtures, name);
      const walked = await see(file);
      expect(walked.frames.length).toBeGreaterThan(0);
      for (const chunkSize of [1, 16, 100, 65_536]) {
        expect(await see(file, { forceStream: true, chunkSize })).toEqual(walked);
        expect(await see(file, { readAhead: true, chunkSize })).toEqual(walked);
      }
    },
  );

  it('tells a capture that was cut from a whole one', async () => {
    const { summary } = await see(join(fixtures, 'bad-truncated-node2.cap'));
    expect(summary).toMatchObject({ ending: 'cut', frames: 7, damage: expect.stringMatching(/^the file ends inside/) });
  });
});

describe('odd records, from both readers', () => {
  const body = Buffer.alloc(60, 7);
  const huge = Buffer.alloc(262_145, 7);
  const cases: readonly [
    string,
    Buffer,
    Partial<Seen['summary']>,
    readonly (readonly [number, number, number, number])[],
  ][] = [
    [
      'a length beyond belief ends the walk before anything is waited for',
      Buffer.concat([
        globalHeader(),
        record('little', [1, 2, 60, 60], body),
        record('little', [1, 2, 0xffffffff, 60], body),
      ]),
      { ending: 'corrupt', damageOffset: 100, octetsUnread: 76, damage: expect.stringContaining('4294967295') },
      [[1, 2000, 60, 60]],
    ],
    [
      'one octet above 262144 is beyond belief although it is there',
      Buffer.concat([
        globalHeader(),
        record('little', [1, 2, 262_145, 262_145], huge),
        record('little', [1, 2, 60, 60], body),
      ]),
      { ending: 'corrupt', damageOffset: 24, octetsUnread: 16 + 262_145 + 76 },
      [],
    ],
    [
      'a length of exactly 262144 is read',
      Buffer.concat([globalHeader(), record('little', [1, 2, 262_144, 262_144], huge.subarray(1))]),
      { ending: 'clean', notes: [] },
      [[1, 2000, 262_144, 262_144]],
    ],
    [
      'an original length below the captured one',
      Buffer.concat([globalHeader(), record('little', [1, 2, 60, 40], body)]),
      { ending: 'clean', notes: ['original length below captured length'] },
      [[1, 2000, 60, 40]],
    ],
    [
      'a snapshot length of 0',
      Buffer.concat([globalHeader({ snapLength: 0 }), record('little', [1, 2, 60, 60], body)]),
      { ending: 'clean', notes: ['snapshot length 0'] },
      [[1, 2000, 60, 60]],
    ],
    [
      'more octets than the snapshot length',
      Buffer.concat([globalHeader({ snapLength: 50 }), record('little', [1, 2, 60, 60], body)]),
      { ending: 'clean', notes: ['captured length above the snapshot length'] },
      [[1, 2000, 60, 60]],
    ],
    [
      'the year 2106',
      Buffer.concat([globalHeader(), record('little', [0xffffffff, 999_999, 60, 60], body)]),
      { ending: 'clean', notes: ['timestamp after January 2038'] },
      [[4_294_967_295, 999_999_000, 60, 60]],
    ],
    [
      'a fraction of more than a second',
      Buffer.concat([globalHeader(), record('little', [10, 1_500_000, 60, 60], body)]),
      { ending: 'clean', notes: ['timestamp fraction of a second or more'] },
      [[11, 500_000_000, 60, 60]],
    ],
    [
      'frame check sequence bits in the link-type word',
      Buffer.concat([globalHeader({ linkType: 0x24000001 }), record('little', [1, 2, 60, 60], body)]),
      { interfaces: [{ index: 0, name: null, description: null, filter: null, linkType: 1, snapLength: 262_144 }] },
      [[1, 2000, 60, 60]],
    ],
    [
      'version 2.2, where the original length came first',
      Buffer.concat([globalHeader({ minor: 2 }), record('little', [1, 2, 100, 60], body)]),
      { ending: 'clean' },
      [[1, 2000, 60, 100]],
    ],
    [
      'version 2.3, where either came first',
      Buffer.concat([
        globalHeader({ minor: 3 }),
        record('little', [1, 2, 100, 60], body),
        record('little', [1, 2, 60, 100], body),
      ]),
      { ending: 'clean' },
      [
        [1, 2000, 60, 100],
        [1, 2000, 60, 100],
      ],
    ],
    [
      'the modified format, with 24 octets of record header',
      Buffer.concat([
        globalHeader({ magic: 0xa1b2cd34 }),
        record('little', [1, 2, 60, 60], Buffer.concat([Buffer.alloc(8), body])),
        record('little', [3, 4, 60, 60], Buffer.concat([Buffer.alloc(8), body])),
      ]),
      { ending: 'clean' },
      [
        [1, 2000, 60, 60],
        [3, 4000, 60, 60],
      ],
    ],
  ];

  it.each(cases)('%s', async (_, octets, summary, frames) => {
    const file = scratch(octets);
    const walked = await see(file);
    expect(walked.summary).toMatchObject(summary);
    const numbers = walked.frames.map((f) => [f.seconds, f.nanoseconds, f.octets.length / 2, f.wireLength]);
    expect(numbers).toEqual(frames);
    for (const chunkSize of [1000, 65_536, 1_000_000]) {
      expect(await see(file, { chunkSize })).toEqual(walked);
      expect(await see(file, { chunkSize, readAhead: true })).toEqual(walked);
      expect(await see(file, { chunkSize, forceStream: true })).toEqual(walked);
    }
  });

  it('reads a stream through pcap-parser and a file without', async () => {
    const parse = vi.spyOn(createRequire(import.meta.url)('pcap-parser') as { parse: () => unknown }, 'parse');
    await see(join(fixtures, 'ok-ping-node1.cap'));
    expect(parse).not.toHaveBeenCalled();
    await see(join(fixtures, 'ok-ping-node1.cap'), { forceStream: true });
    expect(parse).toHaveBeenCalledOnce();
    parse.mockRestore();
  });

  it('hands on what the visitor throws', async () => {
    const { readCapture } = await import('../../src/capture/read-capture.js');
    const file = join(fixtures, 'ok-ping-node1.cap');
    for (const options of [{}, { forceStream: true }, { readAhead: true }]) {
      const read = readCapture(
        file,
        () => {
          throw new RangeError('mine');
        },
        options,
      );
      await expect(read).rejects.toThrow(new RangeError('mine'));
    }
  });
});
