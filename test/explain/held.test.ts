import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { type HeldSockets, socketsOn } from '../../src/explain/held.js';
import { native } from '../../src/native/load.js';
import { findUnlisted } from '../../src/explain/unlisted.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { Socket } from '../../src/socket/socket.js';
import { openDescriptors } from '../support/namespaces.js';
import { listening } from '../support/sockets.js';
import { lacksBoundOnly, listsBoundOnly } from '../support/kernel.js';
import { needs } from '../support/needs.js';

function noSockDiag(): never {
  throw new UsageError('ERR_NOT_SUPPORTED', 'no module');
}

/** A descriptor that whoever is given it closes. */
function socketOfItsOwn(): number {
  const fd = native.socket(1, 1, 0);
  if (fd < 0) throw new Error('no socket');
  return fd;
}

describe('socketsOn', () => {
  test('shows the process and the options of a listener', () => {
    using socket = listening();
    socket.setOption('SO_REUSEPORT', true);
    const { port } = socket.getsockname();
    const { sockets, unseen } = socketsOn('tcp', port);
    expect(sockets).toMatchObject([
      { state: 'LISTEN', localPort: port, options: { SO_REUSEADDR: false, SO_REUSEPORT: true } },
    ]);
    expect(sockets[0]?.owners[0]?.pid).toBe(process.pid);
    expect(unseen.filter(({ kind }) => kind === 'options')).toEqual([]);
  });

  test('without sock_diag reads /proc/net, says so, and finds what is only bound all the same', () => {
    using listener = listening();
    using bound = Socket.open().bind({ address: '127.0.0.1' });
    const ports = [listener.getsockname().port, bound.getsockname().port];
    const found = ports.map((port) => socketsOn('tcp', port, { list: noSockDiag }));
    expect(found.map(({ sockets }) => sockets.map(({ state, owners }) => [state, owners[0]?.pid]))).toEqual([
      [['LISTEN', process.pid]],
      [['BOUND', process.pid]],
    ]);
    expect(found[0]?.unseen).toContainEqual({ kind: 'no-sock-diag', reason: 'no module' });
  });

  test('leaves out a socket that was closed after the table was read', () => {
    const socket = listening();
    const { port } = socket.getsockname();
    let listed = 0;
    const { sockets } = socketsOn('tcp', port, {
      list: (protocol, ports) => {
        const rows = listSockets({ protocol, localPort: ports });
        listed += rows.length;
        socket.close();
        return rows;
      },
    });
    expect([listed, sockets]).toEqual([1, []]);
  });

  /** What is seen of a listener if the first look at its descriptor finds what `first` returns. */
  function seenAfter(call: 'pidfdOpen' | 'pidfdGetfd', ...first: readonly (() => number)[]): HeldSockets {
    using socket = listening();
    const original = native[call];
    const spy = vi.spyOn(native, call);
    for (const result of first) spy.mockImplementationOnce(result);
    try {
      const seen = socketsOn('tcp', socket.getsockname().port);
      expect(spy.mock.calls.length).toBe(first.length + 1);
      return seen;
    } finally {
      spy.mockRestore();
      expect(native[call]).toBe(original);
    }
  }

  test.each([
    ['a process that has ended', 'pidfdOpen', () => -constants.errno.ESRCH],
    ['a process that is ending', 'pidfdGetfd', () => -constants.errno.ESRCH],
    ['a descriptor that was closed', 'pidfdGetfd', () => -constants.errno.EBADF],
    ['a descriptor that is another file now', 'pidfdGetfd', () => native.pidfdOpen(process.pid)],
    ['a descriptor that is another socket now', 'pidfdGetfd', () => socketOfItsOwn()],
  ] as const)('looks again after %s', (_what, call, first) => {
    const before = openDescriptors();
    const { sockets, unseen } = seenAfter(call, first);
    expect(sockets).toMatchObject([{ state: 'LISTEN', options: { SO_REUSEADDR: false, SO_REUSEPORT: false } }]);
    expect(unseen.filter(({ kind }) => kind === 'options')).toEqual([]);
    expect(openDescriptors()).toBe(before);
  });

  test('asks the next of several holders where one has ended', async () => {
    using socket = listening();
    const child = spawn('sleep', ['60'], { stdio: [socket.fd, 'ignore', 'ignore'] });
    const asked: number[] = [];
    const open = native.pidfdOpen;
    const spy = vi.spyOn(native, 'pidfdOpen').mockImplementation((pid) => {
      asked.push(pid);
      return asked.length === 1 ? -constants.errno.ESRCH : open(pid);
    });
    try {
      await once(child, 'spawn');
      const { sockets } = socketsOn('tcp', socket.getsockname().port);
      expect(sockets).toMatchObject([{ options: { SO_REUSEADDR: false } }]);
      expect(asked.sort()).toEqual([process.pid, child.pid].sort());
    } finally {
      spy.mockRestore();
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('says so where a socket is closed in each look', () => {
    using socket = listening();
    const spy = vi.spyOn(native, 'pidfdOpen').mockReturnValue(-constants.errno.ESRCH);
    try {
      const { sockets, unseen } = socketsOn('tcp', socket.getsockname().port);
      expect([sockets.length, spy.mock.calls.length]).toEqual([1, 3]);
      expect(unseen).toContainEqual({ kind: 'options', sockets: 1, reason: 'closed while it was looked at' });
    } finally {
      spy.mockRestore();
    }
  });

  test('leaves no descriptor open', () => {
    using socket = listening();
    const before = openDescriptors();
    socketsOn('tcp', socket.getsockname().port);
    expect(openDescriptors()).toBe(before);
  });

  test('reads the options of a bounded number of sockets', () => {
    const options = { SO_REUSEPORT: true };
    const first = Socket.open({ options }).bind({ address: '127.0.0.1' });
    const { port } = first.getsockname();
    const sockets = [first];
    try {
      for (let i = 1; i < 300; i++) sockets.push(Socket.open({ options }).bind({ address: '127.0.0.1', port }));
      const found = socketsOn('tcp', port);
      expect(found.sockets.filter((socket) => socket.options !== undefined)).toHaveLength(256);
      expect(found.unseen).toContainEqual(expect.objectContaining({ kind: 'options', sockets: 44 }));
    } finally {
      for (const socket of sockets) socket.close();
    }
  });
});

describe('findUnlisted', () => {
  test('finds a bound socket by asking every descriptor, but not one that is listed', (context) => {
    needs(context, listsBoundOnly, lacksBoundOnly, 'kernel');
    using socket = Socket.open().bind({ address: '127.0.0.1' });
    const { port } = socket.getsockname();
    const [row] = listSockets({ localPort: port });
    expect(findUnlisted('tcp', port, new Set())).toMatchObject([{ state: 'BOUND', inode: row?.inode, uid: row?.uid }]);
    expect(findUnlisted('udp', port, new Set())).toEqual([]);
    expect(findUnlisted('tcp', port, new Set([row?.inode ?? 0]))).toEqual([]);
  });
});
