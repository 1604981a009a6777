import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'wrong-tunnel-protocol',
  segment: 'S34',
  summary: 'The datagram travels in another tunnel protocol.',
  why: 'The cluster runs another backend than the one that is checked: other MTU, other ports, other filters.',
  shows: 'The same inner datagram inside VXLAN, GRE, Geneve, UDP (FoU, GUE) or two IPIP headers.',
  remedy: "Compare the CNI's backend type with what should be there.",
  causes: [
    {
      cause: 'the backend is configured otherwise, or one node still runs the old one',
      confirm: 'the backend type in the configuration; the kind of the tunnel device on both nodes',
      on: 'sender',
      command: () => 'ip -d link show; kubectl -n kube-flannel get cm kube-flannel-cfg -o yaml | grep -i -A2 backend',
    },
    {
      cause: 'the tunnel device wraps its datagrams in UDP (FoU, GUE)',
      confirm: 'the device shows "encap fou" or "encap gue", and the other node has a port for it',
      on: 'sender',
      command: (s) => `ip -d link show ${s.tunnel}; ip fou show`,
    },
  ],
  sources: [rfc(7348, '5'), rfc(2003, '3.1')],
});
