/** What a capture may come from, what is refused and with which words, and which files a command line means. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { expandCapturePaths } from '../../src/capture/capture-paths.js';
import { readCapture } from '../../src/capture/read-capture.js';
import { linkTypeName } from '../../src/path/link-types.js';
import { UserError } from '../../src/user-error.js';
import { fixtures, globalHeader, record, scratchFiles, see, seeOrError } from './octets.js';

const scratch = scratchFiles();
const directory = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('what is no capture is named', () => {
  const erf = Buffer.concat([
    Buffer.from('00000000f1536565', 'hex'),
    Buffer.from('020400500000003c', 'hex'),
    Buffer.alloc(64),
  ]);
  it.each<[string, Uint8Array | string, RegExp]>([
    ['an empty file', '', /is empty/],
    ['one octet', '\xd4', /octets only/],
    ['snoop', `snoop\0\0\0${'\0'.repeat(60)}`, /is a snoop file/],
    ['network monitor', `GMBU${'\0'.repeat(60)}`, /Network Monitor 2\.x/],
    ['ERF', erf, /looks like an ERF file/],
    [
      'a listing',
      '12:00:00.000000 IP 10.244.0.5 > 10.244.1.5: ICMP echo request, id 1, seq 1, length 64\n',
      /is what tcpdump prints, not a capture/,
    ],
    ['text', 'hello, this is a note about captures\n', /is text/],
    ['a zip archive', `PK\x03\x04${'\0'.repeat(60)}`, /is a zip archive/],
    ['anything else', Buffer.alloc(100, 0xee), /neither pcap nor pcapng \(it begins with ee ee ee ee\)/],
    ['the header of version 1', globalHeader({ major: 1 }), /version 1\.4/],
    ['reserved bits of the link type', globalHeader({ linkType: 0x10001 }), /reserved bits/],
    ['pcapng after a text-mode copy', `\n\r\r\n${'\0'.repeat(60)}`, /text mode/],
  ])('%s', async (_, octets, sentence) => {
    const file = scratch(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets);
    for (const forceStream of [false, true]) {
      const answer = await seeOrError(file, { forceStream });
      expect(answer).toMatch(sentence);
      expect(answer).toContain(file);
      expect(answer).not.toContain('\n');
    }
  });

  it('says what the system said', async () => {
    await expect(readCapture(join(directory, 'none.cap'), () => {})).rejects.toThrow(/none\.cap: no such file/);
    await expect(readCapture(directory, () => {})).rejects.toThrow(/is a directory/);
    await expect(readCapture(directory, () => {})).rejects.toThrow(UserError);
    const below = join(scratch(globalHeader()), 'x.cap');
    await expect(readCapture(below, () => {})).rejects.toThrow(/no directory/);
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  const feedPipe = (name: string, script: string): string => {
    const pipe = join(directory, name);
    spawnSync('mkfifo', [pipe]);
    spawn('sh', ['-c', `(${script}) > "$1"`, 'sh', pipe]);
    return pipe;
  };

  it.each(['ok-ping-node1.cap', 'ok-pcapng-all.pcapng', 'all.packed-gzip', 'all.packed-xz'])(
    'of %s is read like the file',
    async (name) => {
      const file = join(fixtures, name);
      const piped = await see(feedPipe(`${name}.fifo`, `head -c 100 '${file}'; sleep 0.05; tail -c +101 '${file}'`));
      expect(piped).toEqual(await see(file));
    },
  );

  it('keeps its writer waiting while frames are visited', async () => {
    const pipe = feedPipe('slow.fifo', 'cat /dev/zero | head -c 100000000');
    await expect(readCapture(pipe, () => {})).rejects.toThrow(/neither pcap nor pcapng/);
  });
});

describe('progress', () => {
  it('grows to the size of the file', async () => {
    const frames = Array.from({ length: 50 }, () => record('little', [1, 2, 100, 100], Buffer.alloc(100)));
    const file = scratch(Buffer.concat([globalHeader(), ...frames]));
    const told: [number, number | null][] = [];
    await readCapture(file, () => {}, { chunkSize: 1000, onProgress: (read, total) => told.push([read, total]) });
    const size = 24 + 50 * 116;
    expect(told.at(-1)).toEqual([size, size]);
    expect(told.map(([read]) => read)).toEqual(told.map(([read]) => read).sort((a, b) => a - b));
    expect(told.length).toBeGreaterThan(4);
  });
});

describe('expandCapturePaths', () => {
  const captures = join(directory, 'captures');
  mkdirSync(join(captures, 'deeper.pcap'), { recursive: true });
  for (const name of [
    'b.cap',
    'a.pcapng',
    'c.PCAP',
    'd.pcap.gz',
    'e.cap.zst',
    'f.pcapng.xz',
    'notes.txt',
    '.hidden.cap',
    'x.gz',
    '[1].cap',
  ]) {
    writeFileSync(join(captures, name), gzipSync(''));
  }
  const inside = (...names: string[]): string[] => names.map((name) => join(captures, name));

  it('takes a directory for the captures in it', () => {
    const names = ['[1].cap', 'a.pcapng', 'b.cap', 'c.PCAP', 'd.pcap.gz', 'e.cap.zst', 'f.pcapng.xz'];
    expect(expandCapturePaths([captures]).paths).toEqual(inside(...names));
  });

  it('expands patterns that the shell left alone, and keeps a name that only looks like one', () => {
    expect(expandCapturePaths([join(captures, '*.cap')]).paths).toEqual(inside('[1].cap', 'b.cap'));
    expect(expandCapturePaths([join(captures, '?.p*')]).paths).toEqual(inside('a.pcapng', 'd.pcap.gz', 'f.pcapng.xz'));
    expect(expandCapturePaths([join(captures, '[1].cap')]).paths).toEqual(inside('[1].cap'));
  });

  it('keeps -, files that are not there, the order, and each file once', () => {
    const file = join(captures, 'b.cap');
    expect(expandCapturePaths(['-', 'none.cap', file, '-', join(captures, '*.cap')]).paths).toEqual([
      '-',
      'none.cap',
      file,
      ...inside('[1].cap'),
    ]);
  });

  it('says that nothing was found', () => {
    const problems = (word: string): readonly string[] => expandCapturePaths([word, join(captures, 'b.cap')]).problems;
    expect(problems(join(captures, '*.snoop'))).toEqual([expect.stringMatching(/no file matches this pattern/)]);
    expect(problems(join(captures, 'deeper.pcap'))).toEqual([
      expect.stringMatching(/no \.cap, \.pcap or \.pcapng file/),
    ]);
    expect(problems(join(captures, 'none', '*.cap'))).toHaveLength(1);
  });

  it('knows a file that is called by several names', () => {
    symlinkSync(join(captures, 'b.cap'), join(directory, 'other-name.cap'));
    const names = [join(captures, 'b.cap'), `${captures}/../captures/b.cap`, join(directory, 'other-name.cap')];
    expect(expandCapturePaths(names).paths).toEqual([join(captures, 'b.cap')]);
  });
});

describe('linkTypeName', () => {
  it('knows those that carry IP, and numbers the rest', () => {
    const numbers = [0, 1, 9, 12, 101, 108, 113, 147, 228, 276];
    const names = ['null', 'ethernet', 'ppp', 'raw', 'raw', 'loop', 'linux-sll', 'linktype-147', 'ipv4', 'linux-sll2'];
    expect(numbers.map(linkTypeName)).toEqual(names);
  });
});

describe('a visitor whose output is not taken', () => {
  const records = Array.from({ length: 2000 }, (_, i) => record('little', [i, 0, 60, 60], Buffer.alloc(60)));
  const octets = Buffer.concat([globalHeader(), ...records]);
  it.each([
    ['file', octets, {}],
    ['stream', octets, { forceStream: true }],
    ['packed file', gzipSync(octets, { level: 0 }), {}],
  ])('is waited for by a %s', async (_, content, options) => {
    let frames = 0;
    let seen = 0;
    let most = 0;
    const ready = (): Promise<void> => {
      const before = frames;
      most = Math.max(most, frames - seen);
      seen = frames;
      return new Promise((resolve) => {
        setTimeout(() => {
          expect(frames).toBe(before);
          resolve();
        }, 1);
      });
    };
    await readCapture(scratch(content), () => frames++, { chunkSize: 7600, ready, ...options });
    expect(frames).toBe(2000);
    // A packed file comes in pieces of its own size.
    expect(most).toBeLessThanOrEqual(1000);
  });
});
