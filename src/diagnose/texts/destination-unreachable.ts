import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'destination-unreachable',
  segment: 'S56',
  summary: 'The receiving node cannot reach the pod: nobody answers for its address, or it has no route to it.',
  why: 'The tunnel worked; the pod is gone, or its veth is not on the bridge.',
  shows: 'ICMP 3/1 or 3/0 from the receiving node, quoting the inner datagram.',
  remedy: 'Check that the pod lives on that node, has the address, and that its veth is on the bridge.',
  causes: [
    {
      cause: 'the pod is gone, or its veth is not in the bridge: no ARP answer',
      confirm: 'the neighbour entry is FAILED or INCOMPLETE',
      on: 'receiver',
      command: (s) =>
        `ip neigh show ${s.receiverPod}; bridge link show; kubectl get pods -A -o wide | grep -w ${s.receiverPod}`,
    },
    {
      cause: 'the node has no route to the pod subnet',
      confirm: 'ip route get says unreachable',
      on: 'receiver',
      command: (s) => `ip route get ${s.receiverPod}`,
    },
  ],
  sources: [rfc(1812, '5.2.7.1'), linux('net/ipv4/route.c', 'ipv4_link_failure')],
});
