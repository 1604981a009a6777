import { defineDiagnosis } from '../text.js';

export default defineDiagnosis({
  id: 'capture-blind',
  segment: '–',
  summary: 'A capture between two that hold the probe does not hold it: the capture is blind, nothing was lost.',
  why: 'A hop that was not really captured proves nothing: its rules stay unproven.',
  shows: 'Absent in one capture, present further on.',
  remedy: 'Take that capture again: right interface, right filter, running through the whole ping.',
  causes: [
    {
      cause: 'a capture filter: `icmp` matches nothing inside IPIP',
      confirm: 'the capture holds no protocol 4 at all',
      on: 'capture',
      command: () => "tcpdump -pni <interface> -w <file> 'ip proto 4 or icmp or arp or udp port 8472 or vlan'",
    },
    {
      cause: 'the wrong interface',
      confirm: 'another interface of the machine carries the traffic',
      on: 'capture',
      command: () => 'tcpdump -pni any -c 20 ip proto 4',
    },
    {
      cause: 'the capture was stopped early, or started late',
      confirm: 'its time range',
      on: 'capture',
      command: () => 'capinfos -ae <file>',
    },
  ],
  sources: [{ kind: 'code', project: 'the-tcpdump-group/libpcap', path: 'gencode.c', symbol: 'gen_proto' }],
});
