import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Bridges and commands in processes of their own are compiled once, not every time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node');

/** What takes minutes comes first, so that nothing else waits for it at the end. */
const LONG = ['chaos/chaos', 'contract/features', 'bridge/pins', 'contract/homeserver-restarts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    const usual = await BaseSequencer.prototype.sort.call(this, files);
    return usual.toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/shared-postgres.ts'],
    pool: 'forks',
    // Nothing in src keeps anything in a module, so that test files may share them: a quarter of the time is saved.
    isolate: false,
    // More than there are cores: much of the time is spent waiting for other processes.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A busy machine is no fault.
    expect: { poll: { timeout: 30_000, interval: 20 } },
    disableConsoleIntercept: true,
  },
});
