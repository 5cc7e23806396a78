import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { built, root, run } from '../support/children.js';
import { needs } from '../support/needs.js';

const runtimes = [
  {
    name: 'Bun',
    folder: '.cache/bun',
    package: '@oven/bun-linux-x64',
    binary: '@oven/bun-linux-x64/bin/bun',
    args: [],
  },
  { name: 'Deno', folder: '.cache/deno', package: 'deno', binary: '@deno/linux-x64-glibc/deno', args: ['run', '-A'] },
];

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
  const polled = accepted.poll(['POLLRDHUP']);
  const timedOut = await client.recv({ timeoutMs: 5 }).catch((error) => error.code);
  const pending = client.recv().catch((error) => error.code);
  client.close();
  console.log(timedOut, await pending, [...(await polled)].join(), (await accepted.recv()).length);
  await accepted.closeAsync();
  const refused = Socket.open();
  const nobody = Socket.open().bind({ address: '127.0.0.1' });
  console.log(await refused.connect(nobody.getsockname()).catch((error) => error.code));
  refused.close();
  nobody.close();
  const pairs = Array.from({ length: 200 }, () => Socket.pair());
  const all = pairs.map(([, right]) => right.recv());
  for (const [left] of pairs) left.trySend('x');
  console.log((await Promise.all(all)).length);
  for (const pair of pairs) for (const socket of pair) socket.close();
  const [near, far] = Socket.pair();
  const heard = new Promise((resolve) => far.watch(['POLLIN'], resolve));
  near.trySend('x');
  console.log((await heard).join());
  near.close();
  far.close();
  l.close();
`;

describe.each(runtimes)('$name', ({ name, folder, package: npm, binary, args }) => {
  test('waits as Node does, and ends by itself', async (context) => {
    const path = `${root}${folder}/node_modules/${binary}`;
    needs(context, existsSync(path), `no ${name}: npm install --prefix ${folder} ${npm}`);
    const program = join(mkdtempSync(join(tmpdir(), 'sockwise-runtime-')), 'smoke.mjs');
    try {
      writeFileSync(program, smoke);
      expect(await run(path, [...args, program])).toEqual({
        code: 0,
        signal: null,
        stdout: 'hello\nERR_TIMED_OUT ERR_SOCKET_CLOSED POLLRDHUP 0\nECONNREFUSED\n200\nPOLLIN\n',
        stderr: '',
      });
    } finally {
      rmSync(dirname(program), { recursive: true });
    }
  });
});
