import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'captures-from-different-runs',
  segment: '–',
  summary: 'The captures hold different pings of one flow: no single probe is in two of them.',
  why: 'Hop by hop everything may be right while no datagram ever travelled the whole way.',
  shows: 'The same pair of pods at several points, with other ICMP identifiers or sequences at each.',
  remedy: 'Run all captures at once and ping then; or accept hop-by-hop proof with --by-flow.',
  causes: [
    {
      cause: 'the captures were taken one after the other, each with a ping of its own',
      confirm: 'their time ranges do not overlap',
      on: 'capture',
      command: () => 'capinfos -ae <captures>',
    },
  ],
  sources: [rfc(2330, '10')],
});
