import { defineDiagnosis, linux, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'connection-refused',
  segment: 'pod',
  summary: 'The SYN arrived and was answered with a reset: the path is right, no server took the connection.',
  why: 'Nothing between the pods is at fault; the network did all that it should.',
  shows: 'The SYN at every hop, and a RST that acknowledges it on the way back.',
  remedy: 'Start the server, let it listen on the pod address and not on 127.0.0.1, or use its port.',
  causes: [
    {
      cause: 'no process listens on the port, or only on 127.0.0.1',
      confirm: 'the list of listening sockets lacks the port, or shows it at 127.0.0.1',
      on: 'receiverPod',
      command: () => 'ss -tlnp',
    },
    {
      cause: 'a firewall rule answers with a reset (REJECT --reject-with tcp-reset)',
      confirm: 'a REJECT rule counts the SYNs',
      on: 'receiver',
      command: () => 'iptables -L -vn | grep tcp-reset; nft list ruleset | grep reset',
    },
  ],
  sources: [rfc(9293, '3.5.2'), linux('net/ipv4/tcp_ipv4.c', 'tcp_v4_send_reset')],
});
