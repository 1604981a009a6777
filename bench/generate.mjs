/**
 * Makes the captures that the benchmark reads: classic pcap files with a needle (one ping) among background traffic,
 * floods of pings, and nodes that all ping one another. Seeded: the same seed gives the same octets.
 *
 *     node bench/generate.mjs [--full] [WORKLOAD..]
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const dataFolder = join(dirname(fileURLToPath(import.meta.url)), 'data');
const sourcePod = '10.244.1.7';
const destinationPod = '10.244.2.9';
const nodes = ['192.168.50.11', '192.168.50.12'];
const startSeconds = 1_700_000_000;

/** Frames by workload, nodes of I: small is for a look, full is what the bars are about. */
const frames = {
  small: { A: 300_000, B: 100_000, C: 300_000, D: 50_000, F: 500_000, H: 40_000, I: 40, J: 300_000 },
  full: { A: 3_000_000, B: 1_000_000, C: 3_000_000, D: 500_000, F: 5_000_000, H: 400_000, I: 100, J: 3_000_000 },
};

/** The files of each workload, in the order in which they are given to the command. */
export function filesOf(workload, size) {
  const at = (...names) => names.map((name) => join(dataFolder, `${workload}-${size}-${name}`));
  switch (workload) {
    case 'A':
    case 'D':
    case 'F':
      return at('node1.cap');
    case 'G':
      return at('node1.cap.gz');
    case 'B':
      return at('pod1.cap', 'node1-tunl0.cap', 'node1-ens33.cap', 'node2-ens33.cap', 'node2-tunl0.cap', 'pod2.cap');
    case 'I':
      return meshNames(frames[size].I).map((name) => join(dataFolder, `I-${size}`, name));
    default:
      return at('node1.cap', 'node2.cap');
  }
}

/** Two captures a node: its interface and its tunnel device. */
const meshNames = (count) =>
  Array.from({ length: count }, (_, n) => [`node${n + 1}.cap`, `node${n + 1}-tunl0.cap`]).flat();

/** Marsaglia's xorshift32: enough for a mix of frames, and the same on every machine. */
function randomNumbers(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const octetsOf = (address) => address.split('.').map(Number);

function sum(bytes, from, to, start = 0) {
  let total = start;
  for (let i = from; i < to; i += 2) total += (bytes[i] << 8) | (i + 1 < to ? bytes[i + 1] : 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

function ipv4({ source, destination, protocol, timeToLive, identification, data }) {
  const bytes = Buffer.alloc(20 + data.length);
  bytes[0] = 0x45;
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt16BE(identification, 4);
  bytes[6] = 0x40;
  bytes[8] = timeToLive;
  bytes[9] = protocol;
  bytes.set(octetsOf(source), 12);
  bytes.set(octetsOf(destination), 16);
  bytes.writeUInt16BE(~sum(bytes, 0, 20) & 0xffff, 10);
  data.copy(bytes, 20);
  return bytes;
}

function transport(protocol, source, destination, length, random) {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = random(256);
  bytes.writeUInt16BE(1024 + random(60_000), 0);
  bytes.writeUInt16BE([80, 443, 5432, 6379][random(4)], 2);
  const checksumAt = protocol === 6 ? 16 : 6;
  if (protocol === 6) {
    bytes[12] = 0x50;
    bytes[13] = 0x10;
  } else bytes.writeUInt16BE(length, 4);
  bytes.writeUInt16BE(0, checksumAt);
  const pseudo = Buffer.from([...octetsOf(source), ...octetsOf(destination), 0, protocol, length >> 8, length & 0xff]);
  bytes.writeUInt16BE(~sum(bytes, 0, length, sum(pseudo, 0, 12)) & 0xffff, checksumAt);
  return bytes;
}

function echo(reply, identifier, sequence, length, stamp) {
  const bytes = Buffer.alloc(8 + length);
  for (let i = 16; i < length; i++) bytes[8 + i] = i;
  bytes.writeDoubleLE(stamp, 8);
  bytes[0] = reply ? 0 : 8;
  bytes.writeUInt16BE(identifier, 4);
  bytes.writeUInt16BE(sequence & 0xffff, 6);
  bytes.writeUInt16BE(~sum(bytes, 0, bytes.length) & 0xffff, 2);
  return bytes;
}

const ethernet = (to, from, data) => Buffer.concat([Buffer.from([2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0]), data]);

/** Where on the path a file is taken: how a datagram between the pods looks there. */
const places = {
  pod1: { linkType: 1, hops: 0, wrap: (data, back) => (back ? ethernet(1, 2, data) : ethernet(2, 1, data)) },
  tunl1: { linkType: 101, hops: 1, wrap: (data) => data },
  wire: {
    linkType: 1,
    hops: 1,
    wrap: (data, back, random) => {
      const [source, destination] = back ? [nodes[1], nodes[0]] : nodes;
      const outer = ipv4({ source, destination, protocol: 4, timeToLive: 63, identification: random(65_536), data });
      return back ? ethernet(0x11, 0x12, outer) : ethernet(0x12, 0x11, outer);
    },
  },
  tunl2: { linkType: 101, hops: 1, wrap: (data) => data },
  pod2: { linkType: 1, hops: 2, wrap: (data, back) => (back ? ethernet(4, 3, data) : ethernet(3, 4, data)) },
};

/** Inner datagram of an echo message as it passes a place. */
function ping(
  place,
  back,
  { identifier, sequence, identification, length = 56, from = sourcePod, to = destinationPod },
) {
  const [source, destination] = back ? [to, from] : [from, to];
  const timeToLive = 64 - (back ? 2 - place.hops : place.hops);
  const data = echo(back, identifier, sequence, length, sequence + identifier);
  return ipv4({ source, destination, protocol: 1, timeToLive, identification, data });
}

/** Frames of other pods' TCP and UDP between the nodes; lengths are those of the frames. */
function background(place, lengths, random, count = 2048) {
  return Array.from({ length: count }, () => {
    const back = random(2) === 1;
    const [a, b] = [`10.244.1.${20 + random(200)}`, `10.244.2.${20 + random(200)}`];
    const [source, destination] = back ? [b, a] : [a, b];
    const protocol = random(10) < 8 ? 6 : 17;
    const overhead = place.wrap(Buffer.alloc(0), back, random).length;
    const length = Math.max(20, lengths[random(lengths.length)] - overhead - 20);
    const data = transport(protocol, source, destination, length, random);
    const identification = random(65_536);
    return place.wrap(
      ipv4({ source, destination, protocol, timeToLive: 64 - place.hops, identification, data }),
      back,
      random,
    );
  });
}

class CaptureWriter {
  #file;
  #descriptor;
  #buffer = Buffer.allocUnsafe(4 << 20);
  #at = 24;
  constructor(file, linkType) {
    this.#file = file;
    this.#descriptor = openSync(`${file}.part`, 'w');
    this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#buffer.writeUInt16LE(2, 4);
    this.#buffer.writeUInt16LE(4, 6);
    this.#buffer.fill(0, 8, 16);
    this.#buffer.writeUInt32LE(262_144, 16);
    this.#buffer.writeUInt32LE(linkType, 20);
  }
  /** `microseconds` after the start of all captures. */
  write(frame, microseconds) {
    if (this.#at + 16 + frame.length > this.#buffer.length) this.#flush();
    const b = this.#buffer;
    b.writeUInt32LE(startSeconds + Math.floor(microseconds / 1e6), this.#at);
    b.writeUInt32LE(microseconds % 1e6, this.#at + 4);
    b.writeUInt32LE(frame.length, this.#at + 8);
    b.writeUInt32LE(frame.length, this.#at + 12);
    frame.copy(b, this.#at + 16);
    this.#at += 16 + frame.length;
  }
  #flush() {
    writeSync(this.#descriptor, this.#buffer, 0, this.#at);
    this.#at = 0;
  }
  close() {
    this.#flush();
    closeSync(this.#descriptor);
    renameSync(`${this.#file}.part`, this.#file);
  }
}

function needle(file, place, count, lengths, seed) {
  const random = randomNumbers(seed);
  const out = new CaptureWriter(file, place.linkType);
  const pool = background(place, lengths, random);
  const middle = count >> 1;
  const probe = { identifier: 77, sequence: 1, identification: 4242 };
  const delay = place.hops * 50;
  for (let i = 0; i < count; i++) {
    const now = i * 3;
    if (i === middle)
      out.write(
        place.wrap(ping(place, false, probe), false, () => 999),
        now + delay,
      );
    else if (i === middle + 1000)
      out.write(
        place.wrap(ping(place, true, { ...probe, identification: 17 }), true, () => 998),
        now - delay,
      );
    else out.write(pool[random(pool.length)], now);
  }
  out.close();
}

/** Pings only, at both nodes: `flows` pairs of pods, or one pair that floods. */
function flood(files, count, flows, seed) {
  const outs = files.map((file) => new CaptureWriter(file, 1));
  const random = randomNumbers(seed);
  const probes = count >> 2;
  for (let i = 0; i < probes; i++) {
    const n = i % flows;
    const from = flows === 1 ? sourcePod : `10.${100 + (n >> 14)}.${(n >> 7) & 0x7f}.${1 + (n & 0x7f)}`;
    const sequence = Math.floor(i / flows);
    const numbers = { identifier: 100 + (sequence >> 16), sequence: sequence & 0xffff, from };
    for (const back of [false, true]) {
      const place = places.wire;
      const datagram = ping(place, back, { ...numbers, identification: (i + (back ? 7 : 0)) & 0xffff });
      const frame = place.wrap(datagram, back, random);
      outs.forEach((out, node) => {
        out.write(frame, i * 20 + (back ? 10 + (1 - node) * 2 : node * 2));
      });
    }
  }
  for (const out of outs) out.close();
}

/** A segment of a connection; its data repeats one octet, so that the checksum is soon made. */
function segment(source, destination, { ports, sequence, acknowledges, flags, length }) {
  const bytes = Buffer.alloc(20 + length);
  bytes.writeUInt16BE(ports[0], 0);
  bytes.writeUInt16BE(ports[1], 2);
  bytes.writeUInt32BE(sequence >>> 0, 4);
  bytes.writeUInt32BE(acknowledges >>> 0, 8);
  bytes[12] = 0x50;
  bytes[13] = flags;
  bytes.writeUInt16BE(64_240, 14);
  const pseudo = Buffer.from([...octetsOf(source), ...octetsOf(destination), 0, 6, 0, 0]);
  pseudo.writeUInt16BE(bytes.length, 10);
  bytes.writeUInt16BE(~sum(bytes, 0, 20, sum(pseudo, 0, 12)) & 0xffff, 16);
  return bytes;
}

function nextSegment({ ports, client, server, sent, step }) {
  const [SYN, ACK] = [0x02, 0x10];
  if (step === 0) return { ports, sequence: client, acknowledges: 0, flags: SYN, length: 0 };
  const there = { ports, sequence: client + 1, acknowledges: server + 1 + sent, flags: ACK, length: 0 };
  if (step % 2 === 0) return there;
  const back = { ports: [ports[1], ports[0]], acknowledges: client + 1 };
  if (step === 1) return { ...back, sequence: server, flags: SYN | ACK, length: 0 };
  return { ...back, sequence: server + 1 + sent, flags: ACK, length: 120 };
}

/**
 * `connections` from pod to pod at both nodes, a segment of each in turn: a handshake, then segments of 120 octets from the server, each
 * acknowledged. One of 500 is lost between the nodes and sent again in the next turn.
 */
function talks(files, count, connections, seed) {
  const outs = files.map((file) => new CaptureWriter(file, 1));
  const random = randomNumbers(seed);
  const all = Array.from({ length: connections }, (_, n) => ({
    ports: [20_000 + n, 8080],
    client: random(0xffff_ffff),
    server: random(0xffff_ffff),
    sent: 0,
    step: 0,
  }));
  for (let i = 0; i < count >> 1; i++) {
    const c = all[i % connections];
    const back = c.step % 2 === 1;
    const { length, ...inner } = nextSegment(c);
    const [source, destination] = back ? [destinationPod, sourcePod] : [sourcePod, destinationPod];
    const data = segment(source, destination, { ...inner, length });
    const datagram = ipv4({
      source,
      destination,
      protocol: 6,
      timeToLive: 63,
      identification: random(65_535) + 1,
      data,
    });
    const frame = places.wire.wrap(datagram, back, random);
    const isLost = length > 0 && random(500) === 0;
    const [near, far] = back ? [outs[1], outs[0]] : outs;
    near.write(frame, i * 4);
    if (!isLost) far.write(frame, i * 4 + 2);
    // What is lost is not acknowledged, and comes again in place of the next segment.
    if (!isLost) c.sent += length;
    c.step += isLost ? 2 : 1;
  }
  for (const out of outs) out.close();
}

/**
 * Each of `count` nodes has one pod, which pings every other one three times: 40 nodes make 1,560 flows and 4,680 requests, 100
 * make 9,900 and 29,700. `isLost(from, to)`: the datagram leaves its node and never arrives.
 */
export function mesh(folder, count, isLost = () => false) {
  mkdirSync(folder, { recursive: true });
  const names = meshNames(count).map((name) => join(folder, name));
  const outs = names.map((name, i) => new CaptureWriter(name, i % 2 === 0 ? 1 : 101));
  const nodeOf = (n) => ({ address: `192.168.${n >> 8}.${n & 255}`, pod: `10.${200 + (n >> 8)}.${n & 255}.2` });
  const link = (to, from, data) =>
    Buffer.concat([Buffer.from([2, 0, 0, 1, to >> 8, to & 255, 2, 0, 0, 1, from >> 8, from & 255, 8, 0]), data]);
  let identification = 0;
  let now = 0;
  const send = (from, to, data) => {
    const [source, destination] = [nodeOf(from), nodeOf(to)];
    identification = (identification + 1) & 0xffff;
    const inner = { source: source.pod, destination: destination.pod, protocol: 1, identification, data };
    const outer = { source: source.address, destination: destination.address, protocol: 4, identification };
    const datagram = ipv4({ ...inner, timeToLive: 63 });
    const frame = link(to, from, ipv4({ ...outer, timeToLive: 63, data: datagram }));
    outs[2 * from - 1].write(datagram, now);
    outs[2 * from - 2].write(frame, now + 2);
    now += 60;
    if (isLost(from, to)) return false;
    // A kernel stamps what it receives once, so both of the receiver's devices show one time.
    outs[2 * to - 2].write(frame, now - 30);
    outs[2 * to - 1].write(datagram, now - 30);
    return true;
  };
  for (let sequence = 1; sequence <= 3; sequence++) {
    for (let from = 1; from <= count; from++) {
      for (let to = 1; to <= count; to++) {
        if (from === to) continue;
        const stamp = sequence + from * 1000 + to;
        if (!send(from, to, echo(false, 1000 + to, sequence, 56, stamp))) continue;
        send(to, from, echo(true, 1000 + to, sequence, 56, stamp));
      }
    }
  }
  for (const out of outs) out.close();
}

/** Makes the files of one workload that are not there yet. */
export function generate(workload, size) {
  mkdirSync(dataFolder, { recursive: true });
  const files = filesOf(workload, size);
  if (files.every((file) => existsSync(file))) return;
  const count = frames[size][workload];
  process.stderr.write(`making ${workload} (${size})\n`);
  switch (workload) {
    case 'A':
      needle(files[0], places.wire, count, [118], 1);
      break;
    case 'B': {
      const order = [places.pod1, places.tunl1, places.wire, places.wire, places.tunl2, places.pod2];
      order.forEach((place, i) => {
        // Acknowledgements, small messages, and a share of full segments.
        needle(files[i], place, count, [86, 86, 86, 118, 118, 150, 280, 1514], 2 + i);
      });
      break;
    }
    case 'C':
      flood(files, count, 1, 9);
      break;
    case 'D':
      needle(files[0], places.wire, count, [1514], 10);
      break;
    case 'F':
      needle(files[0], places.wire, count, [86, 250, 1514], 11);
      break;
    case 'G':
      generate('A', size);
      spawnSync('sh', ['-c', 'gzip -1 -c "$0" > "$1.part" && mv "$1.part" "$1"', filesOf('A', size)[0], files[0]]);
      break;
    case 'H':
      flood(files, count, size === 'full' ? 20_000 : 2_000, 12);
      break;
    case 'I':
      mesh(dirname(files[0]), count);
      break;
    case 'J':
      talks(files, count, size === 'full' ? 2_000 : 200, 13);
      break;
    default:
      throw new Error(`no workload ${workload}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.slice(2).filter((a) => !a.startsWith('--'));
  for (const name of names.length > 0 ? names : ['A', 'B', 'C', 'D', 'F', 'G', 'H', 'I', 'J']) {
    generate(name, process.argv.includes('--full') ? 'full' : 'small');
  }
}
