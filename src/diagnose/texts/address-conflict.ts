import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'address-conflict',
  segment: '–',
  summary: 'Two MAC addresses answer for one IP address.',
  why: 'Traffic goes to one or the other by chance of ARP.',
  shows: 'ARP of different senders for one address on one link.',
  remedy: 'Give one of the two machines (or pods) another address.',
  causes: [
    {
      cause: 'two machines or pods have one address',
      confirm: 'arping gets answers from two MACs',
      on: 'sender',
      command: (s) => `arping -c 3 ${s.receiverNode}`,
    },
  ],
  sources: [rfc(5227, '2.4')],
});
