/** What could be followed instead of pings: the TCP connections and UDP exchanges that the captures hold. */
import { addressText } from '../decode/address.js';
import type { Talk } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import type { ProbeKind } from '../path/probe-kinds.js';

export interface TalkSeen {
  readonly kind: Exclude<ProbeKind, 'icmp'>;
  /** "10.244.1.2:40001 > 10.244.2.2:8080", from the side that was heard first. */
  readonly name: string;
  /** Captures that hold it. */
  readonly points: number;
}

/** Each connection and exchange once, those that most captures hold first. */
export function talksSeen({ talks }: Sighted): TalkSeen[] {
  const found = new Map<string, { readonly talk: Talk; readonly points: Set<number>; forth: number }>();
  for (const talk of talks) {
    const from = `${talk.source}:${talk.sourcePort}`;
    const to = `${talk.destination}:${talk.destinationPort}`;
    const isForth = from < to;
    const key = `${talk.kind} ${isForth ? `${from} ${to}` : `${to} ${from}`}`;
    const known = found.get(key) ?? { talk, points: new Set<number>(), forth: 0 };
    found.set(key, known);
    known.points.add(talk.point.series);
    // A capture that began in the middle may have heard the answer first.
    known.forth += talk.sourcePort === known.talk.sourcePort && talk.source === known.talk.source ? 1 : -1;
  }
  return [...found.values()]
    .map(({ talk, points, forth }) => {
      const source = `${addressText(talk.source)}:${talk.sourcePort}`;
      const destination = `${addressText(talk.destination)}:${talk.destinationPort}`;
      const name = forth >= 0 ? `${source} > ${destination}` : `${destination} > ${source}`;
      return { kind: talk.kind, name, points: points.size };
    })
    .sort((a, b) => b.points - a.points || (a.name < b.name ? -1 : 1));
}
