import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'parallel-path-loss',
  segment: 'the segment',
  summary: 'Probes are lost on one segment in turn: one of several parallel ways drops what it gets.',
  why: 'What goes by turns over the members of a bond or the paths of a route is half broken: every flow suffers, and each test of a single member passes.',
  shows: 'Every second, third … probe stops at one segment, and all others pass.',
  remedy: 'Test each member by itself, and take the one that drops out of the bond or the route.',
  causes: [
    {
      cause: 'one member of a bond, or one of several equal routes, drops what it gets',
      confirm: 'counters of one member grow on this side and not on the other',
      on: 'sender',
      command: (s) =>
        `cat /proc/net/bonding/*; ip -s link; ip route show; ip route get ${s.receiverNode}; sysctl net.ipv4.fib_multipath_hash_policy`,
    },
    {
      cause: 'a rule that drops by turns (statistic match, mode nth)',
      confirm: 'such a rule is listed',
      on: 'sender',
      command: () => 'iptables-save | grep -i statistic; nft list ruleset | grep -i numgen',
    },
  ],
  sources: [rfc(2991, '2')],
});
