import { describe, expect, it } from 'vitest';
import type { FrameCursor } from '../../src/capture/capture.js';
import { decodeFrame, FrameView } from '../../src/decode/frame.js';
import type { Observation } from '../../src/observe/observation.js';
import { FileObserver } from '../../src/observe/observe.js';
import { Reassembly } from '../../src/observe/reassembly.js';
import { gatherSighted, observationAt } from '../../src/observe/sighted.js';
import { kinds } from '../../tools/odd-captures.mjs';

function cursorOn(bytes: Uint8Array, frameNumber: number, at: number): FrameCursor {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    start: 0,
    end: bytes.length,
    wireLength: bytes.length,
    frameNumber,
    seconds: 1_700_000_000 + Math.floor(at),
    nanoseconds: Math.round((at % 1) * 1e9),
    linkType: 1,
    interfaceIndex: 0,
    interfaceName: null,
    comments: null,
  };
}

/** Feeds frames a millisecond apart, unless told when, and returns what was seen of echo messages. */
function observe(frames: Iterable<Uint8Array>, secondsOf = (n: number): number => n / 1000) {
  const observer = new FileObserver('a.cap');
  let frameNumber = 0;
  for (const bytes of frames) {
    const at = secondsOf(frameNumber++);
    observer.visit(cursorOn(bytes, frameNumber, at));
  }
  const summary = {
    file: 'a.cap',
    format: 'pcap',
    compression: null,
    frames: frameNumber,
    interfaces: [],
    ending: 'clean',
    octetsUnread: 0,
    damageOffset: null,
    damage: null,
    notes: [],
  } as const;
  const observations = observer.finish([]);
  const evidence = gatherSighted([{ summary, observations }]);
  const seen: Observation[] = [];
  for (let row = 0; row < evidence.sightings.length; row++) seen.push(observationAt(evidence, row));
  return { seen, evidence, dropped: observations.dropped };
}

/** Of each sighting its fragments' frames, and "whole" or "cut". */
function told(frames: Iterable<Uint8Array>, secondsOf?: (n: number) => number): string[] {
  return observe(frames, secondsOf).seen.map(
    (o) => `${o.complete ? 'whole' : 'cut'} ${o.fragments.map((f) => f.frame).join('+')}`,
  );
}

/** Datagrams of two fragments each: [first, second] of datagram 0, 1, … */
const pairs = [...kinds['whole-fragments']!(8)];
const [first, second] = pairs as [Buffer, Buffer];

/** The same with another identification in the fragmented header, its checksum made right again. */
function renumbered(frame: Buffer, identification: number): Buffer {
  const copy = Buffer.from(frame);
  const header = copy.subarray(34, 54);
  header.writeUInt16BE(identification, 4);
  header.writeUInt16BE(0, 10);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  header.writeUInt16BE(~sum & 0xffff, 10);
  return copy;
}

describe('fragments at one point', () => {
  it('that are shown twice are two copies of their datagram, both whole', () => {
    expect(told([first, first, second, second])).toEqual(['whole 1+3', 'whole 2+4']);
    expect(told([first, second, first, second])).toEqual(['whole 1+2', 'whole 3+4']);
    expect(told([second, second, first, first])).toEqual(['whole 3+1', 'whole 4+2']);
  });

  it('of which one came twice are one datagram', () => {
    expect(told([first, first, second])).toEqual(['whole 1+3']);
    expect(told([first, second, first])).toEqual(['whole 1+2']);
    expect(told([first, second, second])).toEqual(['whole 1+2']);
    expect(told([second, first, second])).toEqual(['whole 2+1']);
    expect(told(Array.from({ length: 500 }, () => first))).toEqual(['cut 1']);
  });

  it('stay apart by TTL when copies were forwarded in between', () => {
    const forwarded = [first, second].map((frame) => {
      const copy = renumbered(frame, 0);
      copy[34 + 8]! -= 1;
      return renumbered(copy, 0);
    });
    const { seen } = observe([first, forwarded[0]!, forwarded[1]!, second]);
    expect(seen.map((o) => [o.complete, o.inner.timeToLive, o.fragments.map((f) => f.frame)])).toEqual([
      [true, 62, [2, 3]],
      [true, 63, [1, 4]],
    ]);
  });

  it('of another datagram under a used identification are not joined with those of the first', () => {
    // The first datagram's second fragment got lost.
    const [, , otherFirst, otherSecond] = pairs.map((frame) => renumbered(frame, 5));
    const { seen } = observe([renumbered(first, 5), otherFirst!, otherSecond!]);
    expect(seen.map((o) => [o.number & 0xffff, o.complete, o.messageChecksumRight])).toEqual([
      [0, false, null],
      [1, true, true],
    ]);
  });

  it('that lie further apart than any receiver waits are not joined', () => {
    const apart = (seconds: number) => (n: number) => n * seconds;
    expect(told([first, second], apart(29))).toEqual(['whole 1+2']);
    expect(told([first, second], apart(31))).toEqual(['cut 1']);
  });

  it('are given up when too many wait, and the capture is then not whole evidence', () => {
    const few = observe(kinds['half-fragments']!(2_000));
    expect(few.seen).toHaveLength(2_000);
    expect(few.dropped.fragments).toBe(0);
    expect(few.evidence.incomplete.size).toBe(0);
    const many = observe(kinds['half-fragments']!(10_000));
    expect(many.seen).toHaveLength(10_000);
    expect(many.dropped.fragments).toBe(10_000 - 2_048);
    expect([...many.evidence.incomplete]).toEqual(['a.cap']);
    // Nothing was lost when no receiver would have waited either.
    expect(observe(kinds['half-fragments']!(4_000), (n) => n).dropped.fragments).toBe(0);
  });

  it('take no more memory than is stated, however small and many they are', () => {
    const reassembly = new Reassembly('a.cap', () => {});
    const view = new FrameView();
    const [crumb] = [...kinds.crumbs!(2)].slice(1);
    let most = 0;
    for (let n = 0; n < 100_000; n++) {
      const frame = renumbered(crumb!, n % 400);
      frame.writeUInt16BE(0x2001 + Math.floor(n / 400), 34 + 6);
      decodeFrame(view, frame, 0, frame.length, 1);
      reassembly.add(cursorOn(frame, n + 1, 0), view, 0, 34, 1, frame.length);
      most = Math.max(most, reassembly.octetsHeld);
    }
    expect(reassembly.dropped).toBeGreaterThan(100);
    expect(most).toBeLessThan(21 * 1024 * 1024);
  });
});
