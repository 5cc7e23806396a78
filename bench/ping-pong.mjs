import { Socket as NodeSocket } from 'node:net';
import { tcpPair } from './support/tcp.mjs';
import { waysToWait, called, data } from './support/volley.mjs';

/** Node's sockets on the descriptors of ours: the same connection. */
async function corePair(settings) {
  const pair = await tcpPair();
  return pair.map((socket, index) => new NodeSocket({ fd: socket.detach(), ...settings(index) }));
}

async function core() {
  const sockets = await corePair(() => ({}));
  const listen = sockets.map((socket) => (heard) => socket.on('data', ({ length }) => heard(length)));
  const send = sockets.map((socket) => () => socket.write(data));
  return { sockets, contender: called('Node core', listen, send) };
}

/** Receives into memory made once, and makes no chunk of a stream of it. */
async function coreOnread() {
  const heard = [];
  const sockets = await corePair((index) => ({
    onread: {
      buffer: Buffer.alloc(65_536),
      callback(length) {
        heard[index](length);
        return true;
      },
    },
  }));
  const listen = sockets.map((socket, index) => (hear) => {
    heard[index] = hear;
    socket.resume();
  });
  const send = sockets.map((socket) => () => socket.write(data));
  return { sockets, contender: called('Node core, onread', listen, send) };
}

export const question = {
  name: 'ping-pong',
  title: '64 bytes over TCP and back, each waited for',
  clock: 'cpu',
  target: 1.6,
  trial: 500,
  async prepare() {
    const [pair, listened] = [await tcpPair(), await tcpPair()];
    const others = [await core(), await coreOnread()];
    return {
      contenders: [...waysToWait(pair, listened), ...others.map(({ contender }) => contender)],
      stop() {
        for (const socket of [...pair, ...listened]) socket.close();
        for (const { sockets } of others) for (const socket of sockets) socket.destroy();
      },
    };
  },
};
