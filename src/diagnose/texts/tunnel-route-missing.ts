import { defineDiagnosis, flannelIpip, linux } from '../text.js';

export default defineDiagnosis({
  id: 'tunnel-route-missing',
  segment: 'S12/S23',
  summary: "The sending node has no route to the peer's pod subnet through its tunnel device.",
  why: 'Without that route pod traffic follows the default route and leaves unencapsulated, or is refused.',
  shows: 'Pod addresses in plain frames to the gateway, or ICMP 3/0 from the own node.',
  remedy: "Restore the route: look at the CNI agent's log on that node, then restart it.",
  causes: [
    {
      cause: "the route to the peer's pod subnet is missing",
      confirm: 'ip route get answers with the default gateway or "unreachable"',
      on: 'sender',
      command: (s) => `ip route get ${s.receiverPod}; ip route show dev ${s.tunnel}`,
    },
    {
      cause: 'the tunnel device is missing or down, which removes its routes',
      confirm: 'the device is not in the list, or not UP',
      on: 'sender',
      command: () => 'ip -d link show type ipip',
    },
  ],
  sources: [flannelIpip('GetRoute'), linux('net/ipv4/fib_semantics.c', 'fib_sync_down_dev')],
});
