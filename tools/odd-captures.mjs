/**
 * Makes captures that are odd in one way, as large as asked for: what a busy, misused or hostile network could hold.
 *
 *   node tools/odd-captures.mjs KIND COUNT > file.cap
 *
 * Nothing in them is random: the same kind and count give the same octets.
 */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const MORE_FRAGMENTS = 0x2000;

function checksum(bytes, from, to) {
  let sum = 0;
  for (let at = from; at < to; at += 2) sum += (bytes[at] << 8) | (at + 1 < to ? bytes[at + 1] : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function ipv4(source, destination, protocol, data, { ttl = 64, identification = 0, fragment = 0, options = 0 } = {}) {
  const headerLength = 20 + options;
  const bytes = Buffer.alloc(headerLength + data.length);
  bytes[0] = 0x40 | (headerLength / 4);
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt16BE(identification & 0xffff, 4);
  bytes.writeUInt16BE(fragment, 6);
  bytes[8] = ttl;
  bytes[9] = protocol;
  bytes.writeUInt32BE(source >>> 0, 12);
  bytes.writeUInt32BE(destination >>> 0, 16);
  bytes.fill(1, 20, headerLength);
  bytes.writeUInt16BE(checksum(bytes, 0, headerLength), 10);
  data.copy(bytes, headerLength);
  return bytes;
}

function icmp(type, code, rest, data) {
  const bytes = Buffer.alloc(8 + data.length);
  bytes[0] = type;
  bytes[1] = code;
  bytes.writeUInt32BE(rest >>> 0, 4);
  data.copy(bytes, 8);
  bytes.writeUInt16BE(checksum(bytes, 0, bytes.length), 2);
  return bytes;
}

function echo(n, { reply = false, identifier = 7, size = 16 } = {}) {
  const data = Buffer.alloc(size, 0x61);
  if (size >= 4) data.writeUInt32BE(n >>> 0, 0);
  return icmp(reply ? 0 : 8, 0, ((identifier & 0xffff) * 65_536 + (n & 0xffff)) >>> 0, data);
}

function ethernet(payload, etherType = 0x0800) {
  const bytes = Buffer.alloc(14 + payload.length);
  bytes.writeUInt32BE(0x02000000, 0);
  bytes[5] = 2;
  bytes.writeUInt32BE(0x02000000, 6);
  bytes[11] = 1;
  bytes.writeUInt16BE(etherType, 12);
  payload.copy(bytes, 14);
  return bytes;
}

function arp(operation, mac, sender, target) {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16BE(1, 0);
  bytes.writeUInt16BE(0x0800, 2);
  bytes[4] = 6;
  bytes[5] = 4;
  bytes.writeUInt16BE(operation, 6);
  bytes.writeUIntBE(0x020000000000 + mac, 8, 6);
  bytes.writeUInt32BE(sender >>> 0, 14);
  bytes.writeUInt32BE(target >>> 0, 24);
  return ethernet(bytes, 0x0806);
}

const POD1 = 0x0af40102;
const POD2 = 0x0af40202;
const NODE1 = 0xc0a80051;
const NODE2 = 0xc0a80052;

const inTunnel = (inner, options = {}) => ethernet(ipv4(NODE1, NODE2, 4, inner, { ttl: 63, ...options }));
const back = (inner, options = {}) => ethernet(ipv4(NODE2, NODE1, 4, inner, { ttl: 63, ...options }));

/** The frames of each kind: `count` of them, or a little more. */
export const kinds = {
  /** First fragments whose rest never comes; each of a datagram of its own. */
  *'half-fragments'(count) {
    for (let n = 0; n < count; n++) {
      const fragment = { identification: n, fragment: MORE_FRAGMENTS, ttl: 63 };
      yield inTunnel(ipv4(POD1 + (n >>> 16) * 256, POD2, 1, echo(n, { size: 24 }), fragment));
    }
  },
  /** The same of the tunnel's datagrams. */
  *'half-outer-fragments'(count) {
    for (let n = 0; n < count; n++) {
      const inner = ipv4(POD1, POD2, 1, echo(n, { size: 20, identifier: n >>> 16 }), { identification: n, ttl: 63 });
      yield ethernet(ipv4(NODE1 + (n >>> 16), NODE2, 4, inner, { identification: n, fragment: MORE_FRAGMENTS }));
    }
  },
  /** Later fragments whose first one never comes. */
  *'tail-fragments'(count) {
    for (let n = 0; n < count; n++) {
      const fragment = { identification: n, fragment: 3, ttl: 63 };
      yield inTunnel(ipv4(POD1 + (n >>> 16), POD2, 1, Buffer.alloc(24, 0x61), fragment));
    }
  },
  /** One datagram in eight octets a fragment, over and over, its last fragment never. */
  *crumbs(count) {
    for (let n = 0; n < count; n++) {
      const data = n % 8000 === 0 ? echo(n, { size: 0 }) : Buffer.alloc(8, 0x61);
      yield inTunnel(ipv4(POD1, POD2, 1, data, { identification: 7, fragment: MORE_FRAGMENTS | (n % 8000), ttl: 63 }));
    }
  },
  /** The same fragment over and over. */
  *'same-fragment'(count) {
    for (let n = 0; n < count; n++) {
      yield inTunnel(
        ipv4(POD1, POD2, 1, echo(1, { size: 24 }), { identification: 7, fragment: MORE_FRAGMENTS, ttl: 63 }),
      );
    }
  },
  /** Datagrams of two fragments, whole ones. */
  *'whole-fragments'(count) {
    for (let n = 0; n < count; n += 2) {
      const message = echo(n >>> 1, { size: 48, identifier: n >>> 17 });
      const header = { identification: n >>> 1, ttl: 63 };
      yield inTunnel(ipv4(POD1, POD2, 1, message.subarray(0, 32), { ...header, fragment: MORE_FRAGMENTS }));
      yield inTunnel(ipv4(POD1, POD2, 1, message.subarray(32), { ...header, fragment: 4 }));
    }
  },
  /** Plain probes, to compare with: requests and replies of one flow in the tunnel. */
  *probes(count) {
    for (let n = 0; n < count; n += 2) {
      const identifier = n >>> 17;
      yield inTunnel(ipv4(POD1, POD2, 1, echo(n >>> 1, { identifier }), { identification: n, ttl: 63 }));
      yield back(ipv4(POD2, POD1, 1, echo(n >>> 1, { identifier, reply: true }), { identification: n, ttl: 63 }));
    }
  },
  /** Each request between another pair of pods. */
  *flows(count) {
    for (let n = 0; n < count; n++) {
      yield inTunnel(ipv4(POD1 + n * 3, POD2 + n, 1, echo(n, { identifier: n }), { identification: n, ttl: 63 }));
    }
  },
  /** Each request between another pair of addresses, outside of any tunnel. */
  *'plain-flows'(count) {
    for (let n = 0; n < count; n++) {
      yield ethernet(ipv4(POD1 + n * 3, POD2 + n, 1, echo(n, { identifier: n }), { identification: n, ttl: 63 }));
    }
  },
  /** Each request of another source to one destination: what address translation would look like. */
  *sources(count) {
    for (let n = 0; n < count; n++) {
      yield inTunnel(ipv4(POD1 + n, POD2, 1, echo(7, { identifier: n }), { identification: n, ttl: 1 + (n % 64) }));
    }
  },
  /** Each request with another identifier, and the sequence number 1: many runs of `ping -c 1`. */
  *identifiers(count) {
    for (let n = 0; n < count; n++) {
      yield inTunnel(
        ipv4(POD1, POD2, 1, icmp(8, 0, ((n & 0xffff) * 65_536 + 1 + (n >>> 16)) >>> 0, Buffer.alloc(16)), {
          identification: n,
          ttl: 63,
        }),
      );
    }
  },
  /** One request over and over. */
  *copies(count) {
    const frame = inTunnel(ipv4(POD1, POD2, 1, echo(1), { identification: 7, ttl: 63 }));
    for (let n = 0; n < count; n++) yield frame;
  },
  /** One key, each time with another payload and identification. */
  *payloads(count) {
    for (let n = 0; n < count; n++) {
      const data = Buffer.alloc(16);
      data.writeUInt32BE(n, 0);
      yield inTunnel(ipv4(POD1, POD2, 1, icmp(8, 0, 0x00070001, data), { identification: n, ttl: 63 }));
    }
  },
  /** Probes whose checksums are all wrong but one's. */
  *damaged(count) {
    for (let n = 0; n < count; n++) {
      const frame = inTunnel(ipv4(POD1 + (n >>> 16), POD2, 1, echo(n), { identification: n, ttl: 63 }));
      if (n > 0) frame[14 + 20 + 10] ^= 1;
      yield frame;
    }
  },
  /** A header that differs from probe to probe: no two of them look alike. */
  *shapes(count) {
    for (let n = 0; n < count; n++) {
      const inner = ipv4(POD1, POD2, 1, echo(n, { size: 16 + (n % 97) }), { identification: n, ttl: 1 + (n % 251) });
      inner[1] = (n % 241) & 0xff;
      inner.writeUInt16BE(0, 10);
      inner.writeUInt16BE(checksum(inner, 0, 20), 10);
      yield inTunnel(inner, { ttl: 1 + (n % 239), identification: n });
    }
  },
  /** IP options in each inner header. */
  *options(count) {
    for (let n = 0; n < count; n++) {
      const inner = ipv4(POD1, POD2, 1, echo(n, { identifier: n >>> 16 }), { identification: n, ttl: 63, options: 40 });
      inner.writeUInt32BE(n, 24);
      inner.writeUInt16BE(0, 10);
      inner.writeUInt16BE(checksum(inner, 0, 60), 10);
      yield inTunnel(inner);
    }
  },
  /** ICMP errors that quote one probe. */
  *'errors-of-one'(count) {
    const inner = ipv4(POD1, POD2, 1, echo(1), { identification: 7, ttl: 63 });
    yield inTunnel(inner);
    for (let n = 1; n < count; n++) {
      yield ethernet(ipv4(NODE2 + n, NODE1, 1, icmp(3, 1, 0, inner), { identification: n }));
    }
  },
  /** A probe, and an error that quotes it, and so on. */
  *'errors-of-each'(count) {
    for (let n = 0; n < count; n += 2) {
      const inner = ipv4(POD1, POD2, 1, echo(n, { identifier: n >>> 17 }), { identification: n, ttl: 63 });
      yield inTunnel(inner);
      yield ethernet(ipv4(NODE2, NODE1, 1, icmp(3, 1, 0, inner), { identification: n }));
    }
  },
  /** Errors that quote only the tunnel's header, which is that of all probes. */
  *'outer-errors'(count) {
    for (let n = 0; n < count; n += 2) {
      const inner = ipv4(POD1, POD2, 1, echo(n, { identifier: n >>> 17 }), { identification: n, ttl: 63 });
      const outer = ipv4(NODE1, NODE2, 4, inner, { ttl: 63 });
      yield ethernet(outer);
      yield ethernet(ipv4(NODE2, NODE1, 1, icmp(3, 1, 0, outer.subarray(0, 28)), { identification: n }));
    }
  },
  /** ARP of as many senders, and one probe. */
  *arps(count) {
    yield inTunnel(ipv4(POD1, POD2, 1, echo(1), { identification: 7, ttl: 63 }));
    for (let n = 1; n < count; n++) yield arp(1 + (n & 1), n, NODE1 + n, NODE2);
  },
  /** ARP of one address by as many senders. */
  *conflicts(count) {
    yield inTunnel(ipv4(POD1, POD2, 1, echo(1), { identification: 7, ttl: 63 }));
    for (let n = 1; n < count; n++) yield arp(2, n, NODE2, NODE1);
  },
  /** TCP SYNs of as many connections, and one probe. */
  *syns(count) {
    yield inTunnel(ipv4(POD1, POD2, 1, echo(1), { identification: 7, ttl: 63 }));
    for (let n = 1; n < count; n++) {
      const segment = Buffer.alloc(24);
      segment.writeUInt16BE(n & 0xffff, 0);
      segment.writeUInt16BE(80, 2);
      segment[12] = 0x60;
      segment[13] = 2;
      segment.writeUInt32BE(0x020405b4, 20);
      yield inTunnel(ipv4(POD1 + (n >>> 16), POD2, 6, segment, { identification: n }));
    }
  },
  /** As many tunnels round one probe as fit. */
  *nested(count) {
    for (let n = 0; n < count; n++) {
      let inner = ipv4(POD1, POD2, 1, echo(n, { identifier: n >>> 16 }), { identification: n, ttl: 63 });
      for (let depth = 0; depth < 40; depth++) inner = ipv4(NODE1 + depth, NODE2 + depth, 4, inner, { ttl: 63 });
      yield ethernet(inner);
    }
  },
};

/** Every frame is of another device (LINKTYPE_LINUX_SLL2), each with one probe. */
function* devices(count) {
  for (let n = 0; n < count; n++) {
    const datagram = ipv4(POD1, POD2, 1, echo(n % 1000), { identification: n, ttl: 63 });
    const bytes = Buffer.alloc(20 + datagram.length);
    bytes.writeUInt16BE(0x0800, 0);
    bytes.writeUInt32BE(n + 1, 4);
    bytes.writeUInt16BE(1, 8);
    bytes[11] = 6;
    datagram.copy(bytes, 20);
    yield bytes;
  }
}

/** The octets of a classic pcap file, in chunks. */
function* pcap(frames, linkType = 1) {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(linkType, 20);
  let chunk = [header];
  let length = header.length;
  let n = 0;
  for (const frame of frames) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000 + Math.floor(n / 1000), 0);
    record.writeUInt32LE((n % 1000) * 1000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    n++;
    chunk.push(record, frame);
    length += 16 + frame.length;
    if (length > 65_536) {
      yield Buffer.concat(chunk);
      chunk = [];
      length = 0;
    }
  }
  yield Buffer.concat(chunk);
}

function block(type, body) {
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  body.copy(bytes, 8);
  bytes.writeUInt32LE(bytes.length, bytes.length - 4);
  return bytes;
}

function option(code, value) {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

const sectionHeader = block(0x0a0d0d0a, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex'));

function interfaceBlock(...options) {
  return block(1, Buffer.concat([Buffer.from('0100000000000400', 'hex'), ...options]));
}

function packetBlock(device, n, frame, ...options) {
  const fixed = Buffer.alloc(20);
  const time = 1_700_000_000_000_000n + BigInt(n) * 1000n;
  fixed.writeUInt32LE(device, 0);
  fixed.writeUInt32LE(Number(time >> 32n), 4);
  fixed.writeUInt32LE(Number(time & 0xffffffffn), 8);
  fixed.writeUInt32LE(frame.length, 12);
  fixed.writeUInt32LE(frame.length, 16);
  return block(6, Buffer.concat([fixed, frame, Buffer.alloc((4 - (frame.length % 4)) % 4), ...options]));
}

const probe = (n) => inTunnel(ipv4(POD1, POD2, 1, echo(n), { identification: n, ttl: 63 }));

/** The blocks of a pcapng file, in chunks. */
const pcapngKinds = {
  /** Interfaces without a frame, and one probe at the first. */
  *interfaces(count) {
    yield sectionHeader;
    for (let n = 0; n < count; n++) yield interfaceBlock(option(2, Buffer.from(`eth${n}`)));
    yield packetBlock(0, 0, probe(1));
  },
  /** Each frame at an interface of its own. */
  *'busy-interfaces'(count) {
    yield sectionHeader;
    for (let n = 0; n < count; n++) {
      yield interfaceBlock(option(2, Buffer.from(`eth${n}`)));
      yield packetBlock(n, n, probe(1 + (n >>> 12)));
    }
  },
  /** All interfaces of one name. */
  *namesakes(count) {
    yield sectionHeader;
    for (let n = 0; n < count; n++) {
      yield interfaceBlock(option(2, Buffer.from('eth0')));
      yield packetBlock(n, n, probe(1 + (n >>> 12)));
    }
  },
  /** One probe at as many interfaces. */
  *everywhere(count) {
    yield sectionHeader;
    for (let n = 0; n < count; n++) yield interfaceBlock(option(2, Buffer.from(`eth${n}`)));
    for (let n = 0; n < count; n++) yield packetBlock(n, n, probe(1));
  },
  /** Each probe at 64 interfaces. */
  *grid(count) {
    yield sectionHeader;
    for (let n = 0; n < 64; n++) yield interfaceBlock(option(2, Buffer.from(`eth${n}`)));
    for (let n = 0; n < count; n++) yield packetBlock(n % 64, n, probe(n >>> 6));
  },
  /** Each section with one interface and one frame. */
  *sections(count) {
    for (let n = 0; n < count; n++) {
      yield sectionHeader;
      yield interfaceBlock(option(2, Buffer.from(`eth${n}`)));
      yield packetBlock(0, n, probe(n));
    }
  },
  /** As many comments of one frame as a block can hold, in each frame. */
  *comments(count) {
    const comments = Array.from({ length: 64 }, (_, n) => option(1, Buffer.alloc(1000, 0x61 + (n % 26))));
    yield sectionHeader;
    yield interfaceBlock(option(2, Buffer.from('eth0')));
    for (let n = 0; n < count; n++) yield packetBlock(0, n, probe(n), ...comments);
  },
  /** One frame with as many empty comments as there is room for, times `count`. */
  *'empty-comments'(count) {
    const comments = Buffer.alloc(4 * 200_000);
    for (let at = 0; at < comments.length; at += 4) comments.writeUInt16LE(1, at);
    yield sectionHeader;
    yield interfaceBlock();
    for (let n = 0; n < count; n++) yield packetBlock(0, n, probe(n), comments);
  },
  /** Interface names, descriptions and filters as long as an option can be. */
  *'long-names'(count) {
    yield sectionHeader;
    for (let n = 0; n < count; n++) {
      const long = Buffer.alloc(65_532, 0x61);
      yield interfaceBlock(option(2, long), option(3, long), option(11, long), option(12, long));
      yield packetBlock(n, n, probe(1));
    }
  },
};

/** The octets of a capture of that kind, in chunks. */
export function* octetsOf(kind, count) {
  if (kind === 'devices') yield* pcap(devices(count), 276);
  else if (Object.hasOwn(pcapngKinds, kind)) {
    let chunk = [];
    let length = 0;
    for (const bytes of pcapngKinds[kind](count)) {
      chunk.push(bytes);
      length += bytes.length;
      if (length > 65_536) {
        yield Buffer.concat(chunk);
        chunk = [];
        length = 0;
      }
    }
    yield Buffer.concat(chunk);
  } else yield* pcap(kinds[kind](count));
}

const kindNames = [...Object.keys(kinds), 'devices', ...Object.keys(pcapngKinds)];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [kind, count] = process.argv.slice(2);
  if (!kindNames.includes(kind) || !(Number(count) > 0)) {
    process.stderr.write(`odd-captures: KIND COUNT, where KIND is one of ${kindNames.join(', ')}\n`);
    process.exitCode = 2;
  } else {
    for (const chunk of octetsOf(kind, Number(count))) {
      for (let at = 0; at < chunk.length; ) at += writeSync(1, chunk, at);
    }
  }
}
