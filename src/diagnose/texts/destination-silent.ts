import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'destination-silent',
  segment: 'pod',
  summary: 'The request reached the pod and the pod did not answer.',
  why: 'The path there is fine; what is left is the pod itself.',
  shows: 'The request in the destination pod, no reply in its capture.',
  remedy: 'Look at the pod: firewall, icmp_echo_ignore_all, or a checksum that its kernel refuses.',
  causes: [
    {
      cause: 'the pod ignores echo requests, or filters them',
      confirm: 'the sysctl is 1, or a rule counts them',
      on: 'receiverPod',
      command: () => 'sysctl net.ipv4.icmp_echo_ignore_all; iptables -L -vn',
    },
    {
      cause: 'the pod drops it by reverse path filtering',
      confirm: 'TcpExtIPReversePathFilter grows with each ping',
      on: 'receiverPod',
      command: () => 'nstat -az TcpExtIPReversePathFilter; ip route',
    },
    {
      cause: 'the pod drops it for a wrong checksum',
      confirm: 'IcmpInCsumErrors grows with each ping',
      on: 'receiverPod',
      command: () => 'nstat -az IcmpInCsumErrors IcmpInErrors',
    },
  ],
  sources: [rfc(1122, '3.2.2.6'), linux('net/ipv4/icmp.c', 'icmp_echo')],
});
