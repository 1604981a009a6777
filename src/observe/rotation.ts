/**
 * Several files of one capture: tcpdump -G and -C -W, dumpcap -b. Their names differ in a number or a time only, they are of the
 * same link types, and one begins where the other ended.
 */

import type { CaptureSummary } from '../capture/capture.js';
import { elapsed, type Instant } from './observation.js';

export interface RotatedFile {
  readonly summary: CaptureSummary;
  /** First and last frame; null: it holds none. */
  readonly window: { readonly first: Instant; readonly last: Instant } | null;
}

/** IPv4 addresses in host names (ip-10-0-1-12) are no counters. */
const address = /(?<![0-9])\d{1,3}([-._])\d{1,3}\1\d{1,3}\1\d{1,3}(?![0-9])/g;
/** A time or a counter, as strftime and the ring buffers write them: five digits and more, or groups of them. */
const counter = /(?<=[-_.])\d[\d\-_:.T]*(?=[-_.]|$)/g;
const ending = /\.(cap|pcap|pcapng|ntar|dmp|dump)\.?\d*(\.(gz|zst|lz4|xz))?$/i;

/** What the names of one capture's files have in common; the name itself when it counts nothing. */
export function withoutCounter(file: string): string {
  const stem = file.replace(ending, (_, kind: string) => `.${kind.toLowerCase()}`);
  const kept: string[] = [];
  const masked = stem.replace(address, (text) => `<${kept.push(text) - 1}>`);
  const plain = masked.replace(counter, (text) => (text.replace(/\D/g, '').length >= 5 ? '#' : text));
  return plain.replace(/<(\d+)>/g, (_, n: string) => kept[Number(n)]!);
}

/** By file: the first file of the capture that it belongs to. Files alone are their own. */
export function rotationsOf(files: readonly RotatedFile[]): ReadonlyMap<string, string> {
  const groups = new Map<string, RotatedFile[]>();
  for (const file of files) {
    const links = file.summary.interfaces.map(({ linkType, name }) => `${linkType} ${name ?? ''}`);
    const key = JSON.stringify([withoutCounter(file.summary.file), [...new Set(links)].sort()]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  const firsts = new Map<string, string>();
  for (const group of groups.values()) {
    const held = group.filter(({ window }) => window !== null);
    held.sort((a, b) => elapsed(b.window!.first, a.window!.first));
    const follow = held.every((file, i) => i === 0 || elapsed(held[i - 1]!.window!.last, file.window!.first) >= 0);
    for (const file of group) {
      firsts.set(file.summary.file, (follow ? held[0] : undefined)?.summary.file ?? file.summary.file);
    }
  }
  return firsts;
}
