/** The floor: walks the records of classic little-endian captures and reads where an inner destination address stands. */
import { closeSync, openSync, readSync } from 'node:fs';

const buffer = new Uint8Array(512 * 1024);
const view = new DataView(buffer.buffer);
let sum = 0;
let frames = 0;
for (const file of process.argv.slice(2)) {
  const descriptor = openSync(file, 'r');
  readSync(descriptor, buffer, 0, 24, null);
  let filled = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, null);
    if (count === 0) break;
    filled += count;
    let at = 0;
    while (filled - at >= 16) {
      const length = view.getUint32(at + 8, true);
      if (at + 16 + length > filled) break;
      sum = (sum + view.getUint32(at + 16 + 50)) | 0;
      frames++;
      at += 16 + length;
    }
    buffer.copyWithin(0, at, filled);
    filled -= at;
  }
  closeSync(descriptor);
}
process.stdout.write(`${frames} ${sum}\n`);
