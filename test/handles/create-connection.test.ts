import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type LookupFunction, type Server, Socket as NetSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ConnectError } from '../../src/handles/attempts.js';
import { createConnection, type CreateConnectionOptions } from '../../src/handles/create-connection.js';
import { listen } from '../../src/handles/listen.js';
import { getOption, setOption } from '../../src/handles/options.js';
import { reservePort } from '../../src/handles/reserve.js';
import { Socket } from '../../src/socket/socket.js';
import { built, runScript } from '../support/children.js';
import { socketDescriptors } from '../support/descriptors.js';
import { needsIPv6, withoutIPv6 } from '../support/ipv6.js';
import { keeper } from '../support/kept.js';
import { portOf, tosOfSyn } from '../support/servers.js';

const kept = keeper();
const options = { IP_TOS: 0x10, TCP_USER_TIMEOUT: 4321 };

/** A server that sends back what it gets, and keeps the SYN of each connection. */
async function echo(address = '127.0.0.1', port = 0): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (peer) => peer.on('error', () => {}).pipe(peer));
  return kept(await listen(server, { address, port, options: { TCP_SAVE_SYN: 1, SO_REUSEADDR: true } }));
}

function closedPort(address: string): number {
  const reservation = reservePort({ address });
  return kept({ port: reservation.port, close: () => reservation.release() }).port;
}

/** A listener whose accept queue is full: the kernel drops each further SYN. */
async function silentPort(address: string, port = 0): Promise<number> {
  const listener = kept(Socket.open()).bind({ address, port }).listen({ backlog: 0 });
  const name = listener.getsockname();
  await kept(Socket.open()).connect(name, { timeoutMs: 5000 });
  return name.port;
}

function resolving(...addresses: string[]): LookupFunction {
  return (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

function connecting(settings: CreateConnectionOptions): NetSocket {
  return kept(createConnection(settings));
}

/** The names of the events of `socket`, in their order. */
function eventsOf(socket: NetSocket): string[] {
  const seen: string[] = [];
  for (const name of ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'error', 'close'])
    socket.on(name, (...details: unknown[]) => seen.push(name === 'lookup' ? `lookup ${details[1]}` : name));
  return seen;
}

async function failure(socket: NetSocket): Promise<unknown> {
  let failed: unknown;
  socket.once('error', (error) => (failed = error));
  await new Promise((resolve) => socket.once('close', resolve));
  return failed;
}

describe('createConnection() returns a socket at once', () => {
  test('that is connecting, and then emits what one of Node does, once', async () => {
    const port = portOf(await echo());
    const socket = connecting({ host: 'one.test', port, lookup: resolving('127.0.0.1'), options });
    const seen = eventsOf(socket);
    expect(socket).toBeInstanceOf(NetSocket);
    expect(socket).toMatchObject({ connecting: true, pending: true, readyState: 'opening', destroyed: false });
    expect(() => getOption(socket, 'SO_TYPE')).toThrow(expect.objectContaining({ code: 'ERR_NO_DESCRIPTOR' }));
    await once(socket, 'ready');
    expect(socket).toMatchObject({ connecting: false, pending: false, readyState: 'open', remotePort: port });
    socket.destroy();
    await once(socket, 'close');
    expect(seen).toEqual(['lookup 127.0.0.1', 'connectionAttempt', 'connect', 'ready', 'close']);
  });

  test('whose options are on its SYN', async () => {
    const server = await echo();
    const accepted = once(server, 'connection');
    const socket = connecting({ host: '127.0.0.1', port: portOf(server), options });
    await once(socket, 'connect');
    const [peer] = await accepted;
    expect(tosOfSyn(peer)).toBe(0x10);
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(4321);
  });

  test('that takes what is written, set and ended before it is connected', async () => {
    const port = portOf(await echo());
    const socket = connecting({ host: '127.0.0.1', port });
    const idle = vi.fn();
    socket.setNoDelay(true).setKeepAlive(true, 42_000).setTimeout(60_000, idle);
    socket.setEncoding('utf8').end('written early');
    await once(socket, 'connect');
    expect(getOption(socket, 'TCP_NODELAY')).toBe(true);
    expect(getOption(socket, 'SO_KEEPALIVE')).toBe(true);
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(42);
    expect(socket.timeout).toBe(60_000);
    let text = '';
    for await (const part of socket) text += part;
    expect(text).toBe('written early');
    expect(idle).not.toHaveBeenCalled();
  });

  test.for([false, true])('with allowHalfOpen %s as it is given', async (allowHalfOpen) => {
    const server = kept(
      await listen(
        createServer((peer) => peer.end('x').resume()),
        { address: '127.0.0.1' },
      ),
    );
    const socket = connecting({ host: '127.0.0.1', port: portOf(server), allowHalfOpen });
    socket.resume();
    await once(socket, 'end');
    expect(socket.writable && !socket.writableEnded).toBe(allowHalfOpen);
  });

  test('whose timeout is an event while it connects, as in Node', async () => {
    const socket = connecting({ host: '127.0.0.1', port: await silentPort('127.0.0.1') });
    socket.setTimeout(20);
    await once(socket, 'timeout');
    expect(socket).toMatchObject({ connecting: true, destroyed: false });
  });

  test('to a Unix path, plain or abstract', async () => {
    for (const path of [join(tmpdir(), `sockwise-${process.pid}.sock`), `\0sockwise-${process.pid}`]) {
      const server = createServer((peer) => peer.pipe(peer));
      kept(await listen(server, { path }));
      const socket = connecting({ path, options: { SO_SNDBUF: 20_000 } });
      expect(socket.connecting).toBe(true);
      socket.write('unix');
      const [data] = await once(socket, 'data');
      expect(String(data)).toBe('unix');
      expect(getOption(socket, 'SO_SNDBUF')).toBe(40_000);
      if (!path.startsWith('\0')) rmSync(path);
    }
  });

  test('that is the place of an error thrown by a listener', async () => {
    const port = portOf(await echo());
    const socket = connecting({ host: '127.0.0.1', port });
    const mistake = new Error('of the listener');
    socket.on('connect', () => {
      throw mistake;
    });
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const caught = await new Promise((resolve) => process.once('uncaughtException', resolve));
    for (const other of others) process.on('uncaughtException', other);
    expect(caught).toBe(mistake);
  });
});

describe('several addresses', () => {
  test('are each tried with the options, the next when one has failed', async () => {
    const server = await echo('127.0.0.2');
    const port = portOf(server);
    const accepted = once(server, 'connection');
    const socket = connecting({ host: 'two.test', port, lookup: resolving('127.0.0.3', '127.0.0.2'), options });
    const seen = eventsOf(socket);
    await once(socket, 'ready');
    expect(socket.remoteAddress).toBe('127.0.0.2');
    const [peer] = await accepted;
    expect(tosOfSyn(peer)).toBe(0x10);
    expect(seen).toEqual([
      'lookup 127.0.0.3',
      'connectionAttempt',
      'lookup 127.0.0.2',
      'connectionAttemptFailed',
      'connectionAttempt',
      'connect',
      'ready',
    ]);
  });

  test('are tried beside one that is silent, whose socket is closed', async () => {
    const port = await silentPort('127.0.0.3');
    const server = await echo('127.0.0.2', port);
    const before = socketDescriptors().length;
    const accepted = once(server, 'connection');
    const lookup = resolving('127.0.0.3', '127.0.0.2');
    const socket = connecting({ host: 'two.test', port, lookup, attemptDelayMs: 10, options });
    await Promise.all([once(socket, 'connect'), accepted]);
    expect(socket.remoteAddress).toBe('127.0.0.2');
    expect(getOption(socket, 'IP_TOS')).toBe(0x10);
    expect(socketDescriptors().length).toBe(before + 2);
  });

  test.skipIf(withoutIPv6)(`may be of both families${needsIPv6}`, async () => {
    const server = await echo('::1');
    const lookup = resolving('127.0.0.1', '::1');
    const socket = connecting({ host: 'two.test', port: portOf(server), lookup, options: { TCP_USER_TIMEOUT: 77 } });
    await once(socket, 'connect');
    expect(socket.remoteFamily).toBe('IPv6');
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(77);
  });

  test('that all fail are one error with each failure', async () => {
    const port = closedPort('0.0.0.0');
    const error = await failure(
      connecting({ host: 'two.test', port, lookup: resolving('127.0.0.1', '127.0.0.2'), options }),
    );
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: 'ECONNREFUSED', errors: [{ address: '127.0.0.1' }, { address: '127.0.0.2' }] });
  });
});

describe('a socket that does not connect', () => {
  test('emits one error and close, and leaves no descriptor', async () => {
    const port = closedPort('127.0.0.1');
    const before = socketDescriptors().length;
    const socket = connecting({ host: '127.0.0.1', port });
    const seen = eventsOf(socket);
    expect(await failure(socket)).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '127.0.0.1',
      port,
    });
    expect(seen).toEqual(['connectionAttempt', 'connectionAttemptFailed', 'error', 'close']);
    expect(socketDescriptors().length).toBe(before);
  });

  test('names the option the kernel refuses', async () => {
    const port = closedPort('127.0.0.1');
    const socket = connecting({ host: '127.0.0.1', port, options: { IPV6_V6ONLY: true } });
    expect(await failure(socket)).toMatchObject({ syscall: 'setsockopt', option: 'IPV6_V6ONLY' });
  });

  test('reports the error of the lookup', async () => {
    const mistake = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const lookup: LookupFunction = (_host, _options, callback) => setImmediate(callback, mistake, []);
    const socket = connecting({ host: 'no.test', port: 1, lookup });
    const heard = once(socket, 'lookup', { signal: AbortSignal.timeout(10_000) });
    expect(await failure(socket)).toBe(mistake);
    expect((await heard)[0]).toBe(mistake);
  });

  test('is closed by destroy() and by its signal: in the lookup, while attempts are under way', async () => {
    const port = await silentPort('127.0.0.1');
    const before = socketDescriptors().length;
    const never: LookupFunction = () => {};
    for (const settings of [
      { host: 'slow.test', port, lookup: never },
      { host: '127.0.0.1', port },
    ]) {
      const destroyed = connecting(settings);
      const seen = eventsOf(destroyed);
      setImmediate(() => destroyed.destroy());
      await once(destroyed, 'close');
      expect(seen.filter((name) => name !== 'connectionAttempt')).toEqual(['close']);

      const stop = new AbortController();
      const aborted = connecting({ ...settings, signal: stop.signal });
      const reason = new Error('enough');
      setImmediate(() => stop.abort(reason));
      expect(await failure(aborted)).toMatchObject({ name: 'AbortError', cause: reason });
      await expect.poll(() => socketDescriptors().length).toBe(before);
    }
    const late = connecting({ host: '127.0.0.1', port, signal: AbortSignal.abort() });
    expect(await failure(late)).toMatchObject({ name: 'AbortError' });
  });

  test('is ended by timeoutMs, the lookup included', async () => {
    const port = await silentPort('127.0.0.1');
    for (const settings of [
      { host: 'slow.test', port, lookup: () => {} },
      { host: '127.0.0.1', port },
    ]) {
      expect(await failure(connecting({ ...settings, timeoutMs: 20 }))).toMatchObject({ name: 'TimeoutError' });
    }
  });

  test('connects again when it is told so', async () => {
    const port = closedPort('127.0.0.1');
    const socket = connecting({ host: '127.0.0.1', port, options });
    await failure(socket);
    const server = await echo();
    socket.connect(portOf(server), '127.0.0.1');
    await once(socket, 'connect');
    expect(getOption(socket, 'IP_TOS')).toBe(0x10);
  });
});

describe('connect() of the client', () => {
  test('names the place where the settings do not', async () => {
    const server = await echo();
    const accepted = once(server, 'connection');
    const socket = connecting({ options });
    expect(socket).toMatchObject({ connecting: false, pending: true });
    const listener = vi.fn();
    expect(socket.connect(portOf(server), '127.0.0.1', listener)).toBe(socket);
    expect(socket.connecting).toBe(true);
    await once(socket, 'connect');
    expect(listener).toHaveBeenCalledOnce();
    const [peer] = await accepted;
    expect(tosOfSyn(peer)).toBe(0x10);
  });

  test.for<[string, (port: number) => readonly unknown[]]>([
    ['(port)', (port) => [port]],
    ['(port as text, host)', (port) => [String(port), 'LOCALHOST']],
    ['({ port, host })', (port) => [{ port, host: 'localhost', family: 4 }]],
  ])('joins the attempts under way if it names the same place: %s', async ([, form]) => {
    const server = await echo('127.0.0.1');
    const accepted = vi.fn();
    server.on('connection', accepted);
    const port = portOf(server);
    const socket = connecting({ host: 'localhost', port, lookup: resolving('127.0.0.1') });
    const seen = eventsOf(socket);
    socket.connect(...(form(port) as [number]));
    await once(socket, 'ready');
    socket.end('x');
    await once(socket.resume(), 'close');
    expect(seen).toEqual(['lookup 127.0.0.1', 'connectionAttempt', 'connect', 'ready', 'close']);
    expect(accepted).toHaveBeenCalledOnce();
  });

  test('is answered if the connection stands already, once', async () => {
    const port = portOf(await echo());
    const socket = connecting({ host: '127.0.0.1', port });
    await once(socket, 'ready');
    const seen = eventsOf(socket);
    socket.connect(port, '127.0.0.1');
    expect(seen).toEqual([]);
    await once(socket, 'ready');
    expect(seen).toEqual(['connect', 'ready']);
    // As of any connected socket, the kernel says no.
    socket.connect(port, '127.0.0.1');
    expect(await failure(socket)).toMatchObject({ code: 'EISCONN' });
  });

  test('to another place replaces the attempts: TCP, Unix, and back', async () => {
    const silent = await silentPort('127.0.0.1');
    const port = portOf(await echo());
    const path = `\0sockwise-other-${process.pid}`;
    kept(
      await listen(
        createServer((peer) => peer.end('unix')),
        { path },
      ),
    );
    const before = socketDescriptors().length;
    const to = { host: '127.0.0.1', port: silent };

    const first = connecting(to);
    first.connect(port, '127.0.0.1');
    await once(first, 'connect');
    expect(first.remotePort).toBe(port);

    const second = connecting(to);
    await once(second, 'connectionAttempt');
    second.connect(path);
    expect(String((await once(second, 'data'))[0])).toBe('unix');

    const third = connecting({ path: '\0sockwise-nobody' });
    third.connect(port, '127.0.0.1');
    await once(third, 'connect');
    for (const socket of [first, second, third]) socket.destroy();
    await expect.poll(() => socketDescriptors().length).toBe(before);
  });

  test('with a place that does not fit throws', () => {
    const socket = connecting({});
    expect(() => socket.connect(65_536, 'x')).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    expect(() => socket.connect({} as never)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }));
    expect(socket.connecting).toBe(false);
  });
});

describe('options stay as they were given', () => {
  const keepAlive = { SO_KEEPALIVE: true, TCP_KEEPIDLE: 5, TCP_KEEPINTVL: 3, TCP_KEEPCNT: 4, TCP_NODELAY: false };
  const names = ['SO_KEEPALIVE', 'TCP_KEEPIDLE', 'TCP_KEEPINTVL', 'TCP_KEEPCNT', 'TCP_NODELAY'] as const;
  const read = (socket: NetSocket): object => Object.fromEntries(names.map((name) => [name, getOption(socket, name)]));

  test('against setKeepAlive() and setNoDelay(), whenever they are called', async () => {
    const port = portOf(await echo());
    const socket = connecting({ host: '127.0.0.1', port, options: keepAlive });
    socket.setKeepAlive(true, 30_000).setNoDelay(true);
    await once(socket, 'connect');
    expect(read(socket)).toEqual(keepAlive);
    socket.setKeepAlive(true, 60_000).setNoDelay(false).setNoDelay(true);
    expect(read(socket)).toEqual(keepAlive);
    setOption(socket, 'TCP_KEEPIDLE', 9);
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(9);
  });

  test('unless keepOptions is false', async () => {
    const port = portOf(await echo());
    const socket = connecting({ host: '127.0.0.1', port, options: keepAlive, keepOptions: false });
    await once(socket, 'connect');
    expect(read(socket)).toEqual(keepAlive);
    socket.setKeepAlive(true, 60_000).setNoDelay(true);
    expect(read(socket)).toMatchObject({ TCP_KEEPIDLE: 60, TCP_NODELAY: true });
  });

  test('where they are not named, the calls do what they say', async () => {
    const port = portOf(await echo());
    const socket = connecting({ host: '127.0.0.1', port, options: { TCP_KEEPCNT: 4 } });
    await once(socket, 'connect');
    socket.setKeepAlive(true, 60_000).setNoDelay(true);
    expect(read(socket)).toMatchObject({ SO_KEEPALIVE: true, TCP_KEEPIDLE: 60, TCP_KEEPCNT: 4, TCP_NODELAY: true });
  });
});

/** Runs a script in which \`socket\` connects to a listener that does not answer, and prints its error. */
async function silent(call: string, timeoutMs: number): Promise<string> {
  const { stdout } = await runScript(`
    import { createConnection } from ${JSON.stringify(built)};
    const full = Socket.open().bind({ address: '127.0.0.1' }).listen({ backlog: 0 });
    const { port } = full.getsockname();
    const first = await Socket.open().connect({ address: '127.0.0.1', port });
    const socket = createConnection({ host: '127.0.0.1', port, timeoutMs: ${timeoutMs} });
    socket.on('error', ({ name }) => console.log(name));
    socket.once('connectionAttempt', () => setImmediate(() => { ${call}; console.log('asked'); }));
  `);
  return stdout;
}

describe('a process that ends while it connects', () => {
  test('does not wait for it after unref()', async () => {
    expect(await silent('socket.unref()', 60_000)).toBe('asked\n');
  });

  test('waits for it otherwise, and after ref()', async () => {
    expect(await silent('socket.unref().ref()', 300)).toBe('asked\nTimeoutError\n');
  });
});

test.for<[unknown, string]>([
  [{ host: '127.0.0.1' }, 'ERR_ARGUMENT_INVALID'],
  [{ port: 1 }, 'ERR_ARGUMENT_INVALID'],
  [{ host: 'x', port: Number.NaN }, 'ERR_OUT_OF_RANGE'],
  [{ host: 'x', port: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ path: '/x', host: 'x' }, 'ERR_ARGUMENT_INVALID'],
  [{ keepOptions: 1 }, 'ERR_ARGUMENT_INVALID'],
  [{ timeoutMs: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
  [{ hots: 'x' }, 'ERR_ARGUMENT_INVALID'],
  [null, 'ERR_ARGUMENT_INVALID'],
])('%j is refused at once', ([settings, code]) => {
  expect(() => createConnection(settings as never)).toThrow(expect.objectContaining({ name: 'UsageError', code }));
});
