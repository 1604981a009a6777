import { defineDiagnosis, linux } from '../text.js';

export default defineDiagnosis({
  id: 'decapsulator-input-drop',
  segment: 'S45',
  summary: 'The receiving node got the encapsulated datagram and its tunnel device did not show it.',
  why: 'The underlay is fine; the loss is on one machine, silent.',
  shows: "Seen on the receiver's node interface, its tunnel device captured and empty, no ICMP error.",
  remedy: 'Accept protocol 4 from the peer nodes, and give the tunnel the local address that is the outer destination.',
  causes: [
    {
      cause: 'the INPUT chain (or the CNI host rule for IPIP from unknown hosts) drops protocol 4',
      confirm: 'packet counters of a DROP rule grow with each ping',
      on: 'receiver',
      command: () => 'iptables -L INPUT -vn; nft list ruleset | grep -n drop',
    },
    {
      cause: 'no tunnel device matches the outer addresses and the fallback device took it',
      confirm: 'packets on tunl0 instead',
      on: 'receiver',
      command: () => 'ip -d link show type ipip; ip -s link show tunl0',
    },
    {
      cause: 'a wrong outer checksum, or an xfrm policy',
      confirm: 'IpInHdrErrors or XfrmInNoPols grow',
      on: 'receiver',
      command: () => 'nstat -az IpInHdrErrors IpExtInCsumErrors XfrmInNoPols; ip xfrm policy',
    },
  ],
  sources: [
    linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_rcv'),
    { kind: 'code', project: 'projectcalico/calico', path: 'felix/rules/static.go', symbol: 'filterInputChain' },
  ],
});
