import { defineHopRule, fail, pass } from '../rule.js';

interface TunnelHasLinkHeader {
  readonly found: string;
}

export default defineHopRule<TunnelHasLinkHeader>({
  meta: {
    id: 'IPT105',
    name: 'tunnel-has-link-header',
    severity: 'error',
    summary: 'The tunnel device shows frames with a link header, which an ipip device does not have.',
    proves: 'A pass proves that the tunnel device shows raw IP, as an ipip device does.',
    shows:
      'A capture of the tunnel device with link type Ethernet: a VXLAN or TAP device, or a capture of another interface.',
    remedy: '`ip -d link show` of the tunnel device must say `ipip`; otherwise the backend is another one.',
    sources: [
      { kind: 'code', project: 'the-tcpdump-group/libpcap', path: 'pcap-linux.c', symbol: 'map_arphrd_to_dlt' },
    ],
    required: false,
    cell: 'mac',
    samples: { pass: 'ok-ping', fail: 'bad-wrong-backend' },
  },
  places: ['encapsulator-tunnel', 'decapsulator-tunnel'],
  message: ({ found }) => `tunnel device with a ${found} header, expected raw IP`,
  check(hop) {
    const link = hop.point!.link;
    if (link === 'raw' || link === 'cooked-tunnel') return pass(hop.observations);
    return fail(
      { found: 'link' },
      ...hop.observations.map((o) => ({ ...o.ref, field: 'link type', expected: 'raw IP', found: 'Ethernet' })),
    );
  },
});
