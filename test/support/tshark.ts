/** tshark as the oracle outside this project: its fields, one record a frame. */
import { execFileSync, spawnSync } from 'node:child_process';

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
