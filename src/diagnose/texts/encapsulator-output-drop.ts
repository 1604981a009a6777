import { defineDiagnosis, linux } from '../text.js';

export default defineDiagnosis({
  id: 'encapsulator-output-drop',
  segment: 'S23',
  summary: 'The tunnel device took the datagram and nothing left the node interface.',
  why: 'A capture on the tunnel device sees a datagram before the driver can refuse it: seen there does not mean sent.',
  shows: 'Seen on the tunnel device, the node interface captured and without it, not even a who-has.',
  remedy: 'Let protocol 4 out of the node, and give it a route to the outer destination that is not the tunnel itself.',
  causes: [
    {
      cause: 'the OUTPUT chain drops protocol 4',
      confirm: 'packet counters of a DROP rule grow with each ping',
      on: 'sender',
      command: () => 'iptables -L OUTPUT -vn; nft list chain inet filter output',
    },
    {
      cause: 'no route to the outer destination',
      confirm: 'TX carrier errors of the tunnel device grow',
      on: 'sender',
      command: (s) => `ip route get ${s.receiverNode}; ip -s -s link show ${s.tunnel}`,
    },
    {
      cause: 'the outer destination is routed into the tunnel itself',
      confirm: 'TX collisions of the tunnel device grow',
      on: 'sender',
      command: (s) => `ip -s -s link show ${s.tunnel}`,
    },
  ],
  sources: [linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_xmit'), linux('net/ipv4/ip_tunnel_core.c', 'iptunnel_xmit')],
});
