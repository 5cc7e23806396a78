import { once } from 'node:events';
import { Server, Socket as NetSocket } from 'node:net';
import { afterEach } from 'vitest';

interface Closable {
  close(): unknown;
}

async function end(resource: Closable | NetSocket): Promise<void> {
  if (resource instanceof NetSocket) {
    if (resource.closed) return;
    const closed = once(resource, 'close');
    resource.destroy();
    await closed;
  } else if (resource instanceof Server) {
    // With its connections: a server emits 'close' after the last of them.
    if (!resource.listening) return;
    const closed = once(resource, 'close');
    resource.close();
    await closed;
  } else {
    resource.close();
  }
}

/** Returns a function that passes on what it is given, and closes it after the test. */
export function keeper(): <T extends Closable | NetSocket>(resource: T) => T {
  const open: (Closable | NetSocket)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map(end));
  });
  return (resource) => {
    open.push(resource);
    return resource;
  };
}
