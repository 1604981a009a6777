/** The SYNs of one TCP connection: each is an attempt, and the one that came farthest stands for the connection. */
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import type { Attempt, Probe } from './probe.js';
import type { ProbeKey } from './probe-key.js';

/** SYNs are resent after a second at the soonest (RFC 6298 section 2): nearer in time than this, at one point, are copies of one. */
const ONE_ATTEMPT_NS = 0.5e9;
/** Linux gives up after six retries (net.ipv4.tcp_syn_retries); more attempts of one number are somebody's flood. */
const MAX_ATTEMPTS = 32;
const MAX_ROWS = 1024;

/** The connection's probe. `rows`: every sighting of its handshake, or of segments that stand for it. */
export function followedAttempt(evidence: Sighted, key: ProbeKey, rows: readonly number[]): Probe {
  const { columns: c, kinds } = evidence.sightings;
  const { flags, point } = kinds.columns;
  const flagsOf = (row: number): number => flags[c.kind[row]!]!;
  const pointOf = (row: number): number => evidence.points[point[c.kind[row]!]!]!.series;
  const used = rows.slice(0, MAX_ROWS);
  const requests = used.filter((row) => (flagsOf(row) & Flag.Reply) === 0);
  const replies = used.filter((row) => (flagsOf(row) & Flag.Reply) !== 0);
  const isMiddle = used.some((row) => (flagsOf(row) & Flag.Middle) !== 0);
  const asked = isMiddle ? bySegment(requests) : byAttempt(requests);
  const answered = isMiddle ? bySegment(replies) : byAttempt(replies);
  const attempts: { requests: number[]; replies: number[] }[] = asked.map((group) => ({
    requests: group,
    replies: [],
  }));
  if (attempts.length === 0) attempts.push({ requests: [], replies: [] });
  for (const group of answered) {
    const asking = attempts.findLast((a) => a.requests.length === 0 || isAfter(group, a.requests)) ?? attempts[0]!;
    // An answer that was sent again says no more than the one that came farthest.
    if (reach(group) > reach(asking.replies)) asking.replies = group;
  }
  let best = attempts[0]!;
  for (const attempt of attempts) if (score(attempt) > score(best)) best = attempt;
  const others: Attempt[] = isMiddle ? [] : attempts.filter((a) => a !== best);
  return {
    key,
    requests: [...best.requests],
    replies: [...best.replies],
    rewritten: [],
    ...(others.length === 0 ? {} : { attempts: others }),
  };

  function score(attempt: Attempt): number {
    return reach(attempt.requests) + reach(attempt.replies);
  }

  function reach(group: readonly number[]): number {
    return new Set(group.map(pointOf)).size;
  }

  function time(row: number): number {
    return c.seconds[row]! * 1e9 + c.nanoseconds[row]!;
  }

  /** Where both were seen on one clock, the answer came later. */
  function isAfter(group: readonly number[], asking: readonly number[]): boolean {
    return group.some((reply) => asking.some((row) => pointOf(row) === pointOf(reply) && time(reply) >= time(row)));
  }

  function bySegment(list: readonly number[]): number[][] {
    const groups = new Map<number, number[]>();
    for (const row of list) groups.set(c.payloadDigest[row]!, [...(groups.get(c.payloadDigest[row]!) ?? []), row]);
    return [...groups.values()].sort((a, b) => time(a[0]!) - time(b[0]!));
  }

  /** Each sending has an identification of its own, or none (0): then the clock of each point tells its own sendings apart. */
  function byAttempt(list: readonly number[]): number[][] {
    const groups = new Map<number, number[]>();
    const unnumbered = new Map<number, number[][]>();
    for (const row of [...list].sort((a, b) => time(a) - time(b) || a - b)) {
      const id = c.identification[row]!;
      if (id !== 0) groups.set(id, [...(groups.get(id) ?? []), row]);
      else addSending(unnumbered, row);
    }
    return [...groups.values(), ...together([...unnumbered.values()])]
      .sort((a, b) => time(a[0]!) - time(b[0]!))
      .slice(0, MAX_ATTEMPTS);
  }

  function addSending(byPoint: Map<number, number[][]>, row: number): void {
    const sendings = byPoint.get(pointOf(row)) ?? [];
    byPoint.set(pointOf(row), sendings);
    const last = sendings.at(-1);
    if (last !== undefined && time(row) - time(last[0]!) < ONE_ATTEMPT_NS) last.push(row);
    else sendings.push([row]);
  }

  /** The point that saw most sendings has all of them; clocks of others may be wrong, so that order counts first. */
  function together(points: readonly (readonly number[][])[]): number[][] {
    const fullest = points.reduce((most, each) => (each.length > most.length ? each : most), []);
    const groups = fullest.map((sending) => [...sending]);
    for (const sendings of points) {
      if (sendings === fullest) continue;
      let from = 0;
      for (const [i, sending] of sendings.entries()) {
        const to = fullest.length - (sendings.length - i);
        const gap = (at: number): number => Math.abs(time(sending[0]!) - time(fullest[at]![0]!));
        let best = from;
        for (let at = from; at <= to; at++) if (gap(at) < gap(best)) best = at;
        groups[best]!.push(...sending);
        from = best + 1;
      }
    }
    return groups;
  }
}
