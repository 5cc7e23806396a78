import { Socket } from './sockwise.mjs';

/** Two ends of a TCP connection. */
export async function tcpPair() {
  const listener = Socket.open().bind({ address: '127.0.0.1' }).listen();
  const client = Socket.open();
  const [accepted] = await Promise.all([listener.accept(), client.connect(listener.getsockname())]);
  listener.close();
  return [client, accepted];
}

/** Accepted sockets inherit SO_LINGER with 0 seconds: closing one resets the connection and leaves no TIME_WAIT. */
export function resettingListener() {
  return Socket.open()
    .setOption('SO_LINGER', { on: true, seconds: 0 })
    .bind({ address: '127.0.0.1', port: 0 })
    .listen();
}
