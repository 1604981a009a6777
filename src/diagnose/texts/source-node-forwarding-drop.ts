import { defineDiagnosis, linux, routeGet } from '../text.js';

export default defineDiagnosis({
  id: 'source-node-forwarding-drop',
  segment: 'S12',
  summary: 'The sending node took the datagram from the pod and did not forward it to its tunnel device.',
  why: 'The loss is on one machine; nothing beyond it can be at fault.',
  shows: 'Seen at the pod, not at the tunnel device, and no ICMP error: all of these causes are silent.',
  remedy: "Let the node forward pod traffic: CNI's FORWARD rules, ip_forward, the route to the peer's pod subnet.",
  causes: [
    {
      cause: 'FORWARD policy or a NetworkPolicy drops it',
      confirm: 'packet counters of a DROP rule or of the policy grow with each ping',
      on: 'sender',
      command: (s) => `${s.filter}; iptables -L FORWARD -vn`,
    },
    {
      cause: 'forwarding is off',
      confirm: 'net.ipv4.ip_forward is 0',
      on: 'sender',
      command: () => 'sysctl net.ipv4.ip_forward; nstat -az IpForwDatagrams IpInAddrErrors IpOutNoRoutes',
    },
    {
      cause: 'a blackhole route, or reverse path filtering on the bridge',
      confirm: 'the route is a blackhole, or TcpExtIPReversePathFilter grows',
      on: 'sender',
      command: (s) => `${routeGet(s)}; nstat -az TcpExtIPReversePathFilter`,
    },
  ],
  sources: [linux('net/ipv4/ip_forward.c', 'ip_forward'), linux('net/ipv4/fib_frontend.c', 'fib_validate_source')],
});
