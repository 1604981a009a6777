/** Facts of several sources put together: declared over kernel state over inferred, a contradiction between the first two said openly. */
import { addressText } from '../decode/address.js';
import type { ExpectationProblem, Fact, FlowFacts, HopFacts, HopRole, PathFacts } from '../path/facts.js';
import { hopRoles } from '../path/facts.js';

/** `sources` in order of authority, highest first. */
export function mergeFacts(sources: readonly FlowFacts[]): FlowFacts {
  const problems: ExpectationProblem[] = sources.flatMap((s) => s.problems);
  const request = mergeDirection(sources, 'request', problems);
  const reply = mergeDirection(sources, 'reply', problems);
  const tunnelMtu = pick(sources.map((s) => s.tunnelMtu));
  const underlayMtu = pick(sources.map((s) => s.underlayMtu));
  return {
    request,
    reply,
    ...(tunnelMtu === undefined ? {} : { tunnelMtu }),
    ...(underlayMtu === undefined ? {} : { underlayMtu }),
    problems,
  };
}

/** Addresses are numbers inside and dotted quads for people. */
function inWords(field: string, value: unknown): string {
  const isAddress = /^(inner|outer)(Source|Destination)$/.test(field);
  return isAddress && typeof value === 'number' ? addressText(value) : String(value);
}

function pick<T>(facts: readonly (Fact<T> | undefined)[]): Fact<T> | undefined {
  return facts.find((f) => f !== undefined);
}

function mergeDirection(
  sources: readonly FlowFacts[],
  direction: 'request' | 'reply',
  problems: ExpectationProblem[],
): PathFacts {
  const merged: Partial<Record<HopRole, HopFacts>> = {};
  for (const role of hopRoles) {
    const hop: Record<string, Fact<unknown>> = {};
    for (const source of sources) {
      for (const [name, fact] of Object.entries(source[direction][role] ?? {}) as [string, Fact<unknown>][]) {
        const known = hop[name];
        if (known === undefined) hop[name] = fact;
        else if (fact.source !== 'inferred' && known.value !== fact.value) {
          problems.push({
            name: 'expectation-conflict',
            severity: 'error',
            message: `${name} at ${role} (${direction}): ${known.from} says ${inWords(name, known.value)}, ${fact.from} says ${inWords(name, fact.value)}; the first was used`,
            from: known.from,
            role,
            direction,
          });
        }
      }
    }
    if (Object.keys(hop).length > 0) merged[role] = hop as HopFacts;
  }
  return merged;
}
