import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'ttl-expired',
  segment: 'any',
  summary: 'The TTL ran out on the way.',
  why: 'The sender gave too small a TTL, or the datagram runs in a loop.',
  shows: 'ICMP 11/0; an error about the outer datagram stays with the sending node because Linux does not relay it.',
  remedy: 'Use a larger TTL; if it was large, look for a route that leads back.',
  causes: [
    {
      cause: 'the sender uses a small TTL (traceroute, ping -t)',
      confirm: 'the TTL at the source pod is smaller than the number of hops',
      on: 'senderPod',
      command: () => 'sysctl net.ipv4.ip_default_ttl',
    },
    {
      cause: 'a routing loop',
      confirm: 'on one of the nodes the route to the pod leads back to the other',
      on: 'receiver',
      command: (s) => `ip route get ${s.receiverPod}`,
    },
  ],
  sources: [rfc(1812, '5.3.1'), linux('net/ipv4/ipip.c', 'ipip_err')],
});
