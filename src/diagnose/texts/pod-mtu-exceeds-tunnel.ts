import { defineDiagnosis, flannelIpip, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'pod-mtu-exceeds-tunnel',
  segment: 'S12',
  summary: "The pod's MTU is larger than the tunnel's.",
  why: 'With DF every large datagram costs an error first, without it each is cut into fragments; a filter on ICMP makes it a black hole.',
  shows:
    "ICMP 3/4 with the tunnel MTU from the own node's bridge, or one datagram at the pod and fragments from the tunnel device on.",
  remedy:
    "Set the pod MTU to the tunnel's: the CNI's mtu key, FLANNEL_MTU in /run/flannel/subnet.env; restart the pods.",
  causes: [
    {
      cause: 'the CNI configuration gives pods a larger MTU',
      confirm: 'the MTU of eth0 in the pod is above the one of the tunnel device',
      on: 'sender',
      command: (s) =>
        `ip link show ${s.tunnel}; cat /run/flannel/subnet.env /etc/cni/net.d/*; kubectl exec <pod> -- cat /sys/class/net/eth0/mtu`,
    },
  ],
  sources: [flannelIpip('MTU'), rfc(1191, '4')],
});
