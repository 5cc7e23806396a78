import { expect, test } from 'vitest';
import { activatedSockets, notifyManager } from '../../src/service/index.js';
import { Socket } from '../../src/socket/socket.js';
import { run } from '../support/children.js';

/** Runs a script with the listener as descriptor 3, as systemd would, whose LISTEN_PID is that of the process it starts. */
const script = `
  import { activatedSockets } from '${new URL('../../dist/service/index.js', import.meta.url).href}';
  import { Socket } from '${new URL('../../dist/index.js', import.meta.url).href}';
  const found = activatedSockets();
  console.log(JSON.stringify({
    found,
    bound: found.map(({ fd }) => Socket.adopt(fd).getsockname()),
    left: Object.keys(process.env).filter((name) => name.startsWith('LISTEN_')),
    again: activatedSockets(),
  }));`;

const sh = (pid: string): string[] => [
  '-c',
  `LISTEN_PID=${pid} LISTEN_FDS=1 LISTEN_FDNAMES=web exec ${process.execPath} --input-type=module --eval "$0"`,
  script,
];

test('the sockets of LISTEN_FDS are taken, once', async () => {
  const { stdout, stderr } = await run('/bin/sh', [
    '-c',
    `${process.execPath} --input-type=module --eval "$0" "$@"`,
    `import { spawnSync } from 'node:child_process';
     import { Socket } from '${new URL('../../dist/index.js', import.meta.url).href}';
     const listener = Socket.open().bind({ address: '127.0.0.1' }).listen();
     const stdio = ['ignore', 'inherit', 'inherit', listener.fd];
     console.log(listener.getsockname().port);
     spawnSync('/bin/sh', JSON.parse(process.argv[1]), { stdio });
     listener.close();`,
    JSON.stringify(sh('$$')),
  ]);
  expect(stderr).toBe('');
  const [port, text = ''] = stdout.split('\n');
  const { found, bound, left, again } = JSON.parse(text) as Record<string, unknown>;
  expect(found).toEqual([{ name: 'web', fd: 3 }]);
  expect(bound).toEqual([{ family: 'IPv4', address: '127.0.0.1', port: Number(port) }]);
  expect(left).toEqual([]);
  expect(again).toEqual([]);
});

test('those of another process are not', () => {
  const environment = { LISTEN_PID: '1', LISTEN_FDS: '3' };
  expect(activatedSockets(environment)).toEqual([]);
  expect(environment).toEqual({});
  expect(activatedSockets({})).toEqual([]);
});

test.each([
  [{ LISTEN_FDS: 'x' }, 'ERR_ARGUMENT_INVALID'],
  [{ LISTEN_FDS: '1', LISTEN_PID: '0x10' }, 'ERR_ARGUMENT_INVALID'],
  [{ LISTEN_FDS: '100000', LISTEN_PID: String(process.pid) }, 'ERR_OUT_OF_RANGE'],
  [{ LISTEN_FDS: '60000', LISTEN_PID: String(process.pid) }, 'ERR_NO_DESCRIPTOR'],
])('%o is refused', (environment, code) => {
  expect(() => activatedSockets(environment)).toThrow(expect.objectContaining({ code }));
});

test('the service manager is told', async () => {
  const name = `\0sockwise-test-${process.pid}`;
  const manager = Socket.open({ family: 'unix', type: 'dgram' }).bind({ family: 'unix', path: name });
  const environment = { NOTIFY_SOCKET: `@${name.slice(1)}` };
  expect(await notifyManager({ READY: 1, STATUS: 'serving' }, [], environment)).toBe(true);
  expect((await manager.recv()).toString()).toBe('READY=1\nSTATUS=serving');
  expect(await notifyManager({ FDSTORE: 1, FDNAME: 'web' }, [manager.fd], environment)).toBe(true);
  const { data, control } = await manager.recvmsg({ controlSize: 24 });
  expect(data.toString()).toBe('FDSTORE=1\nFDNAME=web');
  const [rights] = control;
  expect(rights?.type).toBe('SCM_RIGHTS');
  if (rights?.type === 'SCM_RIGHTS') for (const fd of rights.fds) Socket.adopt(fd).close();
  manager.close();
  expect(await notifyManager({ READY: 1 }, [], {})).toBe(false);
  await expect(notifyManager({ 'READY\nX': 1 }, [], environment)).rejects.toMatchObject({
    code: 'ERR_ARGUMENT_INVALID',
  });
  await expect(notifyManager({ STATUS: 'a\nb' }, [], environment)).rejects.toMatchObject({
    code: 'ERR_ARGUMENT_INVALID',
  });
});
