/** Refuses xz by name. */
import { UserError } from '../user-error.js';
import type { Decompressor } from './compression.js';

export function openUnxz(_take: (octets: Uint8Array) => void): Decompressor {
  throw new UserError('xz-compressed captures are not read here: unpack it with xz -dc FILE | ipip-trace check -');
}
