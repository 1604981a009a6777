/** The report as it is, in JSON (RFC 8259): contract key order, two spaces, nothing left out. */

import { safeJson } from '../report/safe-text.js';
import { inKeyOrder } from './key-order.js';
import type { Reporter } from './reporter.js';

export const reportJson: Reporter = (report) => `${safeJson(JSON.stringify(inKeyOrder(report), null, 2))}\n`;
