import { defineCaptureRule, fail } from '../rule.js';

interface CaptureCorrupt {
  readonly damage: string;
}

export default defineCaptureRule<CaptureCorrupt>({
  meta: {
    id: 'IPT002',
    name: 'capture-corrupt',
    severity: 'warning',
    summary: 'A capture holds a length that cannot be believed.',
    proves: "A pass proves that every record's lengths are believable to the end.",
    shows:
      'A captured length above every sane limit, or a pcapng block whose two lengths differ; what stands before it is used.',
    remedy: 'Take the capture again, or copy it again in binary mode.',
    sources: [{ kind: 'code', project: 'the-tcpdump-group/libpcap', path: 'sf-pcap.c', symbol: 'pcap_next_packet' }],
    required: false,
    samples: { pass: 'ok-ping', fail: null },
  },
  message: ({ damage }) => damage,
  checkAll: ({ captures }) =>
    captures.map((c) => ({
      about: c.file,
      verdict:
        c.ending === 'corrupt'
          ? fail({ damage: c.damage ?? 'a length in the file cannot be believed' }, { file: c.file, frame: c.frames })
          : { verdict: 'pass', evidence: [] },
    })),
});
