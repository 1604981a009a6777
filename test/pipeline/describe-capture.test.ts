import { describe, expect, it } from 'vitest';
import { type DescribedFrame, describeCapture } from '../../src/pipeline.js';
import { block, enhancedPacket, interfaceBlock, option, scratchFiles, sectionHeader } from '../capture/octets.js';

const scratch = scratchFiles();

describe('describeCapture', () => {
  it('names the interface of each frame, and numbers frames as Wireshark does', async () => {
    const file = scratch(
      Buffer.concat([
        sectionHeader('big'),
        interfaceBlock('big', 1, 0, option('big', 2, 'eth0')),
        interfaceBlock('big', 101, 0),
        block('big', 0x0bad, Buffer.alloc(8)),
        enhancedPacket('big', { interfaceId: 0 }),
        enhancedPacket('big', { interfaceId: 1 }),
      ]),
    );
    const frames: DescribedFrame[] = [];
    const summary = await describeCapture(file, (frame) => frames.push(frame));
    expect(frames.map((frame) => [frame.frame, frame.interface])).toEqual([
      [2, 'eth0'],
      [3, null],
    ]);
    expect(summary.frames).toBe(3);
  });
});
