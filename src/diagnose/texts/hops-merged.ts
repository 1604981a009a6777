import { defineDiagnosis } from '../text.js';

export default defineDiagnosis({
  id: 'hops-merged',
  segment: '–',
  summary: 'Captures of several hops were merged into one classic pcap, which does not tell them apart.',
  why: 'Whether a datagram got from one hop to the next shows only where each frame is known to be of one of them.',
  shows: 'One capture with the same request plain and encapsulated.',
  remedy: 'Give the captures as files of their own, or merge them into a pcapng, which keeps the interfaces.',
  causes: [
    {
      cause: 'mergecap -F pcap, or a tool that writes classic pcap, joined the captures of several hops',
      confirm: 'the captures that it was made of are still there',
      on: 'capture',
      command: () => 'mergecap -F pcapng -w all.pcapng <captures>',
    },
  ],
  sources: [{ kind: 'code', project: 'wireshark/wireshark', path: 'mergecap.c', symbol: 'main' }],
});
