import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'receiver-mtu-too-small',
  segment: 'S56',
  summary: 'The receiving node cannot hand on what the tunnel brings: the MTU on its pod side is smaller.',
  why: 'The tunnel is right and the underlay as well: whoever lowers their MTU cures the wrong place.',
  shows: 'ICMP 3/4 about the inner datagram from the receiving node, come back through the tunnel.',
  remedy: "Give the bridge and the pods' veths on that node the MTU of the tunnel, or all nodes the smaller one.",
  causes: [
    {
      cause: "the bridge or the pod's veth on that node has a smaller MTU than the tunnel",
      confirm: 'its mtu is the one that the message tells',
      on: 'receiver',
      command: (s) => `ip route get ${s.receiverPod}; ip -br link; cat /run/flannel/subnet.env /etc/cni/net.d/*`,
    },
    {
      cause: 'a route to the pod with an mtu of its own',
      confirm: 'ip route get shows it',
      on: 'receiver',
      command: (s) => `ip route get ${s.receiverPod}; ip route show cache`,
    },
  ],
  sources: [linux('net/ipv4/ip_forward.c', 'ip_forward'), rfc(1191, '4')],
});
