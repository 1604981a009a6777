import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'fragments-lost',
  segment: 'S34',
  summary: 'The first fragment arrives and later ones do not.',
  why: 'Whatever is larger than one fragment never arrives whole.',
  shows:
    'Fragments at the sending node of which only the first is at the receiving one; ICMP 11/1 after the reassembly time.',
  remedy: 'Avoid fragments: pod MTU equal to tunnel MTU. Or let fragments of protocol 4 pass.',
  causes: [
    {
      cause: 'the fabric or a filter drops fragments without a header to look at',
      confirm: 'a large ping without DF between the nodes fails',
      on: 'sender',
      command: (s) => `ping -M dont -s ${s.underlayMtu + 500} -c 2 ${s.receiverNode}; nstat -az IpReasmFails`,
    },
  ],
  sources: [rfc(791, '3.2'), rfc(8900, '3.4')],
});
