import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'packet-reordered',
  segment: 'the segment',
  summary: 'Datagrams overtake one another.',
  why: 'Harmless for ping, a slowdown for TCP.',
  shows: 'Another order of sequence numbers behind a segment than before it.',
  remedy: 'Balance by flow, not by packet, on the parallel links of that segment.',
  causes: [
    {
      cause: 'parallel paths balanced per packet, or a queue that delays some',
      confirm: 'the bonding or ECMP policy',
      on: 'underlay',
      command: () => 'cat /proc/net/bonding/*; sysctl net.ipv4.fib_multipath_hash_policy; tc -s qdisc',
    },
  ],
  sources: [rfc(4737, '3')],
});
