/** The library is a gate as well: what it does not understand it must not take for nothing. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type CheckOptions, checkCaptures, UserError } from '../../src/index.js';
import { projectRoot } from '../support/run-tool.js';

const captures = ['pod1.cap', 'node1.cap', 'node2.cap', 'pod2.cap'].map((name) =>
  join(projectRoot, 'samples', 'ok-ping', name),
);

it.each<object>([
  { require: ['MTU'] },
  { require: 'mtu' },
  { requires: ['mtu'] },
  { failOn: 'never' },
  { only: ['IPT999'] },
  { mtu: '1480' },
  { constructor: 1 },
])('refuses %j', async (options) => {
  await expect(checkCaptures(captures, options as unknown as CheckOptions)).rejects.toThrow(UserError);
});

it('takes what it knows', async () => {
  const report = await checkCaptures(captures, { require: ['reply'], failOn: 'warning', skip: ['IPT404'], mtu: 1480 });
  expect(report.outcome).toBe('pass');
});
