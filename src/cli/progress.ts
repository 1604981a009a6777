/** One line on a terminal's stderr that says how far reading is, from the second second on. */
import { safeText } from '../report/safe-text.js';

export interface Progress {
  readonly update: (file: string, read: number, total: number | null) => void;
  readonly clear: () => void;
}

export function progressLine(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update: () => {}, clear: () => {} };
  const started = Date.now();
  let shown = 0;
  return {
    update(file, read, total) {
      const now = Date.now();
      if (now - started < 1000 || now - shown < 100) return;
      shown = now;
      const megabytes = (octets: number): string => (octets / 1e6).toFixed(0);
      const share = total === null ? `${megabytes(read)} MB` : `${megabytes(read)} of ${megabytes(total)} MB`;
      const line = `reading ${safeText(file)}: ${share}`;
      stream.write(`\r\x1b[K${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
    },
    clear() {
      if (shown > 0) stream.write('\r\x1b[K');
    },
  };
}
