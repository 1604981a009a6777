/**
 * Reads `ip-resources.txt` of a Retina capture: "Summary:", the commands, "Execute:", then each command's line followed by its
 * output (microsoft/retina pkg/capture/provider/network_capture_unix.go, CollectMetadata). `iptables-rules.txt` tells nothing of routes.
 */
import { gunzipSync } from 'node:zlib';
import type { Namespace } from './namespace.js';
import { DumpError, parseItems, readAddresses, readNeighbours } from './state-json.js';
import { readIpRoute, readIpRule } from './state-text.js';

const LARGEST_TARBALL = 256 * 1024 * 1024;
const BLOCK = 512;

export function readRetina(namespace: Namespace, dump: string, from: string): void {
  const start = dump.search(/^Execute:\s*$/m);
  if (start === -1) throw new DumpError('has no line "Execute:": it is not the ip-resources.txt of a Retina capture');
  const sections = dump
    .slice(start)
    .split(/^(?=(?:\S*\/)?ip (?:-d -j )?(?:addr|neighbor|rule|route) (?:show|list)[^\n]*$)/m);
  for (const section of sections.slice(1)) {
    const end = section.indexOf('\n');
    const command = section.slice(0, end).trim();
    const output = section.slice(end + 1).trim();
    if (/ addr show$/.test(command)) readAddresses(namespace, parseItems(output), from);
    else if (/ neighbor show$/.test(command)) readNeighbours(namespace, parseItems(output), from);
    else if (/ rule list$/.test(command)) readIpRule(namespace, output);
    else if (/ route show table all$/.test(command)) readIpRoute(namespace, output, from);
  }
  if (namespace.told.size === 0)
    throw new DumpError('holds no output of `ip`: it is not the ip-resources.txt of a Retina capture');
}

/** The text of ip-resources.txt inside a gzipped tar (POSIX ustar, octal sizes); null when there is none. */
export function readRetinaTarball(octets: Buffer): string | null {
  let tar: Buffer;
  try {
    tar = gunzipSync(octets, { maxOutputLength: LARGEST_TARBALL });
  } catch {
    throw new DumpError(
      `is no gzipped tar, or unpacks to more than ${LARGEST_TARBALL} octets; unpack it and give the folder`,
    );
  }
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0[\s\S]*$/, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136).replace(/[\0 ]+$/, ''), 8);
    if (name === '' || !Number.isSafeInteger(size) || size < 0) return null;
    at += BLOCK;
    if (name.split('/').at(-1) === 'ip-resources.txt') return tar.toString('utf8', at, Math.min(at + size, tar.length));
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return null;
}
