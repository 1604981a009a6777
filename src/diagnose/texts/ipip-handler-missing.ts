import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'ipip-handler-missing',
  segment: 'S45',
  summary: 'The receiving kernel knows no protocol 4: the ipip module is not there.',
  why: 'No tunnel can receive on that node, whatever its routes say.',
  shows: 'ICMP 3/2 from the receiving node, quoting outer and inner header.',
  remedy: 'Load the module (modprobe ipip) and let the CNI agent create its device again.',
  causes: [
    {
      cause: 'the ipip (tunnel4) module is not loaded',
      confirm: 'lsmod does not list it',
      on: 'receiver',
      command: () => 'lsmod | grep -e ipip -e tunnel4; modprobe ipip',
    },
    {
      cause: 'a filter rejects protocol 4 with protocol unreachable',
      confirm: 'a REJECT rule with icmp-proto-unreachable',
      on: 'receiver',
      command: () => 'iptables -S | grep -i reject; nft list ruleset | grep -n reject',
    },
  ],
  sources: [linux('net/ipv4/ip_input.c', 'ip_protocol_deliver_rcu'), rfc(1122, '3.2.2.1')],
});
