import { defineDiagnosis, flannelIpip, linux } from '../text.js';

export default defineDiagnosis({
  id: 'wrong-outer-source',
  segment: 'S23',
  summary: 'The outer source is not the address to which the peer sends back.',
  why: 'A peer that checks sources drops it, and answers go to an address at which no tunnel listens.',
  shows: "Outer source other than the peer's outer destination; often ICMP 3/3 for the answer.",
  remedy:
    "Make the tunnel's `local` the address under which the peers know this node (Flannel --iface, Calico IP_AUTODETECTION_METHOD).",
  causes: [
    {
      cause: "the tunnel device has another `local` than the node's address in the CNI",
      confirm: 'the two differ',
      on: 'sender',
      command: (s) =>
        `ip -d link show ${s.tunnel}; kubectl get node <node> -o yaml | grep -i -e public-ip -e IPv4Address`,
    },
    {
      cause: 'the agent picked another interface (docker0, a NAT interface) for its address',
      confirm: 'the outer source lies in the subnet of that interface',
      on: 'sender',
      command: () => 'ip -br addr',
    },
    {
      cause: 'the outer datagram is masqueraded: a packet mark survived the encapsulation',
      confirm: 'a MASQUERADE rule counts protocol 4',
      on: 'sender',
      command: () => 'iptables -t nat -L POSTROUTING -vn',
    },
  ],
  sources: [flannelIpip('configureIPIPDevice'), linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_lookup')],
});
