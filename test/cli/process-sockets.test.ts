import { closeSync, openSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { SocketRow } from '../../src/netlink/inet-diag.js';
import { Socket } from '../../src/socket/socket.js';
import { program, sockwise } from '../support/matrix.js';
import { bound, connection, listening } from '../support/sockets.js';

describe('sockets', () => {
  test('lists the sockets of a process with their owner', async () => {
    using listener = listening();
    using datagram = bound();
    const { stdout, code } = await sockwise(['sockets', '--pid', String(process.pid), '--json']);
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as SocketRow[];
    const ports = [listener.getsockname().port, datagram.getsockname().port];
    expect(rows.filter(({ localPort }) => ports.includes(localPort)).map(({ protocol }) => protocol)).toEqual([
      'tcp',
      'udp',
    ]);
    expect(rows.every(({ owners }) => owners?.some(({ pid }) => pid === process.pid))).toBe(true);
  });

  test('filters by state, port and protocol', async () => {
    const [client, accepted] = await connection();
    using _client = client;
    using _accepted = accepted;
    const port = String(client.getsockname().port);
    const { stdout } = await sockwise([
      ...['sockets', '--port', port, '--protocol', 'tcp', '--state', 'ESTABLISHED'],
      // Others on the machine may have the port on another address.
      ...['--pid', String(process.pid)],
    ]);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^Proto +State +Recv-Q +Send-Q +Local +Remote +Uid +Timer +Process$/);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^tcp +ESTABLISHED +0 .* pid ${process.pid} `));
    expect(
      (await sockwise(['sockets', '--port', port, '--state', 'LISTEN'])).stdout.trimEnd().split('\n'),
    ).toHaveLength(1);
  });

  test.each([[['--state', 'LISTENING']], [['--pid', '0']]])('%j is a mistake on the command line', async (args) => {
    const { code, stdout } = await sockwise(['sockets', ...args]);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('--watch prints what comes and goes, until it is interrupted', async () => {
    const socket = listening();
    const { port } = socket.getsockname();
    const child = spawn(process.execPath, [program, 'sockets', '--port', String(port), '--watch'], { stdio: 'pipe' });
    try {
      let text = '';
      const seen = async (pattern: RegExp): Promise<void> => {
        while (!pattern.test(text)) text += String((await once(child.stdout, 'data'))[0]);
      };
      await seen(/ new {4}tcp {2}LISTEN /);
      socket.close();
      await seen(/ gone {3}tcp {2}LISTEN /);
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([130, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('set', () => {
  test('shows an option before and after, and sets it', async () => {
    using socket = listening();
    const target = `${process.pid}:${socket.fd}`;
    expect(socket.getOption('SO_KEEPALIVE')).toBe(false);
    const { code, stdout } = await sockwise(['set', target, 'SO_KEEPALIVE=1']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(`^pid ${process.pid} .*, descriptor ${socket.fd}: SO_KEEPALIVE false -> true\n$`),
      ),
    ]);
    expect(socket.getOption('SO_KEEPALIVE')).toBe(true);
  });

  test('takes a port, a structure, and shows what the kernel made of a number', async () => {
    using socket = listening();
    const port = String(socket.getsockname().port);
    const { stdout } = await sockwise(['set', port, 'SO_LINGER={"on":true,"seconds":3}', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([{ before: { on: false, seconds: 0 }, after: { on: true, seconds: 3 } }]);
    expect(socket.getOption('SO_LINGER')).toEqual({ on: true, seconds: 3 });
    expect((await sockwise(['set', port, 'SO_RCVBUF=10000'])).stdout).toMatch(/SO_RCVBUF \d+ -> 20000/);
  });

  test('SO_REUSEADDR on a listener: the next restart works, unless connections were accepted before', async () => {
    const listener = listening();
    using _listener = listener;
    const target = `${process.pid}:${listener.fd}`;
    const set = async (): Promise<string> => (await sockwise(['set', target, 'SO_REUSEADDR=1'])).stdout;
    expect(await set()).toMatch(/SO_REUSEADDR false -> true\n {2}The next restart works/);

    listener.setOption('SO_REUSEADDR', false);
    using client = Socket.open();
    await client.connect(listener.getsockname());
    using _accepted = await listener.accept();
    expect(await set()).toMatch(/ 1 that was accepted before lacks it/);
  });

  test.each([
    ['NOT_AN_OPTION=1', /unknown option "NOT_AN_OPTION"; did you mean/],
    ['SO_REUSEADDR=maybe', /"maybe" is no value/],
    ['SO_REUSEADDR=2', /SO_REUSEADDR/],
    ['SO_TYPE=1', /SO_TYPE: can only be read/],
  ])('%s is refused, and nothing is set', async (assignment, message) => {
    using socket = listening();
    const { code, stderr } = await sockwise(['set', `${process.pid}:${socket.fd}`, assignment]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(socket.getOption('SO_REUSEADDR')).toBe(false);
  });

  test('what is not a socket, descriptor, process or target gets a clear error', async () => {
    const file = openSync('/dev/null', 'r');
    try {
      const errors = await Promise.all(
        [`${process.pid}:${file}`, `${process.pid}:99999`, '0:1', '65536', '1'].map(
          async (target) => (await sockwise(['set', target, 'SO_REUSEADDR=1'])).stderr,
        ),
      );
      expect(errors).toEqual([
        expect.stringMatching(/is not a socket/),
        expect.stringMatching(/has no descriptor 99999/),
        expect.stringMatching(/is not PID:FD/),
        expect.stringMatching(/neither PID:FD nor a port/),
        expect.stringMatching(/no process that can be seen/),
      ]);
    } finally {
      closeSync(file);
    }
  });
});

describe('options', () => {
  test('lists the catalogue, and the values of a socket of a process', async () => {
    expect((await sockwise(['options'])).stdout).toMatch(/^SO_REUSEADDR +SOL_SOCKET +bool +both +/m);
    using socket = listening();
    socket.setOption('SO_KEEPALIVE', true);
    const { stdout } = await sockwise(['options', '--of', `${process.pid}:${socket.fd}`]);
    expect(stdout).toMatch(/^SO_KEEPALIVE +true$/m);
    expect(stdout).toMatch(/^SO_ACCEPTCONN +true$/m);
    const json = JSON.parse(
      (await sockwise(['options', '--of', `${process.pid}:${socket.fd}`, '--json'])).stdout,
    ) as object;
    expect(json).toMatchObject({ SO_KEEPALIVE: true, SO_REUSEADDR: false });
  });
});
