import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'packet-duplicated',
  segment: 'the segment',
  summary: 'Datagrams arrive twice.',
  why: 'Doubled load, confused counters, and a hint at a loop or a mirrored port.',
  shows: 'Two copies from one hop on, one before it.',
  remedy: 'Look for a loop, a mirror port or a duplicating bond on that segment.',
  causes: [
    {
      cause: 'a mirrored port, a bridge loop or a bond that sends on all members',
      confirm: 'the copies carry the same outer identification',
      on: 'underlay',
      command: () => 'bridge link show; cat /proc/net/bonding/*; show mirror sessions of the switch',
    },
    {
      cause: 'the sending node encapsulates the datagram twice: a rule that copies it (TEE, tc mirred), or two routes',
      confirm: 'the copies carry different outer identifications',
      on: 'sender',
      command: (s) => `iptables-save | grep -i tee; tc filter show dev ${s.tunnel}; ip route get ${s.receiverPod}`,
    },
  ],
  sources: [rfc(5560, '2')],
});
