import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'no-answer',
  segment: 'S12-S56',
  summary: 'No answer came, and nobody captured where the request or its answer ended.',
  why: 'The ping failed for certain; which of the segments behind the last sighting is at fault is open.',
  shows: 'The request at its last captured hop, and no reply at captures that ran when it was due.',
  remedy: 'Capture every device of the node behind the last sighting, ping again, and give that file as well.',
  causes: [
    {
      cause: 'the request was lost behind its last sighting, or the reply before its first',
      confirm: 'a capture of every device there shows how far each of them comes',
      on: 'receiver',
      command: () => "tcpdump -pni any -w node2-any.cap 'icmp or ip proto 4 or arp'",
    },
    {
      cause: 'the pod does not answer',
      confirm: 'its own capture holds the request and no reply',
      on: 'receiverPod',
      command: () => "tcpdump -pni eth0 -w pod2.cap 'icmp or arp'",
    },
  ],
  sources: [rfc(1122, '3.2.2.6'), linux('net/ipv4/icmp.c', 'icmp_echo')],
});
