import { defineDiagnosis } from '../text.js';

export default defineDiagnosis({
  id: 'source-node-masquerade',
  segment: 'S12',
  summary: 'The sending node rewrites the inner source: it masquerades pod-to-pod traffic.',
  why: 'The other pod sees a node address: policies, logs and sessions by pod address break, though the ping works.',
  shows:
    "The inner source changes from the pod's to the node's tunnel address before the tunnel device; the ICMP identifier may change as well.",
  remedy: 'Exclude the pod network from masquerading (Flannel --ip-masq rules, ip-masq-agent, nat-outgoing).',
  causes: [
    {
      cause: 'a MASQUERADE rule matches traffic to the pod network',
      confirm: 'its counter grows with each ping',
      on: 'sender',
      command: () => 'iptables -t nat -L POSTROUTING -vn; nft list table ip nat; conntrack -L -p icmp',
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
