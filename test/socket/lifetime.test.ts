import { describe, expect, test, vi } from 'vitest';
import { addon, built, run, runScript, scriptArguments, slowness } from '../support/children.js';

/** Two workers a round. The whole file runs once for each backend; the one of Bun gets less. */
const rounds = process.env['SOCKWISE_READINESS'] === 'thread' ? 3 : 25;

// More than the children may take.
vi.setConfig({ testTimeout: 70_000 * slowness });

const fine = { code: 0, signal: null, stderr: '' };

/** Runs `body` in a worker; the main thread goes on when the worker has said 'ready'. */
const workers = (body: string): string => `
  import { Worker } from 'node:worker_threads';
  import { readdirSync, readlinkSync } from 'node:fs';
  const sockets = () => readdirSync('/proc/self/fd').filter((fd) => {
    try { return readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; }
  }).length;
  const code = ${JSON.stringify(`
    import { parentPort } from 'node:worker_threads';
    import { Socket } from ${JSON.stringify(built)};
    ${body}
  `)};
  const source = new URL('data:text/javascript,' + encodeURIComponent(code));
  const ready = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
`;

describe.concurrent('the process', () => {
  test('ends by itself when nothing waits, with sockets open', async () => {
    expect(
      await runScript(`globalThis.kept = [listener(), ...(await connection()), ...Socket.pair()]; console.log('end');`),
    ).toEqual({ ...fine, stdout: 'end\n' });
  });

  test('stays alive while something waits', async () => {
    const script = `
      const { spawn } = await import('node:child_process');
      const l = listener();
      const { port } = l.getsockname();
      // Nothing of Node's keeps this process: the child is not referenced.
      spawn(process.execPath, ['-e', 'require("net").connect(' + port + ', "127.0.0.1").end()'], { stdio: 'ignore' }).unref();
      (await l.accept()).close();
      console.log('accepted');
    `;
    expect(await runScript(script)).toEqual({ ...fine, stdout: 'accepted\n' });
  });

  test('ends when the last wait is over', async () => {
    const script = `
      const s = Socket.open({ type: 'dgram' }).bind();
      await s.recv({ timeoutMs: 10 }).catch((error) => console.log(error.code));
      globalThis.kept = s;
    `;
    expect(await runScript(script)).toEqual({ ...fine, stdout: 'ERR_TIMED_OUT\n' });
  });

  test("an unsettled await at the end is Node's exit code 13, not a hang, once its socket is detached", async () => {
    const script = `
      const s = Socket.open({ type: 'dgram' }).bind();
      s.recv().catch((error) => console.log(error.code));
      s.detach();
      await new Promise(() => {});
    `;
    expect(await runScript(script)).toMatchObject({ code: 13, stdout: 'ERR_SOCKET_CLOSED\n' });
  });

  test('process.exit() with waits pending is clean', async () => {
    const script = `
      const [client, accepted] = await connection();
      const l = listener();
      const s = Socket.open({ type: 'dgram' }).bind();
      l.accept(); l.accept(); accepted.recv(); s.recv(); s.recvmsg(); client.closeAsync();
      setImmediate(() => process.exit(7));
    `;
    expect(await runScript(script)).toEqual({ ...fine, code: 7, stdout: '' });
  });

  test('opens and closes under --frozen-intrinsics', async () => {
    const script = `
      const [client, accepted] = await connection();
      const error = await client.recv({ timeoutMs: 1 }).catch((error) => error);
      try { Socket.open().bind({ address: '192.0.2.1' }); } catch (failed) { console.log(error.name, failed.message); }
      client.close(); accepted.close();
    `;
    const args = ['--frozen-intrinsics', '--no-warnings', ...scriptArguments(script)];
    expect(await run(process.execPath, args)).toEqual({
      ...fine,
      stdout: 'TimeoutError bind EADDRNOTAVAIL: address not available 192.0.2.1\n',
    });
  });

  test('an exception with waits pending ends it with that exception', async () => {
    const result = await runScript(`listener().accept(); setImmediate(() => { throw new Error('mine'); });`);
    expect(result).toMatchObject({ code: 1, signal: null, stderr: expect.stringContaining('Error: mine') });
  });
});

describe.concurrent('a Socket that is collected unclosed', () => {
  const collect = `
    const { readlinkSync } = await import('node:fs');
    // With its inode: the number may be another's soon.
    const identity = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch {} };
    const warnings = [];
    process.on('warning', (warning) => warnings.push(warning));
    const collected = async () => {
      for (let i = 0; i < 50 && warnings.length === 0; i++) { gc(); await new Promise(setImmediate); }
    };
  `;

  test('is closed, with a warning that names the line that opened it', async () => {
    const { stdout } = await runScript(`${collect}
      function opensOne() { return Socket.open().fd; }
      const fd = opensOne();
      const before = identity(fd);
      await collected();
      console.log(warnings.length, warnings[0]?.code, /at opensOne/.test(warnings[0]?.message), identity(fd) === before);
    `);
    expect(stdout).toBe('1 SOCKWISE_UNCLOSED true false\n');
  });

  test('is closed also where Error.prepareStackTrace throws', async () => {
    const result = await runScript(`${collect}
      Error.prepareStackTrace = () => { throw new Error('mine'); };
      const fd = (() => Socket.open().fd)();
      const before = identity(fd);
      await new Promise(setImmediate);
      await collected();
      console.log(warnings.length, /prepareStackTrace/.test(warnings[0]?.message), identity(fd) === before);
    `);
    expect(result).toMatchObject({ code: 0, stdout: '1 true false\n' });
  });

  test('is collected also where the object that opened it keeps it', async () => {
    const { stdout } = await runScript(`${collect}
      class Server { constructor() { this.socket = Socket.open(); } }
      (() => { new Server(); })();
      await collected();
      console.log(/at new Server/.test(warnings[0]?.message));
    `);
    expect(stdout).toBe('true\n');
  });

  test.each(['accept', 'tryAccept'])('names who called %s()', async (call) => {
    const { stdout } = await runScript(`${collect}
      const l = listener();
      async function serves() { const accepted = await l.${call}(); return accepted.fd; }
      const early = ${call === 'accept'} ? serves() : undefined;
      const client = Socket.open();
      await client.connect(l.getsockname());
      const fd = await (early ?? serves());
      const before = identity(fd);
      await collected();
      console.log(/at serves/.test(warnings[0]?.message), identity(fd) === before);
      l.close(); client.close();
    `);
    expect(stdout).toBe('true false\n');
  });

  test('one that was closed or detached says nothing', async () => {
    const { stdout } = await runScript(`${collect}
      (() => { Socket.open().close(); Socket.open().detach(); })();
      (() => { for (const socket of Socket.pair()) socket.close(); })();
      await collected();
      console.log(warnings.length);
    `);
    expect(stdout).toBe('0\n');
  });

  test('nor does one that lives longer than the turn it was opened in', async () => {
    const { stdout } = await runScript(`${collect}
      const [first, second] = [Socket.open(), Socket.open()];
      await new Promise(setImmediate);
      first.close();
      second.detach();
      await collected();
      console.log(warnings.length);
    `);
    expect(stdout).toBe('0\n');
  });

  test.each([1, 999, 1000, 1001, 2500])('among %i of one turn that are closed it is found', async (count) => {
    const { stdout } = await runScript(`${collect}
      const fd = (() => {
        const { fd } = Socket.open();
        for (let i = 0; i < ${count}; i++) Socket.open().close();
        return fd;
      })();
      const before = identity(fd);
      await collected();
      console.log(warnings.length, identity(fd) === before);
    `);
    expect(stdout).toBe('1 false\n');
  });

  test('one that waits is not collected', async () => {
    const { stdout } = await runScript(`${collect}
      const address = (() => {
        const s = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
        s.recv().then((data) => { console.log(String(data)); s.close(); });
        return s.getsockname();
      })();
      await collected();
      const sender = Socket.open({ type: 'dgram' });
      sender.trySend('still here', { address });
      sender.close();
    `);
    expect(stdout).toBe('still here\n');
  });

  test('survives a storm of collections', async () => {
    const result = await runScript(
      `
      process.removeAllListeners('warning');
      process.on('warning', () => {});
      for (let i = 0; i < 300; i++) {
        const s = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
        const waiting = s.recv();
        s.trySend('x', { address: s.getsockname() });
        Socket.open(); Socket.pair();
        if (i % 10 === 0) gc();
        await waiting;
        if (i % 2) s.close();
      }
      console.log('done');
    `,
      { env: { NODE_NO_WARNINGS: '1' } },
    );
    expect(result).toEqual({ ...fine, stdout: 'done\n' });
  });
});

describe.concurrent('worker threads', () => {
  test('load the addon side by side and wait each for its own', async () => {
    const result = await runScript(`${workers(`
      const [left, right] = Socket.pair();
      const received = right.recv();
      left.trySend('hello');
      const text = String(await received);
      left.close(); right.close();
      parentPort.postMessage(text);
    `)}
      const all = Array.from({ length: 4 }, () => new Worker(source));
      const exits = all.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
      const messages = await Promise.all(all.map(ready));
      await Promise.all(exits);
      const [a, b] = Socket.pair();
      a.trySend('main'); console.log(messages.join(), String(await b.recv()));
      a.close(); b.close();
    `);
    expect(result).toEqual({ ...fine, stdout: 'hello,hello,hello,hello main\n' });
  });

  test('a terminated worker closes its sockets, whatever they wait for', async () => {
    const result = await runScript(
      `${workers(`
      const l = Socket.open().bind({ address: '127.0.0.1' }).listen();
      const client = Socket.open();
      await client.connect(l.getsockname());
      const accepted = await l.accept();
      const s = Socket.open({ type: 'dgram' }).bind();
      l.accept(); accepted.recv(); s.recv(); s.recv({ timeoutMs: 60000 }); client.recv();
      const gone = Socket.open();
      gone.closeAsync(); Socket.open().closeAsync();
      globalThis.kept = [l, client, accepted, s];
      parentPort.postMessage('ready');
    `)}
      const before = sockets();
      let seen = 0;
      for (let i = 0; i < ${rounds}; i++) {
        const two = [new Worker(source), new Worker(source)];
        await Promise.all(two.map(ready));
        seen = Math.max(seen, sockets());
        await Promise.all(two.map((worker) => worker.terminate()));
      }
      console.log(seen > before, sockets() - before);
    `,
      { deadlineMs: 60_000 },
    );
    expect(result).toEqual({ ...fine, stdout: 'true 0\n' });
  });

  test('a worker terminated at any moment of loading and running does no harm', async () => {
    const result = await runScript(
      `${workers(`
      const [left, right] = Socket.pair();
      for (;;) { const r = right.recv(); left.trySend('x'); await r; await Promise.all([Socket.open().closeAsync()]); }
    `)}
      const before = sockets();
      for (let i = 0; i < 24; i += 24 / ${rounds} * 2) {
        const two = [new Worker(source), new Worker(source)];
        // From before the addon is loaded to well into the loop.
        await new Promise((resolve) => setTimeout(resolve, 2 * i));
        await Promise.all(two.map((worker) => worker.terminate()));
      }
      console.log(sockets() - before);
    `,
      { deadlineMs: 60_000 },
    );
    expect(result).toEqual({ ...fine, stdout: '0\n' });
  });

  test('a worker terminated within the loading of the addon does not end the process', async () => {
    const result = await runScript(
      `
      const { Worker } = await import('node:worker_threads');
      const code = 'import { parentPort } from "node:worker_threads"; parentPort.postMessage(0);' +
        'for (;;) process.dlopen({ exports: {} }, ' + JSON.stringify(${JSON.stringify(addon)}) + ')';
      for (let i = 0; i < 20; i++) {
        const worker = new Worker(code, { eval: true });
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
      }
      console.log('survived');
    `,
      // With AddressSanitizer it takes seven seconds.
      { deadlineMs: 60_000 },
    );
    expect(result).toEqual({ ...fine, stdout: 'survived\n' });
  });

  test('a worker that exits by itself closes what it left open', async () => {
    const result = await runScript(`${workers(`
      globalThis.kept = Array.from({ length: 10 }, () => Socket.open());
      Socket.open({ type: 'dgram' }).bind().recv();
      process.exit();
    `)}
      const before = sockets();
      const worker = new Worker(source);
      await new Promise((resolve) => worker.once('exit', resolve));
      console.log(sockets() - before);
    `);
    expect(result).toEqual({ ...fine, stdout: '0\n' });
  });

  test('a descriptor detached in a worker outlives it', async () => {
    const result = await runScript(`${workers(`
      parentPort.postMessage(Socket.open().bind({ address: '127.0.0.1' }).listen().detach());
    `)}
      const worker = new Worker(source);
      const fd = await ready(worker);
      await worker.terminate();
      const l = Socket.adopt(fd);
      const client = Socket.open();
      await client.connect(l.getsockname());
      (await l.accept()).close(); client.close(); l.close();
      console.log('adopted');
    `);
    expect(result).toEqual({ ...fine, stdout: 'adopted\n' });
  });
});

describe.concurrent('a descriptor that somebody else closes', () => {
  const scene = `
    const { closeSync, readlinkSync } = await import('node:fs');
    const alive = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; } };
    const warnings = [];
    process.on('warning', (warning) => warnings.push(warning));
    const code = (call) => { try { return call(); } catch (error) { return error.code; } };
    function first() { return Socket.open({ type: 'dgram' }).bind(); }
    function second() { return Socket.open({ type: 'dgram' }).bind(); }
  `;

  test('and that another Socket then gets, is not closed by its former owner, and both are named', async () => {
    const result = await runScript(`${scene}
      const a = first();
      const { fd } = a;
      closeSync(fd);
      const b = second();
      console.log(b.fd === fd, a.closed, code(() => a.fd), code(() => a.trySend('x')), await a.recv().catch(({ code }) => code));
      a.close();
      await a.closeAsync();
      console.log(alive(fd), b.getsockname().port > 0);
      await new Promise(setImmediate);
      const { code: name, message } = warnings[0];
      console.log(warnings.length, name, /at first .*at second /s.test(message));
      b.close();
      console.log(alive(fd));
    `);
    expect(result).toMatchObject({
      code: 0,
      stdout: `true true ERR_SOCKET_CLOSED ERR_SOCKET_CLOSED ERR_SOCKET_CLOSED
true true
1 SOCKWISE_TWO_OWNERS true
false
`,
    });
  });

  test('is not closed when its former owner is collected', async () => {
    const { stdout } = await runScript(`${scene}
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      const fd = (() => { const a = first(); registry.register(a, 1); closeSync(a.fd); return a.fd; })();
      const b = second();
      for (let i = 0; i < 50 && collected === 0; i++) { gc(); await new Promise(setImmediate); }
      for (let i = 0; i < 5; i++) { gc(); await new Promise(setImmediate); }
      console.log(b.fd === fd, collected, alive(fd), warnings.map(({ code }) => code).join());
    `);
    expect(stdout).toBe('true 1 true SOCKWISE_TWO_OWNERS\n');
  });

  test('and that a worker then gets, stays open when its former owner closes it', async () => {
    const script = `${workers(`
      const sockets = [];
      parentPort.once('message', (fd) => {
        // The kernel gives the lowest number that is free.
        do sockets.push(Socket.open({ type: 'dgram' })); while (sockets.at(-1).fd < fd);
        parentPort.postMessage(sockets.at(-1).fd === fd);
        parentPort.once('message', () => {
          parentPort.postMessage(sockets.at(-1).bind().getsockname().port > 0);
          for (const socket of sockets) socket.close();
        });
      });
      parentPort.postMessage('ready');
    `)}
      const { closeSync } = await import('node:fs');
      const worker = new Worker(source);
      await ready(worker);
      const a = Socket.open({ type: 'dgram' });
      const { fd } = a;
      closeSync(fd);
      worker.postMessage(fd);
      console.log(await ready(worker));
      try { a.close(); } catch (error) { console.log(error.syscall, error.code); }
      worker.postMessage('look');
      console.log(await ready(worker));
    `;
    expect((await runScript(script)).stdout).toBe('true\nclose EBADF\ntrue\n');
  });

  test('can be adopted by nobody while a Socket believes in it, and the error names the place', async () => {
    const { stdout } = await runScript(`${scene}
      const a = first();
      try { Socket.adopt(a.fd); } catch (error) { console.log(error.code, /opened at.*at first /s.test(error.message)); }
    `);
    expect(stdout).toBe('ERR_SOCKET_BUSY true\n');
  });
});
