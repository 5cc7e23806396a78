import { describe, expect, test } from 'vitest';
import { root, run } from '../support/children.js';

const files = ['waiting', 'watched', 'watch', 'poll', 'lifetime'].map((name) => `test/socket/${name}.test.ts`);
/** Collection does not depend on the backend, nor does what is over before there is one. */
const pattern = '^(?!a Socket that is collected|worker threads a worker terminated within the loading)';

describe.skipIf(process.env['SOCKWISE_READINESS'] === 'thread')('the portable backend', () => {
  test('behaves as the one on the event loop: the same tests pass', { timeout: 180_000 }, async () => {
    const vitest = `${root}node_modules/vitest/vitest.mjs`;
    const { code, signal, stdout, stderr } = await run(
      process.execPath,
      [vitest, 'run', '--reporter=dot', '-t', pattern, ...files],
      {
        env: { SOCKWISE_READINESS: 'thread', VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined },
        deadlineMs: 170_000,
      },
    );
    expect({ code, signal }, stdout + stderr).toEqual({ code: 0, signal: null });
  });
});
