/** Text that is measured without the package that measures is as wide as the package says. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { columns } from '../../src/formats/layout.js';

const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
const ours = [...'·–…→≈✓✗─┄Δ'];

it('whatever the text', () => {
  const others = ['\t', '\n', '\u001b[1m', 'é', 'e\u0301', '漢', '👍🏽', '👩‍👩‍👧', '1️⃣', '\u200d', '\ufe0f', '\ud83d'];
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(...ours, ...' #*09az~', ...others) }),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(columns(text)).toBe(stringWidth(text));
    }),
    { numRuns: 2000 },
  );
});

it('each sign beside each other', () => {
  const signs = [...ascii, ...ours];
  for (const one of signs) for (const other of signs) expect(stringWidth(one + other)).toBe(columns(one + other));
});
