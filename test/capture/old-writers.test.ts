/** Classic captures of writers that went their own way, and files of other programs, told by name. */
import { describe, expect, it } from 'vitest';
import { type Endian, scratchFiles, see, seeOrError, u16, u32 } from './octets.js';

const scratch = scratchFiles();

/** Three records whose headers have `more` octets behind the usual sixteen. */
function classic(endian: Endian, magic: number, minor: number, linkType: number, more: number): Buffer {
  const records = [60, 61, 62].flatMap((length, i) => [
    u32(endian, 1_700_000_000 + i, 500_000 + i, length, length),
    Buffer.alloc(more, 7),
    Buffer.alloc(length, 0x45),
  ]);
  return Buffer.concat([u32(endian, magic), u16(endian, 2, minor), u32(endian, 0, 0, 65_535, linkType), ...records]);
}

describe.each<Endian>(['little', 'big'])('%s-endian captures', (endian) => {
  it.each([
    ['Red Hat 6', 0xa1b2c3d4, 8],
    ['Nokia IPSO', 0xa1b2c3d4, 4],
    ['SuSE 6', 0xa1b2cd34, 12],
  ])('of the libpcap of %s are refused by name', async (name, magic, more) => {
    expect(await seeOrError(scratch(classic(endian, magic, 4, 1, more)))).toContain(
      `written by the libpcap of ${name}`,
    );
  });

  it.each([
    ['usual', 0xa1b2c3d4, 0],
    ['modified', 0xa1b2cd34, 8],
  ])('with the %s record header are read', async (_, magic, more) => {
    const { frames, summary } = await see(scratch(classic(endian, magic, 4, 1, more)));
    expect(frames.map((frame) => frame.octets.length / 2)).toEqual([60, 61, 62]);
    expect(summary.ending).toBe('clean');
  });

  it('that are damaged at their second record are damaged, not of another writer', async () => {
    const octets = classic(endian, 0xa1b2c3d4, 4, 1, 0);
    u32(endian, 0xffffffff).copy(octets, 24 + 16 + 60 + 8);
    expect((await see(scratch(octets))).summary).toMatchObject({ ending: 'corrupt', frames: 1 });
  });

  it.each([
    ['Ethernet', 6, 1],
    ['token ring', 9, 6],
    ['loopback', 24, 0],
  ])('of AIX have nanoseconds and number %s as SNMP does', async (_, number, linkType) => {
    const { frames } = await see(scratch(classic(endian, 0xa1b2c3d4, 2, number, 0)));
    expect(frames[1]).toMatchObject({ linkType, seconds: 1_700_000_001, nanoseconds: 500_001 });
  });
});

it.each([
  ['a nettl file (HP-UX)', '54520064'],
  ['a Visual Networks file', '05564e46'],
  ['a Network Instruments Observer file', Buffer.from('ObserverPktBufferVersion=15.00').toString('hex')],
  ['an lcap file (Ixia)', 'ac01001c'],
  ['a CommView file', '2a002a0000e9070b18100a1e0102030400'],
  ['a CommView file', '2a000000e9070b18100a1e01020304'],
])('%s is refused by name', async (name, hex) => {
  const octets = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(64, 0xee)]);
  expect(await seeOrError(scratch(octets))).toContain(name);
});
