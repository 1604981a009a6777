import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'pmtu-reduced',
  segment: 'S34',
  summary: 'A router on the path has a smaller MTU and said so; the sending node passed it on, less 20.',
  why: 'The path works at the smaller size; whoever ignores the message, or sends without DF, pays.',
  shows: 'ICMP 3/4 with next-hop MTU M at the node, ICMP 3/4 with M − 20 at the pod.',
  remedy: 'Lower the tunnel MTU to the path MTU less 20, or raise the MTU of that link.',
  causes: [
    {
      cause: 'a link of the underlay (VPN, WireGuard, overlay of the cloud) has a smaller MTU than the nodes',
      confirm: 'tracepath shows the smaller pmtu',
      on: 'sender',
      command: (s) => `tracepath -n ${s.receiverNode}; ip route get ${s.receiverNode}`,
    },
  ],
  sources: [rfc(1191, '4'), rfc(2003, '5.1'), linux('net/ipv4/ip_tunnel.c', 'tnl_update_pmtu')],
});
