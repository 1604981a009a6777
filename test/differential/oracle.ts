/** What tshark says of the corpus: asked live where it is installed, else read from its stored answers. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type CorpusFrame, captureOf } from './corpus.js';

/** One header: our name for the protocol, its offset in the frame, and tshark's values under our field names. */
export interface SeenLayer {
  readonly layer: string;
  readonly at: number;
  readonly fields: Readonly<Record<string, string | number>>;
}

interface StoredAnswers {
  readonly tshark: string;
  /** Digest of the corpus that was asked about. */
  readonly corpus: string;
  readonly frames: readonly (readonly SeenLayer[])[];
}

const stored = new URL('../fixtures/decode/tshark-answers.json.gz', import.meta.url);

/** tshark's protocols that we name too. */
const layerOfProtocol: Readonly<Record<string, string>> = {
  eth: 'ethernet',
  vlan: 'vlan',
  ieee8021ad: 'vlan',
  sll: 'linux-sll',
  null: 'null',
  arp: 'arp',
  ip: 'ipv4',
  ipv6: 'ipv6',
  icmp: 'icmp',
  icmpv6: 'icmpv6',
  tcp: 'tcp',
  udp: 'udp',
  vxlan: 'vxlan',
  gre: 'gre',
  geneve: 'geneve',
  pppoes: 'pppoe',
  pppoed: 'pppoe',
  ppp: 'ppp',
  ipoib: 'infiniband',
  nflog: 'nflog',
  pflog: 'pflog',
  enc: 'enc',
  ipnet: 'ipnet',
};

/** What an EtherType or a number announces that we do not follow: what tshark finds in it has nothing to be compared with. */
const notDecoded = new Set(['mpls', 'llc', 'esp', 'gtp', 'erspan', 'ieee8021ah', 'macsec', 'ah', 'nsh', 'pim', 'wlan']);

/** tshark's fields under the names of describeLayers(). */
const fieldOf: Readonly<Record<string, string>> = {
  'eth.src': 'source',
  'eth.dst': 'destination',
  'eth.type': 'etherType',
  'vlan.id': 'identifier',
  'vlan.priority': 'priority',
  'ieee8021ad.id': 'identifier',
  'sll.pkttype': 'packetType',
  'sll.hatype': 'arphrdType',
  'sll.ifindex': 'interfaceIndex',
  'arp.opcode': 'operation',
  'arp.src.hw_mac': 'senderMac',
  'arp.src.proto_ipv4': 'senderAddress',
  'arp.dst.hw_mac': 'targetMac',
  'arp.dst.proto_ipv4': 'targetAddress',
  'ip.src': 'source',
  'ip.dst': 'destination',
  'ip.id': 'identification',
  'ip.ttl': 'ttl',
  'ip.dsfield': 'tos',
  'ip.hdr_len': 'headerLength',
  'ip.len': 'totalLength',
  'ip.flags.df': 'dontFragment',
  'ip.flags.mf': 'moreFragments',
  'ip.frag_offset': 'fragmentOffset',
  'ip.proto': 'protocol',
  'ipv6.src': 'source',
  'ipv6.dst': 'destination',
  'ipv6.plen': 'payloadLength',
  'ipv6.nxt': 'nextHeader',
  'ipv6.hlim': 'hopLimit',
  'icmp.type': 'type',
  'icmp.code': 'code',
  'icmp.ident': 'identifier',
  'icmp.seq': 'sequence',
  'icmp.mtu': 'nextHopMtu',
  'icmp.checksum.status': 'checksumRight',
  'icmpv6.type': 'type',
  'icmpv6.code': 'code',
  'tcp.srcport': 'sourcePort',
  'tcp.dstport': 'destinationPort',
  'tcp.hdr_len': 'headerLength',
  'tcp.options.mss_val': 'maximumSegmentSize',
  'udp.srcport': 'sourcePort',
  'udp.dstport': 'destinationPort',
  'udp.length': 'length',
  'vxlan.vni': 'vni',
  'gre.key': 'key',
  'geneve.vni': 'vni',
  'nflog.family': 'family',
};

/** Checksums are not looked at, fragments not put together; flannel's VXLAN port is no default of tshark 4.0. */
const options = ['-n', '-o', 'ip.defragment:FALSE', '-d', 'udp.port==8472,vxlan'];

/** null: not installed. */
export function tsharkVersion(): string | null {
  const { status, stdout } = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null) : null;
}

export function askTshark(frames: readonly CorpusFrame[]): SeenLayer[][] {
  const answers: SeenLayer[][] = [];
  const folder = mkdtempSync(join(tmpdir(), 'decode-'));
  try {
    for (const linkType of new Set(frames.map((frame) => frame.linkType))) {
      const indices = frames.flatMap((frame, i) => (frame.linkType === linkType ? [i] : []));
      const file = join(folder, `${linkType}.cap`);
      writeFileSync(file, captureOf(indices.map((i) => frames[i]!)));
      const args = [...options, '-r', file, '-T', 'pdml'];
      const { stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 2 ** 29 });
      const packets = stdout.split('<packet>').slice(1);
      if (packets.length !== indices.length)
        throw new Error(`tshark told of ${packets.length} of ${indices.length} frames: ${stderr}`);
      for (const [n, packet] of packets.entries()) answers[indices[n]!] = layersOf(packet);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return answers;
}

/** Reads one <packet> of PDML: tshark writes one element a line, a quoted packet's <proto> inside the quoting one's. */
function layersOf(packet: string): SeenLayer[] {
  const layers: { layer: string; at: number; fields: Record<string, string | number> }[] = [];
  for (const line of packet.split('\n')) {
    const element = /^\s*<(proto|field) name="([^"]*)"/.exec(line);
    if (element === null) continue;
    const [, kind, name] = element;
    if (kind === 'proto') {
      if (notDecoded.has(name!)) break;
      const layer = layerOfProtocol[name!];
      if (layer !== undefined) layers.push({ layer, at: Number(/ pos="(\d+)"/.exec(line)![1]), fields: {} });
      continue;
    }
    const field = fieldOf[name!];
    const last = layers.at(-1);
    if (field === undefined || last === undefined || last.fields[field] !== undefined) continue;
    // In octets only in the words.
    const offset = name === 'ip.frag_offset' ? /Fragment Offset: (\d+)/.exec(line)?.[1] : undefined;
    const show = offset ?? / show="([^"]*)"/.exec(line)?.[1];
    if (show !== undefined) last.fields[field] = /^(0x[0-9a-f]+|\d+)$/.test(show) ? Number(show) : show;
  }
  return layers;
}

export function readAnswers(frames: readonly CorpusFrame[]): StoredAnswers {
  const answers = JSON.parse(gunzipSync(readFileSync(stored)).toString()) as StoredAnswers;
  if (answers.corpus !== digestOf(frames)) {
    throw new Error(
      'the corpus has changed: store tshark’s answers anew, UPDATE_TSHARK_ANSWERS=1 npx vitest run test/differential',
    );
  }
  return answers;
}

export function storeAnswers(frames: readonly CorpusFrame[], answers: readonly SeenLayer[][], version: string): void {
  const content: StoredAnswers = { tshark: version, corpus: digestOf(frames), frames: answers };
  writeFileSync(stored, gzipSync(JSON.stringify(content), { level: 9 }));
}

function digestOf(frames: readonly CorpusFrame[]): string {
  const hash = createHash('sha256');
  for (const frame of frames) hash.update(`${frame.name} ${frame.linkType} ${frame.wireLength}\n`).update(frame.octets);
  return hash.digest('hex');
}
