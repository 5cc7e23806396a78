import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// Node reads these certificates whenever it starts, 90 ms of CPU time for a usual file of them: the tests start hundreds of Nodes,
// and none speaks TLS with anybody else.
delete process.env['NODE_EXTRA_CA_CERTS'];

/** Tests of plain data, which leave nothing behind in their process: they share one, and what they import. */
const plain = [
  'test/lab/draw/{*,page/*}.test.ts',
  'test/lab/draw/ladder/{layout,paper,rows,segment-words,text,text-line,text-names}.test.ts',
  'test/lab/wire/{frame-store,implied,pcapng,timeline}.test.ts',
  'test/claims/{articles,chinese,said,sentences}.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'plain', include: plain, isolate: false } },
      {
        extends: true,
        test: { name: 'kernel', include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...plain] },
      },
    ],
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
