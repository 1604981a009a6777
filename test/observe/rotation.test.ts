/** Which files are pieces of one capture: by name, link type and time. */
import { describe, expect, it } from 'vitest';
import type { CaptureSummary } from '../../src/capture/capture.js';
import { type RotatedFile, rotationsOf, withoutCounter } from '../../src/observe/rotation.js';

function file(name: string, from: number, to: number, linkType = 1): RotatedFile {
  const summary: CaptureSummary = {
    file: name,
    format: 'pcap',
    compression: null,
    frames: 2,
    interfaces: [
      { index: 0, name: null, linkType, snapLength: 65_535, filter: null } as CaptureSummary['interfaces'][0],
    ],
    ending: 'clean',
    octetsUnread: 0,
    damageOffset: null,
    damage: null,
    notes: [],
  };
  return { summary, window: { first: { seconds: from, nanoseconds: 0 }, last: { seconds: to, nanoseconds: 0 } } };
}

describe('names', () => {
  it.each([
    ['pod1.cap', 'pod1.cap1'],
    ['node1.pcap0', 'node1.pcap12'],
    ['node1.pcap.gz', 'node1.pcap3.gz'],
    ['node1-1795771690.cap', 'node1-1795771692.cap'],
    ['node1_00000_20261123171724.cap', 'node1_00001_20261123171725.cap'],
    ['kw1-2026-11-23_17:17:24.pcap', 'kw1-2026-11-23_17:17:26.pcap'],
  ])('%s and %s count', (a, b) => expect(withoutCounter(a)).toBe(withoutCounter(b)));

  it.each([
    ['pod1.cap', 'pod2.cap'],
    ['1.cap', '2.cap'],
    ['ip-10-0-1-12-eth0.cap', 'ip-10-0-1-13-eth0.cap'],
    ['node1.cap', 'node1-ipip.cap'],
    ['CASE4711-node1.cap', 'CASE4711-node2.cap'],
  ])('%s and %s name two captures', (a, b) => expect(withoutCounter(a)).not.toBe(withoutCounter(b)));
});

describe('files', () => {
  const first = (files: readonly RotatedFile[]): (string | undefined)[] => {
    const found = rotationsOf(files);
    return files.map(({ summary }) => found.get(summary.file));
  };
  it('that follow one another are one capture, named by the earliest', () => {
    expect(first([file('a.cap1', 10, 20), file('a.cap', 0, 10), file('b.cap', 0, 20)])).toEqual([
      'a.cap',
      'a.cap',
      'b.cap',
    ]);
  });
  it('that overlap are two', () => {
    expect(first([file('a.cap', 0, 10), file('a.cap1', 9, 20)])).toEqual(['a.cap', 'a.cap1']);
  });
  it('of other link types are two', () => {
    expect(first([file('a.cap', 0, 10), file('a.cap1', 10, 20, 101)])).toEqual(['a.cap', 'a.cap1']);
  });
  it('without a frame belong to those that hold some', () => {
    expect(first([file('a.cap', 0, 10), { ...file('a.cap1', 0, 0), window: null }])).toEqual(['a.cap', 'a.cap']);
  });
});
