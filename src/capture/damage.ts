/** Damage of compressed data, as every unpacker reports it. */
import type { SourceFault } from './capture-sink.js';

/** The compressed octets end early or make no sense. Whatever came out before it is good. */
export class CompressionDamage extends Error {
  readonly fault: SourceFault;
  readonly cure: string;

  constructor(fault: SourceFault, cure = 'make the file again') {
    super(fault.sentence);
    this.fault = fault;
    this.cure = cure;
  }
}

/**
 * Takes all chunks, each used up before the next is asked for, and hands what comes out to `take`, which must not throw.
 * Rejects with CompressionDamage.
 */
export type Decompress = (chunks: AsyncIterable<Uint8Array>, take: (octets: Uint8Array) => void) => Promise<void>;
