/** pcapng from hand-written blocks: sections, interfaces, packet blocks, times, and every way a block can lie. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interfaceLimit } from '../../src/capture/pcapng-reader.js';
import {
  block,
  type Endian,
  enhancedPacket,
  fixtures,
  interfaceBlock,
  option,
  type Seen,
  scratchFiles,
  sectionHeader,
  see,
  seeOrError,
  u16,
  u32,
  u64,
} from './octets.js';

const scratch = scratchFiles();
const le: Endian = 'little';
const body = Buffer.from('000102030405060708090a0b0c', 'hex');

/** One section of each byte order, of unknown and of known length, with blocks in between that are of no interest. */
function twoSections(): Buffer {
  const section = (endian: Endian, name: string, ticks: bigint, resolution: number, length: bigint) => [
    sectionHeader(endian, 0, length),
    block(endian, 0x0bad, Buffer.alloc(5, 1)),
    interfaceBlock(
      endian,
      101,
      96,
      option(endian, 2, `${name}\0`),
      option(endian, 3, 'the underlay'),
      option(endian, 9, Uint8Array.of(resolution)),
      option(endian, 11, Buffer.from('\0ip proto 4')),
      option(endian, 0, ''),
    ),
    enhancedPacket(endian, {
      ticks,
      octets: body,
      original: 1500,
      options: [option(endian, 1, 'first'), option(endian, 1, 'é')],
    }),
    block(endian, 5, Buffer.alloc(12)),
    block(endian, 3, u32(endian, 4), body.subarray(0, 4)),
    block(
      endian,
      2,
      u16(endian, 0, 7),
      u32(endian, Number(ticks >> 32n), Number(ticks & 0xffffffffn), 3, 3),
      body.subarray(0, 3),
    ),
  ];
  return Buffer.concat([
    ...section('little', 'eth0', 1_700_000_000_123_456n, 6, -1n),
    ...section('big', 'flannel.ipip', 1_700_000_000_123_456_789n, 9, 1234n),
  ]);
}

describe('two sections', () => {
  it('come out with their own interfaces, times and comments', async () => {
    const { frames, summary } = await see(scratch(twoSections()));
    const described = { description: 'the underlay', filter: 'ip proto 4', linkType: 101, snapLength: 96 };
    expect(summary.interfaces).toEqual([
      { index: 0, name: 'eth0', ...described },
      { index: 1, name: 'flannel.ipip', ...described },
    ]);
    expect(summary).toMatchObject({ format: 'pcapng', frames: 8, ending: 'clean', damage: null });
    expect(summary.notes).toEqual([
      'records that are no frames, numbered as Wireshark numbers them',
      'frames without a timestamp (simple packet blocks)',
    ]);
    const expected = [
      { index: 0, interfaceName: 'eth0', nanoseconds: 123_456_000 },
      { index: 1, interfaceName: 'flannel.ipip', nanoseconds: 123_456_789 },
    ].flatMap(({ index, interfaceName, nanoseconds }) => {
      const common = { linkType: 101, interfaceIndex: index, interfaceName, comments: null };
      return [
        {
          seconds: 1_700_000_000,
          nanoseconds,
          wireLength: 1500,
          octets: body.toString('hex'),
          ...common,
          comments: ['first', 'é'],
        },
        { seconds: 0, nanoseconds: 0, wireLength: 4, octets: '00010203', ...common },
        { seconds: 1_700_000_000, nanoseconds, wireLength: 3, octets: '000102', ...common },
      ];
    });
    expect(frames).toEqual(expected.map((frame, i) => ({ number: [2, 3, 4, 6, 7, 8][i], ...frame })));
  });

  it('are the same for every chunk size, from a file and from a stream', async () => {
    const octets = twoSections();
    const file = scratch(octets);
    const whole = await see(file);
    for (let chunkSize = 1; chunkSize <= octets.length + 1; chunkSize++) {
      expect(await see(file, { chunkSize })).toEqual(whole);
      expect(await see(file, { chunkSize, readAhead: true })).toEqual(whole);
      expect(await see(file, { chunkSize, forceStream: true })).toEqual(whole);
    }
  });

  it('cut at any octet give what was whole before it', async () => {
    const octets = twoSections();
    const whole = await see(scratch(octets));
    let edges = 0;
    for (let length = 28; length < octets.length; length++) {
      const file = scratch(octets.subarray(0, length));
      const { frames, summary } = await see(file);
      expect(await see(file, { chunkSize: 5, forceStream: true })).toEqual({ frames, summary });
      expect(frames).toEqual(whole.frames.slice(0, frames.length));
      expect(summary.ending).toMatch(/clean|cut/);
      if (summary.ending === 'clean') edges++;
      else expect(summary.damageOffset).toBe(length - summary.octetsUnread);
    }
    // Fourteen blocks: the edge after each but the last.
    expect(edges).toBe(13);
  });

  it('of mergecap give the interfaces that it wrote', async () => {
    const { summary } = await see(join(fixtures, 'ok-pcapng-all.pcapng'));
    expect(summary.interfaces.map((i) => `${i.name}/${i.linkType}`)).toEqual([
      'eth0/1',
      'vethb74d434d/1',
      'cni0/1',
      'flannel.ipip/101',
      'ens33/1',
      'ens33/1',
      'flannel.ipip/101',
      'cni0/1',
      expect.stringMatching(/^veth.*\/1$/),
      'eth0/1',
    ]);
    expect(summary.ending).toBe('clean');
  });
});

/** A capture of one interface with these options, one frame of these ticks. */
async function timeOf(ticks: bigint, ...options: Buffer[]): Promise<Seen> {
  return see(
    scratch(Buffer.concat([sectionHeader(le), interfaceBlock(le, 1, 0, ...options), enhancedPacket(le, { ticks })])),
  );
}

const resolution = (octet: number): Buffer => option(le, 9, Uint8Array.of(octet));
const offset = (seconds: bigint): Buffer => option(le, 14, u64(le, seconds));

describe('times', () => {
  it.each([
    ['no resolution: microseconds', 1_700_000_000_123_456n, [], 1_700_000_000, 123_456_000],
    ['10^-9 beyond what a double holds', 1_700_000_000_987_654_321n, [resolution(9)], 1_700_000_000, 987_654_321],
    ['10^-9 at the end of 64 bits', 2n ** 64n - 1n, [resolution(9)], 18_446_744_073, 709_551_615],
    ['10^-3', 1_700_000_000_123n, [resolution(3)], 1_700_000_000, 123_000_000],
    ['10^-7', 17_000_000_001_234_567n, [resolution(7)], 1_700_000_000, 123_456_700],
    ['10^-12, truncated', 16_000_000_123_456_789_012n, [resolution(12)], 16_000_000, 123_456_789],
    ['10^-19', 12_345_678_901_234_567_890n, [resolution(19)], 1, 234_567_890],
    ['whole seconds', 1_700_000_000n, [resolution(0)], 1_700_000_000, 0],
    ['10^-20', 12_345_678_901_234_567_890n, [resolution(20)], 0, 123_456_789],
    ['2^-64', 1n << 63n, [resolution(0xc0)], 0, 500_000_000],
    [
      'two octets, which is none: microseconds',
      1_700_000_000_123_456n,
      [option(le, 9, Buffer.of(9, 9))],
      1_700_000_000,
      123_456_000,
    ],
    ['2^-20', (1_700_000_000n << 20n) + 12_345n, [resolution(0x94)], 1_700_000_000, 11_773_109],
    ['2^-63', (1n << 63n) + (1n << 62n), [resolution(0xbf)], 1, 500_000_000],
    ['an offset', 1_700_000_000_123_456n, [offset(1000n)], 1_700_001_000, 123_456_000],
    ['a negative offset', 1_700_000_000_123_456n, [offset(-2_000_000_000n)], -300_000_000, 123_456_000],
  ])('%s', async (_, ticks, options, seconds, nanoseconds) => {
    const { frames } = await timeOf(ticks, ...options);
    expect(frames).toMatchObject([{ seconds, nanoseconds }]);
  });

  it('too far from 1970 are brought back to the farthest that can be shown', async () => {
    for (const options of [[resolution(0)], [resolution(0), offset(2n ** 63n - 1n)]]) {
      const { frames, summary } = await timeOf(2n ** 64n - 1n, ...options);
      expect(() => new Date(frames[0]!.seconds * 1000).toISOString()).not.toThrow();
      expect(summary.notes).toContain('timestamp too far from 1970 to be shown');
    }
    const { frames } = await timeOf(0n, offset(-(2n ** 63n)));
    expect(() => new Date(frames[0]!.seconds * 1000).toISOString()).not.toThrow();
  });
});

describe('blocks that lie', () => {
  const opening = [sectionHeader(le), interfaceBlock(le, 1, 262_144)];
  const good = enhancedPacket(le);
  const wrongTail = Buffer.from(good);
  wrongTail.writeUInt32LE(48, good.length - 4);
  it.each<[string, readonly Buffer[], RegExp]>([
    ['a length below 12', [u32(le, 99, 8), Buffer.alloc(20)], /8 octets, fewer than/],
    ['a length of 4 GiB', [u32(le, 99, 0xfffffffc), Buffer.alloc(20)], /4294967292 octets, above the limit/],
    [
      'a packet block of 17 MiB',
      [u32(le, 6, 17 << 20), Buffer.alloc(20)],
      /17825792 octets, above the limit of 16777216/,
    ],
    ['two lengths that differ', [wrongTail], /says 40 octets at its start and 48 at its end/],
    ['an interface never declared', [enhancedPacket(le, { interfaceId: 1 })], /frame 2 belongs to interface 1, which/],
    ['a new section without interfaces', [sectionHeader(le), good], /frame 2 belongs to interface 0, which/],
    [
      'more captured than its block holds',
      [enhancedPacket(le, { captured: 600 })],
      /frame 2 claims 600 captured octets/,
    ],
    ['a captured length beyond belief', [enhancedPacket(le, { captured: 0xffffffff })], /4294967295 octets, above/],
    ['a packet block without its header', [block(le, 6, Buffer.alloc(16))], /too short to hold its header/],
    ['an interface without its link type', [block(le, 1, Buffer.alloc(4))], /too short to hold its link type/],
    [
      'a comment longer than the block',
      [enhancedPacket(le, { options: [u16(le, 1, 500), Buffer.alloc(4)] })],
      /goes past the end/,
    ],
    [
      'an interface name longer than the block',
      [block(le, 1, u16(le, 1, 0), u32(le, 0), u16(le, 2, 500))],
      /goes past the end/,
    ],
    [
      'packet flags of two octets',
      [enhancedPacket(le, { options: [option(le, 2, Buffer.alloc(2))] })],
      /option 2 of frame 2 has the length 2/,
    ],
    [
      'a drop count of four octets',
      [enhancedPacket(le, { options: [option(le, 4, Buffer.alloc(4))] })],
      /option 4 of frame 2 has the length 4/,
    ],
    [
      'a verdict of a kernel hook that is no number',
      [enhancedPacket(le, { options: [option(le, 7, Buffer.of(2, 0))] })],
      /option 7 of frame 2 has the length 2/,
    ],
    [
      'a custom option without its enterprise',
      [enhancedPacket(le, { options: [option(le, 2988, Buffer.alloc(3))] })],
      /option 2988 of frame 2 has the length 3/,
    ],
    ['a custom block without its enterprise', [block(le, 0x0bad, Buffer.alloc(0))], /fewer than the 16 that its type/],
    [
      'a section header whose option is longer than it',
      [block(le, 0x0a0d0d0a, u32(le, 0x1a2b3c4d), u16(le, 1, 0), u64(le, -1n), u16(le, 4, 500))],
      /option of a section header goes past/,
    ],
    [
      'statistics whose option is longer than they',
      [block(le, 5, u32(le, 0, 0, 0), u16(le, 4, 500))],
      /option of interface statistics goes past/,
    ],
    ['statistics without their interface', [block(le, 5, Buffer.alloc(8))], /fewer than the 24 that its type/],
    [
      'a section of version 2',
      [block(le, 0x0a0d0d0a, u32(le, 0x1a2b3c4d), u16(le, 2, 0), u64(le, -1n))],
      /version 2\.0/,
    ],
    [
      'a section without byte order',
      [block(le, 0x0a0d0d0a, u32(le, 7), u16(le, 1, 0), u64(le, -1n))],
      /byte-order magic/,
    ],
  ])('%s', async (_, blocks, sentence) => {
    const before = Buffer.concat([...opening, good]);
    const after = Buffer.concat(blocks);
    const file = scratch(Buffer.concat([before, after, good]));
    const seen = await see(file);
    // The damage begins where the block that lies begins: a section header before it was good.
    const sound = blocks.length > 1 && blocks[0]!.readUInt32LE(0) === 0x0a0d0d0a ? blocks[0]!.length : 0;
    const damageOffset = before.length + sound;
    expect(seen.summary).toMatchObject({
      ending: 'corrupt',
      frames: 1,
      damage: expect.stringMatching(sentence),
      damageOffset,
      octetsUnread: before.length + after.length + good.length - damageOffset,
    });
    expect(await see(file, { chunkSize: 3, forceStream: true })).toEqual(seen);
    expect(await see(file, { chunkSize: 3, readAhead: true })).toEqual(seen);
  });

  it('steps over long blocks of unknown types without holding them', async () => {
    const long = block(le, 0x80000001, Buffer.alloc(20 << 20));
    const octets = Buffer.concat([...opening, good, long, good]);
    const file = scratch(octets);
    expect((await see(file)).summary).toMatchObject({ ending: 'clean', frames: 2 });
    const cut = scratch(octets.subarray(0, 10 << 20));
    const damageOffset = octets.length - long.length - good.length;
    const expected = { ending: 'cut', frames: 1, damageOffset, octetsUnread: (10 << 20) - damageOffset };
    expect((await see(cut)).summary).toMatchObject(expected);
    expect(await see(cut, { forceStream: true, chunkSize: 99_999 })).toEqual(await see(cut));
    expect(await see(cut, { readAhead: true, chunkSize: 99_999 })).toEqual(await see(cut));
  });

  it('believes block lengths from which the padding is missing', async () => {
    const packet = enhancedPacket(le, { octets: body });
    const unpadded = Buffer.from(packet);
    for (const at of [4, packet.length - 4]) unpadded.writeUInt32LE(packet.length - 3, at);
    const seen = await see(scratch(Buffer.concat([...opening, unpadded, good])));
    expect(seen.summary).toMatchObject({
      ending: 'clean',
      frames: 2,
      notes: ['block lengths that are no multiple of 4'],
    });
    expect(seen.frames[0]!.octets).toBe(body.toString('hex'));
  });

  it('numbers custom blocks, journal entries and system calls among the frames, as Wireshark does', async () => {
    const others = [0x0bad, 0x4000_0bad, 9, 0x204, 0x216, 0x221].map((type) => block(le, type, Buffer.alloc(40, 0x41)));
    const long = block(le, 0x0bad, Buffer.alloc(100_000));
    const file = scratch(Buffer.concat([...opening, ...others, good, long, good]));
    const seen = await see(file);
    expect(seen.frames.map((frame) => frame.number)).toEqual([7, 9]);
    expect(seen.summary).toMatchObject({ ending: 'clean', frames: 9 });
    expect(await see(file, { chunkSize: 7, forceStream: true })).toEqual(seen);
  });

  it('refuses a version that it does not know', async () => {
    const version = block(le, 0x0a0d0d0a, u32(le, 0x1a2b3c4d), u16(le, 2, 0), u64(le, -1n));
    expect(await seeOrError(scratch(Buffer.concat([version, good])))).toContain(
      'pcapng of version 2.0, which is not known',
    );
  });

  it('bounds what interfaces and comments may take', async () => {
    const interfaces = Array.from({ length: interfaceLimit + 1 }, () => interfaceBlock(le, 1, 0));
    const many = await see(scratch(Buffer.concat([sectionHeader(le), ...interfaces])));
    expect(many.summary).toMatchObject({ ending: 'corrupt', damage: expect.stringContaining('interfaces') });
    const texts = Array.from({ length: 80 }, (_, i) =>
      interfaceBlock(le, 1, 0, option(le, 3, Buffer.alloc(60_000, 33 + i))),
    );
    const wordy = await see(scratch(Buffer.concat([sectionHeader(le), ...texts])));
    expect(wordy.summary).toMatchObject({ ending: 'corrupt', damage: expect.stringContaining('names, descriptions') });
    const same = texts.map(() => texts[0]!);
    expect((await see(scratch(Buffer.concat([sectionHeader(le), ...same])))).summary.ending).toBe('clean');
    const comments = Array.from({ length: 100 }, () => option(le, 1, Buffer.alloc(60_000, 33)));
    const chatty = await see(scratch(Buffer.concat([...opening, enhancedPacket(le, { options: comments })])));
    expect(chatty.frames[0]!.comments!.join('').length).toBe(16 * 4096);
    expect(chatty.summary.notes).toEqual([
      'frame comments shortened: at most 16 a frame and 4096 octets each are kept',
    ]);
  });

  it('refuses a file that is only begun', async () => {
    for (let length = 4; length < 28; length++) {
      expect(await seeOrError(scratch(sectionHeader(le).subarray(0, length)))).toContain('ends inside its own header');
    }
  });
});
