/** Probes and flows: rows of one probe put together, repeats told apart, and probes that NAT renamed joined again. */

import { IpProtocol } from '../decode/ip-protocol.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import { endsKey } from '../observe/transport-frames.js';
import { kindOfProtocol, type ProbeKind } from '../path/probe-kinds.js';
import { followedAttempt } from './attempts.js';
import { put } from './index-by.js';
import type { Probe } from './probe.js';
import { ProbeChains, type ProbeKey, swapPorts } from './probe-key.js';
import { type ProbeList, ProbeStore } from './probe-list.js';

/** All probes between one pair of inner addresses, for TCP and UDP of ports, in the order in which they were sent as far as the captures tell. */
export interface Flow {
  readonly source: number;
  readonly destination: number;
  readonly kind: ProbeKind;
  /** As in ProbeKey: 0 for ICMP. */
  readonly ports: number;
  readonly probes: ProbeList;
  /** Messages that no probe holds, because too many have the same numbers; copies of those that one holds do not count. */
  readonly passedOver: number;
}

/** Copies of one message that are kept for each point, and over all points: more say nothing more. */
const MAX_COPIES = 32;
const MAX_ROWS = 1024;

/** The same key seen again later than this is a new request (a restarted ping), sooner it is a copy. */
const REPEAT_AFTER_NS = 1e9;

export function collectFlows(evidence: Sighted): Flow[] {
  const { store, passedOver } = collectProbes(evidence);
  attachDamaged(evidence, store);
  joinRewritten(evidence, store);
  joinRedirected(evidence, store);
  return store.flows().map(({ positions, ...ends }) => ({
    source: ends.source,
    destination: ends.destination,
    kind: kindOfProtocol(ends.protocol),
    ports: ends.ports,
    probes: store.list(inSendingOrder(evidence, store, positions)),
    passedOver: passedOver.get(endsKey(ends)) ?? 0,
  }));
}

/** Most chains are one probe as they are; the others are taken apart. */
function collectProbes(evidence: Sighted): { store: ProbeStore; passedOver: ReadonlyMap<string, number> } {
  const chains = new ProbeChains(evidence.sightings);
  const store = new ProbeStore(evidence.sightings, chains);
  const passedOver = new Map<string, number>();
  const { columns: c, kinds } = evidence.sightings;
  const { point, flags } = kinds.columns;
  const rows: number[] = [];
  const made: Probe[] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    const count = chains.fill(chain, rows);
    const protocol = kinds.columns.protocol[c.kind[rows[0]!]!]!;
    if (protocol !== IpProtocol.Icmp && !isExchange(evidence, rows, count)) continue;
    if (protocol === IpProtocol.Tcp) {
      store.addProbe(followedAttempt(evidence, chains.key(chain), rows.slice(0, count)));
      continue;
    }
    let plain = count <= MAX_COPIES;
    for (let i = 0; i < count && plain; i++) {
      const kind = c.kind[rows[i]!]!;
      // A second request at one point may be another ping's.
      for (let j = 0; j < i && plain; j++) {
        const other = c.kind[rows[j]!]!;
        plain = point[kind] !== point[other] || ((flags[kind]! | flags[other]!) & Flag.Reply) !== 0;
      }
    }
    if (plain) {
      store.addChain(chain);
      continue;
    }
    const key = chains.key(chain);
    const { kept, passed } = withoutFlood(evidence, rows.slice(0, count));
    if (passed > 0) passedOver.set(endsKey(key), (passedOver.get(endsKey(key)) ?? 0) + passed);
    splitRepeats(evidence, key, kept, made);
    for (const probe of made.splice(0)) store.addProbe(probe);
  }
  return { store, passedOver };
}

/** Something asked, or a handshake's answer shows that something did: resets and further answers alone are nothing to follow. */
function isExchange(evidence: Sighted, rows: readonly number[], count: number): boolean {
  const { columns: c, kinds } = evidence.sightings;
  const { flags, protocol } = kinds.columns;
  for (let i = 0; i < count; i++) {
    const kind = c.kind[rows[i]!]!;
    if ((flags[kind]! & Flag.Reply) === 0) return true;
    if (
      protocol[kind] === IpProtocol.Tcp ? (flags[kind]! & (Flag.Reset | Flag.Middle)) === 0 : c.number[rows[i]!]! > 0
    ) {
      return true;
    }
  }
  return false;
}

/** A key that was sent over and over keeps its first rows at each point, requests and replies apart. */
function withoutFlood(evidence: Sighted, rows: number[]): { kept: number[]; passed: number } {
  if (rows.length <= MAX_COPIES) return { kept: rows, passed: 0 };
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const copies = new Map<number, Set<string>>();
  const count = new Map<number, number>();
  const kept: number[] = [];
  let passed = 0;
  for (const row of rows) {
    const kind = c.kind[row]!;
    const place = k.point[kind]! * 2 + (k.flags[kind]! & Flag.Reply);
    let known = copies.get(place);
    if (known === undefined) {
      known = new Set();
      copies.set(place, known);
    }
    const message = `${kind} ${c.identification[row]} ${c.outerIdentification[row]} ${c.payloadDigest[row]}`;
    const before = count.get(place) ?? 0;
    if (before < MAX_COPIES && kept.length < MAX_ROWS) {
      count.set(place, before + 1);
      known.add(message);
      kept.push(row);
    } else if (!known.has(message)) passed++;
  }
  return { kept, passed };
}

function splitRepeats(evidence: Sighted, key: ProbeKey, rows: number[], into: Probe[]): void {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const requests: number[] = [];
  const replies: number[] = [];
  for (const row of rows) (k.flags[c.kind[row]!]! & Flag.Reply ? replies : requests).push(row);
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
    for (const row of requests) {
      const part =
        parts.get(c.payloadDigest[row]!) ??
        parts.get(identifications.get(c.identification[row]!) ?? -1) ??
        parts.get(digests[0]!)!;
      part.requests.push(row);
    }
    for (const row of replies) {
      const part = parts.get(c.payloadDigest[row]!) ?? askedBefore(evidence, row, [...parts.values()]);
      (part ?? parts.get(digests[0]!)!).replies.push(row);
    }
    for (const part of parts.values()) splitByTime(evidence, part, into);
  } else splitByTime(evidence, whole, into);
}

/** Of several pings of one number, the one that was asked last before this reply at the reply's point; undefined: none was. */
function askedBefore(evidence: Sighted, reply: number, parts: readonly Probe[]): Probe | undefined {
  const { columns: c, kinds } = evidence.sightings;
  const { point } = kinds.columns;
  let found: Probe | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    for (const row of part.requests) {
      if (point[c.kind[row]!] !== point[c.kind[reply]!]) continue;
      const time = (c.seconds[reply]! - c.seconds[row]!) * 1e9 + (c.nanoseconds[reply]! - c.nanoseconds[row]!);
      if (time < 0 || time >= nearest) continue;
      nearest = time;
      found = part;
    }
  }
  return found;
}

/** Digests that tell repeats apart: those of a point that holds more than one, unless a copy was merely damaged. */
function repeatedDigests(evidence: Sighted, requests: readonly number[]): number[] {
  if (requests.length < 2) return [];
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const first = requests[0]!;
  if (requests.every((row) => c.payloadDigest[row] === c.payloadDigest[first])) return [];
  const byPoint = new Map<number, Set<number>>();
  const longest = requests.reduce((most, row) => Math.max(most, k.payloadCaptured[c.kind[row]!]!), 0);
  const identificationOf = new Map<number, Set<number>>();
  for (const row of requests) {
    // Payloads cut by a snapshot length compare with nothing.
    if (k.payloadCaptured[c.kind[row]!] !== longest) continue;
    const digest = c.payloadDigest[row]!;
    const at = byPoint.get(k.point[c.kind[row]!]!);
    if (at === undefined) byPoint.set(k.point[c.kind[row]!]!, new Set([digest]));
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

function splitByTime(evidence: Sighted, probe: Probe, into: Probe[]): void {
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

function numberRuns(evidence: Sighted, rows: readonly number[]): [row: number, run: number][] {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const byPoint = new Map<number, number[]>();
  for (const row of rows) {
    const list = byPoint.get(k.point[c.kind[row]!]!);
    if (list === undefined) byPoint.set(k.point[c.kind[row]!]!, [row]);
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

function runsOf(evidence: Sighted, rows: readonly number[]): number {
  if (rows.length < 2) return 1;
  return numberRuns(evidence, rows).reduce((most, [, run]) => Math.max(most, run + 1), 1);
}

/**
 * A flipped bit in an address or number makes a key of its own, whose checksum is wrong. Such a sighting
 * belongs to the probe with its payload, or with its identification, and is no probe that got lost.
 */
function attachDamaged(evidence: Sighted, store: ProbeStore): void {
  const damaged = damagedProbes(evidence, store);
  if (damaged.length === 0 || damaged.length === store.length) return;
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const payload = (row: number): string => {
    const kind = c.kind[row]!;
    return `${k.flags[kind]! & Flag.Reply} ${k.payloadCaptured[kind]} ${c.payloadDigest[row]}`;
  };
  const identification = (row: number): string => {
    const kind = c.kind[row]!;
    return `${k.flags[kind]! & Flag.Reply} ${c.identification[row]} ${k.totalLength[kind]}`;
  };
  // Marks of the damaged ones, and the one whole probe that has each; null: several have it, so that it tells nothing.
  const homes = new Map<string, number | null>();
  const digests = new Set<number>();
  const identifications = new Set<number>();
  const isDamaged = new Set(damaged);
  for (const position of damaged) {
    const row = store.firstRow(position);
    homes.set(`p ${payload(row)}`, -1).set(`i ${identification(row)}`, -1);
    digests.add(c.payloadDigest[row]!);
    identifications.add(c.identification[row]!);
  }
  const put = (mark: string, position: number): void => {
    const known = homes.get(mark);
    if (known !== undefined) homes.set(mark, known === -1 || known === position ? position : null);
  };
  const rows: number[] = [];
  for (let position = 0; position < store.length; position++) {
    if (isDamaged.has(position)) continue;
    const count = store.rows(position, rows);
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (digests.has(c.payloadDigest[row]!) && k.payloadCaptured[c.kind[row]!]! >= 8)
        put(`p ${payload(row)}`, position);
      if (c.identification[row] !== 0 && identifications.has(c.identification[row]!)) {
        put(`i ${identification(row)}`, position);
      }
    }
  }
  const found = (mark: string): number | null => {
    const position = homes.get(mark);
    return position === undefined || position === -1 ? null : position;
  };
  for (const position of damaged) {
    const row = store.firstRow(position);
    const at = found(`p ${payload(row)}`) ?? found(`i ${identification(row)}`);
    if (at === null) continue;
    const home = store.changeable(at);
    const probe = store.changeable(position);
    home.requests.push(...probe.requests.splice(0));
    home.replies.push(...probe.replies.splice(0));
  }
}

/** Probes of which every sighting has a wrong checksum. */
function damagedProbes(evidence: Sighted, store: ProbeStore): number[] {
  const { columns: c, kinds } = evidence.sightings;
  const { flags } = kinds.columns;
  const wrong = Flag.InnerChecksumWrong | Flag.MessageChecksumWrong;
  if (!flags.subarray(0, kinds.length).some((f) => (f & wrong) !== 0)) return [];
  const damaged: number[] = [];
  const rows: number[] = [];
  for (let position = 0; position < store.length; position++) {
    const count = store.rows(position, rows);
    let every = count > 0;
    for (let i = 0; i < count && every; i++) every = (flags[c.kind[rows[i]!]!]! & wrong) !== 0;
    if (every) damaged.push(position);
  }
  return damaged;
}

/** Probes of one run: their numbers agree in the upper half. */
interface Stream {
  readonly source: number;
  readonly run: number;
  readonly probes: number[];
  readonly points: Set<number>;
  lowestTtl: number;
  highestTtl: number;
  /** Probes by the lower half of their numbers, once somebody asked. */
  byPlace: ReadonlyMap<number, readonly number[]> | null;
}

function runOf(number: number): number {
  return number >>> 16;
}

function placeInRun(number: number): number {
  return number & 0xffff;
}

/** A hostile capture can hold any number of streams to one destination; real renaming concerns few. */
const MAX_STREAMS = 512;
/** So many probes in which two streams differ, and none in which they agree: they are two. */
const PLAINLY_OTHER = 64;

/**
 * NAT on the way gives a request another inner source, or its run another number. Two streams to one destination are one
 * when no point saw the requests of both, the second carries a lower TTL, and places in the run and payloads agree.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: each pair of streams held against what NAT may and may not change
function joinRewritten(evidence: Sighted, store: ProbeStore): void {
  for (const streams of streamsByDestination(evidence, store)) {
    if (streams.length < 2 || streams.length > MAX_STREAMS) continue;
    const list = streams.filter((s) => s.points.size > 0);
    list.sort((a, b) => b.highestTtl - a.highestTtl || a.source - b.source || a.run - b.run);
    const joined = new Set<Stream>();
    for (const before of list) {
      if (joined.has(before)) continue;
      for (const after of list) {
        if (after === before || joined.has(after) || after.highestTtl >= before.lowestTtl) continue;
        if ([...after.points].some((p) => before.points.has(p))) continue;
        const pairs = matchingProbes(evidence, store, before, after);
        if (pairs.length === 0) continue;
        for (const [one, other] of pairs) {
          join(store.changeable(one), store.changeable(other));
        }
        joined.add(after);
      }
    }
  }
}

/** One probe under two names: `other` loses its sightings to it. */
function join(probe: Probe, other: Probe): void {
  probe.requests.push(...other.requests.splice(0));
  probe.replies.push(...other.replies.splice(0));
  probe.rewritten.push(other.key, ...other.rewritten.splice(0));
}

/**
 * A Service's address stands before the node that chooses a pod for it (kube-proxy's DNAT): the same source, port and message
 * under another destination, seen nowhere else, with a higher TTL. What was sent to the Service belongs to the pod's flow.
 */
function joinRedirected(evidence: Sighted, store: ProbeStore): void {
  const { columns: c, kinds } = evidence.sightings;
  const { point, timeToLive, protocol } = kinds.columns;
  const groups = new Map<string, number[]>();
  for (let position = 0; position < store.length; position++) {
    const row = store.firstRequest(position);
    if (row === undefined || protocol[c.kind[row]!] === IpProtocol.Icmp) continue;
    const { source, ports, number } = store.key(position);
    const name = `${protocol[c.kind[row]!]} ${source} ${ports >>> 16} ${number} ${c.payloadDigest[row]}`;
    put(groups, name, position);
  }
  for (const group of groups.values()) {
    // More than two of one name were made up.
    if (group.length !== 2) continue;
    const [one, other] = group as [number, number];
    const ttlOf = (position: number): number =>
      Math.min(...store.at(position).requests.map((row) => timeToLive[c.kind[row]!]!));
    const [before, after] = ttlOf(one) > ttlOf(other) ? [one, other] : [other, one];
    const pointsOf = (position: number): Set<number> =>
      new Set(store.at(position).requests.map((row) => point[c.kind[row]!]!));
    const there = pointsOf(after);
    if (ttlOf(before) <= ttlOf(after) || [...pointsOf(before)].some((p) => there.has(p))) continue;
    join(store.changeable(after), store.changeable(before));
  }
}

function streamsByDestination(evidence: Sighted, store: ProbeStore): Stream[][] {
  const { columns: c, kinds } = evidence.sightings;
  const k = kinds.columns;
  const destinations = new Map<number, { readonly byId: Map<number, Stream>; readonly streams: Stream[] }>();
  const rows: number[] = [];
  let lastDestination = -1;
  let lastId = -1;
  let stream: Stream | null = null;
  for (let position = 0; position < store.length; position++) {
    const count = store.rows(position, rows);
    if (count === 0) continue;
    const { source, destination, protocol, number } = keyOf(store, position, rows[0]!);
    const run = runOf(number);
    // Three numbers of 32, 16 and 5 bits, exact in a double.
    const id = (source * 65_536 + run) * 32 + protocol;
    if (stream === null || destination !== lastDestination || id !== lastId) {
      let there = destinations.get(destination);
      if (there === undefined) {
        there = { byId: new Map(), streams: [] };
        destinations.set(destination, there);
      }
      stream = there.byId.get(id) ?? null;
      if (stream === null) {
        stream = {
          source,
          run,
          probes: [],
          points: new Set(),
          lowestTtl: 256,
          highestTtl: -1,
          byPlace: null,
        };
        there.byId.set(id, stream);
        there.streams.push(stream);
      }
      lastDestination = destination;
      lastId = id;
    }
    stream.probes.push(position);
    for (let i = 0; i < count; i++) {
      const kind = c.kind[rows[i]!]!;
      if (k.flags[kind]! & Flag.Reply) continue;
      stream.points.add(k.point[kind]!);
      const ttl = k.timeToLive[kind]!;
      if (ttl < stream.lowestTtl) stream.lowestTtl = ttl;
      if (ttl > stream.highestTtl) stream.highestTtl = ttl;
    }
  }
  return [...destinations.values()].map(({ streams }) => streams);

  function keyOf(of: ProbeStore, position: number, row: number): ProbeKey {
    const kind = c.kind[row]!;
    const reply = (k.flags[kind]! & Flag.Reply) !== 0;
    // Rows that came from a damaged probe stand behind the probe's own.
    if (of.isMade(position)) return of.key(position);
    return {
      source: (reply ? k.destination[kind] : k.source[kind])!,
      destination: (reply ? k.source[kind] : k.destination[kind])!,
      protocol: k.protocol[kind]!,
      ports: reply ? swapPorts(k.ports[kind]!) : k.ports[kind]!,
      number: c.number[row]!,
    };
  }
}

function matchingProbes(evidence: Sighted, store: ProbeStore, before: Stream, after: Stream): [number, number][] {
  const c = evidence.sightings.columns;
  const k = evidence.sightings.kinds.columns;
  const byPlace = placesOf(store, after);
  const pairs: [number, number][] = [];
  const digests = new Set<number>();
  let contradicted = 0;
  for (const position of before.probes) {
    const row = store.firstRequest(position);
    const candidates = byPlace.get(placeInRun(store.key(position).number));
    if (row === undefined || candidates === undefined) continue;
    const match = candidates.find((other) => {
      const otherRow = store.firstRequest(other);
      return (
        otherRow !== undefined &&
        c.payloadDigest[otherRow] === c.payloadDigest[row] &&
        k.payloadCaptured[c.kind[otherRow]!] === k.payloadCaptured[c.kind[row]!] &&
        goesOn(evidence, store.at(position), store.at(other))
      );
    });
    if (match === undefined) {
      // Streams of floods would be held against one another to their ends.
      if (++contradicted >= PLAINLY_OTHER && pairs.length === 0) return [];
    } else {
      pairs.push([position, match]);
      digests.add(c.payloadDigest[row]!);
    }
  }
  if (contradicted > pairs.length) return [];
  // A payload that is the same in every probe proves nothing by itself: then the answer must have come back renamed, too.
  const telling = (pairs.length > 1 && digests.size === pairs.length) || payloadTells(evidence, store, pairs);
  const answered = pairs.some(([a, b]) => store.at(a).replies.length > 0 && store.at(b).replies.length > 0);
  return telling || answered ? pairs : [];
}

function placesOf(store: ProbeStore, stream: Stream): ReadonlyMap<number, readonly number[]> {
  if (stream.byPlace !== null) return stream.byPlace;
  const byPlace = new Map<number, number[]>();
  for (const position of stream.probes) {
    const place = placeInRun(store.key(position).number);
    put(byPlace, place, position);
  }
  stream.byPlace = byPlace;
  return byPlace;
}

/** NAT may give each probe a name of its own, and a second NAT another: what goes on under it was seen nowhere before, with a lower TTL. */
function goesOn(evidence: Sighted, before: Probe, after: Probe): boolean {
  const { kind } = evidence.sightings.columns;
  const { timeToLive, point } = evidence.sightings.kinds.columns;
  return after.requests.every((b) =>
    before.requests.every((a) => timeToLive[kind[a]!]! > timeToLive[kind[b]!]! && point[kind[a]!] !== point[kind[b]!]),
  );
}

/** A single probe's payload tells when it is long enough to hold a time stamp. */
function payloadTells(evidence: Sighted, store: ProbeStore, pairs: readonly [number, number][]): boolean {
  if (pairs.length !== 1) return false;
  const { columns: c, kinds } = evidence.sightings;
  return kinds.columns.payloadCaptured[c.kind[store.at(pairs[0]![0]).requests[0]!]!]! >= 16;
}

/** The point that saw most of the probes gives the order; it is one clock, so its frame numbers do. */
function inSendingOrder(evidence: Sighted, store: ProbeStore, positions: Int32Array): Int32Array {
  if (positions.length < 2) return positions;
  const { columns: c, kinds } = evidence.sightings;
  const k = kinds.columns;
  // By point: how many probes it saw, the TTL of the first of them, and the last one counted.
  const seen = new Map<number, { count: number; readonly ttl: number; last: number }>();
  const rows: number[] = [];
  for (const position of positions) {
    const count = store.rows(position, rows);
    for (let i = 0; i < count; i++) {
      const kind = c.kind[rows[i]!]!;
      if (k.flags[kind]! & Flag.Reply) continue;
      const at = seen.get(k.point[kind]!);
      if (at === undefined) seen.set(k.point[kind]!, { count: 1, ttl: k.timeToLive[kind]!, last: position });
      else if (at.last !== position) {
        at.count++;
        at.last = position;
      }
    }
  }
  let best = -1;
  let bestCount = 0;
  let bestTtl = -1;
  for (const [point, { count, ttl }] of [...seen].sort((a, b) => a[0] - b[0])) {
    if (count > bestCount || (count === bestCount && ttl > bestTtl)) {
      best = point;
      bestCount = count;
      bestTtl = ttl;
    }
  }
  // By index into `positions`; a probe that was not seen there comes last.
  const place = new Float64Array(positions.length);
  let sorted = true;
  positions.forEach((position, n) => {
    const count = store.rows(position, rows);
    let frame = Number.MAX_SAFE_INTEGER;
    for (let i = 0; i < count; i++) {
      const kind = c.kind[rows[i]!]!;
      if (k.point[kind] !== best || k.flags[kind]! & Flag.Reply) continue;
      frame = c.frame[rows[i]!]!;
      break;
    }
    place[n] = frame;
    if (n > 0 && place[n - 1]! >= frame) sorted = false;
  });
  if (sorted) return positions;
  const keys = (n: number): ProbeKey => store.key(positions[n]!);
  const order = Int32Array.from(positions.keys()).sort(
    (a, b) => place[a]! - place[b]! || keys(a).number - keys(b).number || a - b,
  );
  return order.map((n) => positions[n]!);
}
