import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Bridges and commands in processes of their own are compiled once, not every time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/shared-postgres.ts'],
    pool: 'forks',
    // Nothing in src keeps anything in a module, so that test files may share them: a quarter of the time is saved.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
  },
});
