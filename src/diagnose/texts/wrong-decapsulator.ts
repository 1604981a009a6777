import { defineDiagnosis, flannelIpip, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'wrong-decapsulator',
  segment: 'S34',
  summary: 'The outer destination is not the node that owns the destination pod.',
  why: 'Another node gets the datagram; with a route of its own it forwards it, and the ping works at the price of a detour.',
  shows:
    "Outer destination other than the node from which the destination's replies come; an inner TTL that falls once too often.",
  remedy:
    'Correct the route to the pod subnet on the sending node; look for stale leases or two nodes with one pod CIDR.',
  causes: [
    {
      cause: 'a stale or wrong route to the pod subnet',
      confirm: "the route's gateway is not the node that owns the pod subnet",
      on: 'sender',
      command: (s) => `ip route get ${s.receiverPod}; ip route show dev ${s.tunnel}`,
    },
    {
      cause: 'the lease or node object names another address for that node',
      confirm: "the annotation's public IP is not the node's",
      on: 'sender',
      command: () =>
        'kubectl get nodes -o custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR,IP:.status.addresses[0].address',
    },
  ],
  sources: [flannelIpip('GetRoute'), rfc(2003, '3.1')],
});
