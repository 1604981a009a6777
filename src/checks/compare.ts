/** Comparisons that several rules make, so that each rule holds only its judgement. */
import { addressText } from '../decode/address.js';
import type { Hop, Journey, Leg } from '../follow/journey.js';
import type { Observation } from '../observe/observation.js';
import type { Fact, HopRole } from '../path/facts.js';
import type { Direction } from '../path/roles.js';
import { fail, pass, proof, unproven, type Verdict } from './rule.js';

export interface Mismatch {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** Where the expectation comes from. */
  readonly by: string;
}

/** Every observation's field must be the expected one; nobody's expectation leaves it unproven. */
export function expectField<T>(
  seen: readonly Observation[],
  fact: Fact<T> | undefined,
  field: string,
  read: (o: Observation) => T | null,
  text: (value: T) => string,
): Verdict<Mismatch> {
  const shown = seen.filter((o) => read(o) !== null);
  if (fact === undefined)
    return unproven('expectation', `nothing in the captures or the expectation tells the ${field}`);
  if (shown.length === 0) return unproven('bytes');
  const wrong = shown.filter((o) => read(o) !== fact.value);
  if (wrong.length === 0) return pass(shown, `${text(fact.value)} as told by ${fact.from}`);
  const found = text(read(wrong[0]!)!);
  const expected = text(fact.value);
  return fail(
    { field, expected, found, by: fact.from },
    ...wrong.map((o) => proof(o.ref, field, expected, text(read(o)!))),
  );
}

export const macAsText = (mac: string): string => mac;
export const addressAsText = (address: number): string => addressText(address);

export function mismatchText({ field, expected, found, by }: Mismatch): string {
  return `${field} is ${found}, expected ${expected} (${by})`;
}

/** How many forwarding nodes stand before this place: the inner TTL falls by one at each (RFC 1812 section 5.3.1). */
const forwardsBefore: Record<HopRole, number> = {
  'source-pod': 0,
  'source-bridge': 0,
  'encapsulator-tunnel': 1,
  'encapsulator-underlay': 1,
  'decapsulator-underlay': 1,
  'decapsulator-tunnel': 1,
  'destination-bridge': 2,
  'destination-pod': 2,
};

export function forwardsBetween(from: HopRole, to: HopRole): number {
  return forwardsBefore[to] - forwardsBefore[from];
}

/** "node1.cap ends 0.5 s before the reply was due there"; null: no capture stopped or began too near to it. */
export function gapText({ hops, direction }: Leg): string | null {
  const hop = hops.find(({ state }) => state === 'not-running');
  return hop === undefined ? null : hopGapText(hop, direction);
}

export function hopGapText({ point, gap }: Hop, what: Direction): string {
  const { end, by } = gap!;
  const amount = by < 1e6 ? '' : by < 1e9 ? ` ${(by / 1e6).toFixed(0)} ms` : ` ${(by / 1e9).toFixed(1)} s`;
  const verb = end === 'end' ? 'ends' : 'begins';
  return `${point!.label} ${verb}${amount} ${end === 'end' ? 'before' : 'after'} the ${what} was due there`;
}

/** The nearest hop before this one that saw the datagram, on another place of the path. */
export function previousSeen(hop: Hop, leg: Leg): Hop | null {
  const at = leg.hops.indexOf(hop);
  for (let i = at - 1; i >= 0; i--) {
    const other = leg.hops[i]!;
    if (other.state === 'seen' && other.place !== hop.place) return other;
  }
  return null;
}

export function firstSeen(leg: Leg): Hop | null {
  return leg.hops.find((h) => h.state === 'seen') ?? null;
}

/** What of a fragmented datagram did not come, and where that shows. */
export interface PartlySeen {
  readonly hop: Hop;
  /** The hop before, where the datagram was whole; null: it was nowhere whole before. */
  readonly whole: Hop | null;
  /** It was whole again further on, so this capture merely misses the rest. */
  readonly laterWhole: boolean;
}

/** Is nothing of the datagram missing here? A hop may hold several copies. */
function isWhole(hop: Hop): boolean {
  return hop.observations.some((o) => o.complete);
}

/** The first place where only some of the datagram's fragments were seen; null when it was whole everywhere. */
export function partlySeen(leg: Leg): PartlySeen | null {
  const seen = leg.hops.filter((h) => h.state === 'seen');
  const at = seen.findIndex((h) => !isWhole(h));
  if (at < 0) return null;
  return { hop: seen[at]!, whole: seen[at - 1] ?? null, laterWhole: seen.slice(at).some(isWhole) };
}

/** Hops of different probes say nothing about what changed on the way. */
export function sameProbe(a: Observation, b: Observation, journey: Journey): boolean {
  return !journey.composite || (a.number === b.number && a.payloadDigest === b.payloadDigest);
}

/** ECN as routers and tunnel ends may change it: CE set on what allows it, nothing else (RFC 3168 sections 5 and 12). */
export function mayMark(before: number, after: number): boolean {
  const [was, is] = [before & 3, after & 3];
  return before >> 2 === after >> 2 && (was === 1 || was === 2) && is === 3;
}

/**
 * Each datagram behind the wire with the one before it that it was: every copy, and every capture of the two places. A copy
 * made before the tunnel has an outer identification of its own.
 */
export function overTheWire(leg: Leg): (readonly [Observation, Observation])[] {
  const at = (place: HopRole): Hop[] => leg.hops.filter((h) => h.place === place && h.state === 'seen');
  const pairs: (readonly [Observation, Observation])[] = [];
  for (const before of at('encapsulator-underlay')) {
    for (const after of at('decapsulator-underlay')) {
      for (const b of after.observations) {
        const same = before.observations.filter((o) => o.outer?.identification === b.outer?.identification);
        pairs.push([same.find((o) => sameLink(o, b)) ?? same[0] ?? earlierOf(b, before), b]);
      }
    }
  }
  return pairs;
}

/** Do both frames carry the same two MACs? Without MACs nothing tells. */
export function sameLink(a: Observation, b: Observation): boolean {
  return (
    a.ethernet !== null &&
    b.ethernet !== null &&
    a.ethernet.source === b.ethernet.source &&
    a.ethernet.destination === b.ethernet.destination
  );
}

/** Pairs each observation here with the one of the earlier hop that is the same copy, else with its first. */
export function earlierOf(here: Observation, earlier: Hop): Observation {
  return (
    earlier.observations.find(
      (o) => o.inner.identification === here.inner.identification && o.payloadDigest === here.payloadDigest,
    ) ?? earlier.observations[0]!
  );
}

/** Where a Service's address still stands: the source's node turns it into a pod's when it forwards (kube-proxy, DNAT before routing). */
export function isBeforeService(role: HopRole): boolean {
  return role === 'source-pod' || role === 'source-bridge';
}
