import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'tunnel-mtu-exceeds-underlay',
  segment: 'S23',
  summary: 'Only datagrams above a size vanish between tunnel device and node interface.',
  why: 'Small pings work and large transfers hang: the most expensive kind of half-working network.',
  shows: 'A size threshold between the tunnel device and the node interface, all of them with DF.',
  remedy: "Set the tunnel MTU to the node interface's MTU less 20.",
  causes: [
    {
      cause: 'the tunnel MTU plus 20 is more than the MTU of the node interface',
      confirm: 'the two MTUs differ by less than 20',
      on: 'sender',
      command: (s) => `ip link show ${s.tunnel}; ip route get ${s.receiverNode}; ip -br link`,
    },
    {
      cause: 'an old kernel skips the MTU check of nopmtudisc tunnels and tells itself',
      confirm: 'ICMP 3/4 on lo only',
      on: 'sender',
      command: () => "uname -r; tcpdump -ni lo 'icmp[0]=3 and icmp[1]=4'",
    },
    {
      cause: 'the node had learned a smaller path MTU before the captures began',
      confirm: 'the route to the peer shows a learned mtu that expires',
      on: 'sender',
      command: (s) => `ip route get ${s.receiverNode}; ip route show cache`,
    },
  ],
  sources: [linux('net/ipv4/ip_tunnel.c', 'tnl_update_pmtu'), rfc(2003, '5.1')],
});
