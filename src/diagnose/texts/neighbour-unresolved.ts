import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'neighbour-unresolved',
  segment: 'S23',
  summary: 'The sending node gets no answer to its ARP question for the next hop.',
  why: 'The kernel holds the datagram, asks three times and drops it; the tunnel itself is not at fault.',
  shows: 'The datagram on the tunnel device; on the node interface only who-has without is-at.',
  remedy: 'Bring the next hop back, or correct the address to which the route points.',
  causes: [
    {
      cause: 'the peer node is down, or its interface is',
      confirm: 'no answer to a ping of the node address either',
      on: 'sender',
      command: (s) => `ping -c 2 ${s.receiverNode}; ip neigh show ${s.receiverNode}`,
    },
    {
      cause: 'the route points to an address that no machine has (any more)',
      confirm: "the peer's addresses do not hold the outer destination",
      on: 'receiver',
      command: () => 'ip -br addr',
    },
    {
      cause: 'the two nodes are not on one link (VLAN, port isolation)',
      confirm: 'the who-has does not show up in a capture on the peer',
      on: 'receiver',
      command: () => 'tcpdump -pni <interface> arp',
    },
  ],
  sources: [rfc(826, 'Packet Generation'), linux('net/core/neighbour.c', 'neigh_probe')],
});
