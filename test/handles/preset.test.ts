import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/handles/connect.js';
import { createConnection } from '../../src/handles/create-connection.js';
import { listen } from '../../src/handles/listen.js';
import { getOption } from '../../src/handles/options.js';
import { type ConnectionPreset, presetOptions, type PresetSettings } from '../../src/handles/preset.js';
import { reservePort } from '../../src/handles/reserve.js';
import { socketDescriptors } from '../support/descriptors.js';
import { needsIPv6, withoutIPv6 } from '../support/ipv6.js';
import { keeper } from '../support/kept.js';
import { portOf, tosOfSyn } from '../support/servers.js';

const kept = keeper();
const key = readFileSync(new URL('../support/localhost.key.pem', import.meta.url));
const cert = readFileSync(new URL('../support/localhost.cert.pem', import.meta.url));
const options = { IP_TOS: 0x10, TCP_USER_TIMEOUT: 4321, SO_KEEPALIVE: true, TCP_KEEPIDLE: 5 };
const nodes = net.Socket.prototype.connect;

function preset(settings: PresetSettings): ConnectionPreset {
  const made = presetOptions(settings);
  kept({ close: () => made.end() });
  return made;
}

async function serving<S extends net.Server>(server: S, address = '127.0.0.1', port = 0): Promise<S> {
  return kept(await listen(server, { address, port, options: { TCP_SAVE_SYN: 1 } }));
}

function plain(): net.Server {
  return net.createServer((peer) => peer.resume().on('error', () => {}));
}

function resolving(...addresses: string[]): net.LookupFunction {
  return (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
}

/** What Node connects, when it has. */
async function connected(socket: net.Socket): Promise<net.Socket> {
  kept(socket);
  await once(socket, 'connect');
  return socket;
}

describe('sockets that Node connects to the place have the options', () => {
  test.for<[string, (port: number) => net.Socket]>([
    ['net.connect()', (port) => net.connect({ host: '127.0.0.1', port })],
    ['net.createConnection()', (port) => net.createConnection(port, '127.0.0.1')],
    ['new net.Socket().connect()', (port) => new net.Socket().connect(port, '127.0.0.1')],
    ['with a local address', (port) => net.connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' })],
  ])('before their SYN: %s', async ([, open]) => {
    const server = await serving(plain());
    const made = preset({ host: '127.0.0.1', port: portOf(server), options });
    const accepted = once(server, 'connection');
    const socket = await connected(open(portOf(server)));
    const [peer] = await accepted;
    expect(tosOfSyn(peer)).toBe(0x10);
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(4321);
    socket.setKeepAlive(true, 30_000);
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(5);
    expect(made.sockets).toBe(1);
  });

  test('under TLS', async () => {
    const server = await serving(tls.createServer({ key, cert }, (peer) => peer.resume().on('error', () => {})));
    const port = portOf(server);
    preset({ host: 'localhost', port, options });
    const accepted = once(server, 'connection');
    // Node makes another handle, and another TLSWrap, for the second address.
    const lookup = resolving('127.0.0.3', '127.0.0.1');
    const socket = kept(tls.connect({ host: 'localhost', port, ca: cert, lookup }));
    await once(socket, 'secureConnect');
    const [peer] = await accepted;
    expect(tosOfSyn(peer)).toBe(0x10);
    expect(socket.authorized).toBe(true);
    socket.setKeepAlive(true, 30_000);
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(5);
  });

  test('at each address that Node tries', async () => {
    const server = await serving(plain(), '127.0.0.2');
    const port = portOf(server);
    const made = preset({ host: 'two.test', port, options });
    const lookup = resolving('127.0.0.3', '127.0.0.2');
    const accepted = once(server, 'connection');
    await connected(net.connect({ host: 'two.test', port, lookup, autoSelectFamily: true }));
    const [peer] = await accepted;
    expect(tosOfSyn(peer)).toBe(0x10);
    expect(made.sockets).toBe(2);
  });

  test.skipIf(withoutIPv6)(`of IPv6 too${needsIPv6}`, async () => {
    const server = await serving(plain(), '::1');
    preset({ host: '::1', port: portOf(server), options });
    const socket = await connected(net.connect({ host: '::1', port: portOf(server) }));
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(4321);
  });

  test('of a Unix path', async () => {
    const path = join(tmpdir(), `sockwise-preset-${process.pid}.sock`);
    kept(await listen(plain(), { path }));
    kept({ close: () => rmSync(path) });
    preset({ path, options: { SO_SNDBUF: 20_000 } });
    const socket = await connected(net.connect({ path }));
    expect(getOption(socket, 'SO_SNDBUF')).toBe(40_000);
  });

  test('and the bind(2) of a local port is still reported by Node', async () => {
    const port = portOf(await serving(plain()));
    preset({ host: '127.0.0.1', port, options });
    const taken = reservePort({ address: '127.0.0.1' });
    kept({ close: () => taken.release() });
    const socket = net.connect({ host: '127.0.0.1', port, localPort: taken.port, localAddress: '127.0.0.1' });
    await expect(connected(socket)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

test('other places, and sockets with options of their own, are left alone', async () => {
  const server = await serving(plain());
  const port = portOf(server);
  const other = portOf(await serving(plain()));
  const made = preset({ host: '127.0.0.1', port, options });
  const sockets = [
    await connected(net.connect(other, '127.0.0.1')),
    await connected(net.connect(port, 'localhost')),
    kept(await connect({ host: '127.0.0.1', port })),
    await connected(createConnection({ host: '127.0.0.1', port })),
  ];
  for (const socket of sockets) expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(0);
  expect(made.sockets).toBe(0);
});

test('an option the kernel refuses is the error of the socket, which leaves no descriptor', async () => {
  const port = portOf(await serving(plain()));
  preset({ host: '127.0.0.1', port, options: { IPV6_V6ONLY: true } });
  const before = socketDescriptors().length;
  for (const more of [{}, { localAddress: '127.0.0.1', localPort: 0 }]) {
    const socket = net.connect({ host: '127.0.0.1', port, ...more });
    await expect(connected(socket)).rejects.toMatchObject({ syscall: 'setsockopt', option: 'IPV6_V6ONLY' });
  }
  expect(socketDescriptors().length).toBe(before);
});

describe('the end of a preset', () => {
  test('puts connect() back, and new sockets are as before', async () => {
    const port = portOf(await serving(plain()));
    const made = presetOptions({ host: '127.0.0.1', port, options });
    const other = presetOptions({ host: '127.0.0.1', port: 1, options });
    expect(net.Socket.prototype.connect).not.toBe(nodes);
    const during = await connected(net.connect(port, '127.0.0.1'));
    made.end();
    made.end();
    expect(net.Socket.prototype.connect).not.toBe(nodes);
    other[Symbol.dispose]();
    expect(net.Socket.prototype.connect).toBe(nodes);
    const after = await connected(net.connect(port, '127.0.0.1'));
    expect(getOption(after, 'TCP_USER_TIMEOUT')).toBe(0);
    expect(getOption(during, 'TCP_USER_TIMEOUT')).toBe(4321);
  });

  test('leaves what others have put over it in the meantime, which still works', async () => {
    const port = portOf(await serving(plain()));
    const settings = { host: '127.0.0.1', port, options };
    const made = presetOptions(settings);
    const below = net.Socket.prototype.connect;
    let calls = 0;
    const traced = function (this: net.Socket, ...args: never[]): net.Socket {
      calls++;
      return below.apply(this, args as never);
    };
    net.Socket.prototype.connect = traced;
    try {
      made.end();
      expect(net.Socket.prototype.connect).toBe(traced);
      expect(getOption(await connected(net.connect(port, '127.0.0.1')), 'TCP_USER_TIMEOUT')).toBe(0);
      preset(settings);
      expect(getOption(await connected(net.connect(port, '127.0.0.1')), 'TCP_USER_TIMEOUT')).toBe(4321);
      expect(calls).toBe(2);
    } finally {
      net.Socket.prototype.connect = below;
    }
    presetOptions({ ...settings, port: 1 }).end();
  });
});

test('one place has one preset at a time', () => {
  preset({ host: 'cache.test', port: 6379, options });
  expect(() => presetOptions({ host: 'CACHE.test', port: 6379, options })).toThrow(
    expect.objectContaining({ code: 'ERR_SOCKET_BUSY' }),
  );
  preset({ host: 'cache.test', port: 6380, options });
});

test.for<[unknown, string]>([
  [undefined, 'ERR_ARGUMENT_INVALID'],
  [{ port: 1, options }, 'ERR_ARGUMENT_INVALID'],
  [{ host: 'x', options }, 'ERR_ARGUMENT_INVALID'],
  [{ host: 'x', port: 0, options }, 'ERR_OUT_OF_RANGE'],
  [{ host: 'x', port: Number.NaN, options }, 'ERR_OUT_OF_RANGE'],
  [{ host: 'x', port: 1 }, 'ERR_ARGUMENT_INVALID'],
  [{ path: '', options }, 'ERR_ARGUMENT_INVALID'],
  [{ path: '/x', port: 1, options }, 'ERR_ARGUMENT_INVALID'],
  [{ host: 'x', port: 1, options, keepOptions: 'no' }, 'ERR_ARGUMENT_INVALID'],
  [{ host: 'x', port: 1, option: {} }, 'ERR_ARGUMENT_INVALID'],
])('%j is refused', ([settings, code]) => {
  expect(() => presetOptions(settings as never)).toThrow(expect.objectContaining({ name: 'UsageError', code }));
  expect(net.Socket.prototype.connect).toBe(nodes);
});
