import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'no-request-found',
  segment: '–',
  summary: 'No capture holds an ICMP echo request between pods.',
  why: 'Without a request nothing was tested: the gate must not pass.',
  shows: 'Captures without echo requests, or only with such as stay on one link or run between the nodes themselves.',
  remedy: 'Start the captures, ping from pod to pod across two nodes, then stop them.',
  causes: [
    {
      cause: 'the ping was not sent while the captures ran, or from another network namespace',
      confirm: 'the captures hold other traffic of the same time',
      on: 'senderPod',
      command: () => 'ping -c 3 <address of a pod on another node>',
    },
    {
      cause: 'a capture filter let no ICMP through',
      confirm: 'the filter of the tcpdump command line; `icmp` matches nothing inside IPIP, `ip proto 4` does',
      on: 'capture',
      command: () => "tcpdump -pni <interface> -w <file> 'icmp or ip proto 4 or arp'",
    },
  ],
  sources: [rfc(792, 'Echo or Echo Reply Message')],
});
