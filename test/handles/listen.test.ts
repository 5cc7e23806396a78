import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/handles/connect.js';
import { fdOf } from '../../src/handles/fd-of.js';
import { listen, serve, type ServerListenOptions } from '../../src/handles/listen.js';
import { getOption } from '../../src/handles/options.js';
import { native } from '../../src/native/load.js';
import { waitForState } from '../../src/netlink/wait-for-state.js';
import { Socket } from '../../src/socket/socket.js';
import { socketDescriptors } from '../support/descriptors.js';
import { needsIPv6, withoutIPv6 } from '../support/ipv6.js';
import { keeper } from '../support/kept.js';
import { portOf } from '../support/servers.js';

const kept = keeper();
const loopback = { address: '127.0.0.1' };

async function failure(pending: Promise<unknown>): Promise<unknown> {
  return await pending.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  );
}

describe('options', () => {
  test('are set before bind(2): two servers share a port with SO_REUSEPORT', async () => {
    const options = { SO_REUSEPORT: true };
    const first = kept(await listen(createHttpServer(), { ...loopback, options }));
    const second = kept(await listen(createHttpServer(), { ...loopback, port: portOf(first), options }));
    expect(portOf(second)).toBe(portOf(first));
    const third = listen(createServer(), { ...loopback, port: portOf(first) });
    expect(await failure(third)).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' });
  });

  test('nothing is set that was not asked for; Node itself sets SO_REUSEADDR', async () => {
    const ours = kept(await listen(createServer(), loopback));
    const theirs = kept(createServer());
    theirs.listen(0, '127.0.0.1');
    await once(theirs, 'listening');
    expect(getOption(theirs, 'SO_REUSEADDR')).toBe(true);
    expect(getOption(ours, 'SO_REUSEADDR')).toBe(false);
  });

  test('over TIME_WAIT a server starts again with SO_REUSEADDR only', async () => {
    const options = { SO_REUSEADDR: true };
    const server = kept(
      await listen(
        createServer((socket) => socket.end()),
        { ...loopback, options },
      ),
    );
    const port = portOf(server);
    const client = await connect({ host: '127.0.0.1', port });
    const localPort = client.localPort ?? 0;
    client.resume();
    await once(client, 'close');
    server.close();
    await once(server, 'close');
    const tuple = { localAddress: '127.0.0.1', localPort: port, remoteAddress: '127.0.0.1', remotePort: localPort };
    await waitForState(tuple, 'TIME_WAIT');
    expect(await failure(listen(server, { ...loopback, port }))).toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'bind',
      port,
    });
    await listen(server, { ...loopback, port, options });
    expect(server.listening).toBe(true);
  });
});

test('a negative backlog is left to the kernel, which takes the most it allows', async () => {
  const server = kept(await listen(createServer(), { ...loopback, backlog: -1 }));
  const most = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  // Of a listener TCP_INFO has the backlog where a connection has segments.
  expect(getOption(server, 'TCP_INFO').sacked).toBe(most);
});

describe('addresses', () => {
  test.skipIf(withoutIPv6)(
    `the default is the IPv6 wildcard, which takes IPv4 unless IPV6_V6ONLY is set${needsIPv6}`,
    async () => {
      const dual = kept(await listen(createServer(), { options: { IPV6_V6ONLY: false } }));
      expect(dual.address()).toMatchObject({ address: '::', family: 'IPv6' });
      const client = kept(await connect({ host: '127.0.0.1', port: portOf(dual) }));
      expect(client.remoteAddress).toBe('127.0.0.1');

      const only = kept(await listen(createServer(), { options: { IPV6_V6ONLY: true } }));
      expect(only.address()).toMatchObject({ address: '::' });
      const refused = connect({ host: '127.0.0.1', port: portOf(only) });
      expect(await failure(refused)).toMatchObject({ code: 'ECONNREFUSED' });
    },
  );

  test('it is the IPv4 wildcard on a kernel without IPv6', async () => {
    const AF_INET6 = native.constants['AF_INET6'];
    const open = native.socket;
    const refusing = vi
      .spyOn(native, 'socket')
      .mockImplementation((domain, type, protocol) => (domain === AF_INET6 ? -97 : open(domain, type, protocol)));
    try {
      const server = kept(await listen(createServer()));
      expect(server.address()).toMatchObject({ address: '0.0.0.0', family: 'IPv4' });
    } finally {
      refusing.mockRestore();
    }
  });

  test('a second listener of a path is EADDRINUSE of bind, with the path', async () => {
    const path = `\0sockwise-listen-${process.pid}`;
    kept(await listen(createServer(), { path }));
    expect(await failure(listen(createServer(), { path }))).toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'bind',
      address: path.replace('\0', '@'),
    });
  });

  test('an address that is not ours is EADDRNOTAVAIL of bind, with address and port', async () => {
    expect(await failure(listen(createServer(), { address: '192.0.2.1', port: 8080 }))).toMatchObject({
      code: 'EADDRNOTAVAIL',
      syscall: 'bind',
      address: '192.0.2.1',
      port: 8080,
    });
  });
});

describe('ownership', () => {
  test('a failed listen(2) is reported as listen, and closes the socket', async () => {
    const listener = kept(Socket.open().bind(loopback).listen());
    const before = socketDescriptors().length;
    const connected = Socket.open();
    connected.tryConnect(listener.getsockname());
    const error = await failure(serve(connected, createServer(), {}));
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'listen', address: '127.0.0.1' });
    expect(connected.closed).toBe(true);
    expect(socketDescriptors().length).toBe(before);
  });

  test('the descriptor is closed once, by the server', async () => {
    const before = socketDescriptors().length;
    const close = vi.spyOn(native, 'close');
    const server = kept(await listen(createServer(), loopback));
    expect(socketDescriptors().length).toBe(before + 1);
    server.close();
    await once(server, 'close');
    expect(socketDescriptors().length).toBe(before);
    expect(close).not.toHaveBeenCalled();
    close.mockRestore();
  });

  test("afterwards the descriptor is nobody else's to close", async () => {
    const server = kept(await listen(createServer(), loopback));
    const client = kept(await connect({ host: '127.0.0.1', port: portOf(server) }));
    for (const target of [server, client]) {
      // Taking it over fails with EEXIST while it is owned.
      expect(native.own(fdOf(target))).toBe(0);
      expect(native.disown(fdOf(target))).toBe(0);
    }
  });

  test('a failed bind leaves the server as it was', async () => {
    const holder = kept(await listen(createServer(), loopback));
    const before = socketDescriptors().length;
    const server = kept(createServer());
    const events = vi.fn();
    for (const event of ['error', 'listening', 'close']) server.on(event, events);
    expect(await failure(listen(server, { ...loopback, port: portOf(holder) }))).toMatchObject({ syscall: 'bind' });
    expect(events).not.toHaveBeenCalled();
    expect(socketDescriptors().length).toBe(before);
    await listen(server, loopback);
    expect(events).toHaveBeenCalledTimes(1);
  });

  test('no listener is left on the server', async () => {
    const server = createServer();
    const names = ['error', 'listening', 'close'];
    const before = names.map((name) => server.listenerCount(name));
    kept(await listen(server, loopback));
    expect(names.map((name) => server.listenerCount(name))).toEqual(before);
  });
});

describe('mistakes are told before the kernel is asked', () => {
  const mistakes: readonly [unknown, string][] = [
    [null, 'ERR_ARGUMENT_INVALID'],
    [{ host: '127.0.0.1' }, 'ERR_ARGUMENT_INVALID'],
    [{ address: 'localhost' }, 'ERR_ADDRESS_INVALID'],
    [{ address: 7 }, 'ERR_ARGUMENT_INVALID'],
    [{ ...loopback, port: 65_536 }, 'ERR_OUT_OF_RANGE'],
    [{ ...loopback, port: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ ...loopback, port: 1.5 }, 'ERR_OUT_OF_RANGE'],
    [{ ...loopback, port: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ ...loopback, port: '80' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...loopback, backlog: -(2 ** 31) - 1 }, 'ERR_OUT_OF_RANGE'],
    [{ ...loopback, backlog: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    [{ ...loopback, backlog: '5' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...loopback, signal: 'now' }, 'ERR_ARGUMENT_INVALID'],
    [{ ...loopback, path: '/x' }, 'ERR_ARGUMENT_INVALID'],
    [{ path: '' }, 'ERR_ADDRESS_INVALID'],
    [{ path: 'x'.repeat(200) }, 'ERR_ADDRESS_INVALID'],
  ];
  test.for(mistakes)('%o is %s', async ([settings, code]) => {
    const before = socketDescriptors().length;
    expect(await failure(listen(createServer(), settings as ServerListenOptions))).toMatchObject({
      name: 'UsageError',
      code,
    });
    expect(socketDescriptors().length).toBe(before);
  });

  test.for([[undefined], [{}], [8080]])('%o is no server', async ([server]) => {
    expect(await failure(listen(server as Server, loopback))).toMatchObject({ code: 'ERR_ARGUMENT_INVALID' });
  });

  test('an aborted signal ends it with its reason', async () => {
    const reason = new Error('enough');
    expect(await failure(listen(createServer(), { ...loopback, signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});
