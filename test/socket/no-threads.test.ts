import { expect, test } from 'vitest';
import { run } from '../support/children.js';
import { needs } from '../support/needs.js';
import { canDropPrivileges, cannotDropPrivileges, commandAsUser } from '../support/privileges.js';

/** `limit(n)` lets its user have `n` threads, RLIMIT_NPROC of setrlimit(2): set by another process, since this one could start none. */
const script = `
  import { spawn } from 'node:child_process';
  import { once } from 'node:events';
  import { readdirSync } from 'node:fs';
  const shell = spawn('sh', ['-c', \`
    was=$(prlimit --nproc --output=SOFT --noheadings --pid \${process.pid})
    while read n; do
      [ $n = back ] && n=$was
      prlimit --nproc=$n: --pid \${process.pid} && echo
    done\`]);
  const limit = async (n) => { shell.stdin.write(n + '\\n'); await once(shell.stdout, 'data'); };
  const outcome = async (work) => { try { return await work(); } catch (error) { return error.message; } };
  const descriptors = () => readdirSync('/proc/self/fd').length;

  const [left, right] = Socket.pair();
  await limit(0);
  const refused = [await outcome(() => right.recv())];
  // The set of epoll(7) is kept for the next attempt.
  const before = descriptors();
  refused.push(await outcome(() => right.watch(['POLLIN'], () => {})));
  const lost = descriptors() - before;
  left.trySend('still there');
  const taken = right.tryRecv().toString();
  const server = Socket.open().bind({ address: '127.0.0.1' }).listen();
  const client = Socket.open({ options: { SO_LINGER: { on: true, seconds: 1 } } });
  client.tryConnect(server.getsockname());
  const closed = await outcome(() => client.closeAsync());
  await limit('back');
  const pending = right.recv();
  left.trySend('later');
  const later = (await pending).toString();
  console.log(JSON.stringify({ refused, lost, taken, closed, later }));
  shell.stdin.end();
  for (const socket of [left, right, server]) socket.close();
`;

test('without threads a wait fails by name, nothing is lost, and the next one works', async (context) => {
  needs(context, canDropPrivileges, cannotDropPrivileges);
  const [command, ...args] = commandAsUser(script);
  const { stdout, stderr } = await run(command, args, { env: { SOCKWISE_READINESS: 'thread' } });
  const reason = 'pthread_create EAGAIN: resource temporarily unavailable';
  expect(stdout, stderr).toBe(
    `${JSON.stringify({ refused: [reason, reason], lost: 0, taken: 'still there', later: 'later' })}\n`,
  );
});
