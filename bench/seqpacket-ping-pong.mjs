import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unixSocket } from './support/peers.mjs';
import { Socket } from './support/sockwise.mjs';
import { waysToWait, called, data } from './support/volley.mjs';

async function rustPair(path) {
  const { SeqpacketServer, SeqpacketSocket } = unixSocket();
  const server = new SeqpacketServer();
  server.listen(path);
  const client = new SeqpacketSocket();
  const [[accepted]] = await Promise.all([
    once(server, 'connection'),
    new Promise((resolve) => client.connect(path, resolve)),
  ]);
  server.close();
  const sockets = [client, accepted];
  const listen = sockets.map((socket) => (hear) => socket.on('data', ({ length }) => hear(length)));
  const send = sockets.map((socket) => () => socket.write(data));
  return { sockets, contender: called('node-unix-socket', listen, send) };
}

export const question = {
  name: 'seqpacket-ping-pong',
  title: '64 bytes over a SOCK_SEQPACKET connection and back, each waited for',
  clock: 'cpu',
  trial: 500,
  async prepare() {
    const folder = mkdtempSync(join(tmpdir(), 'sockwise-bench-'));
    const [pair, listened] = [Socket.pair({ type: 'seqpacket' }), Socket.pair({ type: 'seqpacket' })];
    const { sockets, contender } = await rustPair(join(folder, 'socket'));
    return {
      contenders: [...waysToWait(pair, listened), contender],
      stop() {
        for (const socket of [...pair, ...listened]) socket.close();
        for (const socket of sockets) socket.destroy();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
