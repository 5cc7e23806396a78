import { Socket as NodeSocket } from 'node:net';
import { data, openPairs, sendTo, waiting } from './support/waiters.mjs';

/** Wakes `total`, as many at a time as wait. `listen(heard)` says whom to call for each that was woken. */
function waker(pairs, listen) {
  let heard = () => {};
  listen(() => heard());
  const wake = (count) =>
    new Promise((resolve) => {
      let left = count;
      heard = () => {
        if (--left === 0) resolve();
      };
      sendTo(pairs, count);
    });
  return async (total) => {
    for (let left = total; left > 0; left -= waiting) await wake(Math.min(left, waiting));
  };
}

const place = { buffer: Buffer.alloc(65_536) };

function listen(socket, heard) {
  socket.watch(['POLLIN'], () => {
    socket.tryRecv(place);
    heard();
  });
}

async function serve(socket, heard) {
  const place = { buffer: Buffer.alloc(data.length) };
  try {
    for (;;) {
      await socket.recv(place);
      heard();
    }
  } catch (error) {
    if (!socket.closed) throw error;
  }
}

export const question = {
  name: 'wake',
  title: `one of ${waiting} sockets that wait gets 64 bytes, and waits again`,
  clock: 'cpu',
  trial: 10_000,
  prepare() {
    const [pairs, listened] = [openPairs(), openPairs()];
    const corePairs = openPairs();
    const coreSockets = corePairs.map(([, socket]) => new NodeSocket({ fd: socket.detach() }));
    return {
      contenders: [
        { name: 'sockwise', run: waker(listened, (heard) => listened.forEach(([, socket]) => listen(socket, heard))) },
        {
          name: 'sockwise, awaited',
          run: waker(pairs, (heard) => pairs.forEach(([, socket]) => void serve(socket, heard))),
        },
        {
          name: 'Node core',
          run: waker(corePairs, (heard) => coreSockets.forEach((socket) => socket.on('data', heard))),
        },
      ],
      stop() {
        for (const socket of [...pairs.flat(), ...listened.flat(), ...corePairs.map(([socket]) => socket)])
          socket.close();
        for (const socket of coreSockets) socket.destroy();
      },
    };
  },
};
