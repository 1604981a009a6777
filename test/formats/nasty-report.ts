/** A report in which every free text tries to steer the reader's terminal, page, parser or CI runner. */
import type { Report } from '../../src/report/report.js';
import { fixture } from './support.js';

export const payload = [
  '\u001b]0;owned\u0007\u001b[31m', // terminal title and colour
  '\r\n::error::injected\n::add-mask::x\n##[error]injected ##vso[task.complete] ##teamcity[x]',
  "<script>alert(1)</script><img src=x onerror=alert(2)>\"' onload='alert(3)",
  ']]>\u0000\u000b\ufffe<!--', // XML 1.0 forbids these even as references
  '\u202ecod.exe\u2066\u200b\u2028\u0085\u009b31m', // bidi, zero-width, separators, C1
  '\ud800 lone \udc00', // unpaired surrogates
  '`code` ```\n| a | b | **bold** [link](javascript:alert(4)) ![x](http://x/) @someone https://x/ #1',
  '# SKIP \\ # TODO\nok 9999 - forged\nBail out!\n  ...',
  "'; rm -rf /; $(id) `id` %0A::error::x %25",
].join(' ');

/** Keys whose values are not free text but one of a few words, numbers in text, or rule ids. */
const closed = new Set([
  ...[
    'schema',
    'outcome',
    'verdict',
    'severity',
    'direction',
    'role',
    'disposition',
    'lastSeen',
    'firstMissing',
    'confidence',
  ],
  ...[
    'source:expectation',
    'format',
    'ending',
    'roleFrom',
    'from:segment',
    'to',
    'rule',
    'missing',
    'quotes',
    'time',
    'firstTime',
  ],
  ...['lastTime', 'offset', 'bound', 'oneWay'],
]);

function poison(value: unknown, key: string, under: string): unknown {
  if (Array.isArray(value)) return value.map((item) => poison(item, key, under));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poison(inner, name, key)]));
  }
  if (typeof value !== 'string' || closed.has(key)) return value;
  if (key === 'source' && under === 'expectation') return value;
  if (key === 'from' && under === 'segments') return value;
  return `${payload}${value}${payload}`;
}

export function nastyReport(): Report {
  const refused = fixture('refused');
  const blocked = fixture('blocked');
  return poison({ ...blocked, flows: [...blocked.flows, ...refused.flows] }, '', '') as Report;
}
