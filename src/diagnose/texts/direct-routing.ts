import { defineDiagnosis, flannelIpip } from '../text.js';

export default defineDiagnosis({
  id: 'direct-routing',
  segment: '–',
  summary: 'Both directions travel plain between nodes of one link: direct routing.',
  why: 'Right where DirectRouting or CrossSubnet is wanted; otherwise the tunnel is not in use.',
  shows: 'Pod addresses in plain frames between the two nodes, both ways.',
  remedy:
    'Say --profile flannel-ipip-direct-routing (or calico-ipip-crosssubnet) if that is wanted; else switch it off in the CNI.',
  causes: [
    {
      cause: 'DirectRouting (Flannel) or CrossSubnet (Calico) is on',
      confirm: 'the backend configuration says so',
      on: 'sender',
      command: (s) =>
        `kubectl -n kube-flannel get cm kube-flannel-cfg -o yaml | grep -i directrouting; ip route get ${s.receiverPod}`,
    },
  ],
  sources: [flannelIpip('GetRoute')],
});
