import { describe, expect, test } from 'vitest';
import {
  addressText,
  inPrefix,
  ipv6Text,
  macText,
  macTextOf,
  parseAddress,
  parseMac,
  parsePrefix,
  prefixText,
} from '../../src/decode/address.js';

test.each([
  ['0.0.0.0', 0],
  ['10.244.1.2', 0x0af40102],
  ['255.255.255.255', 0xffffffff],
])('%s', (text, number) => {
  expect(parseAddress(text)).toBe(number);
  expect(addressText(number)).toBe(text);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4 ',
  ' 1.2.3.4',
  '1.2.3.-4',
  '0x1.2.3.4',
  '1.2.3.4\n',
  '1..3.4',
  '::1',
  '١.2.3.4',
])('%j is no dotted quad', (text) => {
  expect(parseAddress(text)).toBeNull();
});

describe('prefixes', () => {
  test.each([
    ['10.244.1.0/24', 0x0af40100, 24],
    ['10.244.1.77/24', 0x0af40100, 24],
    ['0.0.0.0/0', 0, 0],
    ['200.1.2.3/32', 0xc8010203, 32],
    ['192.168.0.0/16', 0xc0a80000, 16],
  ])('%s', (text, base, length) => {
    expect(parsePrefix(text)).toEqual({ base, length });
  });

  test.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/-1', '10.0.0/8', '10.0.0.0/8/8'])(
    '%j is none',
    (text) => {
      expect(parsePrefix(text)).toBeNull();
    },
  );

  test('contain what begins with their bits', () => {
    expect(inPrefix(0xc0a80052, 0xc0a80000, 16)).toBe(true);
    expect(inPrefix(0xc0a90052, 0xc0a80000, 16)).toBe(false);
    expect(inPrefix(0xffffffff, 0, 0)).toBe(true);
    expect(inPrefix(0x80000000, 0x80000001, 32)).toBe(false);
    expect(inPrefix(0x80000001, 0x80000001, 32)).toBe(true);
    expect(prefixText({ base: 0x0af40000, length: 16 })).toBe('10.244.0.0/16');
  });
});

test('MAC addresses as octets, numbers and text', () => {
  const octets = Uint8Array.of(0xff, 0xea, 0xbc, 0x22, 0xe6, 0x7a, 0x0a);
  expect(macText(octets, 1)).toBe('ea:bc:22:e6:7a:0a');
  expect(macTextOf(0xeabc, 0x22e67a0a)).toBe('ea:bc:22:e6:7a:0a');
  expect(macTextOf(1, -1)).toBe('00:01:ff:ff:ff:ff');
  expect(parseMac('EA-BC-22-E6-7A-0A')).toEqual({ high: 0xeabc, low: 0x22e67a0a });
  expect(parseMac('ea:bc:22:e6:7a:0a')).toEqual({ high: 0xeabc, low: 0x22e67a0a });
  for (const wrong of ['', 'ea:bc:22:e6:7a', 'ea:bc:22:e6:7a:0a:11', 'ea:bc-22:e6:7a:0a', 'g0:bc:22:e6:7a:0a']) {
    expect(parseMac(wrong)).toBeNull();
  }
});

// RFC 5952 sections 4.2 and 5.
test.each([
  ['20010db8000000000000000000000001', '2001:db8::1'],
  ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
  ['20010000000000010000000000000001', '2001:0:0:1::1'],
  ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000000000000001', '::1'],
  ['fe800000000000000000000000000000', 'fe80::'],
  ['00000000000000000000ffff0af40102', '::ffff:10.244.1.2'],
  ['0000000000000000000000000af40102', '::10.244.1.2'],
  ['00000000000000000000000100000002', '::1:0:2'],
])('%s', (hex, text) => {
  expect(ipv6Text(Buffer.from(hex, 'hex'), 0)).toBe(text);
});
