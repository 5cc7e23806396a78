import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unixDgram, unixSocket } from './support/peers.mjs';
import { Socket } from './support/sockwise.mjs';
import { waysToWait, called, data } from './support/volley.mjs';

/** Sockets of unix-dgram, connected to each other: so it sends without a path. */
function dgramPair(paths) {
  const heard = [];
  const { createSocket } = unixDgram();
  const sockets = paths.map((path, index) => {
    const socket = createSocket('unix_dgram', ({ length }) => heard[index](length));
    socket.bind(path);
    return socket;
  });
  sockets[0].connect(paths[1]);
  sockets[1].connect(paths[0]);
  const listen = [0, 1].map((index) => (hear) => (heard[index] = hear));
  const send = sockets.map((socket) => () => socket.send(data));
  return { sockets, contender: called('unix-dgram', listen, send) };
}

/** Sockets of node-unix-socket, which has no connect(2) for datagrams. */
function rustPair(paths) {
  const { DgramSocket } = unixSocket();
  const sockets = paths.map((path) => {
    const socket = new DgramSocket();
    socket.bind(path);
    return socket;
  });
  const listen = sockets.map((socket) => (hear) => socket.on('data', ({ length }) => hear(length)));
  const send = sockets.map((socket, index) => () => socket.sendTo(data, 0, data.length, paths[1 - index]));
  return { sockets, contender: called('node-unix-socket', listen, send) };
}

export const question = {
  name: 'unix-ping-pong',
  title: '64 bytes over Unix datagram sockets and back, each waited for',
  clock: 'cpu',
  trial: 500,
  prepare() {
    const folder = mkdtempSync(join(tmpdir(), 'sockwise-bench-'));
    const pathsOf = (name) => [join(folder, `${name}-0`), join(folder, `${name}-1`)];
    const [pair, listened] = [Socket.pair({ type: 'dgram' }), Socket.pair({ type: 'dgram' })];
    const others = [dgramPair(pathsOf('dgram')), rustPair(pathsOf('rust'))];
    return {
      contenders: [...waysToWait(pair, listened), ...others.map(({ contender }) => contender)],
      stop() {
        for (const socket of [...pair, ...listened, ...others.flatMap(({ sockets }) => sockets)]) socket.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
