import { defineDiagnosis, linux } from '../text.js';

export default defineDiagnosis({
  id: 'tunnel-down-at-decapsulator',
  segment: 'S45',
  summary: 'The receiving node has no tunnel device for this outer datagram, or it is down.',
  why: 'The kernel knows the protocol and finds no device with these addresses: tunnel4 answers port unreachable.',
  shows: 'ICMP 3/3 from the receiving node, quoting outer and inner header.',
  remedy: 'Bring the tunnel device up, with the outer destination as its local address; the CNI agent creates it.',
  causes: [
    {
      cause: 'the tunnel device is missing or down',
      confirm: 'it is not in the list, or not UP',
      on: 'receiver',
      command: () => 'ip -d link show type ipip',
    },
    {
      cause: 'the tunnel device has another local address than the outer destination',
      confirm: '`local` is not the outer destination',
      on: 'receiver',
      command: (s) => `ip -d link show ${s.tunnel}`,
    },
  ],
  sources: [linux('net/ipv4/tunnel4.c', 'tunnel4_rcv'), linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_lookup')],
});
