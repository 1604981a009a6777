import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'random-loss',
  segment: 'the segment',
  summary: 'Some probes are lost on one segment, without a pattern in size or time.',
  why: 'Congestion, a bad cable or a bad radio: the path is right and its quality is not.',
  shows: 'A part of the probes stops at one segment, others of the same size pass before and after.',
  remedy: 'Look at error and drop counters of everything on that segment.',
  causes: [
    {
      cause: 'congestion or a faulty link',
      confirm: 'drop or error counters grow',
      on: 'sender',
      command: () => 'ip -s -s link; ethtool -S <interface> | grep -i -e drop -e err; tc -s qdisc',
    },
  ],
  sources: [rfc(7680, '2')],
});
