import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'pmtu-black-hole',
  segment: 'S34',
  summary: 'Datagrams above a size vanish in the underlay and nobody says so.',
  why: 'Pings work, handshakes work, transfers hang.',
  shows: 'Small datagrams cross the underlay, large ones with DF do not, and no usable ICMP 3/4 comes back.',
  remedy: 'Lower the tunnel MTU to what passes, and let ICMP 3/4 through.',
  causes: [
    {
      cause: 'a link of the underlay has a smaller MTU and its ICMP 3/4 is filtered or never sent',
      confirm: 'ping with DF between the nodes fails above a size without an error',
      on: 'sender',
      command: (s) => `ping -M do -s ${s.underlayMtu - 28} -c 2 ${s.receiverNode}; tracepath -n ${s.receiverNode}`,
    },
    {
      cause: 'ICMP 3/4 reaches the node and is not turned into an answer to the pod',
      confirm: 'ICMP 3/4 on the node interface, none on the tunnel device',
      on: 'sender',
      command: () => "tcpdump -pni any 'icmp[0]=3 and icmp[1]=4'",
    },
  ],
  sources: [rfc(2923, '2.1'), rfc(1191, '6'), rfc(4821, '2')],
});
