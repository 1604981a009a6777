import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'proto4-blocked-in-underlay',
  segment: 'S34',
  summary: 'The encapsulated datagram left one node and did not reach the other: the underlay drops IP protocol 4.',
  why: 'Security groups and cloud fabrics know TCP, UDP and ICMP; IPIP is IP protocol number 4 and needs a rule of its own.',
  shows: "Seen on the sender's node interface, the receiver's captured and without it, at all sizes.",
  remedy:
    'Allow IP protocol 4 between the nodes, in both directions (the number 4, called ipencap; the name "ipip" is protocol 94 in /etc/protocols).',
  causes: [
    {
      cause: 'a security group, firewall or the fabric drops IP protocol 4',
      confirm: 'a ping between the node addresses passes while IPIP does not',
      on: 'sender',
      command: (s) => `ping -c 3 ${s.receiverNode}; grep -w -e 4 -e 94 /etc/protocols`,
    },
    {
      cause: "the frame goes to a MAC that is not the receiver's: a stale neighbour entry",
      confirm: "ip neigh differs from the receiver's own MAC",
      on: 'sender',
      command: (s) => `ip neigh show ${s.receiverNode}`,
    },
    {
      cause: 'NAT between the nodes: protocol 4 does not pass a port-translating gateway',
      confirm: 'the nodes are not in one network',
      on: 'sender',
      command: (s) => `ip route get ${s.receiverNode}; traceroute -n ${s.receiverNode}`,
    },
  ],
  sources: [
    rfc(2003, '3.1'),
    { kind: 'code', project: 'projectcalico/calico', path: 'felix/rules/static.go', symbol: 'filterInputChain' },
  ],
});
