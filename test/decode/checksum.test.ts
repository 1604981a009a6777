import { expect, test } from 'vitest';
import { internetChecksum, onesComplementSum } from '../../src/decode/checksum.js';
import * as icmpv4 from '../../src/decode/icmpv4.js';
import * as ipv4 from '../../src/decode/ipv4.js';

test('the example of RFC 1071 section 3', () => {
  const octets = Buffer.from('0001f203f4f5f6f7', 'hex');
  expect(onesComplementSum(octets, 0, 8)).toBe(0xddf2);
  expect(internetChecksum(octets, 0, 8)).toBe(0x220d);
});

test('an odd last octet is the high half of a word', () => {
  expect(onesComplementSum(Uint8Array.of(0x12, 0x34, 0x56), 0, 3)).toBe(0x6834);
});

test('a sum can be made in parts that begin at even octets', () => {
  const octets = Uint8Array.from({ length: 100_001 }, (_, i) => (i * 167 + 13) & 255);
  const whole = onesComplementSum(octets, 0, octets.length);
  for (const cut of [2, 20, 32_768, 70_000]) {
    expect(onesComplementSum(octets, cut, octets.length, onesComplementSum(octets, 0, cut))).toBe(whole);
  }
  expect(onesComplementSum(new Uint8Array(262_144).fill(0xff), 0, 262_144)).toBe(0xffff);
});

test('headers and messages as Linux sent them', () => {
  const echo = Buffer.from('4500001c00010000400163e60af401020af40202', 'hex');
  const sum = internetChecksum(Buffer.concat([echo.subarray(0, 10), Buffer.alloc(2), echo.subarray(12)]), 0, 20);
  echo.writeUInt16BE(sum, 10);
  expect(ipv4.headerChecksumIsRight(echo, 0)).toBe(true);
  echo[8]! -= 1;
  expect(ipv4.headerChecksumIsRight(echo, 0)).toBe(false);
  const message = Buffer.from('0800f7f700010007', 'hex');
  expect(icmpv4.checksumIsRight(message, 0, 8)).toBe(true);
  expect(icmpv4.checksumIsRight(message, 0, 7)).toBe(false);
});
