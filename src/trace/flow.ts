/** Probes and flows: rows of one probe put together, repeats told apart, and probes that NAT renamed joined again. */
import type { Evidence } from './evidence.js';
import { ProbeChains, type ProbeKey } from './probe-key.js';
import { Flag } from './sightings.js';

/** One echo request with everything seen of it and of its reply. Rows are indices into the evidence's sightings. */
export interface Probe {
  readonly key: ProbeKey;
  readonly requests: number[];
  readonly replies: number[];
  /** Other keys under which NAT let it travel further. */
  readonly rewritten: ProbeKey[];
}

/** All probes between one pair of inner addresses, in the order in which they were sent as far as the captures tell. */
export interface Flow {
  readonly source: number;
  readonly destination: number;
  readonly probes: Probe[];
  /** Messages that no probe holds, because too many have the same numbers; copies of those that one holds do not count. */
  readonly passedOver: number;
}

/** Copies of one message that are kept for each point, and over all points: more say nothing more. */
const MAX_COPIES = 32;
const MAX_ROWS = 1024;

/** The same key seen again later than this is a new request (a restarted ping), sooner it is a copy. */
const REPEAT_AFTER_NS = 1e9;

export function collectFlows(evidence: Evidence): Flow[] {
  const chains = new ProbeChains(evidence.sightings);
  const probes: Probe[] = [];
  const passedOver = new Map<string, number>();
  for (let chain = 0; chain < chains.count; chain++) {
    const key = chains.key(chain);
    const { kept, passed } = withoutFlood(evidence, chains.rows(chain));
    if (passed > 0) {
      const pair = `${key.source} ${key.destination}`;
      passedOver.set(pair, (passedOver.get(pair) ?? 0) + passed);
    }
    splitRepeats(evidence, key, kept, probes);
  }
  attachDamaged(evidence, probes);
  joinRewritten(evidence, probes);
  const flows = new Map<number, Map<number, Probe[]>>();
  for (const probe of probes) {
    if (probe.requests.length + probe.replies.length === 0) continue;
    let byDestination = flows.get(probe.key.source);
    if (byDestination === undefined) {
      byDestination = new Map();
      flows.set(probe.key.source, byDestination);
    }
    const list = byDestination.get(probe.key.destination);
    if (list === undefined) byDestination.set(probe.key.destination, [probe]);
    else list.push(probe);
  }
  const out: Flow[] = [];
  for (const [source, byDestination] of flows) {
    for (const [destination, list] of byDestination) {
      out.push({
        source,
        destination,
        probes: inSendingOrder(evidence, list),
        passedOver: passedOver.get(`${source} ${destination}`) ?? 0,
      });
    }
  }
  return out.sort((a, b) => a.source - b.source || a.destination - b.destination);
}

/** A key that was sent over and over keeps its first rows at each point, requests and replies apart. */
function withoutFlood(evidence: Evidence, rows: number[]): { kept: number[]; passed: number } {
  if (rows.length <= MAX_COPIES) return { kept: rows, passed: 0 };
  const c = evidence.sightings.columns;
  const copies = new Map<number, Set<string>>();
  const count = new Map<number, number>();
  const kept: number[] = [];
  let passed = 0;
  for (const row of rows) {
    const place = c.point[row]! * 2 + (c.flags[row]! & Flag.Reply);
    let known = copies.get(place);
    if (known === undefined) {
      known = new Set();
      copies.set(place, known);
    }
    const message = `${c.identification[row]} ${c.payloadDigest[row]}`;
    const before = count.get(place) ?? 0;
    if (before < MAX_COPIES && kept.length < MAX_ROWS) {
      count.set(place, before + 1);
      known.add(message);
      kept.push(row);
    } else if (!known.has(message)) passed++;
  }
  return { kept, passed };
}

function splitRepeats(evidence: Evidence, key: ProbeKey, rows: number[], into: Probe[]): void {
  const c = evidence.sightings.columns;
  const requests: number[] = [];
  const replies: number[] = [];
  for (const row of rows) (c.flags[row]! & Flag.Reply ? replies : requests).push(row);
  // A list that grew one by one has room for 17 rows, its copy has none to spare: floods have a million of them.
  const whole: Probe = { key, requests: requests.slice(), replies: replies.slice(), rewritten: [] };
  const digests = repeatedDigests(evidence, requests);
  if (digests.length > 1) {
    // Two payloads under one key at one point: two pings. A payload seen nowhere else belongs to the nearest identification.
    const parts = new Map<number, Probe>(digests.map((d) => [d, { key, requests: [], replies: [], rewritten: [] }]));
    const identifications = new Map<number, number>();
    for (const row of requests) {
      if (parts.has(c.payloadDigest[row]!)) identifications.set(c.identification[row]!, c.payloadDigest[row]!);
    }
    for (const row of rows) {
      const reply = c.flags[row]! & Flag.Reply;
      const part =
        parts.get(c.payloadDigest[row]!) ??
        (reply ? undefined : parts.get(identifications.get(c.identification[row]!) ?? -1)) ??
        parts.get(digests[0]!)!;
      (reply ? part.replies : part.requests).push(row);
    }
    for (const part of parts.values()) splitByTime(evidence, part, into);
  } else splitByTime(evidence, whole, into);
}

/** Digests that tell repeats apart: those of a point that holds more than one, unless a copy was merely damaged. */
function repeatedDigests(evidence: Evidence, requests: readonly number[]): number[] {
  if (requests.length < 2) return [];
  const c = evidence.sightings.columns;
  const first = requests[0]!;
  if (requests.every((row) => c.payloadDigest[row] === c.payloadDigest[first])) return [];
  const byPoint = new Map<number, Set<number>>();
  const longest = requests.reduce((most, row) => Math.max(most, c.payloadCaptured[row]!), 0);
  const identificationOf = new Map<number, Set<number>>();
  for (const row of requests) {
    // Payloads cut by a snapshot length compare with nothing.
    if (c.payloadCaptured[row] !== longest) continue;
    const digest = c.payloadDigest[row]!;
    const at = byPoint.get(c.point[row]!);
    if (at === undefined) byPoint.set(c.point[row]!, new Set([digest]));
    else at.add(digest);
    const ids = identificationOf.get(digest);
    if (ids === undefined) identificationOf.set(digest, new Set([c.identification[row]!]));
    else ids.add(c.identification[row]!);
  }
  const found = new Set<number>();
  for (const digests of byPoint.values()) {
    if (digests.size < 2) continue;
    const ids = new Set<number>();
    for (const d of digests) for (const id of identificationOf.get(d)!) ids.add(id);
    // One identification under two payloads: a damaged copy, not a second ping.
    if (ids.size === 1 && !ids.has(0)) continue;
    for (const d of digests) found.add(d);
  }
  return [...found].sort((a, b) => a - b);
}

function splitByTime(evidence: Evidence, probe: Probe, into: Probe[]): void {
  const requestRuns = runsOf(evidence, probe.requests);
  if (requestRuns <= 1) {
    into.push(probe);
    return;
  }
  const parts: Probe[] = Array.from({ length: requestRuns }, () => ({
    key: probe.key,
    requests: [],
    replies: [],
    rewritten: [],
  }));
  for (const rows of [probe.requests, probe.replies]) {
    for (const [row, run] of numberRuns(evidence, rows)) {
      const part = parts[Math.min(run, requestRuns - 1)]!;
      (rows === probe.requests ? part.requests : part.replies).push(row);
    }
  }
  into.push(...parts);
}

function numberRuns(evidence: Evidence, rows: readonly number[]): [row: number, run: number][] {
  const c = evidence.sightings.columns;
  const byPoint = new Map<number, number[]>();
  for (const row of rows) {
    const list = byPoint.get(c.point[row]!);
    if (list === undefined) byPoint.set(c.point[row]!, [row]);
    else list.push(row);
  }
  const out: [number, number][] = [];
  for (const list of byPoint.values()) {
    list.sort((a, b) => c.seconds[a]! - c.seconds[b]! || c.nanoseconds[a]! - c.nanoseconds[b]! || a - b);
    let run = 0;
    list.forEach((row, i) => {
      const before = list[i - 1];
      if (
        before !== undefined &&
        (c.seconds[row]! - c.seconds[before]!) * 1e9 + c.nanoseconds[row]! - c.nanoseconds[before]! > REPEAT_AFTER_NS
      ) {
        run++;
      }
      out.push([row, run]);
    });
  }
  return out;
}

function runsOf(evidence: Evidence, rows: readonly number[]): number {
  if (rows.length < 2) return 1;
  return numberRuns(evidence, rows).reduce((most, [, run]) => Math.max(most, run + 1), 1);
}

/**
 * A flipped bit in an address, identifier or sequence makes a key of its own, whose checksum is wrong. Such a sighting
 * belongs to the probe with its payload, or with its identification, and is no probe that got lost.
 */
function attachDamaged(evidence: Evidence, probes: readonly Probe[]): void {
  const c = evidence.sightings.columns;
  const wrong = Flag.InnerChecksumWrong | Flag.IcmpChecksumWrong;
  const damaged = probes.filter((p) => {
    const rows = [...p.requests, ...p.replies];
    return rows.length > 0 && rows.every((row) => (c.flags[row]! & wrong) !== 0);
  });
  if (damaged.length === 0 || damaged.length === probes.length) return;
  const isDamaged = new Set(damaged);
  const byPayload = new Map<string, Probe | null>();
  const byIdentification = new Map<string, Probe | null>();
  const put = (map: Map<string, Probe | null>, key: string, probe: Probe): void => {
    const known = map.get(key);
    // Two probes under one mark: the mark tells nothing.
    map.set(key, known === undefined || known === probe ? probe : null);
  };
  const payload = (row: number): string =>
    `${c.flags[row]! & Flag.Reply} ${c.payloadCaptured[row]} ${c.payloadDigest[row]}`;
  const identification = (row: number): string =>
    `${c.flags[row]! & Flag.Reply} ${c.identification[row]} ${c.totalLength[row]}`;
  for (const probe of probes) {
    if (isDamaged.has(probe)) continue;
    for (const row of [...probe.requests, ...probe.replies]) {
      if (c.payloadCaptured[row]! >= 8) put(byPayload, payload(row), probe);
      if (c.identification[row] !== 0) put(byIdentification, identification(row), probe);
    }
  }
  for (const probe of damaged) {
    const row = probe.requests[0] ?? probe.replies[0]!;
    const home = byPayload.get(payload(row)) ?? byIdentification.get(identification(row)) ?? null;
    if (home === null) continue;
    home.requests.push(...probe.requests.splice(0));
    home.replies.push(...probe.replies.splice(0));
  }
}

interface Stream {
  readonly source: number;
  readonly identifier: number;
  readonly probes: Probe[];
  readonly points: Set<number>;
  lowestTtl: number;
  highestTtl: number;
}

/**
 * NAT on the way gives a request another inner source, or another ICMP identifier. Two streams to one destination are one
 * when no point saw the requests of both, the second carries a lower TTL, and sequence and payload agree.
 */
function joinRewritten(evidence: Evidence, probes: readonly Probe[]): void {
  const c = evidence.sightings.columns;
  const destinations = new Map<number, Map<string, Stream>>();
  for (const probe of probes) {
    let streams = destinations.get(probe.key.destination);
    if (streams === undefined) {
      streams = new Map();
      destinations.set(probe.key.destination, streams);
    }
    const id = `${probe.key.source} ${probe.key.identifier}`;
    let stream = streams.get(id);
    if (stream === undefined) {
      stream = {
        source: probe.key.source,
        identifier: probe.key.identifier,
        probes: [],
        points: new Set(),
        lowestTtl: 256,
        highestTtl: -1,
      };
      streams.set(id, stream);
    }
    stream.probes.push(probe);
    for (const row of probe.requests) {
      stream.points.add(c.point[row]!);
      stream.lowestTtl = Math.min(stream.lowestTtl, c.timeToLive[row]!);
      stream.highestTtl = Math.max(stream.highestTtl, c.timeToLive[row]!);
    }
  }
  for (const streams of destinations.values()) {
    // A hostile capture can hold any number of streams; real renaming concerns few.
    if (streams.size < 2 || streams.size > 512) continue;
    const list = [...streams.values()].filter((s) => s.points.size > 0);
    list.sort((a, b) => b.highestTtl - a.highestTtl || a.source - b.source || a.identifier - b.identifier);
    const joined = new Set<Stream>();
    for (const before of list) {
      if (joined.has(before)) continue;
      let head = before;
      for (const after of list) {
        if (after === before || joined.has(after) || after.highestTtl >= head.lowestTtl) continue;
        if ([...after.points].some((p) => before.points.has(p))) continue;
        const pairs = matchingProbes(evidence, before, after);
        if (pairs.length === 0) continue;
        for (const [a, b] of pairs) {
          a.requests.push(...b.requests.splice(0));
          a.replies.push(...b.replies.splice(0));
          a.rewritten.push(b.key, ...b.rewritten.splice(0));
        }
        for (const p of after.points) before.points.add(p);
        joined.add(after);
        head = { ...before, lowestTtl: after.lowestTtl };
      }
    }
  }
}

function matchingProbes(evidence: Evidence, before: Stream, after: Stream): [Probe, Probe][] {
  const c = evidence.sightings.columns;
  const bySequence = new Map<number, Probe[]>();
  for (const probe of after.probes) {
    const list = bySequence.get(probe.key.sequence);
    if (list === undefined) bySequence.set(probe.key.sequence, [probe]);
    else list.push(probe);
  }
  const pairs: [Probe, Probe][] = [];
  const digests = new Set<number>();
  let contradicted = 0;
  for (const probe of before.probes) {
    const row = probe.requests[0];
    const candidates = bySequence.get(probe.key.sequence);
    if (row === undefined || candidates === undefined) continue;
    const match = candidates.find((other) => {
      const otherRow = other.requests[0];
      return (
        otherRow !== undefined &&
        c.payloadDigest[otherRow] === c.payloadDigest[row] &&
        c.payloadCaptured[otherRow] === c.payloadCaptured[row]
      );
    });
    if (match === undefined) contradicted++;
    else {
      pairs.push([probe, match]);
      digests.add(c.payloadDigest[row]!);
    }
  }
  if (contradicted > pairs.length) return [];
  // A payload that is the same in every probe proves nothing by itself: then the answer must have come back renamed, too.
  const telling = (pairs.length > 1 && digests.size === pairs.length) || payloadTells(evidence, pairs);
  const answered = pairs.some(([a, b]) => a.replies.length > 0 && b.replies.length > 0);
  return telling || answered ? pairs : [];
}

/** A single probe's payload tells when it is long enough to hold a time stamp. */
function payloadTells(evidence: Evidence, pairs: readonly [Probe, Probe][]): boolean {
  return pairs.length === 1 && evidence.sightings.columns.payloadCaptured[pairs[0]![0].requests[0]!]! >= 16;
}

function inSendingOrder(evidence: Evidence, probes: Probe[]): Probe[] {
  if (probes.length < 2) return probes;
  const c = evidence.sightings.columns;
  // The point that saw most of the probes gives the order; it is one clock, so its frame numbers do.
  const seen = new Map<number, number>();
  for (const p of probes) {
    for (const point of new Set(p.requests.map((row) => c.point[row]!))) seen.set(point, (seen.get(point) ?? 0) + 1);
  }
  let best = -1;
  let bestCount = 0;
  let bestTtl = -1;
  for (const [point, count] of [...seen].sort((a, b) => a[0] - b[0])) {
    const row = probes
      .find((p) => p.requests.some((r) => c.point[r] === point))!
      .requests.find((r) => c.point[r] === point)!;
    const ttl = c.timeToLive[row]!;
    if (count > bestCount || (count === bestCount && ttl > bestTtl)) {
      best = point;
      bestCount = count;
      bestTtl = ttl;
    }
  }
  const place = new Map<Probe, number>();
  for (const p of probes) {
    const row = p.requests.find((r) => c.point[r] === best);
    place.set(p, row === undefined ? Number.MAX_SAFE_INTEGER : c.frame[row]!);
  }
  return [...probes].sort(
    (a, b) => place.get(a)! - place.get(b)! || a.key.identifier - b.key.identifier || a.key.sequence - b.key.sequence,
  );
}
