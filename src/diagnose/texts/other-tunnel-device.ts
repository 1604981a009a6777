import { defineDiagnosis, flannelIpip, linux } from '../text.js';

export default defineDiagnosis({
  id: 'other-tunnel-device',
  segment: 'S45',
  summary: 'The datagram was decapsulated, but not on the captured tunnel device.',
  why: 'Two ipip devices compete: filters, counters and captures look at the wrong one.',
  shows: 'The tunnel device captured and empty, the destination pod has the datagram.',
  remedy: 'Find the device that took it: the lookup prefers a matching `local`, else tunl0.',
  causes: [
    {
      cause: 'another ipip device has the same local address, or tunl0 takes what the other does not match',
      confirm: 'its counters grow with each ping',
      on: 'receiver',
      command: () => 'ip -d -s link show type ipip',
    },
  ],
  sources: [linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_lookup'), flannelIpip('configureIPIPDevice')],
});
