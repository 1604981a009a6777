import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'decapsulator-input-reject',
  segment: 'S45',
  summary: 'The receiving node rejects the encapsulated datagram by a filter that says so.',
  why: 'The error is about the outer datagram and ends at the sending node: the pod never hears of it.',
  shows: 'ICMP 3/9, 3/10 or 3/13 from the receiving node, quoting outer and inner header.',
  remedy: 'Accept protocol 4 from the peer nodes before the REJECT rule (firewalld: a rich rule or the trusted zone).',
  causes: [
    {
      cause: 'firewalld or another host firewall rejects protocol 4',
      confirm: 'counters of the REJECT rule grow with each ping',
      on: 'receiver',
      command: () => 'iptables -L INPUT -vn; firewall-cmd --list-all',
    },
  ],
  sources: [rfc(1812, '5.2.7.1'), linux('net/ipv4/ipip.c', 'ipip_err')],
});
