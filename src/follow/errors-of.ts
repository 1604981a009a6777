/** Which ICMP errors may concern a flow, and which a probe: looked up by what they quote, as there can be as many errors as probes. */

import type { ErrorSighting, Observation } from '../observe/observation.js';
import type { Sighted } from '../observe/sighted.js';
import { Flag } from '../observe/sightings.js';
import { probeWords } from '../path/probe-kinds.js';
import type { Flow } from './flow.js';
import { put } from './index-by.js';
import type { Probe } from './probe.js';
import { swapPorts } from './probe-key.js';

/** Errors of one journey that are kept: a probe that more of them quote tells nothing more. */
const MAX_REFUSALS = 64;

type Index<Key> = Map<Key, number[]>;

interface QuotedPairs {
  readonly inner: Index<string>;
  /** Errors whose quotation ends before the inner header. */
  readonly outer: Index<string>;
}

interface QuotedMessages {
  readonly number: Index<number>;
  /** Errors whose quotation ends before the message, by the inner identification. */
  readonly identification: Index<number>;
  /** Errors whose quotation ends before the inner header, by its pair of outer addresses. */
  readonly outerOnly: Index<string>;
}

const pairIndexes = new WeakMap<readonly ErrorSighting[], QuotedPairs>();
const messageIndexes = new WeakMap<readonly ErrorSighting[], QuotedMessages>();

/** ICMP errors that quote one of the flow's inner pairs, or an outer pair that it used. */
export function errorsOf(evidence: Sighted, flow: Flow): ErrorSighting[] {
  const { errors } = evidence;
  if (errors.length === 0) return [];
  const k = evidence.sightings.kinds.columns;
  const pairs = new Set<string>([pair(flow), pair({ source: flow.destination, destination: flow.source })]);
  const outers = new Set<string>();
  for (const key of flow.probes.rewritten) {
    pairs.add(pair(key));
    pairs.add(pair({ source: key.destination, destination: key.source }));
  }
  for (const kind of flow.probes.kinds) {
    if (k.flags[kind]! & Flag.HasOuter) {
      outers.add(pair({ source: k.outerSource[kind]!, destination: k.outerDestination[kind]! }));
    }
  }
  const index = quotedPairs(errors);
  const taken = take(errors, [
    ...[...pairs].map((p) => index.inner.get(p) ?? []),
    ...[...outers].map((p) => index.outer.get(p) ?? []),
  ]);
  // A ping's flow keeps whatever its pair of pods is told: an error about their tunnel concerns it, whatever was inside.
  if (flow.kind === 'icmp') return taken;
  const { protocol } = probeWords(flow.kind);
  return taken.flatMap((error) => {
    if (error.quotedInner === null) return [error];
    return error.quotedInner.protocol === protocol ? ofTransport(evidence, flow, error) : [];
  });
}

/** The error with the number of the flow's message that it quotes; none, when it quotes other ports. */
function ofTransport(evidence: Sighted, flow: Flow, error: ErrorSighting): ErrorSighting[] {
  const quoted = error.quotedInner!;
  const forth = quoted.source === flow.source || flow.probes.rewritten.some((key) => key.source === quoted.source);
  if (error.quotedPorts !== null) {
    const ports = forth ? error.quotedPorts : swapPorts(error.quotedPorts);
    if (ports !== flow.ports && !flow.probes.rewritten.some((key) => key.ports === ports)) return [];
  }
  const { columns: c, kinds } = evidence.sightings;
  const { flags, totalLength } = kinds.columns;
  const rows: number[] = [];
  let found = flow.probes.length === 1 ? flow.probes.key(0) : null;
  for (let n = 0; n < flow.probes.length && found === null; n++) {
    const count = flow.probes.rows(n, rows);
    for (let i = 0; i < count && found === null; i++) {
      const row = rows[i]!;
      const kind = c.kind[row]!;
      const same =
        ((flags[kind]! & Flag.Reply) === 0) === forth &&
        c.identification[row] === quoted.identification &&
        (quoted.identification !== 0 || totalLength[kind] === quoted.totalLength);
      if (same) found = flow.probes.key(n);
    }
  }
  if (found === null) return [];
  return [{ ...error, quotedMessage: { reply: !forth, number: found.number } }];
}

/** Of a flow's errors those that may quote one of the probe's messages, in the flow's order. */
export function errorsNear(
  errors: readonly ErrorSighting[],
  probe: Probe,
  seen: readonly Observation[],
  quotes: (error: ErrorSighting) => boolean,
): ErrorSighting[] {
  if (errors.length === 0) return [];
  const index = quotedMessages(errors);
  const numbers = new Set([probe.key, ...probe.rewritten].map((key) => key.number));
  const identifications = new Set(seen.map((o) => o.inner.identification));
  const outers = new Set(seen.flatMap((o) => (o.outer === null ? [] : [pair(o.outer)])));
  const lists = [
    ...[...numbers].map((n) => index.number.get(n) ?? []),
    ...[...identifications].map((n) => index.identification.get(n) ?? []),
    ...[...outers].map((p) => index.outerOnly.get(p) ?? []),
  ].map((list) => firstThat(errors, list, quotes));
  return take(errors, lists).slice(0, MAX_REFUSALS);
}

function firstThat(
  errors: readonly ErrorSighting[],
  list: readonly number[],
  quotes: (error: ErrorSighting) => boolean,
): number[] {
  const found: number[] = [];
  for (const n of list) if (quotes(errors[n]!) && found.push(n) >= MAX_REFUSALS) break;
  return found;
}

function take(errors: readonly ErrorSighting[], lists: readonly (readonly number[])[]): ErrorSighting[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b).map((n) => errors[n]!);
}

function pair({ source, destination }: { readonly source: number; readonly destination: number }): string {
  return `${source} ${destination}`;
}

function quotedPairs(errors: readonly ErrorSighting[]): QuotedPairs {
  let index = pairIndexes.get(errors);
  if (index === undefined) {
    index = { inner: new Map(), outer: new Map() };
    for (const [n, { quotedInner, quotedOuter }] of errors.entries()) {
      if (quotedInner !== null) put(index.inner, pair(quotedInner), n);
      else if (quotedOuter !== null) put(index.outer, pair(quotedOuter), n);
    }
    pairIndexes.set(errors, index);
  }
  return index;
}

function quotedMessages(errors: readonly ErrorSighting[]): QuotedMessages {
  let index = messageIndexes.get(errors);
  if (index === undefined) {
    index = { number: new Map(), identification: new Map(), outerOnly: new Map() };
    for (const [n, { quotedInner, quotedOuter, quotedMessage }] of errors.entries()) {
      if (quotedInner === null) {
        if (quotedOuter !== null) put(index.outerOnly, pair(quotedOuter), n);
      } else if (quotedMessage !== null) put(index.number, quotedMessage.number, n);
      else put(index.identification, quotedInner.identification, n);
    }
    messageIndexes.set(errors, index);
  }
  return index;
}
