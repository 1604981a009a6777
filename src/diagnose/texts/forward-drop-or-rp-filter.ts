import { defineDiagnosis, linux } from '../text.js';

export default defineDiagnosis({
  id: 'forward-drop-or-rp-filter',
  segment: 'S56',
  summary: 'The receiving node decapsulated the datagram and did not hand it to the pod.',
  why: 'A FORWARD drop and strict reverse path filtering leave the same captures: only counters on the node tell them apart.',
  shows: 'Seen on the tunnel device of the receiver, the pod captured and without it, no ICMP error.',
  remedy: 'Let the node forward to its pods, and make the route back to the source leave by the tunnel device.',
  causes: [
    {
      cause: 'FORWARD policy or a NetworkPolicy drops it, or ip_forward is 0',
      confirm: 'counters of a DROP rule grow, or the sysctl is 0',
      on: 'receiver',
      command: (s) => `${s.filter}; iptables -L FORWARD -vn; sysctl net.ipv4.ip_forward`,
    },
    {
      cause: 'strict rp_filter: the route back to the source does not leave by the tunnel device',
      confirm: 'TcpExtIPReversePathFilter grows with each ping',
      on: 'receiver',
      command: (s) =>
        `nstat -az TcpExtIPReversePathFilter; ip route get ${s.senderPod}; sysctl net.ipv4.conf.all.rp_filter`,
    },
    {
      cause: 'conntrack calls it INVALID and a rule drops that',
      confirm: 'the drop counter of conntrack -S grows',
      on: 'receiver',
      command: () => 'conntrack -S',
    },
  ],
  sources: [linux('net/ipv4/fib_frontend.c', 'fib_validate_source'), linux('net/ipv4/ip_forward.c', 'ip_forward')],
});
