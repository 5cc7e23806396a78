import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Node reads these certificates whenever it starts, 90 ms of CPU time for a usual file of them: the tests start hundreds of Nodes,
// and none speaks TLS with anybody else.
delete process.env['NODE_EXTRA_CA_CERTS'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A thread's network namespace and the process's descriptor table are both under test: one process a file.
    pool: 'forks',
    // Of two cores vitest would leave one to itself, but most of what a file does is waiting for the kernel.
    maxWorkers: availableParallelism(),
    execArgv: ['--expose-gc'],
    // Against a hang, not a measure: both cores may be busy with something else.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
