import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/handles/connect.js';
import { listen } from '../../src/handles/listen.js';
import { getOption } from '../../src/handles/options.js';
import { reservePort } from '../../src/handles/reserve.js';
import { waitForState } from '../../src/netlink/wait-for-state.js';
import { Socket } from '../../src/socket/socket.js';
import { socketDescriptors } from '../support/descriptors.js';
import { needsIPv6, withoutIPv6 } from '../support/ipv6.js';
import { keeper } from '../support/kept.js';
import { portOf } from '../support/servers.js';

const kept = keeper();
const loopback = { address: '127.0.0.1' };

function held(settings: Parameters<typeof reservePort>[0] = loopback): ReturnType<typeof reservePort> {
  const reservation = reservePort(settings);
  kept({ close: () => reservation.release() });
  return reservation;
}

/** Leaves a connection of a listener on a new port in TIME_WAIT, and returns the port. */
async function portInTimeWait(): Promise<number> {
  const server = await listen(
    createServer((socket) => socket.end()),
    { ...loopback, options: { SO_REUSEADDR: true } },
  );
  const port = portOf(server);
  const client = await connect({ host: '127.0.0.1', port });
  const remotePort = client.localPort ?? 0;
  client.resume();
  await once(client, 'close');
  server.close();
  await once(server, 'close');
  await waitForState(
    { localAddress: '127.0.0.1', localPort: port, remoteAddress: '127.0.0.1', remotePort },
    'TIME_WAIT',
  );
  return port;
}

describe('nobody else gets a reserved port', () => {
  const others = {
    plain: {},
    SO_REUSEADDR: { SO_REUSEADDR: true },
    SO_REUSEPORT: { SO_REUSEPORT: true },
    both: { SO_REUSEADDR: true, SO_REUSEPORT: true },
  };
  for (const [name, options] of Object.entries(others)) {
    test(`with bind(2): ${name}`, () => {
      const { port } = held();
      for (const address of ['127.0.0.1', '0.0.0.0']) {
        const other = kept(Socket.open({ options }));
        expect(() => other.bind({ address, port })).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
      }
    });
  }

  test('a port bound with SO_REUSEADDR left on would go to the next who asks', () => {
    const options = { SO_REUSEADDR: true };
    const first = kept(Socket.open({ options })).bind(loopback);
    const second = kept(Socket.open({ options }));
    expect(() => second.bind(first.getsockname())).not.toThrow();
  });

  test('with listen() of Node or of this package', async () => {
    const { port } = held();
    const server = createServer();
    server.listen(port, '127.0.0.1');
    const [error] = await once(server, 'error');
    expect(error).toMatchObject({ code: 'EADDRINUSE' });
    await expect(listen(server, { ...loopback, port })).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' });
  });

  test('with another reservation', () => {
    const { port } = held();
    expect(() => reservePort({ ...loopback, port })).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE', syscall: 'bind', port }),
    );
  });

  test.skipIf(withoutIPv6)(`of a wildcard: neither family${needsIPv6}`, () => {
    const reservation = held({ options: { IPV6_V6ONLY: false } });
    expect(reservation).toMatchObject({ address: '::', family: 'IPv6' });
    const four = kept(Socket.open({ options: { SO_REUSEADDR: true } }));
    expect(() => four.bind({ address: '127.0.0.1', port: reservation.port })).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE' }),
    );
  });
});

describe('a reservation', () => {
  test('can be made and listened on over TIME_WAIT', async () => {
    const port = await portInTimeWait();
    expect(() => kept(Socket.open()).bind({ ...loopback, port })).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE' }),
    );
    const reservation = held({ ...loopback, port });
    expect(() => kept(Socket.open({ options: { SO_REUSEADDR: true } })).bind({ ...loopback, port })).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE' }),
    );
    const server = kept(await reservation.listen(createServer()));
    expect(portOf(server)).toBe(port);
  });

  test('becomes a server with options and backlog, by one descriptor', async () => {
    const before = socketDescriptors().length;
    const reservation = held();
    expect(reservation.held).toBe(true);
    await new Promise(setImmediate);
    const server = kept(await reservation.listen(createServer(), { backlog: 9, options: { TCP_NODELAY: true } }));
    expect(socketDescriptors().length).toBe(before + 1);
    expect(reservation.held).toBe(false);
    expect(getOption(server, 'TCP_NODELAY')).toBe(true);
    expect(getOption(server, 'SO_REUSEADDR')).toBe(true);
    reservation.release();
    expect(server.listening).toBe(true);
    const client = kept(await connect({ host: '127.0.0.1', port: reservation.port }));
    expect(client.remotePort).toBe(reservation.port);
  });

  test('is kept if the server cannot listen, and fails once it was given', async () => {
    const busy = kept(await listen(createServer(), loopback));
    const reservation = held();
    await expect(reservation.listen(busy)).rejects.toMatchObject({ code: 'ERR_SOCKET_BUSY' });
    await expect(reservation.listen(createServer(), { backlog: 2 ** 31 })).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
    expect(reservation.held).toBe(true);
    kept(await reservation.listen(createServer()));
    await expect(reservation.listen(createServer())).rejects.toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  });

  test('gives the port back when released, or at the end of its scope', () => {
    const before = socketDescriptors().length;
    const first = reservePort(loopback);
    expect(socketDescriptors().length).toBe(before + 1);
    first.release();
    first.release();
    const { port } = first;
    {
      using again = reservePort({ ...loopback, port });
      expect(again.port).toBe(port);
    }
    expect(socketDescriptors().length).toBe(before);
    const other = kept(Socket.open());
    expect(() => other.bind({ ...loopback, port })).not.toThrow();
  });

  test('decides itself who shares the port', async () => {
    const before = socketDescriptors().length;
    for (const options of [{ SO_REUSEADDR: true }, { SO_REUSEPORT: true }]) {
      expect(() => reservePort({ ...loopback, options })).toThrow(
        expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }),
      );
    }
    for (const settings of [{ host: '127.0.0.1' }, { address: 'localhost' }, { port: 70_000 }, { port: '80' }, null]) {
      expect(() => reservePort(settings as never)).toThrow(expect.objectContaining({ name: 'UsageError' }));
    }
    expect(socketDescriptors().length).toBe(before);
    const reservation = held();
    await expect(reservation.listen(createServer(), { options: { SO_REUSEPORT: true } })).rejects.toMatchObject({
      code: 'ERR_ARGUMENT_INVALID',
    });
  });
});
