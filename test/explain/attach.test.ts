import * as dgram from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { attach, type Attachable } from '../../src/explain/attach.js';
import type { Explanation } from '../../src/explain/explain.js';
import { Socket } from '../../src/socket/socket.js';
import { type ChildResult, root, run } from '../support/children.js';
import { codeOf, listening } from '../support/sockets.js';

type Explained = NodeJS.ErrnoException & { readonly explanation?: Explanation };

async function errorAt(target: Attachable): Promise<Explained> {
  return await new Promise((resolve) => void (target as net.Server).once('error', resolve));
}

function failing(target: net.Server, port: number): net.Server {
  return target.listen(port, '127.0.0.1');
}

describe('attach', () => {
  // So that 150 ms never pass, however busy the machine is.
  beforeEach(() => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    return () => clock.mockRestore();
  });

  test.each([
    ['net', () => net.createServer()],
    ['http', () => http.createServer()],
  ])('%s: the error says who holds the port, and is the same otherwise', async (_name, create) => {
    using holder = listening();
    const { port } = holder.getsockname();
    const plain = await errorAt(failing(create(), port));
    const explained = await errorAt(failing(attach(create()), port));
    expect(explained.message.startsWith(`${plain.message}\nLISTEN  127.0.0.1:${port}  pid ${process.pid} `)).toBe(true);
    expect(explained.message).toMatch(/\nbind\(\) fails with EADDRINUSE/);
    expect(explained.explanation?.rule).toBe('held-by-listener');
    expect(explained.stack).toContain(explained.message);
    expect({ ...explained }).toEqual({ ...plain });
    expect(Object.keys(explained)).toEqual(Object.keys(plain));
  });

  test('takes 150 ms at most: what is not known by then is left out, and the text says so', async () => {
    using holder = listening();
    // Each look at the clock takes 40 ms.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 40));
    const error = await errorAt(failing(attach(net.createServer()), holder.getsockname().port));
    expect(error.explanation).toMatchObject({ rule: 'held-by-listener', holders: [{ owners: [] }] });
    expect(error.message).toMatch(/^Not looked at: the descriptors of \d+ processes, for want of time\.$/m);
    expect(error.message).toMatch(/not tried: there was no time for it/);
  });

  test('dgram: the error is of UDP', async () => {
    using holder = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    const socket = attach(dgram.createSocket('udp4'));
    const failed = errorAt(socket);
    socket.bind(holder.getsockname().port, '127.0.0.1');
    expect((await failed).explanation).toMatchObject({ rule: 'held-by-udp-socket', call: 'bind' });
    socket.close();
  });

  test('a connection with a local port that is held', async () => {
    using holder = listening();
    using server = listening();
    const [localPort, port] = [holder.getsockname().port, server.getsockname().port];
    const socket = attach(new net.Socket());
    const failed = errorAt(socket);
    socket.connect({ port, host: '127.0.0.1', localPort, localAddress: '127.0.0.1' });
    expect((await failed).explanation).toMatchObject({ code: 'EADDRINUSE', rule: 'held-by-listener' });
  });

  test('attached twice, the error is explained once; other errors stay as they are', async () => {
    using holder = listening();
    const twice = await errorAt(failing(attach(attach(net.createServer())), holder.getsockname().port));
    expect(twice.message.match(/^Rule /gm)).toHaveLength(1);
    const unix = await errorAt(attach(net.createServer()).listen('/no/such/folder/socket'));
    expect(unix.explanation).toMatchObject({ call: 'bind', rule: 'unix-no-folder' });
    expect(unix.message).toMatch(/^listen EACCES: permission denied \/no\/such\/folder\/socket\n/);
    expect(unix.message).toMatch(/^Node says EACCES, because libuv reports ENOENT/m);
    const server = attach(net.createServer());
    const error = new Error('of my own');
    const failed = errorAt(server);
    server.emit('error', error);
    expect([await failed, error.message]).toEqual([error, 'of my own']);
  });

  test('does not count as a listener of errors: one that nobody handles is thrown', () => {
    const server = attach(net.createServer());
    expect(server.listenerCount('error')).toBe(0);
    expect(() => server.emit('error', new Error('unhandled'))).toThrow('unhandled');
  });

  test.each([undefined, null, 1, {}, 'server'])('refuses %j', async (target) => {
    expect(await codeOf(() => attach(target as never))).toBe('ERR_ARGUMENT_INVALID');
  });
});

describe('node --import sockwise/explain', () => {
  const preload = `${root}dist/explain/preload.js`;
  const program = (script: string, type = 'commonjs'): Promise<ChildResult> =>
    run(process.execPath, ['--import', preload, `--input-type=${type}`, '--eval', script]);

  test('a server that nobody watches ends the process as before, and says why', async () => {
    using holder = listening();
    const { port } = holder.getsockname();
    const { code, stderr } = await program(`require('http').createServer().listen(${port}, '127.0.0.1')`);
    expect(code).toBe(1);
    expect(stderr).toContain(`Error: listen EADDRINUSE: address already in use 127.0.0.1:${port}\nLISTEN  127.0.0.1:`);
    expect(stderr).toMatch(/^Rule held-by-listener: /m);
    expect(stderr).not.toMatch(/explanation/);
  });

  test('works in modules, for dgram and for a connection with a local port', async () => {
    using holder = listening();
    using datagram = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    const [tcp, udp] = [holder.getsockname().port, datagram.getsockname().port];
    const { stdout, stderr } = await program(
      `import dgram from 'node:dgram'; import net from 'node:net'; import { once } from 'node:events';
       const rule = async (target) => { const e = await new Promise((r) => target.on('error', r)); return e.explanation?.rule; };
       const socket = dgram.createSocket('udp4');
       const rules = [rule(socket.bind(${udp}, '127.0.0.1')), rule(net.connect({ port: 1, host: '127.0.0.1', localPort: ${tcp}, localAddress: '127.0.0.1' }))];
       console.log(JSON.stringify(await Promise.all(rules)));
       socket.close();`,
      'module',
    );
    expect([stdout.trim(), stderr]).toEqual(['["held-by-udp-socket","held-by-listener"]', '']);
  });

  test('works in the workers of a cluster', async () => {
    using holder = listening();
    const { port } = holder.getsockname();
    const folder = mkdtempSync(join(tmpdir(), 'sockwise-cluster-'));
    const file = join(folder, 'app.cjs');
    writeFileSync(
      file,
      `const cluster = require('cluster');
       if (cluster.isPrimary) {
         const worker = cluster.fork();
         worker.on('message', (text) => { console.log(text); worker.kill(); });
       } else {
         const server = require('net').createServer();
         server.on('error', (error) => process.send([error.code, error.explanation?.rule].join()));
         server.listen(${port}, '127.0.0.1');
       }`,
    );
    const { stdout, stderr } = await run(process.execPath, ['--import', preload, file]);
    rmSync(folder, { recursive: true });
    expect([stdout.trim(), stderr]).toEqual(['EADDRINUSE,held-by-listener', '']);
  });

  test('changes nothing of a program whose servers listen', async () => {
    const script = `
      const net = require('net');
      console.log(net.Server.prototype.listen.name, net.Server.prototype.listen.length, net.Socket.prototype.connect.length);
      const server = net.createServer((c) => c.end('hi')).listen(0, '127.0.0.1', () => {
        net.connect(server.address().port, '127.0.0.1').on('data', (d) => { console.log(String(d)); server.close(); });
      });`;
    const plain = await run(process.execPath, ['--eval', script]);
    expect(await program(script)).toEqual(plain);
    expect(plain.stdout).toMatch(/hi\n$/);
  });
});
