/** Turns pcapng's 64-bit ticks into seconds and nanoseconds, exactly (draft-ietf-opsawg-pcapng, if_tsresol and if_tsoffset). */

/** The farthest second from 1970 that a JavaScript Date can show. */
const farthestSecond = 8_640_000_000_000 - 1;

const nanosecondsPerSecond = 1_000_000_000;
/** From microseconds on, where it counts, one division does. */
const leastQuick = 1_000_000;

/** Ticks a second of an if_tsresol octet: bit 7 chooses 2^n, else 10^n. */
export function ticksPerSecondOf(resolution: number): bigint {
  return (resolution & 0x80) !== 0 ? 1n << BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
}

/** `seconds` and `nanoseconds` hold the result of the last `set`. One clock an interface. */
export class TimestampClock {
  seconds = 0;
  nanoseconds = 0;
  /** The last timestamp lay farther from 1970 than any date and was brought back to the edge. */
  outOfRange = false;
  readonly #ticksPerSecond: bigint;
  /** The same as a number when it divides a nanosecond count evenly, so that no BigInt is needed; else 0. */
  readonly #divisor: number;
  readonly #nanosecondsPerTick: number;
  readonly #offset: bigint;
  readonly #offsetSeconds: number;

  constructor(ticksPerSecond: bigint, offsetSeconds: bigint) {
    this.#ticksPerSecond = ticksPerSecond;
    const even = ticksPerSecond <= BigInt(nanosecondsPerSecond) && BigInt(nanosecondsPerSecond) % ticksPerSecond === 0n;
    this.#divisor = even ? Number(ticksPerSecond) : 0;
    this.#nanosecondsPerTick = even ? nanosecondsPerSecond / Number(ticksPerSecond) : 0;
    this.#offset = offsetSeconds;
    this.#offsetSeconds = Number(offsetSeconds);
  }

  set(high: number, low: number): void {
    const divisor = this.#divisor;
    if (divisor >= leastQuick) {
      // 64 bits rounded to a double are off by 2^10 at most, far less than the divisor: the quotient is at most one off,
      // and the remainder, below 2^31, is exact when counted modulo 2^32.
      let seconds = Math.floor((high * 4294967296 + low) / divisor);
      let rest = (low - Math.imul(seconds, divisor)) | 0;
      if (rest < 0) {
        rest += divisor;
        seconds--;
      } else if (rest >= divisor) {
        rest -= divisor;
        seconds++;
      }
      this.nanoseconds = rest * this.#nanosecondsPerTick;
      this.#setSeconds(seconds + this.#offsetSeconds);
      return;
    }
    if (divisor === 0) {
      this.#setExactly(high, low);
      return;
    }
    // Long division in digits of 16 bits: each partial dividend stays below 2^46, where doubles are exact.
    const q1 = Math.floor(high / divisor);
    const d2 = (high - q1 * divisor) * 65536 + (low >>> 16);
    const q2 = Math.floor(d2 / divisor);
    const d3 = (d2 - q2 * divisor) * 65536 + (low & 0xffff);
    const q3 = Math.floor(d3 / divisor);
    this.nanoseconds = (d3 - q3 * divisor) * this.#nanosecondsPerTick;
    this.#setSeconds(q1 * 4294967296 + q2 * 65536 + q3 + this.#offsetSeconds);
  }

  /** For a frame that carries no time. */
  setNone(): void {
    this.seconds = 0;
    this.nanoseconds = 0;
    this.outOfRange = false;
  }

  #setExactly(high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    const whole = ticks / this.#ticksPerSecond;
    const rest = ticks - whole * this.#ticksPerSecond;
    this.nanoseconds = Number((rest * BigInt(nanosecondsPerSecond)) / this.#ticksPerSecond);
    this.#setSeconds(Number(whole + this.#offset));
  }

  #setSeconds(seconds: number): void {
    const outOfRange = seconds > farthestSecond || seconds < -farthestSecond;
    this.outOfRange = outOfRange;
    this.seconds = outOfRange ? Math.sign(seconds) * farthestSecond : seconds;
  }
}
