import { describe, expect, test } from 'vitest';
import { Socket } from '../../src/index.js';
import {
  Epoll,
  epollOperations,
  ioctl,
  openPipe,
  receiveInto,
  requests,
  sendBlocking,
  sendFile,
  sendParts,
  splice,
  spliceBlocking,
} from '../../src/raw/raw.js';

const EPOLLIN = 1;

describe.skipIf(process.platform !== 'linux')('raw calls (need Linux)', () => {
  test('a null pointer is the kernel’s to refuse, and loses nothing', () => {
    const [a, b] = Socket.pair();
    expect(sendParts(a.fd, [new Uint8Array(3)], 0)).toBe(3);
    expect(() => sendParts(a.fd, [5], 0)).toThrow(/EFAULT/);
    expect(() => receiveInto(b.fd, 3, 0)).toThrow(/EFAULT/);
    a.close();
    b.close();
  });

  test.each([
    ['a descriptor that is none', () => ioctl(-1, requests.SIOCINQ), /EBADF/],
    ['a request that would write more than an int', () => ioctl(0, 0x8912), /EINVAL/],
    ['a length below 0', () => splice(0, 1, -1), /EINVAL/],
    ['a length that is no integer', () => sendFile(1, 0, 0, 1.5), /EINVAL/],
    ['a part below 0', () => sendParts(0, [-1], 0), /EFAULT/],
    ['a part that is no integer', () => sendParts(0, [2 ** 31], 0), /EFAULT/],
  ])('%s throws', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('blocking calls reject a descriptor that is none', async () => {
    await expect(sendBlocking(-1, new Uint8Array(1), 0)).rejects.toThrow(/EBADF/);
    await expect(spliceBlocking(-1, 1, 1)).rejects.toThrow(/EBADF/);
    await expect(spliceBlocking(0, -1, 1)).rejects.toThrow(/EBADF/);
  });

  test('a send blocks until the peer reads, and the socket does not block afterwards', async () => {
    const [a, b] = Socket.pair();
    const size = 4_000_000;
    const sent = sendBlocking(a.fd, new Uint8Array(size), 0);
    let got = 0;
    while (got < size) got += (await b.recv({ size: 65_536 })).length;
    expect(await sent).toBe(size);
    expect(b.tryRecv({ size: 1 })).toBeUndefined();
    expect(a.tryRecv({ size: 1 })).toBeUndefined();
    a.close();
    b.close();
  });

  test('shutdown(2) ends a send that blocks', async () => {
    const [a, b] = Socket.pair();
    const sent = sendBlocking(a.fd, new Uint8Array(4_000_000), 0);
    await b.poll(['POLLIN']);
    a.shutdown('both');
    await expect(sent).resolves.toBeLessThan(4_000_000);
    a.close();
    b.close();
  });

  test('a set of epoll tells what is ready, by descriptor, and closes once', () => {
    const [a, b] = Socket.pair();
    const epoll = new Epoll();
    epoll.control(epollOperations.EPOLL_CTL_ADD, a.fd, EPOLLIN);
    expect(epoll.look(4)).toEqual([]);
    b.trySend(new Uint8Array(2));
    expect(epoll.look(4)).toEqual([{ fd: a.fd, events: EPOLLIN }]);
    expect(ioctl(a.fd, requests.SIOCINQ)).toBe(2);
    epoll.close();
    expect(() => epoll.close()).toThrow(/EBADF/);
    a.close();
    b.close();
  });

  test('a pipe takes what a socket has', () => {
    const [a, b] = Socket.pair();
    const [read, write] = openPipe();
    b.trySend(new Uint8Array(7));
    expect(splice(a.fd, write.fd, 100)).toBe(7);
    expect(ioctl(read.fd, requests.FIONREAD)).toBe(7);
    for (const each of [a, b, read, write]) each.close();
  });
});
