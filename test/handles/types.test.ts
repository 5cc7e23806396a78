import { createServer } from 'node:net';
import { expectTypeOf, test } from 'vitest';
import { connect, type ConnectOptions } from '../../src/handles/connect.js';
import { listen, type ServerListenOptions } from '../../src/handles/listen.js';

const server = createServer();

// What must not compile. Never called: the compiler is the test.
export const mistakes = [
  // @ts-expect-error nowhere to connect to
  () => connect({}),
  // @ts-expect-error no port
  () => connect({ host: 'localhost' }),
  // @ts-expect-error no host
  () => connect({ port: 80 }),
  // @ts-expect-error a path and a host
  () => connect({ path: '/run/x', host: 'localhost', port: 80 }),
  // @ts-expect-error a path and a local address
  () => connect({ path: '/run/x', localAddress: '127.0.0.1' }),
  // @ts-expect-error a path and a port
  () => listen(server, { path: '/run/x', port: 80 }),
  // @ts-expect-error a path and an address
  () => listen(server, { path: '/run/x', address: '::1' }),
];

/** What must compile: settings that are known at run time only. */
export const dynamic = [
  (path: string | undefined) => connect(path === undefined ? { host: 'localhost', port: 80 } : { path }),
  (settings: ConnectOptions) => connect({ ...settings, timeoutMs: 5 }),
  (address?: string, port?: number) => listen(server, { address, port }),
  (settings: ServerListenOptions, backlog?: number) => listen(server, { ...settings, backlog }),
  (port: number | undefined) => listen(server, port === undefined ? { path: '/run/x' } : { port }),
];

test('connect() takes a host with its port, or a path', () => {
  expectTypeOf<{ host: string; port: number }>().toExtend<ConnectOptions>();
  expectTypeOf<{ path: string }>().toExtend<ConnectOptions>();
  expectTypeOf<{ host: string }>().not.toExtend<ConnectOptions>();
});
