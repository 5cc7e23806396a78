import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/handles/connect.js';
import { listen } from '../../src/handles/listen.js';
import { getOption, getOptions, setOption, setOptions } from '../../src/handles/options.js';
import { Socket } from '../../src/socket/socket.js';
import { keeper } from '../support/kept.js';
import { portOf } from '../support/servers.js';

const kept = keeper();

test('options are read and set through any target', async () => {
  const socket = kept(Socket.open());
  const server = kept(await listen(createServer(), { address: '127.0.0.1' }));
  const client = kept(await connect({ host: '127.0.0.1', port: portOf(server) }));
  for (const target of [socket, socket.fd, server, client]) {
    expect(getOption(target, 'TCP_NODELAY')).toBe(false);
    setOption(target, 'TCP_NODELAY', true);
    expect(getOption(target, 'TCP_NODELAY')).toBe(true);
    setOptions(target, { TCP_NODELAY: false, SO_PRIORITY: 4 });
    expect(getOption(target, 'TCP_NODELAY')).toBe(false);
    expect(getOption(target, 'SO_PRIORITY')).toBe(4);
    setOption(target, 'SO_PRIORITY', 0);
  }
});

test('an option the catalogue lacks is read and set by numbers', () => {
  const socket = kept(Socket.open());
  const level = 6;
  const optname = 18;
  expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(0);
  setOption(socket, { level, optname, bytes: Buffer.from(Int32Array.of(1500).buffer) });
  expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(1500);
  expect(getOption(socket, { level, optname, length: 4 })).toEqual(Buffer.from(Int32Array.of(1500).buffer));
});

test('getOptions() has what the target has, and nothing else', async () => {
  const server = kept(
    await listen(createServer(), { address: '127.0.0.1', backlog: 3, options: { SO_REUSEADDR: true } }),
  );
  const all = getOptions(server);
  expect(all).toMatchObject({ SO_REUSEADDR: true, SO_ACCEPTCONN: true, TCP_INFO: { state: 'LISTEN', sacked: 3 } });
  expect(all).not.toHaveProperty('IPV6_V6ONLY');
  expect(all).not.toHaveProperty('SO_ERROR');
});

describe('a target without a descriptor', () => {
  const calls: Readonly<Record<string, (target: Parameters<typeof getOption>[0]) => unknown>> = {
    getOption: (target) => getOption(target, 'TCP_NODELAY'),
    setOption: (target) => setOption(target, 'TCP_NODELAY', true),
    setOptions: (target) => setOptions(target, {}),
    getOptions: (target) => getOptions(target),
  };
  test.for(Object.entries(calls))('is told by %s', ([, call]) => {
    const socket = Socket.open();
    socket.close();
    expect(() => call(socket)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_CLOSED' }));
    expect(() => call(createServer())).toThrow(expect.objectContaining({ code: 'ERR_NO_DESCRIPTOR' }));
  });
});

test('types: the name decides on the value, and what can only be read cannot be set', () => {
  const unused = (socket: Socket): void => {
    const keepAlive: boolean = getOption(socket, 'SO_KEEPALIVE');
    const rtt: number = getOption(socket, 'TCP_INFO').rttUs;
    const bytes: Buffer = getOption(socket, { level: 1, optname: 2, length: 4 });
    // @ts-expect-error a number is no boolean
    setOption(socket, 'SO_REUSEADDR', 1);
    const name = 'SO_LINGER' as 'SO_LINGER' | 'TCP_NODELAY';
    // @ts-expect-error a boolean is no structure, which it may have to be
    setOption(socket, name, true);
    // @ts-expect-error the same by the method
    socket.setOption(name, true);
    // @ts-expect-error it can only be read
    setOption(socket, 'SO_ERROR', 0);
    // @ts-expect-error there is no such option
    setOption(socket, 'SO_REUSEADR', true);
    // @ts-expect-error it can only be read
    setOptions(socket, { TCP_INFO: {} });
    // @ts-expect-error a string is not a socket
    getOption('3', 'SO_ERROR');
    void [keepAlive, rtt, bytes];
  };
  expect(unused).toBeTypeOf('function');
});
