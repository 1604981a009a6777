import { defineCaptureRule, fail } from '../rule.js';

interface FrameCut {
  readonly frames: number;
  readonly snapLength: number;
}

export default defineCaptureRule<FrameCut>({
  meta: {
    id: 'IPT003',
    name: 'frame-cut-by-snaplen',
    severity: 'warning',
    summary: 'Headers that are needed were cut off by the snapshot length.',
    proves: 'A pass proves that all headers of all frames were captured. Payload may still be cut.',
    shows: 'A captured length that ends inside a header.',
    remedy: 'Capture with `-s 0` (or at least 128 octets).',
    sources: [{ kind: 'code', project: 'the-tcpdump-group/libpcap', path: 'pcap.c', symbol: 'pcap_set_snaplen' }],
    required: false,
    samples: { pass: 'ok-ping', fail: null },
  },
  message: ({ frames, snapLength }) =>
    `${frames} ${frames === 1 ? 'frame ends' : 'frames end'} inside a header (snapshot length ${snapLength})`,
  checkAll: ({ points }) =>
    points
      .filter((p) => p.traffic.frames > 0)
      .map((p) => ({
        about: p.id,
        verdict:
          p.traffic.cut > 0
            ? fail({ frames: p.traffic.cut, snapLength: p.snapLength }, { file: p.file, frame: p.traffic.firstCut })
            : { verdict: 'pass', evidence: [] },
      })),
});
