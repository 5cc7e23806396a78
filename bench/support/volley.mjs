const size = 64;
export const data = Buffer.alloc(size);

function assertWhole(length) {
  if (length !== size) throw new Error(`${length} bytes came`);
}

/** Two connected Sockets that answer each other, each after a wait. `place` is where a receive goes: see `RecvOptions`. */
export function awaited(name, [left, right], place) {
  const answer = async (socket, count) => {
    const options = place();
    for (let i = 0; i < count; i++) {
      assertWhole((await socket.recv(options)).length);
      if (socket.trySend(data) !== size) throw new Error('not sent');
    }
  };
  return {
    name,
    async run(count) {
      const answered = answer(right, count);
      const options = place();
      for (let i = 0; i < count; i++) {
        if (left.trySend(data) !== size) throw new Error('not sent');
        assertWhole((await left.recv(options)).length);
      }
      await answered;
    },
  };
}

/** Two connected Sockets, each with a listener that takes what came. A short read is the last: as in C and in Node no call looks for more. */
function watched(name, pair) {
  const place = { buffer: Buffer.alloc(65_536) };
  const listen = pair.map((socket) => (heard) => socket.watch(['POLLIN'], () => heard(socket.tryRecv(place).length)));
  const send = pair.map((socket) => () => socket.trySend(data));
  return called(name, listen, send);
}

/** Each way to wait: a listener; a promise, into memory made once; a promise, into memory made for each receive. */
export function waysToWait(pair, listened) {
  return [
    watched('sockwise', listened),
    awaited('sockwise, awaited', pair, () => ({ buffer: Buffer.alloc(size) })),
    awaited('sockwise, objects', pair, () => undefined),
  ];
}

/**
 * Two sockets that call back with what came. `listen[i](heard)` says whom to call with how many bytes came at socket i;
 * `send[i]()` sends from there.
 */
export function called(name, listen, send) {
  let turn = () => {};
  listen[0]((length) => {
    assertWhole(length);
    turn();
  });
  listen[1]((length) => {
    assertWhole(length);
    send[1]();
  });
  return {
    name,
    run(count) {
      return new Promise((resolve) => {
        let left = count;
        turn = () => {
          if (--left === 0) resolve();
          else send[0]();
        };
        send[0]();
      });
    },
  };
}
