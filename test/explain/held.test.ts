import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { socketsOn } from '../../src/explain/held.js';
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

  test('shows a socket that was closed after the table was read, without its process', () => {
    const socket = listening();
    const { port } = socket.getsockname();
    const { sockets } = socketsOn('tcp', port, {
      list: (protocol, ports) => {
        const rows = listSockets({ protocol, localPort: ports });
        socket.close();
        return rows;
      },
    });
    expect(sockets).toMatchObject([{ state: 'LISTEN', localPort: port, owners: [] }]);
    expect(sockets[0]).not.toHaveProperty('options');
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
