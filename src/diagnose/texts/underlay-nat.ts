import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'underlay-nat',
  segment: 'S34',
  summary: 'The outer addresses change between the nodes: NAT in the underlay.',
  why: 'Port-translating NAT cannot carry protocol 4, and one-to-one NAT hides the address by which the tunnel is looked up.',
  shows:
    'Outer source or destination at the receiving node other than at the sending one, with the inner datagram unchanged.',
  remedy: 'Let the nodes reach each other without NAT, or use a backend over UDP.',
  causes: [
    {
      cause: 'a NAT gateway or floating IP between the nodes',
      confirm: "the peer's own addresses do not hold the outer destination",
      on: 'receiver',
      command: () => 'ip -br addr; conntrack -L -p 4',
    },
  ],
  sources: [rfc(3022, '2.2'), rfc(2003, '3.1')],
});
