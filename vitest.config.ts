import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One second is nothing on a machine that runs three test files at once.
    expect: { poll: { timeout: 30_000 } },
  },
});
