import { defineDiagnosis, linux } from '../text.js';

export default defineDiagnosis({
  id: 'proto4-stateful-filter',
  segment: 'S34/S45',
  summary:
    'Loss stops at the first tunnel datagram in the other direction: a stateful filter takes protocol 4 only as an answer.',
  why: '"It works after I ping from the other side" comes back after every idle timeout.',
  shows:
    'The first probes are lost, all later ones pass, and the change coincides with the first reverse outer datagram.',
  remedy: 'Allow protocol 4 as new traffic, not only as established, in both directions.',
  causes: [
    {
      cause: 'a security group or host firewall accepts protocol 4 as reply only',
      confirm: 'after the idle timeout the first probes are lost again',
      on: 'receiver',
      command: () => 'conntrack -L -p 4; iptables -L INPUT -vn',
    },
  ],
  sources: [linux('net/netfilter/nf_conntrack_proto_generic.c', 'nf_conntrack_generic_init_net')],
});
