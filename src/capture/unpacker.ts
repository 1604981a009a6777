import { CompressionDamage } from './damage.js';

/** So many octets are wanted next, good until the next demand; the data may end here only at an edge between frames. */
interface Demand {
  readonly octets: number;
  readonly mayEnd: boolean;
}

export type Unpacking = Generator<Demand, void, Uint8Array>;

/** `name` is the compression's, for the sentence about data that ends early. */
export async function runUnpacking(
  name: string,
  unpacking: Unpacking,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  // Octets of a demand that is not met yet: the only ones that are copied and kept.
  let carry: Uint8Array = new Uint8Array(0);
  let carried = 0;
  let step = unpacking.next();

  const hold = (octets: Uint8Array): void => {
    if (carry.length < carried + octets.length) {
      const larger = new Uint8Array(Math.max(carried + octets.length, carry.length * 2));
      larger.set(carry.subarray(0, carried));
      carry = larger;
    }
    carry.set(octets, carried);
    carried += octets.length;
  };

  const feed = (octets: Uint8Array): void => {
    let at = 0;
    while (!step.done) {
      const wanted: number = step.value.octets;
      if (carried > 0 || octets.length - at < wanted) {
        const count = Math.min(wanted - carried, octets.length - at);
        hold(octets.subarray(at, at + count));
        at += count;
        if (carried < wanted) return;
        carried = 0;
        step = unpacking.next(carry.subarray(0, wanted));
      } else {
        step = unpacking.next(octets.subarray(at, at + wanted));
        at += wanted;
      }
    }
  };

  for await (const chunk of chunks) feed(chunk);
  if (step.done || (carried === 0 && step.value.mayEnd)) return;
  throw new CompressionDamage({ ending: 'cut', sentence: `the ${name} data ends before its end mark` });
}

/** Steps over octets without holding them all. */
export function* skip(octets: number): Unpacking {
  for (let left = octets; left > 0; left -= 65_536) yield { octets: Math.min(left, 65_536), mayEnd: false };
}

/** It may be sound, but wants something that is not given here. */
export function refused(name: string, what: string, cure: string): CompressionDamage {
  return new CompressionDamage({ ending: 'corrupt', sentence: `the ${name} data ${what}` }, cure);
}

export function damaged(name: string, what: string): CompressionDamage {
  return new CompressionDamage({ ending: 'corrupt', sentence: `the ${name} data is damaged: ${what}` });
}
