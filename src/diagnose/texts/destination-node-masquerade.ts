import { defineDiagnosis } from '../text.js';

export default defineDiagnosis({
  id: 'destination-node-masquerade',
  segment: 'S56',
  summary: 'The receiving node rewrites the inner source before it hands the datagram to the pod.',
  why: 'The pod sees the bridge address of its own node instead of the other pod.',
  shows: "The inner source changes between the receiver's tunnel device and the pod.",
  remedy: "Exclude the pod network from the bridge's masquerading (ipMasq of the bridge CNI).",
  causes: [
    {
      cause: 'a MASQUERADE rule on the way to the bridge',
      confirm: 'its counter grows with each ping',
      on: 'receiver',
      command: () => 'iptables -t nat -L POSTROUTING -vn; conntrack -L -p icmp',
    },
  ],
  sources: [
    {
      kind: 'code',
      project: 'flannel-io/flannel',
      path: 'pkg/trafficmngr/iptables/iptables.go',
      symbol: 'masqRules',
    },
  ],
});
