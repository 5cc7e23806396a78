import { once } from 'node:events';
import { createServer, type LookupFunction, type Server } from 'node:net';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ConnectError } from '../../src/handles/attempts.js';
import { connect, type ConnectOptions } from '../../src/handles/connect.js';
import { listen, serve } from '../../src/handles/listen.js';
import { getOption } from '../../src/handles/options.js';
import { reservePort } from '../../src/handles/reserve.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { Socket } from '../../src/socket/socket.js';
import { socketDescriptors } from '../support/descriptors.js';
import { needsIPv6, withoutIPv6 } from '../support/ipv6.js';
import { keeper } from '../support/kept.js';
import { portOf } from '../support/servers.js';
import { codeOf } from '../support/sockets.js';

const kept = keeper();

async function serving(address: string): Promise<Server> {
  return kept(
    await listen(
      createServer((socket) => socket.resume()),
      { address },
    ),
  );
}

/** A port of `address` that nobody listens on, for as long as the test runs. */
function closedPort(address: string): number {
  const reservation = reservePort({ address });
  return kept({ port: reservation.port, close: () => reservation.release() }).port;
}

/** A port of `local` that was free a moment ago: no other test uses this address. */
const local = '127.0.0.9';
function freeLocalPort(): number {
  const reservation = reservePort({ address: local });
  reservation.release();
  return reservation.port;
}

/** Makes a listener of `socket` that answers no further connection: its accept queue is full, so the kernel drops the SYN. */
async function silence(socket: Socket<'IPv4'>): Promise<number> {
  const name = socket.listen({ backlog: 0 }).getsockname();
  await kept(Socket.open()).connect(name, { timeoutMs: 1000 });
  return name.port;
}

function silentListener(address: string): Promise<number> {
  return silence(kept(Socket.open()).bind({ address }));
}

/** A server at 127.0.0.2, and a socket that is bound to the same port of 127.0.0.3. */
async function servedBeside(): Promise<{ server: Server; port: number; beside: Socket<'IPv4'> }> {
  for (;;) {
    const first = kept(Socket.open()).bind({ address: '127.0.0.2' });
    const beside = kept(Socket.open());
    const { port } = first.getsockname();
    // Another process may have the port that was free at the first address.
    if ((await codeOf(() => beside.bind({ address: '127.0.0.3', port }))) === 'EADDRINUSE') continue;
    const server = kept(createServer((socket) => socket.resume()));
    return { server: await serve(first, server, {}), port, beside };
  }
}

/** Stands for a resolver that knows `addresses` for every name. */
function resolving(...addresses: string[]): LookupFunction {
  return (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

async function refusal(settings: ConnectOptions): Promise<unknown> {
  return await connect(settings).then(
    (socket) => {
      socket.destroy();
      throw new Error('it connected');
    },
    (error: unknown) => error,
  );
}

beforeAll(async () => {
  // The event loop opens descriptors of its own the first time it is used.
  const server = await listen(
    createServer((socket) => socket.resume()),
    { address: '127.0.0.1' },
  );
  const socket = await connect({ host: '127.0.0.1', port: portOf(server) });
  socket.destroy();
  await once(socket, 'close');
  server.close();
  await once(server, 'close');
});

describe('several addresses', () => {
  test('options and the local port are kept on the second address tried', async () => {
    const { port } = await servedBeside();
    const localPort = freeLocalPort();
    const socket = kept(
      await connect({
        host: 'two.test',
        port,
        lookup: resolving('127.0.0.3', '127.0.0.2'),
        localAddress: local,
        localPort,
        options: { TCP_USER_TIMEOUT: 4321, IP_TOS: 0x10 },
      }),
    );
    expect(socket.remoteAddress).toBe('127.0.0.2');
    expect(socket.localPort).toBe(localPort);
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(4321);
    expect(getOption(socket, 'IP_TOS')).toBe(0x10);
  });

  test('the next address is tried beside a silent one, which is closed when it has lost', async () => {
    const { server, port, beside } = await servedBeside();
    await silence(beside);
    const before = socketDescriptors().length;
    const accepted = once(server, 'connection');
    const started = performance.now();
    const socket = kept(
      await connect({ host: 'two.test', port, lookup: resolving('127.0.0.3', '127.0.0.2'), attemptDelayMs: 30 }),
    );
    expect(performance.now() - started).toBeGreaterThanOrEqual(29);
    expect(socket.remoteAddress).toBe('127.0.0.2');
    await accepted;
    expect(socketDescriptors().length).toBe(before + 2);
    const rows = listSockets({ remotePort: port });
    expect(rows.filter(({ state }) => state === 'SYN_SENT')).toEqual([]);
  });

  test('with a local port one address is tried at a time', async () => {
    const { server, port, beside } = await servedBeside();
    await silence(beside);
    const before = socketDescriptors().length;
    const accepted = vi.fn();
    server.on('connection', accepted);
    const error = await refusal({
      host: 'two.test',
      port,
      lookup: resolving('127.0.0.3', '127.0.0.2'),
      attemptDelayMs: 10,
      localAddress: local,
      localPort: freeLocalPort(),
      timeoutMs: 100,
    });
    expect(error).toMatchObject({ code: 'ERR_TIMED_OUT', syscall: 'connect' });
    expect(accepted).not.toHaveBeenCalled();
    expect(socketDescriptors().length).toBe(before);
  });

  test.skipIf(withoutIPv6)(`families are tried by turns, the order within one is kept${needsIPv6}`, async () => {
    const port = closedPort('::');
    const error = await refusal({
      host: 'many.test',
      port,
      lookup: resolving('127.0.0.1', '127.0.0.2', '127.0.0.3', '::1'),
      attemptDelayMs: 10,
    });
    expect(error).toBeInstanceOf(ConnectError);
    const { errors } = error as ConnectError;
    expect(errors.map(({ address }) => address)).toEqual(['127.0.0.1', '::1', '127.0.0.2', '127.0.0.3']);
  });

  test('if all fail the error has each failure and the code of the first', async () => {
    const before = socketDescriptors().length;
    const port = closedPort('0.0.0.0');
    const error = await refusal({ host: 'two.test', port, lookup: resolving('127.0.0.1', '127.0.0.2') });
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({
      code: 'ECONNREFUSED',
      errors: [
        { name: 'SystemCallError', code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port },
        { name: 'SystemCallError', code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.2', port },
      ],
    });
    expect(socketDescriptors().length).toBe(before + 1);
  });
});

describe('one address', () => {
  test('its failure is the error itself', async () => {
    const port = closedPort('127.0.0.1');
    expect(await refusal({ host: '127.0.0.1', port })).toMatchObject({
      name: 'SystemCallError',
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '127.0.0.1',
      port,
    });
  });

  test('a failed bind(2) is reported as bind, with the local address', async () => {
    const server = await serving('127.0.0.1');
    const before = socketDescriptors().length;
    const to = { host: '127.0.0.1', port: portOf(server) };
    expect(await refusal({ ...to, localAddress: '192.0.2.1' })).toMatchObject({
      code: 'EADDRNOTAVAIL',
      syscall: 'bind',
      address: '192.0.2.1',
    });
    const taken = closedPort('127.0.0.1');
    expect(await refusal({ ...to, localAddress: '127.0.0.1', localPort: taken })).toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'bind',
      port: taken,
    });
    expect(socketDescriptors().length).toBe(before + 1);
  });

  test("a value that does not fit is the caller's mistake, told once", async () => {
    const settings = { host: 'two.test', port: 1, lookup: resolving('127.0.0.1', '127.0.0.2') };
    const options = { TCP_NODELAY: 1 } as never;
    expect(await refusal({ ...settings, options })).toMatchObject({ name: 'UsageError', code: 'ERR_ARGUMENT_INVALID' });
  });

  test('options are set before connect(2)', async () => {
    const server = await serving('127.0.0.1');
    const socket = kept(
      await connect({
        host: '127.0.0.1',
        port: portOf(server),
        localAddress: '127.0.0.1',
        options: { IP_BIND_ADDRESS_NO_PORT: true, TCP_NODELAY: true },
      }),
    );
    expect(getOption(socket, 'IP_BIND_ADDRESS_NO_PORT')).toBe(true);
    expect(getOption(socket, 'TCP_NODELAY')).toBe(true);
    expect(socket.localAddress).toBe('127.0.0.1');
  });

  test('a local address leaves only addresses of its family', async () => {
    const server = await serving('127.0.0.1');
    const lookup = vi.fn(resolving('::1', '127.0.0.1'));
    const socket = kept(await connect({ host: 'two.test', port: portOf(server), lookup, localAddress: '127.0.0.1' }));
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(lookup.mock.calls[0]?.[1]).toMatchObject({ all: true, family: 4 });
  });

  test('localhost is resolved as everywhere', async () => {
    const server = await serving('127.0.0.1');
    const socket = kept(await connect({ host: 'localhost', port: portOf(server), family: 'IPv4' }));
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });

  test('a Unix path that is not there is ENOENT of connect', async () => {
    expect(await refusal({ path: '/nowhere/sockwise' })).toMatchObject({
      code: 'ENOENT',
      syscall: 'connect',
      address: '/nowhere/sockwise',
    });
  });
});

describe('giving up', () => {
  test('timeoutMs ends a silent attempt and closes it', async () => {
    const port = await silentListener('127.0.0.1');
    const before = socketDescriptors().length;
    const error = await refusal({ host: '127.0.0.1', port, timeoutMs: 30 });
    expect(error).toMatchObject({ name: 'TimeoutError', code: 'ERR_TIMED_OUT', syscall: 'connect' });
    expect(socketDescriptors().length).toBe(before);
  });

  test('a signal ends it with its reason: before, in the lookup, in an attempt', async () => {
    const port = await silentListener('127.0.0.1');
    const before = socketDescriptors().length;
    const reason = new Error('enough');
    expect(await refusal({ host: '127.0.0.1', port, signal: AbortSignal.abort(reason) })).toBe(reason);

    const looking = new AbortController();
    const lookup: LookupFunction = () => looking.abort(reason);
    expect(await refusal({ host: 'slow.test', port, signal: looking.signal, lookup })).toBe(reason);

    const trying = new AbortController();
    const pending = refusal({ host: '127.0.0.1', port, signal: trying.signal });
    setImmediate(() => trying.abort(reason));
    expect(await pending).toBe(reason);
    expect(socketDescriptors().length).toBe(before);
  });

  test('an error of the lookup comes through', async () => {
    const failure = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const lookup: LookupFunction = (_host, _options, callback) => callback(failure, []);
    expect(await refusal({ host: 'no.test', port: 1, lookup })).toBe(failure);
  });

  test('a lookup that returns nothing usable is an error', async () => {
    expect(await refusal({ host: 'no.test', port: 1, lookup: resolving() })).toMatchObject({
      code: 'ERR_ADDRESS_INVALID',
    });
    expect(await refusal({ host: 'no.test', port: 1, lookup: resolving('nonsense') })).toMatchObject({
      code: 'ERR_ADDRESS_INVALID',
    });
    expect(await refusal({ host: '::1', port: 1, localAddress: '127.0.0.1' })).toMatchObject({
      code: 'ERR_ADDRESS_INVALID',
    });
  });
});

describe('a lookup of any make', () => {
  const to = { host: 'odd.test', port: 1 };
  /** A lookup that calls back with `results`, later or at once. */
  const answering = (defer: (call: () => void) => void, ...results: unknown[]): LookupFunction =>
    ((_host: string, _options: object, callback: (...given: unknown[]) => void) =>
      defer(() => callback(null, ...results))) as never;
  const now = (call: () => void): void => call();

  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a bare object', { address: '127.0.0.1', family: 4 }],
    ['an array of nothing', [undefined]],
    ['an array of strings', ['127.0.0.1']],
    ['addresses that are none', [{ address: 5, family: 4 }]],
  ])('that finds %s is refused, also where it calls back later', async ([, found]) => {
    for (const defer of [now, setImmediate]) {
      expect(await refusal({ ...to, lookup: answering(defer, found) })).toMatchObject({
        name: 'UsageError',
        code: 'ERR_ARGUMENT_INVALID',
      });
    }
  });

  test.for<[string, unknown[]]>([
    ['one address and its family, as without `all`', ['127.0.0.1', 4]],
    ['addresses without a family', [[{ address: '127.0.0.1' }]]],
  ])('that finds %s is understood', async ([, results]) => {
    const port = portOf(await serving('127.0.0.1'));
    const socket = kept(await connect({ ...to, port, lookup: answering(setImmediate, ...results) }));
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });

  test('that calls back twice is heard once', async () => {
    const port = portOf(await serving('127.0.0.1'));
    const twice: LookupFunction = (_host, _options, callback) => {
      callback(null, '127.0.0.1', 4);
      callback(new Error('too late'), '');
      callback(null, undefined as never);
    };
    expect(kept(await connect({ ...to, port, lookup: twice })).remoteAddress).toBe('127.0.0.1');
  });

  test('that throws is its error', async () => {
    const failure = new Error('no resolver');
    const lookup: LookupFunction = () => {
      throw failure;
    };
    expect(await refusal({ ...to, lookup })).toBe(failure);
  });
});

describe('mistakes are told before the kernel is asked', () => {
  const to = { host: '127.0.0.1', port: 1 };
  const mistakes: readonly [unknown, string][] = [
    [undefined, 'ERR_ARGUMENT_INVALID'],
    [{}, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, host: '' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, host: 7 }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, host: '[::1]' }, 'ERR_ADDRESS_INVALID'],
    [{ host: '127.0.0.1' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, port: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ ...to, port: 65_536 }, 'ERR_OUT_OF_RANGE'],
    [{ ...to, port: 1.5 }, 'ERR_OUT_OF_RANGE'],
    [{ ...to, port: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ ...to, port: '80' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, localAddress: 'localhost' }, 'ERR_ADDRESS_INVALID'],
    [{ ...to, localAddress: '::1', family: 'IPv4' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, localPort: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ ...to, family: 4 }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, family: 'toString' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, timeoutMs: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    [{ ...to, attemptDelayMs: 9 }, 'ERR_OUT_OF_RANGE'],
    [{ ...to, signal: {} }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, lookup: 'dns' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, localaddress: '127.0.0.1' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...to, path: '/x' }, 'ERR_ARGUMENT_INVALID'],
    [{ path: '' }, 'ERR_ADDRESS_INVALID'],
  ];
  test.for(mistakes)('%o is %s', async ([settings, code]) => {
    const before = socketDescriptors().length;
    expect(await refusal(settings as ConnectOptions)).toMatchObject({ name: 'UsageError', code });
    expect(socketDescriptors().length).toBe(before);
  });
});
