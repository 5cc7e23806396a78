import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { built, root, run } from '../support/children.js';
import { needs } from '../support/needs.js';

const bun = `${root}.cache/bun/node_modules/@oven/bun-linux-x64/bin/bun`;

const smoke = `
  import { Socket } from ${JSON.stringify(built)};
  const l = Socket.open().bind({ address: '127.0.0.1' }).listen();
  const accepting = l.accept();
  const client = Socket.open();
  await client.connect(l.getsockname());
  const accepted = await accepting;
  const received = accepted.recv();
  await client.send('hello');
  console.log(String(await received));
  const timedOut = await client.recv({ timeoutMs: 5 }).catch((error) => error.code);
  const pending = client.recv().catch((error) => error.code);
  client.close();
  console.log(timedOut, await pending, (await accepted.recv()).length);
  await accepted.closeAsync();
  const pairs = Array.from({ length: 200 }, () => Socket.pair());
  const all = pairs.map(([, right]) => right.recv());
  for (const [left] of pairs) left.trySend('x');
  console.log((await Promise.all(all)).length);
  for (const pair of pairs) for (const socket of pair) socket.close();
  l.close();
`;

describe('Bun', () => {
  test('waits on the portable backend, and ends by itself', async (context) => {
    needs(
      context,
      existsSync(bun),
      `no ${bun.slice(root.length)}: npm install --prefix .cache/bun @oven/bun-linux-x64`,
    );
    const result = await run(bun, ['--eval', smoke]);
    expect(result).toEqual({
      code: 0,
      signal: null,
      stdout: 'hello\nERR_TIMED_OUT ERR_SOCKET_CLOSED 0\n200\n',
      stderr: '',
    });
  });
});
