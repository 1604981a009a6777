/**
 * The offset between two nodes' clocks, from exchanges seen on both: θ = ((t4−t3)+(t4'−t3'))/2 with an error of at most half
 * of what the underlay took in both directions together (the clock filter of RFC 5905 section 10 keeps the smallest).
 */
import type { Instant } from '../observe/observation.js';
import { elapsed } from '../observe/observation.js';

export interface ClockEstimate {
  /** Nanoseconds that the destination node's clock is ahead of the source node's. */
  readonly offset: number;
  /** The true offset is within ± this. */
  readonly bound: number;
  readonly exchanges: number;
}

export class ClockFilter {
  #offset = 0;
  #bound = Number.POSITIVE_INFINITY;
  #exchanges = 0;

  /** Request and reply as the source node saw them, then as the destination node did. */
  add(request: Instant, reply: Instant, farRequest: Instant, farReply: Instant): void {
    this.addTimes(
      elapsed(request, reply),
      elapsed(farRequest, farReply),
      elapsed(request, farRequest),
      elapsed(reply, farReply),
    );
  }

  /** Round trips at the source node and at the destination node, and there and back between the two clocks, in nanoseconds. */
  addTimes(near: number, far: number, there: number, back: number): void {
    // Not nested: copies or a stepped clock; nothing can be learned from it.
    if (near < 0 || far < 0 || far > near) return;
    this.#exchanges++;
    const bound = (near - far) / 2;
    if (bound >= this.#bound) return;
    this.#bound = bound;
    this.#offset = (there + back) / 2;
  }

  get estimate(): ClockEstimate | null {
    if (this.#exchanges === 0) return null;
    return { offset: Math.round(this.#offset), bound: Math.ceil(this.#bound), exchanges: this.#exchanges };
  }
}
