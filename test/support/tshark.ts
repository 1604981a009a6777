/** tshark as the oracle outside this project: its fields, one record a frame. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaptureDraft, pcapngFile } from './capture-file.js';

/** Tests that need it are skipped, and say so, where it is not installed. */
export const hasTshark = spawnSync('tshark', ['--version']).status === 0;

/** Flannel's VXLAN port, which tshark does not know by itself. */
const vxlan = ['-d', 'udp.port==8472,vxlan'];

/** One array of field texts a frame; a field that occurs several times is joined with commas, outermost first. */
export function tsharkFields(file: string, fields: readonly string[], options: readonly string[] = []): string[][] {
  const selection = fields.flatMap((field) => ['-e', field]);
  const output = execFileSync(
    'tshark',
    ['-r', file, ...vxlan, ...options, '-T', 'fields', '-E', 'occurrence=a', ...selection],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}

/** The fields of several captures, one array of frames each, by one start of tshark: starting is nearly all that it costs. */
export function tsharkFieldsOfAll(
  captures: readonly CaptureDraft[],
  fields: readonly string[],
  options: readonly string[] = [],
): string[][][] {
  const folder = mkdtempSync(join(tmpdir(), 'tshark-'));
  try {
    const file = join(folder, 'all.pcapng');
    writeFileSync(file, pcapngFile(captures));
    const rows = tsharkFields(file, ['frame.interface_id', ...fields], options);
    return captures.map((_, i) => rows.filter(([id]) => Number(id) === i).map((row) => row.slice(1)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
