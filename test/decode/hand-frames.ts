/** Frames written octet by octet from the RFCs, with the headers that stand in them: for the table test and for tshark. */

export interface HandFrame {
  readonly name: string;
  readonly linkType: number;
  readonly hex: string;
  /** `layer@offset` from the link inwards; `|` stands before what an ICMP error quotes. */
  readonly layers: string;
  /** `layer problem@offset needed/available limit`; '' for none. */
  readonly fault?: string;
  /** Fields of the last layer. */
  readonly last?: Readonly<Record<string, string | number | boolean | null>>;
}

const MACS = '000c29d47782000c293fa281';
const NODES = 'c0a80051c0a80052';
const NODES6 = 'fd000000000000000000000000000051fd000000000000000000000000000052';
/** Echo request of 28 octets: no data. */
const ECHO = `4500001c00014000400123f10af401020af40202` + '0800f7f700010007';
/** The same with a right header checksum, by which IPv4 behind UDP is known. */
const RIGHT_ECHO = ECHO.replace('4000400123f1', '4000400121f5');
const TCP_SYN = 'c350 1f90 00000001 00000000 6002 faf0 0000 0000 0204 0578'.replaceAll(' ', '');
const ether = (type: string): string => MACS + type;
/** A header of 20 octets between the nodes: total length and protocol in hexadecimal. */
const outer = (length: string, protocol: string): string => `4500${length}beef400040${protocol}0000${NODES}`;
const echoFields = { type: 8, code: 0, identifier: 1, sequence: 7, nextHopMtu: null, checksumRight: true };

export const handFrames: readonly HandFrame[] = [
  {
    name: 'IP-in-IP over Ethernet (RFC 2003)',
    linkType: 1,
    hex: ether('0800') + outer('0030', '04') + ECHO,
    layers: 'ethernet@0 ipv4@14 ipv4@34 icmp@54',
    last: echoFields,
  },
  {
    name: 'IP-in-IP-in-IP, raw',
    linkType: 101,
    hex: outer('0044', '04') + outer('0030', '04') + ECHO,
    layers: 'ipv4@0 ipv4@20 ipv4@40 icmp@60',
  },
  {
    name: 'the padding of a short Ethernet frame is no payload',
    linkType: 1,
    hex: `${ether('0800') + ECHO}0000000000000000000000000000000000000000`,
    layers: 'ethernet@0 ipv4@14 icmp@34',
    last: echoFields,
  },
  {
    name: 'options in the outer header',
    linkType: 101,
    hex: `4600 0034 0001 0000 4004 0000 ${NODES} 94040000 ${ECHO}`.replaceAll(' ', ''),
    layers: 'ipv4@0 ipv4@24 icmp@44',
  },
  {
    name: 'raw IPv4 by LINKTYPE_IPV4',
    linkType: 228,
    hex: ECHO,
    layers: 'ipv4@0 icmp@20',
    last: echoFields,
  },
  {
    name: 'total length 0 before segmentation offload',
    linkType: 1,
    hex: ether('0800') + outer('0000', '06') + TCP_SYN + 'aa'.repeat(60),
    layers: 'ethernet@0 ipv4@14 tcp@34',
    last: { sourcePort: 50000, destinationPort: 8080, headerLength: 24, flags: 2, maximumSegmentSize: 1400 },
  },
  {
    name: 'TCP SYN inside IPIP (RFC 9293)',
    linkType: 1,
    hex: ether('0800') + outer('0040', '04') + outer('002c', '06') + TCP_SYN,
    layers: 'ethernet@0 ipv4@14 ipv4@34 tcp@54',
    last: { maximumSegmentSize: 1400 },
  },
  {
    name: 'a later fragment is not decoded (RFC 791)',
    linkType: 1,
    hex: ether('0800') + outer('0030', '04').replace('beef4000', 'beef00b9') + ECHO,
    layers: 'ethernet@0 ipv4@14',
    last: { fragmentOffset: 1480, moreFragments: false, identification: 0xbeef },
  },
  {
    name: 'a first fragment is decoded, its inner length reaches beyond it',
    linkType: 1,
    hex: ether('0800') + outer('0030', '04').replace('beef4000', 'beef2000') + ECHO.replace('4500001c', '450005dc'),
    layers: 'ethernet@0 ipv4@14 ipv4@34 icmp@54',
    last: { identifier: 1, checksumRight: null },
  },
  {
    name: '802.1ad around 802.1Q',
    linkType: 1,
    hex: `${ether('88a8')}00648100a0c80800${ECHO}`,
    layers: 'ethernet@0 vlan@14 vlan@18 ipv4@22 icmp@42',
  },
  {
    name: 'the older stacked tag 0x9100',
    linkType: 1,
    hex: `${ether('9100')}0064810000c80800${ECHO}`,
    layers: 'ethernet@0 vlan@14 vlan@18 ipv4@22 icmp@42',
  },
  {
    name: 'ARP request (RFC 826)',
    linkType: 1,
    hex: `ffffffffffff000c293fa2810806${'0001080006040001'}000c293fa281c0a80051000000000000c0a80052`,
    layers: 'ethernet@0 arp@14',
    last: {
      operation: 1,
      senderMac: '00:0c:29:3f:a2:81',
      senderAddress: '192.168.0.81',
      targetMac: '00:00:00:00:00:00',
      targetAddress: '192.168.0.82',
    },
  },
  {
    name: 'PPPoE session with padding (RFC 2516)',
    linkType: 1,
    hex: `${ether('8864')}11000001001e0021${ECHO}0000`,
    layers: 'ethernet@0 pppoe@14 ppp@20 ipv4@22 icmp@42',
  },
  {
    name: 'GRE (RFC 2784)',
    linkType: 1,
    hex: `${ether('0800')}${outer('0034', '2f')}00000800${ECHO}`,
    layers: 'ethernet@0 ipv4@14 gre@34 ipv4@38 icmp@58',
  },
  {
    name: 'GRE with checksum, key and sequence number (RFC 2890)',
    linkType: 1,
    hex: `${ether('0800')}${outer('0040', '2f')}b0000800aaaa00000000002a00000001${ECHO}`,
    layers: 'ethernet@0 ipv4@14 gre@34 ipv4@50 icmp@70',
  },
  {
    name: 'Ethernet over GRE',
    linkType: 1,
    hex: `${ether('0800')}${outer('0042', '2f')}00006558${ether('0800')}${ECHO}`,
    layers: 'ethernet@0 ipv4@14 gre@34 ethernet@38 ipv4@52 icmp@72',
  },
  {
    name: 'VXLAN (RFC 7348)',
    linkType: 1,
    hex: `${ether('0800')}${outer('004e', '11')}d43112b5003a0000${'0800000000002a00'}${ether('0800')}${ECHO}`,
    layers: 'ethernet@0 ipv4@14 udp@34 vxlan@42 ethernet@50 ipv4@64 icmp@84',
  },
  {
    name: 'VXLAN on its own port with a reserved bit that is a flag of the generic extension (RFC 7348 section 5)',
    linkType: 1,
    hex: `${ether('0800')}${outer('004e', '11')}d43112b5003a0000${'0c00000100002a00'}${ether('0800')}${ECHO}`,
    layers: 'ethernet@0 ipv4@14 udp@34 vxlan@42 ethernet@50 ipv4@64 icmp@84',
    last: echoFields,
  },
  {
    name: 'IPv4 right behind UDP of some port (FoU of Linux)',
    linkType: 1,
    hex: '0200000000820200000000810800450000404321400040117598c0a80051c0a80052c00115b3002c000045000024123440003f0110ba0af401020af4020208002ab7007700013031323334353637',
    layers: 'ethernet@0 ipv4@14 udp@34 ipv4@42 icmp@62',
  },
  {
    name: 'IPv4 behind the four octets of GUE (draft-ietf-intarea-gue section 3)',
    linkType: 1,
    hex: '0200000000820200000000810800450000444321400040117594c0a80051c0a80052c00117c0003000000004000045000024123440003f0110ba0af401020af4020208002ab7007700013031323334353637',
    layers: 'ethernet@0 ipv4@14 udp@34 ipv4@46 icmp@66',
  },
  {
    name: 'IPv4 behind GUE with an optional field',
    linkType: 1,
    hex: '0200000000820200000000810800450000484321400040117590c0a80051c0a80052c00117c000340000010400010000000045000024123440003f0110ba0af401020af4020208002ab7007700013031323334353637',
    layers: 'ethernet@0 ipv4@14 udp@34 ipv4@50 icmp@70',
  },
  {
    name: 'UDP data that resembles an IPv4 header, whose checksum is wrong',
    linkType: 1,
    hex: '0200000000820200000000810800450000404321400040117598c0a80051c0a80052c00115b3002c000045000024123440003e0110ba0af401020af4020208002ab7007700013031323334353637',
    layers: 'ethernet@0 ipv4@14 udp@34',
  },
  {
    name: 'Geneve with an option (RFC 8926)',
    linkType: 1,
    hex: `${ether('0800')}${outer('0056', '11')}d43117c100420000${'0200655800002a000102800100000000'}${ether('0800')}${ECHO}`,
    layers: 'ethernet@0 ipv4@14 udp@34 geneve@42 ethernet@58 ipv4@72 icmp@92',
  },
  {
    name: 'IPv6 in IPv4 (RFC 4213)',
    linkType: 1,
    hex: `${ether('0800')}${outer('0044', '29')}6000000000083a40${NODES6}8000000000010007`,
    layers: 'ethernet@0 ipv4@14 ipv6@34 icmpv6@74',
  },
  {
    name: 'IPv4 in IPv6 (RFC 2473), with the tunnel encapsulation limit that Linux adds',
    linkType: 1,
    hex: `${ether('86dd')}6000000000243c40${NODES6}0400040104010100${ECHO}`,
    layers: 'ethernet@0 ipv6@14 ipv4@62 icmp@82',
    last: echoFields,
  },
  {
    name: 'an IPv6 extension header longer than eight octets',
    linkType: 229,
    hex: `60000000002c3c40${NODES6}0401010c000000000000000000000000${ECHO}`,
    layers: 'ipv6@0 ipv4@56 icmp@76',
  },
  {
    name: 'IPv4 in IPv6, LINKTYPE_IPV6',
    linkType: 229,
    hex: `60000000001c0440${NODES6}${ECHO}`,
    layers: 'ipv6@0 ipv4@40 icmp@60',
  },
  { name: 'loopback, little-endian', linkType: 0, hex: `02000000${ECHO}`, layers: 'null@0 ipv4@4 icmp@24' },
  { name: 'loopback, big-endian', linkType: 0, hex: `00000002${ECHO}`, layers: 'null@0 ipv4@4 icmp@24' },
  {
    name: 'loopback, an EtherType instead of a family',
    linkType: 0,
    hex: `00000806${'0001080006040001'}000c293fa281c0a80051000000000000c0a80052`,
    layers: 'null@0',
    last: { addressFamily: 0x0806 },
  },
  { name: 'loopback in network order', linkType: 108, hex: `00000002${ECHO}`, layers: 'null@0 ipv4@4 icmp@24' },
  { name: 'PPP with HDLC framing (RFC 1662)', linkType: 9, hex: `ff030021${ECHO}`, layers: 'ppp@0 ipv4@4 icmp@24' },
  { name: 'PPP, protocol field compressed', linkType: 9, hex: `21${ECHO}`, layers: 'ppp@0 ipv4@1 icmp@21' },
  {
    name: 'MPLS is not decoded: its EtherType names it',
    linkType: 1,
    hex: `${ether('8847')}0001004000011140${ECHO}`,
    layers: 'ethernet@0',
    last: { etherType: 0x8847 },
  },
  {
    name: 'SNAP in an 802.3 frame with a trailer is not decoded: the field is its length',
    linkType: 1,
    hex: `${ether('0024')}aaaa030000000800${ECHO}00000000`,
    layers: 'ethernet@0',
    last: { etherType: 0x24 },
  },
  {
    name: 'ESP is not decoded: its protocol number names it',
    linkType: 101,
    hex: `${outer('0024', '32')}000000010000000a0011223344556677`,
    layers: 'ipv4@0',
    last: { protocol: 50 },
  },
  {
    name: 'Ethernet in IPv6 is not decoded: the next header names it',
    linkType: 101,
    hex: `60000000002a8f40${NODES6}${ether('0800')}${ECHO}`,
    layers: 'ipv6@0',
    last: { nextHeader: 143 },
  },
  {
    name: 'a mirrored frame (ERSPAN type I) is not decoded: the protocol of GRE names it',
    linkType: 101,
    hex: `${outer('0042', '2f')}000088be${ether('0800')}${ECHO}`,
    layers: 'ipv4@0 gre@20',
    last: { protocol: 0x88be },
  },
  {
    name: 'GTP-U around a datagram is not decoded, nor taken for GUE: its port names it (3GPP TS 29.281)',
    linkType: 101,
    hex: `${outer('0040', '11')}08680868002c000030ff001c00000001${RIGHT_ECHO}`,
    layers: 'ipv4@0 udp@20',
    last: { destinationPort: 2152 },
  },
  {
    name: 'MPLS in UDP is not decoded, nor taken for GUE: its port names it (RFC 7510)',
    linkType: 101,
    hex: `${outer('003c', '11')}c00019eb0028000000011140${RIGHT_ECHO}`,
    layers: 'ipv4@0 udp@20',
    last: { destinationPort: 6635 },
  },
  {
    name: 'key exchange on the port of ESP in UDP (RFC 3948)',
    linkType: 101,
    hex: `${outer('003c', '11')}1194119400280000${'00000000'}${'11'.repeat(8)}${'00'.repeat(8)}21202208000000000000001c`,
    layers: 'ipv4@0 udp@20',
  },
  {
    name: 'GRE in UDP (RFC 8086)',
    linkType: 101,
    hex: `${outer('003c', '11')}c000129200280000${'00000800'}${ECHO}`,
    layers: 'ipv4@0 udp@20 gre@28 ipv4@32 icmp@52',
  },
  {
    name: 'RARP reply (RFC 903)',
    linkType: 1,
    hex: `ffffffffffff000c293fa2818035${'0001080006040004'}000c293fa281c0a80051000c29d47782c0a80052`,
    layers: 'ethernet@0 arp@14',
    last: { operation: 4, senderAddress: '192.168.0.81', targetMac: '00:0c:29:d4:77:82' },
  },
  {
    name: 'ARP whose hardware addresses are too long for Ethernet',
    linkType: 1,
    hex: `${ether('0806')}${'0001080008040001'}${'00'.repeat(24)}`,
    layers: 'ethernet@0 arp@14',
    fault: 'arp bad-header-length@14 10/12 header-length',
    last: { senderAddress: '0.0.0.0' },
  },
  {
    name: 'IP over InfiniBand',
    linkType: 242,
    hex: `${'00'.repeat(40)}08000000${ECHO}`,
    layers: 'infiniband@0 ipv4@44 icmp@64',
  },
  {
    name: "the log of Linux' netfilter, without the type of the datagram",
    linkType: 239,
    hex: `02000005${'0500020000000000'}${'20000900'}${ECHO}`,
    layers: 'nflog@0 ipv4@16 icmp@36',
  },
  {
    name: "the log of Linux' netfilter, an attribute of no length",
    linkType: 239,
    hex: `02000005${'00000900'}${ECHO}`,
    layers: 'nflog@0',
    fault: 'nflog bad-header-length@0 4/0 header-length',
  },
  {
    name: 'the log of the BSD packet filter',
    linkType: 117,
    hex: `3d02${'00'.repeat(62)}${ECHO}`,
    layers: 'pflog@0 ipv4@64 icmp@84',
  },
  {
    name: 'the BSD device of decrypted packets',
    linkType: 109,
    hex: `020000000000100100000000${ECHO}`,
    layers: 'enc@0 ipv4@12 icmp@32',
    last: echoFields,
  },
  {
    name: 'IPNET of Solaris',
    linkType: 226,
    hex: `010200000000001c${'00'.repeat(16)}${ECHO}`,
    layers: 'ipnet@0 ipv4@24 icmp@44',
  },
  {
    name: 'fragmentation needed quotes outer, inner and echo (RFC 1191)',
    linkType: 101,
    hex: `${outer('004c', '01')}0304000000000578${outer('05dc', '04')}${ECHO.replace('4500001c', '450005c8')}`,
    layers: 'ipv4@0 icmp@20 | ipv4@28 ipv4@48 icmp@68',
    last: { identifier: 1, sequence: 7 },
  },
  {
    name: 'time exceeded quotes eight octets of TCP (RFC 792)',
    linkType: 101,
    hex: `${outer('0038', '01')}0b00000000000000${outer('05dc', '06')}c3501f9000000001`,
    layers: 'ipv4@0 icmp@20 | ipv4@28 tcp@48',
    last: { sourcePort: 50000, destinationPort: 8080, sequenceNumber: 1, flags: null },
  },
  {
    name: 'a quote that ends inside the inner header is no fault',
    linkType: 101,
    hex: `${outer('0038', '01')}0302000000000000${outer('0068', '04')}4500005400010000`,
    layers: 'ipv4@0 icmp@20 | ipv4@28',
    fault: '',
  },
  {
    name: 'extensions behind a padded quote (RFC 4884)',
    linkType: 101,
    hex: `${outer('00a8', '01')}0b00000000200000${ECHO}${'00'.repeat(100)}2000dfff000801010003e101`,
    layers: 'ipv4@0 icmp@20 | ipv4@28 icmp@48',
  },
  {
    name: 'redirect (RFC 792)',
    linkType: 101,
    hex: `${outer('0038', '01')}05010000c0a800fe${ECHO}`,
    layers: 'ipv4@0 icmp@20 | ipv4@28 icmp@48',
  },
];

/** What no other dissector would judge as this one does: only for the table test. */
export const faultyFrames: readonly HandFrame[] = [
  {
    name: 'nothing at all, Ethernet',
    linkType: 1,
    hex: '',
    layers: '',
    fault: 'ethernet too-short@0 14/0 captured-length',
  },
  { name: 'nothing at all, raw', linkType: 101, hex: '', layers: '', fault: 'ipv4 too-short@0 20/0 captured-length' },
  {
    name: 'cut inside the inner header',
    linkType: 1,
    hex: ether('0800') + outer('0030', '04') + ECHO.slice(0, 20),
    layers: 'ethernet@0 ipv4@14',
    fault: 'ipv4 too-short@34 20/10 captured-length',
  },
  {
    name: 'cut inside the quote',
    linkType: 101,
    hex: `${outer('0038', '01')}0302000000000000${outer('0068', '04').slice(0, 30)}`,
    layers: 'ipv4@0 icmp@20',
    fault: 'ipv4 too-short@28 20/15 captured-length',
  },
  {
    name: 'the outer total length leaves no room for the inner header',
    linkType: 101,
    hex: outer('001e', '04') + ECHO,
    layers: 'ipv4@0',
    fault: 'ipv4 too-short@20 20/10 outer-total-length',
  },
  {
    name: 'the inner total length leaves no room for the message',
    linkType: 101,
    hex: outer('0030', '04') + ECHO.replace('4500001c', '45000018'),
    layers: 'ipv4@0 ipv4@20',
    fault: 'icmp too-short@40 8/4 inner-total-length',
  },
  {
    name: 'the inner total length is more than the outer holds: noted, and decoded on',
    linkType: 101,
    hex: outer('0030', '04') + ECHO.replace('4500001c', '45000054'),
    layers: 'ipv4@0 ipv4@20 icmp@40',
    fault: 'ipv4 bad-length@20 84/28 outer-total-length',
  },
  {
    name: 'a total length below the header length',
    linkType: 101,
    hex: ECHO.replace('4500001c', '45000010'),
    layers: 'ipv4@0',
    fault: 'ipv4 bad-length@0 20/16 header-length',
  },
  {
    name: 'a header length below 20',
    linkType: 101,
    hex: ECHO.replace('4500', '4400'),
    layers: '',
    fault: 'ipv4 bad-header-length@0 20/16 header-length',
  },
  {
    name: 'options beyond the captured octets',
    linkType: 101,
    hex: ECHO.replace('4500', '4f00'),
    layers: '',
    fault: 'ipv4 too-short@0 60/28 captured-length',
  },
  {
    name: 'protocol 4 in front of something that is not IPv4',
    linkType: 101,
    hex: outer('0030', '04') + ECHO.replace('4500', '5500'),
    layers: 'ipv4@0',
    fault: 'ipv4 wrong-version@20 4/5 outer-total-length',
  },
  {
    name: 'UDP length below its header',
    linkType: 101,
    hex: `${outer('001c', '11')}0035003500070000`,
    layers: 'ipv4@0 udp@20',
    fault: 'udp bad-length@20 8/7 header-length',
  },
  {
    name: 'data offset below five words',
    linkType: 101,
    hex: outer('002c', '06') + TCP_SYN.replace('6002', '4002'),
    layers: 'ipv4@0 tcp@20',
    fault: 'tcp bad-header-length@20 20/16 header-length',
  },
  {
    name: 'the VXLAN port without the I flag',
    linkType: 101,
    hex: `${outer('0040', '11')}d43112b5002c0000${'0000000000002a00'}${ECHO}`,
    layers: 'ipv4@0 udp@20',
    fault: '',
  },
  {
    name: 'a cooked netlink message, whose protocol is a netlink family',
    linkType: 113,
    hex: `0004033800000000000000000000${'0800'}${ECHO}`,
    layers: 'linux-sll@0',
    last: { packetType: 4, arphrdType: 824, source: null },
  },
  {
    name: 'wireless frames are not decoded: the link type names them',
    linkType: 105,
    hex: `80000000${'ff'.repeat(26)}`,
    layers: '',
    fault: 'linktype-105 unsupported@0 0/30 captured-length',
  },
  {
    name: 'a link type without a name',
    linkType: 9999,
    hex: '00',
    layers: '',
    fault: 'linktype-9999 unsupported@0 0/1 captured-length',
  },
  {
    name: 'more IP headers than anyone nests',
    linkType: 101,
    hex: Array.from({ length: 17 }, (_, i) => outer((20 * (17 - i)).toString(16).padStart(4, '0'), '04')).join(''),
    layers: Array.from({ length: 16 }, (_, i) => `ipv4@${20 * i}`).join(' '),
    fault: 'ipv4 unsupported@320 0/20 outer-total-length',
  },
  {
    name: 'more tags than there are layers',
    linkType: 1,
    hex: ether('8100') + '00018100'.repeat(40),
    layers: `ethernet@0 ${Array.from({ length: 31 }, (_, i) => `vlan@${14 + 4 * i}`).join(' ')}`,
    fault: 'vlan unsupported@138 0/36 captured-length',
  },
];
