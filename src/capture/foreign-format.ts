/** Names what a file is that is no capture of a kind read here, by its first octets, with the way out. */

interface Signature {
  readonly name: string;
  readonly cure: string;
  readonly octets: readonly number[] | string;
}

const convert = 'convert it with: editcap -F pcap IN OUT';

const signatures: readonly Signature[] = [
  { name: 'a snoop file', octets: 'snoop\0\0\0', cure: convert },
  { name: 'a Microsoft Network Monitor 1.x file', octets: 'RTSS', cure: convert },
  { name: 'a Microsoft Network Monitor 2.x file', octets: 'GMBU', cure: convert },
  { name: 'a Sniffer file', octets: 'TRSNIFF data', cure: convert },
  { name: 'an XCP or NetXRay file', octets: 'XCP\0', cure: convert },
  { name: 'an AIX iptrace file', octets: 'iptrace', cure: convert },
  { name: 'a btsnoop file (Bluetooth)', octets: 'btsnoop\0', cure: 'capture on the network interface' },
  { name: 'an LANalyzer file', octets: [0x01, 0x10], cure: convert },
  { name: 'a 5View file', octets: [0xaa, 0xaa, 0xaa, 0xaa], cure: convert },
  { name: 'a Peek (OmniPeek) tagged file', octets: [0x7f, 0x76, 0x65, 0x72], cure: convert },
  { name: 'a nettl file (HP-UX)', octets: 'TR\0d', cure: convert },
  { name: 'a Visual Networks file', octets: '\x05VNF', cure: convert },
  { name: 'a Network Instruments Observer file', octets: 'ObserverPktBuffer', cure: convert },
  { name: 'a RADCOM file', octets: [0x42, 0xd2, 0x00, 0x34, 0x12, 0x66, 0x22, 0x88], cure: convert },
  { name: 'a K12 file (Tektronix)', octets: [0x00, 0x00, 0x02, 0x00, 0x12, 0x05, 0x00, 0x10], cure: convert },
  { name: 'an EyeSDN file', octets: 'EyeSDN', cure: convert },
  { name: 'a Capsa file', octets: 'cpse', cure: convert },
  { name: 'a BLF file (Vector)', octets: 'LOGG', cure: convert },
  { name: 'an rtpdump file', octets: '#!rtpplay1.0', cure: convert },
  { name: 'an lcap file (Ixia)', octets: [0x1c, 0x00, 0x01, 0xac], cure: convert },
  { name: 'an lcap file (Ixia)', octets: [0x1c, 0x00, 0x01, 0xab], cure: convert },
  { name: 'an lcap file (Ixia)', octets: [0xac, 0x01, 0x00, 0x1c], cure: convert },
  { name: 'an lcap file (Ixia)', octets: [0xab, 0x01, 0x00, 0x1c], cure: convert },
  { name: 'compressed twice (gzip)', octets: [0x1f, 0x8b], cure: 'unpack it once' },
  { name: 'compressed twice (zstd)', octets: [0x28, 0xb5, 0x2f, 0xfd], cure: 'unpack it once' },
  { name: 'compressed twice (lz4)', octets: [0x04, 0x22, 0x4d, 0x18], cure: 'unpack it once' },
  { name: 'compressed twice (xz)', octets: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], cure: 'unpack it once' },
  {
    name: 'an lz4 file of the legacy format',
    octets: [0x02, 0x21, 0x4c, 0x18],
    cure: 'unpack it with: lz4 -dc IN > OUT',
  },
  { name: 'a zip archive', octets: 'PK\x03\x04', cure: 'unpack it first' },
  { name: 'a bzip2 file', octets: 'BZh', cure: 'unpack it with: bzip2 -dc IN > OUT' },
  { name: 'a compress (.Z) file', octets: [0x1f, 0x9d], cure: 'unpack it with: zcat IN > OUT' },
  { name: 'a 7-Zip archive', octets: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], cure: 'unpack it first' },
  { name: 'an ELF program', octets: '\x7fELF', cure: 'give a capture file' },
  { name: 'XML text (PDML or PSML?)', octets: '<?xml', cure: 'give the capture it was made from' },
  { name: 'JSON text', octets: '{', cure: 'give the capture it was made from' },
  { name: 'JSON text', octets: '[', cure: 'give the capture it was made from' },
];

/** A sentence part such as `is a snoop file, not pcap or pcapng: convert it …`. */
export function describeForeignFormat(start: Uint8Array): string {
  if (start.length === 0)
    return 'is empty: take the capture again (tcpdump -w FILE), or wait until it has been flushed (-U)';
  for (const signature of signatures) {
    if (matches(start, signature)) return `is ${signature.name}, not pcap or pcapng: ${signature.cure}`;
  }
  if (start.length < 4) return `has ${start.length} octets only, not a capture: take it again (tcpdump -w FILE)`;
  const worded = describeWords(start);
  if (worded !== null) return worded;
  if (isText(start)) return 'is text, not pcap or pcapng: write captures with tcpdump -w FILE, not with > FILE';
  if (isErf(start)) return `looks like an ERF file, not pcap or pcapng: ${convert}`;
  if (isCommView(start)) return `looks like a CommView file, not pcap or pcapng: ${convert}`;
  const octets = [...start.subarray(0, 4)].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
  return `is neither pcap nor pcapng (it begins with ${octets}): give a file written by tcpdump, dumpcap or Wireshark`;
}

function matches(start: Uint8Array, { octets }: Signature): boolean {
  if (start.length < octets.length) return false;
  for (let i = 0; i < octets.length; i++) {
    const octet = typeof octets === 'string' ? octets.charCodeAt(i) : octets[i];
    if (start[i] !== octet) return false;
  }
  return true;
}

const again = "take it again without a terminal (no -t), and tcpdump's own words apart: tcpdump -U -w - 2>/dev/null";

/** What a terminal, a shell or tcpdump wrote in the capture's stead or before it; null: none of them. */
function describeWords(start: Uint8Array): string | null {
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('latin1');
  if (/^\r\n\r\r\r?\n/.test(text)) return `is a pcapng whose line feeds a terminal turned into CR LF: ${again}`;
  if (text.startsWith('\xff\xfe') || text.startsWith('\xfe\xff'))
    return 'is UTF-16, as a shell writes what it takes for text: write captures with tcpdump -w FILE, not with > FILE';
  if (text.startsWith('version https://git-lfs'))
    return 'is a Git LFS pointer, not the capture: fetch it with: git lfs pull';
  if (/^(?:\d\d:\d\d:\d\d\.\d+ |reading from file )/.test(text))
    return 'is what tcpdump prints, not a capture: take it again with tcpdump -w FILE';
  const words = /^(?:tcpdump: [ -~]*|If you don't see a command prompt)/.exec(text);
  if (words === null) return null;
  return `begins with words for a terminal ("${words[0].slice(0, 60)}"), not with a capture: ${again}`;
}

/** UTF-8 without control characters; the last character may be cut. */
function isText(start: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return !/[^\P{Cc}\t\n\r]/u.test(text);
  } catch {
    return false;
  }
}

/** ERF has no magic: timestamp (8, little-endian), type, flags, record length, loss counter, wire length (Endace). */
function isErf(start: Uint8Array): boolean {
  if (start.length < 16) return false;
  const type = start[8]! & 0x7f;
  const recordLength = (start[10]! << 8) | start[11]!;
  const seconds = start[4]! | (start[5]! << 8) | (start[6]! << 16) | (start[7]! << 24);
  return type >= 1 && type <= 27 && recordLength >= 16 && seconds > 631_152_000;
}

/** CommView's two formats begin with lengths and the frame's date, year to second, each in a field of its own. */
function isCommView(start: Uint8Array): boolean {
  const isDate = (at: number): boolean => {
    if (start.length < at + 7) return false;
    const year = start[at]! | (start[at + 1]! << 8);
    const [month, day, hour, minute, second] = start.subarray(at + 2, at + 7);
    const isDay = year >= 1990 && year < 2100 && month! >= 1 && month! <= 12 && day! >= 1 && day! <= 31;
    return isDay && hour! < 24 && minute! < 60 && second! < 61;
  };
  return isDate(4) || isDate(5);
}
