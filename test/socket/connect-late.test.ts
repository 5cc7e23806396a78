import { describe, expect, test } from 'vitest';
import type { AddressInput } from '../../src/socket/sockaddr.js';
import { Socket } from '../../src/socket/socket.js';
import { codeOf, listening } from '../support/sockets.js';

/** A socket whose port others with SO_REUSEADDR may have too, until one of them listens. */
function sharing(address: AddressInput): Socket {
  return Socket.open({ options: { SO_REUSEADDR: true } }).bind(address);
}

// A listener with a full accept queue drops the SYN; the next follows after a second, RFC 6298 section 2.1. At once,
// because each waits for that second.
describe.concurrent('a connection that is decided late', () => {
  test('waits where the accept queue is full, until there is room', async () => {
    using listener = listening('127.0.0.1', 0);
    using queued = Socket.open();
    await queued.connect(listener.getsockname());
    using waiting = Socket.open();
    expect(waiting.tryConnect(listener.getsockname())).toBe(false);
    expect(await codeOf(() => waiting.getpeername())).toBe('ENOTCONN');
    const connected = waiting.connect(listener.getsockname());
    (await listener.accept()).close();
    expect(await connected).toBe(waiting);
    (await listener.accept()).close();
  });

  test('a refusal that comes late reaches connect(), with a receiver waiting beside it', async () => {
    // Keeps the port from others when the listener is closed: a socket that does not listen refuses.
    using port = sharing({ address: '127.0.0.1' });
    const listener = sharing(port.getsockname()).listen({ backlog: 0 });
    using queued = Socket.open();
    await queued.connect(listener.getsockname());
    using late = Socket.open();
    const connected = codeOf(() => late.connect(listener.getsockname()));
    const received = codeOf(() => late.recv());
    listener.close();
    expect(await connected).toBe('ECONNREFUSED');
    await received;
  });

  test('ends when somebody else has read the error of its attempt', async () => {
    // Keeps the port from others when the listener is closed: a socket that does not listen refuses.
    using port = sharing({ address: '127.0.0.1' });
    const listener = sharing(port.getsockname()).listen({ backlog: 0 });
    using queued = Socket.open();
    await queued.connect(listener.getsockname());
    using late = Socket.open();
    expect(late.tryConnect(listener.getsockname())).toBe(false);
    // Waits for reading alone, so it hears of the refusal first.
    const received = codeOf(() => late.recv());
    listener.close();
    expect(await received).toBe('ECONNREFUSED');
    expect(await codeOf(() => late.connect({ address: '127.0.0.1', port: 1 }))).toMatch(/^ECONN(ABORTED|REFUSED)$/);
  });
});
