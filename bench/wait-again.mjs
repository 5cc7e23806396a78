import { data, openPairs, sendTo, waiting } from './support/waiters.mjs';

export const question = {
  name: 'wait-again',
  title: `recv() of ${waiting} sockets that have received before, and have nothing now`,
  clock: 'cpu',
  trial: 2000,
  async prepare() {
    const pairs = openPairs();
    const places = pairs.map(() => ({ buffer: Buffer.alloc(data.length) }));
    let pending = [];
    const run = (count) => {
      for (let i = 0; i < count; i++) pending.push(pairs[i % waiting][1].recv(places[i % waiting]));
    };
    const after = async (count) => {
      for (let left = count; left > 0; left -= waiting) sendTo(pairs, Math.min(left, waiting));
      await Promise.all(pending);
      pending = [];
    };
    run(waiting);
    await after(waiting);
    return {
      contenders: [{ name: 'sockwise', run, after }],
      stop() {
        for (const pair of pairs) for (const socket of pair) socket.close();
      },
    };
  },
};
