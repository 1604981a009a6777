import { defineCaptureRule, fail } from '../rule.js';

interface CaptureCut {
  readonly damage: string;
}

export default defineCaptureRule<CaptureCut>({
  meta: {
    id: 'IPT001',
    name: 'capture-cut',
    severity: 'warning',
    summary: 'A capture ends inside a record.',
    proves: 'A pass proves that the file ends where a record ends. It does not prove that the capture ran long enough.',
    shows: 'The file stops before the octets that its last record announces; every whole record before is used.',
    remedy:
      'Stop tcpdump with SIGINT and copy the file afterwards (`-U` writes packet by packet); take the capture again.',
    sources: [{ kind: 'code', project: 'the-tcpdump-group/libpcap', path: 'sf-pcap.c', symbol: 'pcap_next_packet' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-truncated-file' },
  },
  message: ({ damage }) => damage,
  checkAll: ({ captures }) =>
    captures.map((c) => ({
      about: c.file,
      verdict:
        c.ending === 'cut'
          ? fail({ damage: c.damage ?? 'the file ends inside a record' }, { file: c.file, frame: c.frames })
          : { verdict: 'pass', evidence: [] },
    })),
});
