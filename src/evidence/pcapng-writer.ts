/** pcapng blocks (draft-ietf-opsawg-pcapng): section header, interface description and enhanced packet, little-endian, nanoseconds. */

const sectionHeader = 0x0a0d0d0a;
const interfaceDescription = 1;
const enhancedPacket = 6;

const option = {
  comment: 1,
  ifName: 2,
  ifDescription: 3,
  userApplication: 4,
  ifTimestampResolution: 9,
  ifFilter: 11,
} as const;

/** An option's length has 16 bits; what readers of ours keep of a comment is less, so longer text is cut there. */
const longestText = 4096;

const utf8 = new TextEncoder();

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** `comments`: what the whole file has to say of itself. */
export function sectionHeaderBlock(application: string, comments: readonly string[]): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, 0x1a2b3c4d, true);
  view.setUint16(4, 1, true);
  view.setUint16(6, 0, true);
  // −1: the section's length is not stated.
  view.setBigInt64(8, -1n, true);
  return block(sectionHeader, body, null, [
    ...comments.map((text) => textOption(option.comment, text)),
    textOption(option.userApplication, application),
  ]);
}

/** `filter`: the capture filter that the frames were taken with, in pcap's own words; null when nobody noted one. */
export function interfaceBlock(
  linkType: number,
  snapLength: number,
  name: string,
  description: string,
  filter: string | null = null,
): Uint8Array {
  const body = new Uint8Array(8);
  const view = new DataView(body.buffer);
  view.setUint16(0, linkType, true);
  view.setUint32(4, snapLength, true);
  return block(interfaceDescription, body, null, [
    textOption(option.ifName, name),
    textOption(option.ifDescription, description),
    { code: option.ifTimestampResolution, value: Uint8Array.of(9) },
    // The first octet says what follows: 0 is a filter as libpcap reads it.
    ...(filter === null ? [] : [textOption(option.ifFilter, `\0${filter}`)]),
  ]);
}

/** `time`: nanoseconds since 1970, not negative. `wireLength` in octets. */
export function packetBlock(
  interfaceIndex: number,
  time: bigint,
  bytes: Uint8Array,
  wireLength: number,
  comments: readonly string[],
): Uint8Array {
  const body = new Uint8Array(20);
  const view = new DataView(body.buffer);
  view.setUint32(0, interfaceIndex, true);
  view.setUint32(4, Number(time >> 32n), true);
  view.setUint32(8, Number(time & 0xffffffffn), true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, wireLength, true);
  return block(
    enhancedPacket,
    body,
    bytes,
    comments.map((text) => textOption(option.comment, text)),
  );
}

function textOption(code: number, text: string): Option {
  let value = utf8.encode(text);
  if (value.length > longestText) {
    let end = longestText;
    // Not in the middle of a character (RFC 3629: octets that continue one begin with the bits 10).
    while ((value[end]! & 0xc0) === 0x80) end--;
    value = value.slice(0, end);
  }
  return { code, value };
}

const padded = (length: number): number => (length + 3) & ~3;

function block(type: number, body: Uint8Array, data: Uint8Array | null, options: readonly Option[]): Uint8Array {
  const optionsLength = options.reduce((sum, o) => sum + 4 + padded(o.value.length), options.length === 0 ? 0 : 4);
  const length = 12 + body.length + padded(data?.length ?? 0) + optionsLength;
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  out.set(body, 8);
  let at = 8 + body.length;
  if (data !== null) {
    out.set(data, at);
    at += padded(data.length);
  }
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    out.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(length - 4, length, true);
  return out;
}
