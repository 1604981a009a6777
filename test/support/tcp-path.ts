/** TCP connections over the described path: each exchange of a ping becomes a segment there and one back. */
import { type IpipPath, ipipPath } from './ipip-path.js';
import { IpProtocol, type TcpFields, tcp } from './octets.js';

interface Segment {
  /** SYN, ACK, RST, FIN as letters S, A, R, F. */
  flags: string;
  /** Offset of the first octet behind the SYN, and how many there are. */
  from?: number;
  octets?: number;
  /** Octets of the other side that are acknowledged. */
  acknowledges?: number;
  maximumSegmentSize?: number;
}

const CLIENT_PORT = 40_001;
const SERVER_PORT = 8080;
/** Initial sequence numbers of client and server; both wrap within the first octets. */
const initial = { request: 0xffff_fff0, reply: 0xffff_ff00 } as const;

/** One pair of segments for each step: what the client sends, and what the server sends after it; null: nothing. */
export function tcpPath(
  steps: readonly (readonly [Segment, Segment | null])[],
  settings: Parameters<typeof ipipPath>[0] = {},
): IpipPath {
  let path = ipipPath({ probes: steps.length, interval: 20_000_000n, ...settings });
  for (const [i, [there, back]] of steps.entries()) {
    if (back === null) path = path.drop({ at: 'destination', probe: [i + 1] });
    for (const [direction, segment] of [
      ['request', there],
      ['reply', back],
    ] as const) {
      if (segment === null) continue;
      path = path.change({ direction, probe: [i + 1] }, (draft) => {
        draft.message = null;
        draft.inner.protocol = IpProtocol.tcp;
        draft.payload = tcp(draft.inner, header(direction, segment), new Uint8Array(segment.octets ?? 0).fill(i + 1));
      });
    }
  }
  return path;
}

function header(direction: 'request' | 'reply', { flags, from, acknowledges, maximumSegmentSize }: Segment): TcpFields {
  const other = direction === 'request' ? 'reply' : 'request';
  const syn = flags.includes('S');
  const ack = flags.includes('A');
  return {
    sourcePort: direction === 'request' ? CLIENT_PORT : SERVER_PORT,
    destinationPort: direction === 'request' ? SERVER_PORT : CLIENT_PORT,
    sequence: (initial[direction] + (syn ? 0 : 1) + (from ?? 0)) >>> 0,
    acknowledgement: ack ? (initial[other] + 1 + (acknowledges ?? 0)) >>> 0 : 0,
    flags: { syn, ack, psh: false, fin: flags.includes('F'), rst: flags.includes('R') },
    ...(maximumSegmentSize === undefined ? {} : { maximumSegmentSize }),
  };
}

export const handshake: readonly [Segment, Segment] = [
  { flags: 'S', maximumSegmentSize: 1440 },
  { flags: 'SA', maximumSegmentSize: 1440 },
];
