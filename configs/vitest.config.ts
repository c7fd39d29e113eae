import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Real parts are slow to start (browser, models): generous limits. Calls happen in real time and starve beside one another on
// two cores, so those tests come after the others, one file at a time.
const CALLS = [
  'test/browser/**/*.test.ts',
  'test/sfu/{contract,mediasoup,plain-rtp}/**/*.test.ts',
  'test/agent/{attach,mcp,tls}/**/*.test.ts',
  'test/agent/call.test.ts',
  'test/bench/forward/stream-search.test.ts',
  'test/bench/idle/real-rest.test.ts',
  'test/bench/soak/planted-leak.test.ts',
];
const limits = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  pool: 'forks' as const,
  expect: { poll: { timeout: 20_000 } },
};

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...limits,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: CALLS,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...limits,
          name: 'calls',
          include: CALLS,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
