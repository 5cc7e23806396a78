import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A thread's network namespace and the process's descriptor table are both under test: one process a file.
    pool: 'forks',
    execArgv: ['--expose-gc'],
    // Against a hang, not a measure: both cores may be busy with something else.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
