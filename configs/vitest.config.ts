import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Real parts are slow to start (browser, models): generous limits, and files one after the other where two cores allow no more.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
