import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Not that an inlined package's source maps point to sources it does not ship.
  logLevel: 'error',
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    // Each worker loads the sources once, not once a file: that was a third of the time. So a test leaves nothing behind in this process.
    isolate: false,
    env: { TZ: 'UTC' },
    // It imports JSON in a way that bundlers understand and Node does not.
    server: { deps: { inline: ['@actions/workflow-parser', '@actions/expressions'] } },
  },
});
