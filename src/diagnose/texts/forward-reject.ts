import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'forward-reject',
  segment: 'S12/S56',
  summary: 'A node refuses to forward the inner datagram and says so.',
  why: 'A filter answers the pod: the node and the rule can be named.',
  shows: 'ICMP 3/9, 3/10 or 3/13 that quotes the inner datagram only; its sender is the node that refused.',
  remedy: 'Accept pod traffic in FORWARD before the REJECT rule.',
  causes: [
    {
      cause: 'a REJECT rule in FORWARD, a prohibit route, or firewalld',
      confirm: 'counters of the rule grow with each ping',
      on: 'receiver',
      command: () => 'iptables -L FORWARD -vn; ip route show type prohibit',
    },
  ],
  sources: [rfc(1812, '5.2.7.1')],
});
