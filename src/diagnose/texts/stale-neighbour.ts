import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'stale-neighbour',
  segment: 'S34',
  summary: "The outer frame is addressed to a MAC that is not the next hop's.",
  why: 'Another machine, or none, gets the datagram; sometimes it forwards it, and the ping works by accident.',
  shows:
    'Destination MAC on the wire other than ARP or the kernel state gives; an outer TTL that fell on one link; an ICMP redirect.',
  remedy: 'Delete the neighbour entry; if it comes back, find who answers ARP for the address.',
  causes: [
    {
      cause: 'a permanent or outdated neighbour entry on the sending node',
      confirm: "the entry's MAC is not the one of the peer's interface",
      on: 'sender',
      command: (s) => `ip neigh show ${s.receiverNode}; ip neigh flush to ${s.receiverNode}`,
    },
    {
      cause: 'another machine answers ARP for the address',
      confirm: 'two MACs answer',
      on: 'sender',
      command: (s) => `arping -c 3 ${s.receiverNode}`,
    },
  ],
  sources: [rfc(1122, '2.3.2.1'), rfc(826, 'Packet Reception')],
});
