/** The kinds of probes: a line for each. */
import type { ProbeKind } from '../../path/probe-kinds.js';
import { probeWords } from '../../path/probe-kinds.js';
import type { Messages } from '../messages.js';
import type { Streams } from '../streams.js';
import { EchoReader } from './echo.js';
import type { ProbeReader } from './probe-reader.js';
import { TcpReader } from './tcp.js';
import { UdpReader } from './udp.js';

/** What is kept of one file. */
interface Kept {
  readonly messages: Messages;
  readonly streams: Streams;
}

const readers: Readonly<Record<ProbeKind, (kept: Kept) => ProbeReader>> = {
  icmp: ({ messages }) => new EchoReader(messages),
  tcp: ({ streams }) => new TcpReader(streams),
  udp: () => new UdpReader(),
};

/** By IP protocol, the readers of these kinds; null elsewhere. */
export function openReaders(kinds: Iterable<ProbeKind>, kept: Kept): readonly (ProbeReader | null)[] {
  const byProtocol = new Array<ProbeReader | null>(256).fill(null);
  for (const kind of kinds) byProtocol[probeWords(kind).protocol] = readers[kind](kept);
  return byProtocol;
}
