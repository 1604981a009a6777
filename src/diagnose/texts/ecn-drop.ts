import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'ecn-drop',
  segment: 'S45',
  summary: 'The underlay marked congestion on a datagram whose sender does not speak ECN; decapsulation must drop it.',
  why: 'It looks like random loss under load.',
  shows: 'Outer CE with inner Not-ECT at the receiving node, nothing on its tunnel device.',
  remedy: 'Find the device that sets CE on Not-ECT traffic; it breaks RFC 3168.',
  causes: [
    {
      cause: 'a switch or router marks CE on datagrams that are Not-ECT',
      confirm: 'the kernel logs "non-ECT from … with TOS"',
      on: 'receiver',
      command: (s) => `dmesg | grep non-ECT; ip -s -s link show ${s.tunnel}`,
    },
  ],
  sources: [rfc(6040, '4.2'), linux('include/net/inet_ecn.h', 'INET_ECN_decapsulate')],
});
