import { describe, expect, test } from 'vitest';
import { root, run, scriptArguments } from '../support/children.js';

const files = ['waiting', 'lifetime'].map((name) => `test/socket/${name}.test.ts`);
/** Collection does not depend on the backend. */
const pattern = '^(?!a Socket that is collected)';

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

  test('for want of descriptors a wait fails as pipe(2) does, and the next one finds them', async () => {
    const script = `
      const { closeSync, openSync } = await import('node:fs');
      const [left, right] = Socket.pair();
      const taken = [];
      try { for (;;) taken.push(openSync('/dev/null')); } catch (error) { console.log(error.code); }
      console.log(await right.recv().catch((error) => error.message));
      for (const fd of taken) closeSync(fd);
      const received = right.recv();
      left.trySend('hello');
      console.log(String(await received));
      left.close();
      right.close();
    `;
    const limited = ['-c', 'ulimit -n 60; exec "$0" "$@"', process.execPath, ...scriptArguments(script)];
    expect(await run('sh', limited, { env: { SOCKWISE_READINESS: 'thread' } })).toEqual({
      code: 0,
      signal: null,
      stdout: 'EMFILE\npipe EMFILE: too many open files\nhello\n',
      stderr: '',
    });
  });
});
