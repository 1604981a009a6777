/** What the tests of the expect room share: the scenarios' folders, and facts as plain text. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressText, parseAddress } from '../../src/decode/address.js';
import { type ExpectationSource, type FlowFacts, type HopFacts, type HopRole, hopRoles } from '../../src/path/facts.js';

const roots = ['samples', 'test/fixtures/scenarios'];

export const scenarios: ReadonlyMap<string, string> = new Map(
  roots
    .flatMap((root) => readdirSync(root).map((name): [string, string] => [name, join(root, name)]))
    .filter(([, folder]) => existsSync(join(folder, 'state')))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

export const stateOf = (scenario: string): string => join(scenarios.get(scenario)!, 'state');

export function flowOf(source: ExpectationSource, from: string, to: string): FlowFacts {
  const facts = source.flow(parseAddress(from)!, parseAddress(to)!);
  if (facts === null) throw new Error(`nothing known of ${from} > ${to}`);
  return facts;
}

const isAddress = (key: string): boolean => /^(inner|outer)(Source|Destination)$/.test(key);

/** A hop's facts as { sourceMac: "…", outerSource: "192.168.0.81", … }. */
export function plain(hop: HopFacts | undefined): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(hop ?? {}).map(([key, fact]) => [
      key,
      isAddress(key) ? addressText(fact.value as number) : fact.value,
    ]),
  );
}

/** One line a hop, in path order: for documents and snapshots. */
export function pathText(facts: FlowFacts, direction: 'request' | 'reply'): string {
  const order = direction === 'request' ? hopRoles : [...hopRoles].reverse();
  return order
    .filter((role) => facts[direction][role] !== undefined)
    .map((role) => hopText(role, plain(facts[direction][role])))
    .join('\n');
}

function hopText(role: HopRole, hop: Record<string, string | number>): string {
  const macs =
    hop.sourceMac === undefined && hop.destinationMac === undefined
      ? '-'
      : `${hop.sourceMac ?? '?'} > ${hop.destinationMac ?? '?'}`;
  const outer =
    hop.outerSource === undefined
      ? (hop.encapsulation ?? '?')
      : `${hop.encapsulation} ${hop.outerSource} > ${hop.outerDestination}`;
  return `${role.padEnd(21)} ${[hop.node, hop.interfaceName]
    .filter((name) => name !== undefined)
    .join(' ')
    .padEnd(
      10,
    )} ${macs.padEnd(37)} ${String(outer).padEnd(30)} TTL -${hop.innerTtlDrop ?? '?'}, at most ${hop.mtu ?? '?'}`;
}

const made = new Set<string>();
process.on('exit', () => {
  for (const folder of made) discard(folder);
});

/** Takes a folder away at once: a property makes hundreds. */
export function discard(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  made.delete(folder);
}

/** A copy of a state folder with some files changed; null takes one away. */
export function changedState(
  from: string,
  changes: Readonly<Record<string, string | null | ((before: string) => string)>>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  made.add(folder);
  cpSync(from, folder, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    const path = join(folder, file);
    if (change === null) rmSync(path);
    else writeFileSync(path, typeof change === 'string' ? change : change(readFileSync(path, 'utf8')));
  }
  return folder;
}

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  made.add(folder);
  return folder;
}
