import { type ProbeChoice, type ProbeKind, probeKinds } from '../path/probe-kinds.js';
import { UserError } from '../user-error.js';

/**
 * What `--probe` says is followed; without it, pings.
 *
 * @throws UserError for a kind that there is not, and for `auto` beside another
 */
export function readProbes(given: readonly string[]): ProbeChoice {
  const names = given.flatMap((text) => text.split(','));
  if (names.length === 0) return ['icmp'];
  const unknown = names.find((name) => name !== 'auto' && !(probeKinds as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UserError(`--probe ${unknown}: expected one of ${[...probeKinds, 'auto'].join(', ')}`);
  if (!names.includes('auto')) return [...new Set(names)] as ProbeKind[];
  if (names.some((name) => name !== 'auto')) throw new UserError('--probe auto: stands alone, it chooses by itself');
  return 'auto';
}
